"""Secrets Manager.

Moto 5.2.5
- forgets the key with which a replica is encrypted: the list of replicas names AWS's own, and the replica
  calls the key of its source its own;
- returns the old version to whoever names none, after the label AWSCURRENT has moved (Secrets Manager API
  reference, GetSecretValue: "If you don't specify a version, then Secrets Manager returns the AWSCURRENT");
- refuses to read the policy of a replica. AWS refuses changes only; the policy is copied with the secret.
"""

import json
from typing import Any

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend

from operations.local.moto_extension.adopt import adopt

_create_replicas = FakeSecret.create_replicas
_to_dict = ReplicaSecret.to_dict
_get_resource_policy = SecretsManagerBackend.get_resource_policy
_update_secret_version_stage = SecretsManagerBackend.update_secret_version_stage


def install() -> None:
    """Register the fixes."""
    adopt(FakeSecret, Secret)
    adopt(ReplicaSecret, Replica)
    adopt(SecretsManagerBackend, Backend)


class Secret(FakeSecret):
    """A secret with its replicas."""

    def create_replicas(
        self, replica_regions: list[dict[str, str]], force_overwrite: bool
    ) -> list[ReplicaSecret]:
        replicas = _create_replicas(self, replica_regions, force_overwrite)
        for asked, replica in zip(replica_regions, replicas, strict=True):
            replica.config["KmsKeyId"] = asked.get("KmsKeyId") or replica.config["KmsKeyId"]
        return replicas


class Replica(ReplicaSecret):
    """A copy in another region."""

    def to_dict(self) -> dict[str, Any]:
        return _to_dict(self) | {"KmsKeyId": self.config["KmsKeyId"]}


class Backend(SecretsManagerBackend):
    """What AWS stores."""

    def update_secret_version_stage(
        self, secret_id: str, version_stage: str, remove_from_version_id: str, move_to_version_id: str
    ) -> tuple[str, str]:
        moved = _update_secret_version_stage(
            self, secret_id, version_stage, remove_from_version_id, move_to_version_id
        )
        secret = self.secrets[secret_id]
        if version_stage == "AWSCURRENT" and move_to_version_id and isinstance(secret, FakeSecret):
            secret.set_default_version_id(move_to_version_id)
        return moved

    def get_resource_policy(self, secret_id: str) -> str:
        secret = self.secrets.get(secret_id)
        if not isinstance(secret, ReplicaSecret):
            return _get_resource_policy(self, secret_id)
        answer = {"ARN": secret.arn, "Name": secret.name}
        if secret.source.policy is not None:
            answer["ResourcePolicy"] = secret.source.policy
        return json.dumps(answer)
