"""The service's secret in Secrets Manager: what it holds, and the calls that change it, as data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.aws import Aws, explained
from operations.db.server import Login
from operations.db.sql import Password
from operations.errors import HybridError

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
RECOVERY_DAYS = 30
"""Days in which a deleted secret can be restored; the longest that AWS offers."""

DUMP_TAG = "final-dump"


@dataclass(frozen=True)
class Version:
    """One version of the secret. Without a password it is not ours: a placeholder, or another shape."""

    id: str
    password: Password | None = field(default=None, repr=False)
    fields: Mapping[str, object] = field(default_factory=dict)
    """The rest of the connection: username, host, port, dbname, engine."""

    login: Login = Login.UNTRIED

    def usable_for(self, user: str) -> bool:
        return self.password is not None and self.fields.get("username") == user


@dataclass(frozen=True)
class Secret:
    """What Secrets Manager holds under the service's name."""

    name: str
    exists: bool = False
    deleted: bool = False
    """Scheduled for deletion: its values cannot be read until it is restored."""

    current: Version | None = None
    pending: Version | None = None
    """A version that waits for its password to be set; None once it is the current one."""

    replica_regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Payload:
    """The value of a version, in the shape that RDS, its rotation and its drivers share (Secrets Manager
    user guide, "JSON structure of AWS Secrets Manager database credential secrets")."""

    fields: Mapping[str, object]
    password: Password

    def reveal(self) -> str:
        return json.dumps({**self.fields, "password": self.password.reveal})

    def __str__(self) -> str:
        return json.dumps({**self.fields, "password": str(self.password)})


@dataclass(frozen=True)
class Call:
    """One call of the Secrets Manager API in a region."""

    region: str
    operation: str
    parameters: Mapping[str, Any]

    def __str__(self) -> str:
        given = " ".join(f"{key}={_shown(value)}" for key, value in self.parameters.items())
        return f"secretsmanager:{self.operation} {given}"

    def send(self, aws: Aws) -> None:
        """Make the call."""
        from botocore import xform_name

        values = list(self.parameters.values())
        hidden = [value.password for value in values if isinstance(value, Payload)]
        sent = {k: v.reveal() if isinstance(v, Payload) else v for k, v in self.parameters.items()}
        client = aws.client("secretsmanager", self.region)
        with explained(f"secretsmanager:{self.operation} of {self.parameters.get('SecretId', '')}", *hidden):
            getattr(client, xform_name(self.operation))(**sent)


def read(aws: Aws, region: str, name: str) -> Secret:
    """The secret as it is. Values that are not ours are kept out."""
    client = aws.client("secretsmanager", region)
    with explained(f"secretsmanager:DescribeSecret of {name}"):
        try:
            found = client.describe_secret(SecretId=name)
        except client.exceptions.ResourceNotFoundException:
            return Secret(name)
    replicas = tuple(sorted(status["Region"] for status in found.get("ReplicationStatus", [])))
    stages: dict[str, list[str]] = found.get("VersionIdsToStages", {})
    current = next((id_ for id_, labels in stages.items() if CURRENT in labels), None)
    pending = next((id_ for id_, labels in stages.items() if PENDING in labels), None)
    if found.get("DeletedDate"):
        unread = Version(current) if current else None
        return Secret(name, exists=True, deleted=True, current=unread, replica_regions=replicas)
    return Secret(
        name,
        exists=True,
        current=_version(client, name, current) if current else None,
        pending=_version(client, name, pending) if pending and pending != current else None,
        replica_regions=replicas,
    )


def credentials(aws: Aws, region: str, secret_id: str) -> tuple[str, Password]:
    """User and password of a secret that must have both."""
    client = aws.client("secretsmanager", region)
    with explained(f"secretsmanager:GetSecretValue of {secret_id}"):
        value = client.get_secret_value(SecretId=secret_id, VersionStage=CURRENT)
    fields = _parsed(value.get("SecretString"))
    user, password = fields.get("username"), fields.get("password")
    if not (isinstance(user, str) and user and isinstance(password, str) and password):
        raise HybridError(
            f"the secret {secret_id} does not hold JSON with username and password; look at it in "
            f"Secrets Manager ({region}), stack shared makes it"
        )
    return user, Password(password)


def _version(client: Any, name: str, id_: str) -> Version:
    with explained(f"secretsmanager:GetSecretValue of {name}"):
        try:
            value = client.get_secret_value(SecretId=name, VersionId=id_)
        except client.exceptions.ResourceNotFoundException:
            return Version(id_)  # labelled, but without a value: a rotation by others that has just begun
    fields = _parsed(value.get("SecretString"))
    password = fields.pop("password", None)
    if not isinstance(password, str) or not password:
        return Version(id_)
    return Version(id_, Password(password), fields)


def _parsed(text: str | None) -> dict[str, object]:
    try:
        value = json.loads(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _shown(value: object) -> str:
    return str(value) if isinstance(value, str | Payload) else json.dumps(value, default=str)
