"""The embedded AWS with a database, what the stacks publish of it, and the services that use it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from environments.loader import load_fleet
from operations.deploy.place import find_place
from operations.local import control
from operations.local.state import Server
from operations.restore.side import Platform, platform
from tests.operations.deploy import building
from tests.operations.deploy.world import REGION
from tests.operations.deploy.world import World as Service
from tests.operations.engine.killing import Hybrid
from tests.operations.engine.secrecy import CANARY
from tests.operations.local.conftest import Clients, aws, emulator, session_server

__all__ = ["aws", "emulator", "session_server"]

SPEED = 600.0
STANDBY = "ap-northeast-1"
SOURCE, REPLICA = "ryuqqq-shared-rds", "ryuqqq-shared-rds-replica"
ENDPOINT = "/shared/rds/prod/endpoint"
ROLE = "arn:aws:iam::123456789012:role/monitoring"


def host(identifier: str) -> str:
    """What the embedded AWS calls an instance."""
    return f"{identifier}.aaaaaaaaaa.{REGION}.rds.amazonaws.com"


@dataclass
class Database:
    """The shared database as the stack makes it, and `hybrid` with a home of its own."""

    aws: Clients
    emulator: Server
    hybrid: Hybrid
    group: str = ""

    @property
    def on(self) -> Platform:
        return platform("prod")

    def create(self, identifier: str = SOURCE, **more: Any) -> None:
        settings: dict[str, Any] = {
            "Engine": "mysql",
            "EngineVersion": "8.4",
            "DBInstanceClass": "db.t3.medium",
            "AllocatedStorage": 100,
            "MaxAllocatedStorage": 200,
            "StorageType": "gp3",
            "StorageEncrypted": True,
            "KmsKeyId": self.key(REGION),
            "MasterUsername": "platform_admin",
            "MasterUserPassword": "set-by-terraform",
            "BackupRetentionPeriod": 7,
            "PreferredBackupWindow": "03:00-04:00",
            "PreferredMaintenanceWindow": "sun:04:00-sun:05:00",
            "MultiAZ": True,
            "DBSubnetGroupName": SOURCE,
            "VpcSecurityGroupIds": [self.group],
            "DBParameterGroupName": f"{SOURCE}-mysql8-4",
            "EnableCloudwatchLogsExports": ["error", "slowquery"],
            "EnableIAMDatabaseAuthentication": True,
            "EnablePerformanceInsights": True,
            "MonitoringInterval": 60,
            "MonitoringRoleArn": ROLE,
            "DeletionProtection": True,
            "CopyTagsToSnapshot": True,
            "Tags": [{"Key": "Team", "Value": "platform"}],
        }
        self.aws("rds").create_db_instance(DBInstanceIdentifier=identifier, **{**settings, **more})

    def restore(self, identifier: str, **more: Any) -> None:
        """A restore as the command asks for it. The instance is not available before its first backup."""
        self.aws("rds").restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier=SOURCE,
            TargetDBInstanceIdentifier=identifier,
            RestoreTime=datetime.now(UTC),
            VpcSecurityGroupIds=[self.group],
            **more,
        )

    def lose(self) -> None:
        """Somebody deletes it, as the stack would: with a final snapshot, and the backups are retained."""
        rds = self.aws("rds")
        rds.modify_db_instance(DBInstanceIdentifier=SOURCE, DeletionProtection=False, ApplyImmediately=True)
        rds.delete_db_instance(
            DBInstanceIdentifier=SOURCE,
            FinalDBSnapshotIdentifier=f"{SOURCE}-final",
            DeleteAutomatedBackups=False,
        )

    def key(self, region: str) -> str:
        return str(self.aws("kms", region).create_key()["KeyMetadata"]["Arn"])

    def describe(self, identifier: str = SOURCE) -> dict[str, Any]:
        found = self.aws("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        return dict(found[0])

    def instances(self) -> list[str]:
        found = self.aws("rds").describe_db_instances()["DBInstances"]
        return sorted(one["DBInstanceIdentifier"] for one in found)

    def endpoint(self) -> str:
        return str(self.aws("ssm").get_parameter(Name=ENDPOINT)["Parameter"]["Value"])

    def writes(self) -> dict[str, int]:
        return control.calls(self.emulator, control.Kind.WRITES)

    def now(self) -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def database(emulator: Server, aws: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
    control.set_speed(emulator, SPEED)
    world = Database(aws, emulator, Hybrid(emulator, tmp_path / "home"))
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for n, zone in enumerate("ac")
    ]
    world.group = ec2.create_security_group(GroupName=f"{SOURCE}-access", Description="db", VpcId=vpc)[
        "GroupId"
    ]
    aws("rds").create_db_subnet_group(
        DBSubnetGroupName=SOURCE,
        DBSubnetGroupDescription="data",
        SubnetIds=[one["SubnetId"] for one in subnets],
    )
    aws("rds").create_db_parameter_group(
        DBParameterGroupName=f"{SOURCE}-mysql8-4", DBParameterGroupFamily="mysql8.4", Description="d"
    )
    world.create()
    secret = json.dumps({"username": "platform_admin", "password": CANARY})
    arn = aws("secretsmanager").create_secret(Name="shared/rds/prod/master", SecretString=secret)["ARN"]
    for item, value in (("endpoint", host(SOURCE)), ("port", "3306"), ("secret-arn", arn)):
        aws("ssm").put_parameter(Name=f"/shared/rds/prod/{item}", Value=value, Type="String")
    control.forget_calls(emulator)
    return world


class DatabaseService(Service):
    """A service that reads the endpoint of its side."""

    def definition(self, image: str) -> dict[str, Any]:
        made = super().definition(image)
        arn = f"arn:aws:ssm:{REGION}:{self.place.account_id}:parameter{ENDPOINT}"
        made["containerDefinitions"][0]["secrets"][0]["valueFrom"] = arn
        return made

    def started(self) -> Any:
        """When the present tasks were deployed."""
        found = self.aws("ecs").describe_services(
            cluster=self.place.cluster, services=[self.place.ecs_service]
        )
        [service] = found["services"]
        parts = service.get("taskSets") or service["deployments"]
        return next(one["createdAt"] for one in parts if one["status"] == "PRIMARY")


@pytest.fixture
def services(database: Database) -> dict[str, DatabaseService]:
    """fileflow in prod, by CodeDeploy, and in dev, rolling."""
    fleet = load_fleet()
    prod = DatabaseService(database.aws, database.emulator, find_place(fleet, "prod", "fileflow"))
    building._network(prod)
    building._supplies(prod)
    prod.push("1.0.0")
    dev = DatabaseService(
        database.aws, database.emulator, find_place(fleet, "dev", "fileflow"), dict(prod.names)
    )
    database.aws("logs").create_log_group(logGroupName=f"/ecs/{dev.place.family}/application")
    dev.names["blue"] = _second_target(dev)
    for service, blue_green in ((prod, True), (dev, False)):
        image = f"{service.place.registry}/fileflow:1.0.0"
        service.names["revision"] = service.register(image)
        building._service(service, blue_green)
    building._deployment_group(prod)
    for service in (prod, dev):
        service.wait_until_steady()
    control.forget_calls(database.emulator)
    return {"prod": prod, "dev": dev}


def _second_target(service: Service) -> str:
    elb = service.aws("elbv2")
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    made = elb.create_target_group(
        Name="fileflow-dev", Protocol="HTTP", Port=8080, VpcId=balancer["VpcId"], TargetType="ip"
    )
    arn = str(made["TargetGroups"][0]["TargetGroupArn"])
    elb.create_rule(
        ListenerArn=service.names["listener"],
        Priority=2,
        Conditions=[{"Field": "host-header", "Values": ["dev.example.com"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return arn
