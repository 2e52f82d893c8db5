"""Which nodes become which card, and how it is worded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from operations.graph.model import Node, Relation
from operations.graph.nodes import COUNTED

Category = Literal["traffic", "compute", "data", "storage", "secrets", "watch", "network"]


@dataclass(frozen=True)
class Kind:
    title: str
    category: Category
    kinds: tuple[str, ...]
    each: bool = False
    """A card for each, with its facts; otherwise one card lists them."""


KINDS = (
    Kind("CDN", "traffic", ("aws_cloudfront_distribution",), each=True),
    Kind("DNS failover", "traffic", ("aws_route53_record",), each=True),
    Kind("Health checks", "traffic", ("aws_route53_health_check",)),
    Kind("NAT gateways", "network", ("aws_nat_gateway",)),
    Kind("Load balancer", "traffic", ("aws_lb",), each=True),
    Kind("Service", "compute", ("aws_ecs_service",), each=True),
    Kind("Endpoints", "network", ("aws_vpc_endpoint",)),
    Kind("Database", "data", ("aws_db_instance",), each=True),
    Kind("Redis", "data", ("aws_elasticache_replication_group", "aws_elasticache_subnet_group"), each=True),
    Kind("Queues", "storage", ("aws_sqs_queue",)),
    Kind("Buckets", "storage", ("aws_s3_bucket",)),
    Kind("Images", "storage", ("aws_ecr_repository",)),
    Kind("Secrets", "secrets", ("aws_secretsmanager_secret",)),
    Kind("Log streams", "watch", ("aws_kinesis_firehose_delivery_stream",)),
    Kind("Audit", "watch", ("aws_cloudtrail", "aws_config_configuration_recorder")),
    Kind(
        "Observability",
        "watch",
        (
            "aws_prometheus_workspace",
            "aws_grafana_workspace",
            "aws_xray_group",
            "aws_applicationinsights_application",
            "aws_budgets_budget",
            "aws_ce_anomaly_monitor",
        ),
    ),
)
_PREFIXES = {
    "aws_prometheus_workspace": "Prometheus",
    "aws_grafana_workspace": "Grafana",
    "aws_xray_group": "X-Ray",
    "aws_applicationinsights_application": "Application Insights",
    "aws_budgets_budget": "Budget",
    "aws_ce_anomaly_monitor": "Cost anomalies",
}
_TOLD_BY_FACTS = ("aws_kinesis_firehose_delivery_stream", "aws_budgets_budget")
"""Kinds whose names say less than their facts."""

ON_ONE_LINE = ("aws_vpc_endpoint", "aws_nat_gateway")
"""Kinds of short names."""

SEPARATOR = "\u00a0· "
"""Never at the beginning of a line."""

HUB = "aws_ec2_transit_gateway"
NAMES: dict[Relation, str] = {
    "database": "Database",
    "objects": "Files",
    "images": "Images",
    "secrets": "Secrets",
    "logs": "Logs",
}
"""What each copying arrow carries."""


def is_counted(node: Node) -> bool:
    """Whether only the number of such nodes is worth a place."""
    return node.kind in COUNTED


def counts(nodes: Iterable[Node]) -> str:
    """The counted ones among `nodes`, as a list."""
    return ", ".join(f"{node.count} {node.name}" for node in nodes if is_counted(node))


def line(node: Node) -> str:
    """A node as one of several on a card."""
    words = [_PREFIXES[node.kind]] if node.kind in _PREFIXES else []
    if node.kind in _TOLD_BY_FACTS:
        return " ".join([*words, *node.facts])
    text = " ".join([*words, node.name])
    return f"{text} ({', '.join(node.facts)})" if node.facts else text
