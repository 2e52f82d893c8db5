"""Customer managed KMS keys."""

from typing import Any, Protocol

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from hybrid_constructs.aws import policy, protected


class Key(Protocol):
    """A key that encrypts data: one made here, or one that another stack made and published."""

    @property
    def arn(self) -> str: ...


class DataKey(Construct):
    """A rotating key with an alias. Who may use it is said by IAM policies of this account."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        alias: str,
        description: str,
        account_id: str,
        deletion_window_days: int = 30,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        key = KmsKey(
            self,
            "Key",
            description=description,
            enable_key_rotation=True,
            deletion_window_in_days=deletion_window_days,
            policy=policy(_account_administration(account_id)),
            lifecycle=protected(),
            provider=provider,
        )
        self._arn = key.arn
        KmsAlias(self, "Alias", name=alias, target_key_id=key.id, provider=provider)

    @property
    def arn(self) -> str:
        """The key's ARN."""
        return self._arn


def _account_administration(account_id: str) -> dict[str, Any]:
    # Without it nobody could ever manage the key again (KMS developer guide, "Default key policy").
    return {
        "Sid": "AccountAdministration",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
