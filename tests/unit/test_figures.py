"""The sizes that the operations guide promises, against the environment files."""

from typing import Any

import pytest

from environments.loader import load_fleet

FLEET = load_fleet()
S3_AND_DYNAMODB = ("s3", "dynamodb")
BASIC = ("ecr.api", "ecr.dkr", "secretsmanager")
SAME_CAPACITY = {"fargate_spot": {"weight": 70, "base": 0}, "fargate": {"weight": 30, "base": 1}}

FIGURES: dict[str, tuple[Any, Any, Any]] = {
    "services.fileflow.cpu": (256, 512, 1024),
    "services.fileflow.memory_mib": (512, 1024, 2048),
    "services.fileflow.tasks": (1, 2, 4),
    "services.fileflow.mix": (SAME_CAPACITY,) * 3,
    "services.fileflow.maximum_percent": (200,) * 3,
    "services.fileflow.minimum_healthy_percent": (100,) * 3,
    "services.fileflow.deployment": ("rolling", "blue_green", "blue_green"),
    "services.fileflow.health_check_path": ("/actuator/health",) * 3,
    "cache.node_type": ("cache.t3.micro", "cache.t3.small", "cache.r6g.large"),
    "cache.nodes": (1, 1, 2),
    "cache.multi_az": (False, False, True),
    "log_retention_days": (7, 14, 14),
    "network.cidr": ("10.10.0.0/16", "10.20.0.0/16", "10.30.0.0/16"),
    "network.zones": (("ap-northeast-2a", "ap-northeast-2c"),) * 3,
    "network.endpoints.gateway": (("s3",), S3_AND_DYNAMODB, S3_AND_DYNAMODB),
    "network.endpoints.interface": (BASIC, BASIC, (*BASIC, "sqs")),
    "storage_tiers": (("STANDARD",), ("STANDARD", "STANDARD_IA"), ("STANDARD", "STANDARD_IA", "GLACIER")),
    "application_insights": (False, True, True),
    "usage.logs_gb": (5, 15, 50),
    "usage.traces": (100_000, 500_000, 2_000_000),
    "usage.s3_standard_gb": (10, 50, 200),
    "usage.s3_standard_ia_gb": (0, 20, 500),
    "usage.s3_glacier_gb": (0, 0, 1024),
    "usage.sqs_requests": (1_000_000, 5_000_000, 20_000_000),
    "usage.secrets": (5, 8, 15),
    "usage.egress_gb": (50, 150, 500),
    "usage.alarms": (10, 20, 40),
    "budget_usd": (145, 322, 663),
    "region": ("ap-northeast-2",) * 3,
}

SHARED = {
    "network.cidr": "10.0.0.0/16",
    "region": "ap-northeast-2",
    "database.identifier": "ryuqqq-shared-rds",
    "database.engine_version": "8.4",
    "database.instance_class": "db.t3.medium",
    "database.multi_az": True,
    "database.allocated_storage_gb": 100,
    "database.database_name": "shared_db",
    "database.backup_retention_days": 7,
    "database.backup_window": "03:00-04:00",
    "database.maintenance_window": "sun:04:00-sun:05:00",
    "database.performance_insights": True,
    "database.log_exports": ("error", "general", "slowquery"),
    "database.performance_insights_days": 7,
    "database.monitoring_interval_seconds": 60,
    "database.ca_certificate": "rds-ca-rsa2048-g1",
    "database.general_log": False,
    "keys": ("database", "objects", "secrets", "logs", "messaging", "cache", "audit"),
    "usage.database_backup_gb": 200,
    "usage.archive_standard_gb": 1024,
    "usage.archive_glacier_gb": 5 * 1024,
    "log_archive.lifecycle": {"standard_ia_days": 90, "glacier_days": 365, "expiration_days": 2555},
    "log_archive.access_logs_prefix": "access-logs/",
    "transit_gateway.attach": ("dev", "staging", "prod"),
    "organisation.domain": "ryuqqq.com",
    "organisation.prefix": "ryuqqq",
    "budget_usd": 372,
}

DR = {
    "region": "ap-northeast-1",
    "primary": "prod",
    "network.cidr": "10.1.0.0/16",
    "network.zones": ("ap-northeast-1a", "ap-northeast-1c"),
    "network.nat_zones": ("ap-northeast-1a",),
    "network.subnets.public": ("10.1.0.0/20", "10.1.16.0/20"),
    "network.subnets.private": ("10.1.32.0/19", "10.1.64.0/19"),
    "network.subnets.data": ("10.1.96.0/20", "10.1.112.0/20"),
    "database_replica.identifier": "ryuqqq-shared-rds-replica",
    "database_replica.instance_class": "db.t3.medium",
    "database_replica.role": "replica",
    "database_replica.lag_alarm_seconds": 900,
    "database_replica.backup_retention_days": 7,
    "key_deletion_window_days": 30,
    "required_tags.Environment": "dr",
    "replication": {"bucket": "ryuqqq-dr-logs", "storage_class": "STANDARD_IA", "time_control_minutes": 15},
    "standby": {"service_tasks": 0, "cache": "off"},
    "edge.host": "fileflow.ryuqqq.com",
    "edge.health_check": {
        "path": "/actuator/health",
        "port": 443,
        "interval_seconds": 30,
        "failure_threshold": 3,
        "checker_regions": (),
    },
    "edge.cdn.alias": "cdn.fileflow.ryuqqq.com",
    "edge.cdn.ttl_seconds": {"minimum": 0, "default": 300, "maximum": 3600},
}

OBJECTIVES = {
    "application": (0, 15),
    "database": (15, 30),
    "cache": (None, 10),
    "objects": (15, 0),
    "logs": (5, 0),
    "all": (15, 120),
}


def value_at(environment: Any, path: str) -> Any:
    value = environment
    for step in path.split("."):
        value = value[step] if isinstance(value, dict) else getattr(value, step)
    return value.model_dump() if hasattr(value, "model_dump") else value


@pytest.mark.parametrize("path", FIGURES)
@pytest.mark.parametrize("index", [0, 1, 2], ids=["dev", "staging", "prod"])
def test_workload_figures(path: str, index: int) -> None:
    environment = FLEET.workloads[("dev", "staging", "prod")[index]]
    assert value_at(environment, path) == FIGURES[path][index]


@pytest.mark.parametrize("path", SHARED)
def test_shared_figures(path: str) -> None:
    assert value_at(FLEET.shared, path) == SHARED[path]


@pytest.mark.parametrize("path", DR)
def test_dr_figures(path: str) -> None:
    assert value_at(FLEET.dr, path) == DR[path]


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objectives(name: str) -> None:
    objective = value_at(FLEET.dr, f"objectives.{name}")
    assert (objective["rpo_minutes"], objective["rto_minutes"]) == OBJECTIVES[name]


def test_nat_gateways() -> None:
    gateways = {name: len(env.network.nat_zones) for name, env in FLEET.environments.items()}
    assert gateways == {"shared": 0, "dev": 1, "staging": 2, "prod": 2, "dr": 1}


def test_the_failover_host_is_the_primarys() -> None:
    assert FLEET.primary.services["fileflow"].host == FLEET.dr.edge.host
