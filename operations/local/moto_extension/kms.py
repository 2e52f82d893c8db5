"""KMS.

Moto 5.2.5
- forgets the rotation period, so that GetKeyRotationStatus never tells it;
- drops Description, Policy and Tags of ReplicateKey, and lets primary and replica share one configuration, so
  that the primary of a multi-Region key calls itself a replica as soon as the replica is described.
"""

import json
from copy import copy
from typing import Any

from moto.core.utils import unix_time
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from operations.local.moto_extension.adopt import adopt

DEFAULT_ROTATION_DAYS = 365


def install() -> None:
    """Register the fixes."""
    adopt(KmsBackend, Backend)
    adopt(KmsResponse, Responses)


class Backend(KmsBackend):
    """What AWS stores."""

    def replicate_key(
        self,
        key_id: str,
        replica_region: str,
        policy: str | None = None,
        description: str | None = None,
        tags: list[dict[str, str]] | None = None,
    ) -> Key:
        """Make a replica with its own description, policy, tags and state, as AWS does."""
        primary = self.keys[self.any_id_to_key_id(key_id)]
        # A deep copy fails on the key material, which replicas share anyway.
        replica = copy(primary)
        replica.region = replica_region
        replica.arn = primary.arn.replace(self.region_name, replica_region)
        replica.creation_date = unix_time()
        replica.description = description or ""
        replica.policy = policy or replica.generate_default_policy()
        replica.aliases, replica.grants = {}, {}
        replicas = primary.multi_region_configuration["ReplicaKeys"]
        if not any(known["Region"] == replica_region for known in replicas):
            replicas.append({"Arn": replica.arn, "Region": replica_region})
        # The list of replicas stays shared, the type is each key's own.
        replica.multi_region_configuration = primary.multi_region_configuration | {
            "MultiRegionKeyType": "REPLICA"
        }
        backend = kms_backends[self.account_id][replica_region]
        backend.keys[replica.id] = replica
        if tags:
            backend.tagger.tag_resource(replica.id, tags)
        return replica


class Responses(KmsResponse):
    """What AWS answers."""

    def replicate_key(self) -> str:
        key_id = self._get_param("KeyId")
        self._validate_key_id(key_id)
        replica = self.kms_backend.replicate_key(  # type: ignore[call-arg] # moto's lacks the parameters
            key_id,
            self._get_param("ReplicaRegion"),
            self._get_param("Policy"),
            self._get_param("Description"),
            self._get_param("Tags"),
        )
        return json.dumps(
            {
                "ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"],
                "ReplicaPolicy": replica.policy,
                "ReplicaTags": self._get_param("Tags") or [],
            }
        )

    def enable_key_rotation(self) -> str:
        key_id = self._get_param("KeyId")
        self._validate_cmk_id(key_id)
        key = self._key(key_id)
        key.key_rotation_status = True
        vars(key)["rotation_period"] = self._get_param("RotationPeriodInDays") or DEFAULT_ROTATION_DAYS
        return json.dumps(None)

    def get_key_rotation_status(self) -> str:
        key_id = self._get_param("KeyId")
        self._validate_cmk_id(key_id)
        key = self._key(key_id)
        answer: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status}
        if key.key_rotation_status:
            answer["RotationPeriodInDays"] = vars(key).get("rotation_period", DEFAULT_ROTATION_DAYS)
        return json.dumps(answer)

    def _key(self, key_id: str) -> Key:
        return self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]
