"""Our extension of moto: one module per AWS service, each closing gaps that the platform's resources meet.

Every fix is written the way moto writes its own code, so that it can be offered upstream and dropped here.
"""

from importlib import import_module
from importlib.metadata import version

from operations.errors import HybridError

MOTO_VERSION = "5.2.5"
"""The version whose internals the extension changes. Another one may have closed a gap, or moved it."""

MODULES = (
    "amp",
    "applicationautoscaling",
    "applicationautoscaling_policies",
    "applicationinsights",
    "budgets",
    "ce",
    "chatbot",
    "cloudfront",
    "cloudfront_policies",
    "cloudtrail",
    "cloudtrail_events",
    "cloudwatch",
    "cloudwatch_alarm_filters",
    "cloudwatch_history",
    "codedeploy",
    "codedeploy_groups",
    "core",
    "ec2_flow_logs",
    "ec2_peering",
    "ec2_prefix_lists",
    "ec2_security_groups",
    "ec2_transit_gateway",
    "ec2_vpc",
    "ecr",
    "ecs",
    "ecs_clusters",
    "ecs_service_deployments",
    "ecs_task_definitions",
    "elasticache",
    "elasticache_parameters",
    "elasticache_users",
    "elbv2_attached",
    "elbv2_targets",
    "firehose",
    "grafana",
    "iam",
    "kms",
    "logs_metric_filters",
    "rds",
    "rds_parameters",
    "rds_restores",
    "route53",
    "route53_health_checks",
    "s3",
    "s3_bucket_policy",
    "s3_configurations",
    "s3_delete_markers",
    "s3_logging",
    "secretsmanager",
    "sqs",
    "xray",
    "xray_summaries",
    # Last, around what the others make of the same methods.
    "ec2_deleted",
)
"""Each has `install()`. They are imported late: moto is loaded by the server process only."""


def install() -> None:
    """Register every fix with moto."""
    if (found := version("moto")) != MOTO_VERSION:
        raise HybridError(
            f"the moto extension is written for moto {MOTO_VERSION}, but {found} is installed; "
            f"run `pip install -e .`, or review operations/local/moto_extension for {found}"
        )
    for module in MODULES:
        import_module(f"{__name__}.{module}").install()
