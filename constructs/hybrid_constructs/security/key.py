"""Customer managed KMS keys."""

from collections.abc import Sequence
from typing import Protocol

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from hybrid_constructs.aws import policy, protected
from hybrid_constructs.security.key_policies import whole_account
from hybrid_constructs.security.policies import Statement


class Key(Protocol):
    """A key that encrypts data: one made here, or one that another stack made and published."""

    @property
    def arn(self) -> str: ...


class DataKey(Construct):
    """A rotating key with an alias. Unless `statements` say otherwise, IAM policies say who may use it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        alias: str,
        description: str,
        account_id: str,
        statements: Sequence[Statement] = (),
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
            policy=policy(*(statements or [whole_account(account_id)])),
            lifecycle=protected(),
            provider=provider,
        )
        self._arn = key.arn
        KmsAlias(self, "Alias", name=alias, target_key_id=key.id, provider=provider)

    @property
    def arn(self) -> str:
        """The key's ARN."""
        return self._arn


def grant_decrypt(*keys: Key, through: str) -> Statement:
    """Read what the service `through`, such as `s3`, keeps encrypted with `keys`."""
    return _use(["kms:Decrypt"], keys, through)


def grant_encrypt_decrypt(*keys: Key, through: str) -> Statement:
    """Write and read what the service `through`, such as `sqs`, keeps encrypted with `keys`."""
    return _use(["kms:Decrypt", "kms:GenerateDataKey"], keys, through)


def _use(actions: list[str], keys: Sequence[Key], service: str) -> Statement:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": list(dict.fromkeys(key.arn for key in keys)),
        # A key works in one region only, so the service's host of that region is the only one that matches.
        "Condition": {"StringLike": {"kms:ViaService": f"{service}.*.amazonaws.com"}},
    }
