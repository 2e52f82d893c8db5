"""Steps on a service's secret. Each leads from any state that a stop can leave to the next."""

from collections.abc import Mapping
from typing import Any

from operations.db import vault
from operations.db.facts import Facts
from operations.db.passwords import Fresh
from operations.db.plan import Step
from operations.db.sql import Password
from operations.db.vault import Call, Payload
from operations.errors import Refused


def exists(facts: Facts) -> list[Step]:
    """Steps after which the secret is there and replicated; it may be without a value."""
    secret, region, steps = facts.secret, facts.region, []
    replica = facts.replica_region if facts.replica_region not in secret.replica_regions else None
    copies = [{"Region": replica, "KmsKeyId": facts.key}] if replica else []
    if not secret.exists:
        if not facts.key_exists:
            raise Refused(
                f"{region} has no key {facts.key} to encrypt the secret {secret.name} with; deploy the stack "
                "that holds the keys first. Nothing was changed."
            )
        parameters: dict[str, Any] = {
            "Name": secret.name,
            "Description": f"Database connection of {facts.names.service} in {facts.names.environment}",
            "KmsKeyId": facts.key,
            "Tags": [
                {"Key": "Environment", "Value": facts.names.environment},
                {"Key": "Service", "Value": facts.names.service},
                {"Key": "ManagedBy", "Value": "hybrid-db"},
            ],
        }
        if copies:
            parameters["AddReplicaRegions"] = copies
        return [Step("create-secret", "there is none", Call(region, "CreateSecret", parameters))]
    if secret.deleted:
        call = Call(region, "RestoreSecret", {"SecretId": secret.name})
        steps.append(Step("restore-secret", "it is scheduled for deletion", call))
    if copies:
        parameters = {"SecretId": secret.name, "AddReplicaRegions": copies}
        call = Call(region, "ReplicateSecretToRegions", parameters)
        steps.append(Step("replicate-secret", f"the standby in {replica} reads it there", call))
    return steps


def store(facts: Facts, new: Fresh) -> tuple[Step, list[Step]]:
    """The new password goes to the secret before the server knows it, so that it is never lost; the second
    part makes it the one that services read, once it works.

    The first version of a secret is current from the start, as AWS has it (API reference, PutSecretValue):
    there is no working password yet that it could hide.
    """
    stage = vault.PENDING if facts.secret.current else vault.CURRENT
    call = _put(facts, new.version, Payload(facts.connection, new.password), stage)
    step = Step("store-password", "stored before it is set, so that a stop in between loses nothing", call)
    return step, promote(facts, new.version) if facts.secret.current else []


def promote(facts: Facts, version: str) -> list[Step]:
    """Make a version the one that services read; AWS then calls the former one AWSPREVIOUS."""
    parameters = {"SecretId": facts.secret.name, "VersionStage": vault.CURRENT, "MoveToVersionId": version}
    if facts.secret.current:
        parameters["RemoveFromVersionId"] = facts.secret.current.id
    call = Call(facts.region, "UpdateSecretVersionStage", parameters)
    return [Step("publish-password", "from now on services read this password", call)]


def withdraw(facts: Facts) -> list[Step]:
    """Forget a new password that never came to be set; the present one works."""
    if not facts.secret.pending:
        return []
    parameters = {
        "SecretId": facts.secret.name,
        "VersionStage": vault.PENDING,
        "RemoveFromVersionId": facts.secret.pending.id,
    }
    call = Call(facts.region, "UpdateSecretVersionStage", parameters)
    return [Step("withdraw-password", "an interrupted change left it, and it was never set", call)]


def store_connection(facts: Facts, password: Password, version: str) -> Step:
    """The same password again, with the connection beside it as it is now."""
    call = _put(facts, version, Payload(facts.connection, password), vault.CURRENT)
    return Step("store-connection", "host, port or names in the secret are out of date", call)


def matches(fields: Mapping[str, object], connection: Mapping[str, object]) -> bool:
    """Whether a secret holds this connection; a port may be a text, as RDS writes it."""
    return {key: str(value) for key, value in fields.items() if key in connection} == {
        key: str(value) for key, value in connection.items()
    }


def _put(facts: Facts, version: str, value: Payload, stage: str) -> Call:
    parameters = {
        "SecretId": facts.secret.name,
        "ClientRequestToken": version,
        "SecretString": value,
        "VersionStages": [stage],
    }
    return Call(facts.region, "PutSecretValue", parameters)
