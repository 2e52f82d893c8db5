"""The keys of a region, one for each purpose, and how other stacks find them."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformProvider
from constructs import Construct

from environments.shared import KeyPurpose
from hybrid_constructs.network.exchange import Published, publish
from hybrid_constructs.security.key import DataKey, Key
from hybrid_constructs.security.key_policies import for_purpose

_DESCRIPTIONS: dict[KeyPurpose, str] = {
    "database": "Encrypts databases, their backups and insights",
    "objects": "Encrypts objects and container images",
    "secrets": "Encrypts secrets",
    "logs": "Encrypts log groups and the log archive",
    "messaging": "Encrypts queues and topics",
    "cache": "Encrypts caches and their snapshots",
    "audit": "Encrypts the audit trail",
}


class KeyRing(Construct):
    """One key for each purpose in `aliases`, published under `parameter`; `ring["logs"]` is the logs key."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        aliases: Mapping[KeyPurpose, str],
        account_id: str,
        region: str,
        parameter: str,
        deletion_window_days: int = 30,
    ) -> None:
        super().__init__(scope, id_)
        self._keys = {
            purpose: DataKey(
                self,
                purpose,
                alias=alias,
                description=_DESCRIPTIONS[purpose],
                account_id=account_id,
                statements=for_purpose(purpose, account_id=account_id, region=region),
                deletion_window_days=deletion_window_days,
            )
            for purpose, alias in aliases.items()
        }
        publish(
            self,
            "Parameter",
            name=parameter,
            description="ARNs of the KMS keys by purpose",
            value={purpose: key.arn for purpose, key in self._keys.items()},
        )

    def __getitem__(self, purpose: KeyPurpose) -> DataKey:
        """The key of a purpose; a KeyError names the purpose that has none."""
        return self._keys[purpose]


@dataclass(frozen=True)
class PublishedKey:
    """A key of another stack."""

    arn: str


class PublishedKeys(Construct):
    """The keys that another stack published under `name`: `keys["logs"]` is its logs key."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, provider: TerraformProvider | None = None
    ) -> None:
        super().__init__(scope, id_)
        self._published = Published(self, "Ring", name=name, provider=provider)
        self._keys: dict[KeyPurpose, Key] = {}

    def __getitem__(self, purpose: KeyPurpose) -> Key:
        """The key of a purpose; the plan fails if the other stack published none."""
        if purpose not in self._keys:
            self._keys[purpose] = PublishedKey(self._published.get(purpose))
        return self._keys[purpose]
