"""Instances, and which one is published. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operations.aws import Aws, explained
from operations.errors import HybridError
from operations.restore.side import Side
from operations.restore.statuses import SERVING


@dataclass(frozen=True)
class Instance:
    """An RDS instance as DescribeDBInstances has it."""

    found: Mapping[str, Any]

    @property
    def identifier(self) -> str:
        return str(self.found["DBInstanceIdentifier"])

    @property
    def resource_id(self) -> str:
        """Never changes and is never used again, unlike the identifier."""
        return str(self.found["DbiResourceId"])

    @property
    def status(self) -> str:
        return str(self.found["DBInstanceStatus"])

    @property
    def serves(self) -> bool:
        """Whether it takes connections."""
        return self.status in SERVING and bool(self.address)

    @property
    def address(self) -> str:
        """Host name; empty while the instance is being made."""
        return str((self.found.get("Endpoint") or {}).get("Address", ""))

    @property
    def port(self) -> int:
        return int((self.found.get("Endpoint") or {}).get("Port", 0))

    @property
    def security_groups(self) -> tuple[str, ...]:
        groups = self.found.get("VpcSecurityGroups", ())
        return tuple(sorted(one["VpcSecurityGroupId"] for one in groups))

    @property
    def tags(self) -> dict[str, str]:
        """Without those that AWS sets, and refuses to have set."""
        tags = {one["Key"]: one["Value"] for one in self.found.get("TagList", ())}
        return {key: value for key, value in tags.items() if not key.startswith("aws:")}

    @property
    def source(self) -> str:
        """What it replicates from; empty if it is no replica."""
        return str(self.found.get("ReadReplicaSourceDBInstanceIdentifier") or "")

    @property
    def replicas(self) -> tuple[str, ...]:
        return tuple(self.found.get("ReadReplicaDBInstanceIdentifiers", ()))

    @property
    def log_exports(self) -> tuple[str, ...]:
        return tuple(self.found.get("EnabledCloudwatchLogsExports", ()))

    @property
    def retention_days(self) -> int:
        """0: no backups."""
        return int(self.found.get("BackupRetentionPeriod", 0))


def at(time: datetime) -> str:
    """UTC, as this CLI writes and reads it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instance(aws: Aws, region: str, identifier: str) -> Instance | None:
    """An instance; None if there is none of that name."""
    client = aws.client("rds", region)
    with explained(f"rds:DescribeDBInstances of {identifier}"):
        try:
            found = client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        except client.exceptions.DBInstanceNotFoundFault:
            return None
    return Instance(found[0])


def instance_at(aws: Aws, region: str, address: str) -> Instance | None:
    """The instance that has this host name."""
    paginator = aws.client("rds", region).get_paginator("describe_db_instances")
    with explained("rds:DescribeDBInstances"):
        instances = [Instance(one) for page in paginator.paginate() for one in page["DBInstances"]]
    return next((one for one in instances if one.address == address), None)


def in_use(aws: Aws, side: Side) -> tuple[str, Instance | None]:
    """The host name that services use now, and the instance that has it, if any (still) has."""
    address = published(aws, side, "endpoint")
    return address, instance_at(aws, side.region, address)


def published(aws: Aws, side: Side, item: str) -> str:
    """What SSM says of the database."""
    name = side.parameter(item)
    client = aws.client("ssm", side.region)
    with explained(f"ssm:GetParameter of {name}"):
        try:
            return str(client.get_parameter(Name=name)["Parameter"]["Value"]).strip()
        except client.exceptions.ParameterNotFound:
            pass
    raise HybridError(f"{name} is not in SSM of {side.region}; deploy the stack {side.stack} first")
