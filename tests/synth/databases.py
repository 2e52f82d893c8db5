"""The shared database and its replica, as tests build them."""

from typing import Any

from cdktf import TerraformStack

from environments.database import DatabaseConfig
from environments.recovery import ReplicaConfig
from hybrid_constructs.data.database import SharedDatabase
from hybrid_constructs.data.database_replica import DatabaseReplica
from hybrid_constructs.data.enhanced_monitoring import EnhancedMonitoring
from tests.synth import builders
from tests.synth.synthesized import Body

IDENTIFIER = "acme-shared"
REPLICA = "acme-replica"
SOURCE_ARN = f"arn:aws:rds:eu-west-1:{builders.ACCOUNT}:db:{IDENTIFIER}"
SIZES = {
    "identifier": IDENTIFIER,
    "instance_class": "db.t3.medium",
    "allocated_storage_gb": 100,
    "database_name": "shared_db",
}
CLIENTS = {"blue-private-a": "10.40.32.0/19", "green-private-a": "10.50.32.0/19"}


def monitoring(scope: TerraformStack) -> EnhancedMonitoring:
    return EnhancedMonitoring(
        scope,
        "Monitoring",
        role_name="acme-monitoring",
        roles=builders.ROLES,
        region=builders.REGION,
        logs_key=builders.key(scope, "MonitoringKey"),
    )


def config(**changes: Any) -> DatabaseConfig:
    return DatabaseConfig.model_validate({**SIZES, **changes})


def database(scope: TerraformStack, changes: Body | None = None, **options: Any) -> SharedDatabase:
    return SharedDatabase(
        scope,
        "Database",
        **{
            **_surroundings(scope),
            "config": config(**(changes or {})),
            "secrets_key": builders.key(scope, "SecretKey"),
            "parameter_prefix": "/acme/rds/blue",
            **options,
        },
    )


def replica(
    scope: TerraformStack, changes: Body | None = None, source: Body | None = None, **options: Any
) -> DatabaseReplica:
    sizes = {"identifier": REPLICA, "instance_class": "db.t3.medium", "lag_alarm_seconds": 900}
    return DatabaseReplica(
        scope,
        "Database",
        **{
            **_surroundings(scope),
            "config": ReplicaConfig.model_validate({**sizes, **(changes or {})}),
            "source": config(**(source or {})),
            "source_arn": SOURCE_ARN,
            "parameter_prefix": "/acme/rds/far",
            **options,
        },
    )


def _surroundings(scope: TerraformStack) -> Body:
    return {
        "network": builders.network(scope),
        "key": builders.key(scope, "DataKey"),
        "logs_key": builders.key(scope, "LogKey"),
        "monitoring": monitoring(scope),
        "region": builders.REGION,
        "account_id": builders.ACCOUNT,
        "client_cidrs": CLIENTS,
        "secret_name": "acme/db",
    }
