"""How each kind of dependency is kept in step, which objective it serves, and what may differ."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from operations.dr.audit import check_data, check_logs, check_objects, check_standby, check_tasks, meant
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, View
from operations.dr.audit.meant import MayDiffer

SAME = "Terraform, from the same configuration"
Check = Callable[[View, Block, Block | None], Iterator[Finding]]
Twin = Callable[[View, Block], Block | None]


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    group: str
    label: str
    objective: str | Callable[[View, Block], str | None] | None = "application"
    step: str = SAME
    may_differ: MayDiffer = field(default_factory=dict)
    """What is meant to differ; in `meant`."""

    may_differ_here: Callable[[View, Block], MayDiffer] = lambda _view, _block: {}
    """The same, for single resources of the kind."""

    checks: tuple[Check, ...] = ()
    twin: Twin = View.twin
    required: bool = True
    """Whether a missing counterpart is a gap; if not, the checks say."""


KINDS = {
    "aws_ecs_service": Kind(
        "service",
        "service",
        may_differ=meant.SERVICE,
        checks=(check_tasks.scaled_by_failover, check_standby.keeps_deployments),
    ),
    "aws_ecs_task_definition": Kind("service", "task definition", checks=(check_tasks.same_images,)),
    "aws_ecs_cluster": Kind("service", "cluster"),
    "aws_ecr_repository": Kind(
        "service", "image repository", step="ECR replication", checks=(check_tasks.images_replicated,)
    ),
    "aws_lb": Kind("entry", "load balancer"),
    "aws_lb_target_group": Kind("entry", "target group"),
    "aws_acm_certificate": Kind(
        "entry",
        "certificate",
        step="issued in each region, renewed by ACM through DNS",
        checks=(check_tasks.hosts_covered,),
    ),
    "aws_wafv2_web_acl": Kind("entry", "web ACL"),
    "aws_vpc": Kind("network", "network"),
    "aws_subnet": Kind("network", "subnet"),
    "aws_route_table": Kind("network", "route table"),
    "aws_internet_gateway": Kind("network", "internet gateway"),
    "aws_nat_gateway": Kind("network", "NAT gateway", twin=check_tasks.any_of_its_kind),
    "aws_eip": Kind("network", "address of a NAT gateway", twin=check_tasks.any_of_its_kind),
    "aws_vpc_endpoint": Kind("network", "VPC endpoint"),
    "aws_security_group": Kind("network", "security group"),
    "aws_iam_role": Kind("identity", "role"),
    "aws_iam_policy": Kind("identity", "permissions boundary", may_differ=meant.BOUNDARY),
    "aws_kms_key": Kind(
        "keys", "key", step="a key of the same alias in each region; copies are re-encrypted"
    ),
    "aws_secretsmanager_secret": Kind(
        "settings",
        "secret",
        step="Secrets Manager replication",
        twin=check_data.secret_copy,
        required=False,
        checks=(check_data.secret_replicated,),
    ),
    "aws_ssm_parameter": Kind(
        "settings",
        "parameter",
        may_differ_here=meant.cache_is_off,
        checks=(check_data.switched_by_failover,),
    ),
    "aws_db_instance": Kind(
        "database",
        "database",
        objective="database",
        step="RDS replication",
        may_differ=meant.DATABASE,
        checks=(check_data.database_replicated,),
    ),
    "aws_db_subnet_group": Kind("database", "subnet group", objective="database"),
    "aws_db_parameter_group": Kind("database", "parameter group", objective="database"),
    "aws_elasticache_replication_group": Kind(
        "cache",
        "cache",
        objective="cache",
        step="content is not copied",
        required=False,
        checks=(check_data.cache_can_be_made,),
    ),
    "aws_elasticache_subnet_group": Kind("cache", "subnet group", objective="cache"),
    "aws_elasticache_parameter_group": Kind("cache", "parameter group", objective="cache"),
    "aws_elasticache_user": Kind("cache", "user", objective="cache"),
    "aws_elasticache_user_group": Kind("cache", "user group", objective="cache"),
    "aws_s3_bucket": Kind(
        "objects",
        "bucket",
        objective=check_objects.objective_of,
        step="S3",
        may_differ_here=check_objects.archive_receives,
        checks=(check_objects.bucket_replicated,),
    ),
    "aws_sqs_queue": Kind(
        "queues", "queue", objective=None, step=f"{SAME}; messages wait in their region until it is back"
    ),
    "aws_cloudwatch_log_group": Kind(
        "logs", "log group", objective=check_logs.objective_of, checks=(check_logs.logs_streamed,)
    ),
    "aws_cloudwatch_log_resource_policy": Kind("logs", "log delivery", objective=None),
    "aws_kinesis_firehose_delivery_stream": Kind(
        "logs", "log stream", objective="logs", step="Firehose", checks=(check_logs.stream_in_time,)
    ),
    "aws_sns_topic": Kind("alarms", "topic"),
}
"""Every kind that services may depend on; one that is not listed here is a gap until somebody decides."""
