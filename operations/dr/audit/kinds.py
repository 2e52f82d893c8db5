"""How each kind of dependency is kept in step, which objective it serves, and what may differ."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from operations.dr.audit import check_data, check_logs, check_objects, check_tasks
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, View

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
    may_differ: Mapping[str, str] = field(default_factory=dict)
    """Path of an attribute, and why both sides differ in it."""

    may_differ_here: Callable[[View, Block], Mapping[str, str]] = lambda _view, _block: {}
    """The same, for single resources of the kind."""

    checks: tuple[Check, ...] = ()
    twin: Twin = View.twin
    required: bool = True
    """Whether a missing counterpart is a gap; if not, the checks say."""


_SERVICE = {
    "deployment_controller": "deployments are rolling on the standby, so that a failover needs no CodeDeploy",
    "deployment_circuit_breaker": "rolling deployments roll back by themselves",
    "force_new_deployment": "rolling deployments follow the configuration",
    "alarms": "rolling deployments watch alarms by themselves, CodeDeploy does it for blue/green",
    "desired_count": "standby.service_tasks; the failover starts the primary's number of tasks",
}
_DATABASE = {
    "replicate_source_db": "it is a replica",
    "multi_az": "the failover makes it Multi-AZ after its promotion",
    "deletion_protection": "set when it is promoted (database_replica.role: primary)",
    "maintenance_window": "a replica is maintained before its source",
    "delete_automated_backups": "set when it is promoted",
    "skip_final_snapshot": "RDS refuses a final snapshot of a replica",
    "final_snapshot_identifier": "RDS refuses a final snapshot of a replica",
    "apply_immediately": "nobody uses the standby",
    **dict.fromkeys(
        (
            "allocated_storage",
            "db_name",
            "engine",
            "engine_version",
            "storage_type",
            "username",
            "password_wo",
            "password_wo_version",
        ),
        "a replica has it from its source (RDS, CreateDBInstanceReadReplica)",
    ),
}

KINDS = {
    "aws_ecs_service": Kind(
        "service", "service", may_differ=_SERVICE, checks=(check_tasks.scaled_by_failover,)
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
    "aws_iam_policy": Kind(
        "identity",
        "permissions boundary",
        may_differ={"policy.Statement.StateOfOthers": "each keeps away from the state of all others"},
    ),
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
        may_differ_here=check_data.cache_is_off,
        checks=(check_data.switched_by_failover,),
    ),
    "aws_db_instance": Kind(
        "database",
        "database",
        objective="database",
        step="RDS replication",
        may_differ=_DATABASE,
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

PARTS_MAY_DIFFER: dict[str, Mapping[str, str]] = {
    "aws_route": {
        "nat_gateway_id": "the standby has as many NAT gateways as its file asks for (network.nat)"
    },
    "aws_s3_bucket_lifecycle_configuration": {
        "rule": "copies arrive in replication.storage_class and go on from there"
    },
}
