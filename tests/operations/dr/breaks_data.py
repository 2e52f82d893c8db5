"""Ways to break database, cache, queues, secrets, parameters and keys."""

import json

from tests.operations.dr.breaking import (
    Break,
    Broken,
    Case,
    Chosen,
    address,
    change,
    drop,
    metric,
    named,
    path,
    policy,
    replace,
)

REPLICA = "ryuqqq-shared-rds-replica"
LAG = "ReplicaLag"


def _lag_alarm(low: bool) -> Chosen:
    return lambda body: metric(LAG)(body) and (body["threshold"] == 0) is low


def _running_cache(node_type: str) -> Break:
    """A cache beside the standby, as the failover makes it."""

    def apply(stacks: Broken) -> None:
        ((name, body),) = stacks["prod"]["resource"]["aws_elasticache_replication_group"].items()
        text = json.dumps(body).replace("ryuqqq-prod", "ryuqqq-dr")
        key = address(stacks, "dr", "aws_kms_key", path("Keys/cache/Key"))
        copied = json.loads(text) | {"kms_key_id": f"${{{key}.arn}}", "node_type": node_type}
        stacks["dr"]["resource"]["aws_elasticache_replication_group"] = {name: copied}

    return apply


def _copy_encrypted_with(key: str) -> Break:
    def apply(stacks: Broken) -> None:
        name = address(stacks, "shared", "aws_kms_key", path(key))
        for body in stacks["shared"]["resource"]["aws_secretsmanager_secret"].values():
            body["replica"][0]["kms_key_id"] = f"${{{name}.arn}}"

    return apply


DATA: dict[str, list[Case]] = {
    "database": [
        ("deleted", drop("dr", "aws_db_instance"), f"no database {REPLICA} in ap-northeast-1"),
        (
            "smaller",
            change("dr", "aws_db_instance", path("Database/Instance"), instance_class="db.t3.small"),
            "instance_class is 'db.t3.small', not 'db.t3.medium'",
        ),
        (
            "no replica",
            change("dr", "aws_db_instance", path("Database/Instance"), replicate_source_db=None),
            f"{REPLICA} replicates nothing",
        ),
        (
            "replica of another",
            replace("dr", "aws_db_instance", ":db:ryuqqq-shared-rds", ":db:ryuqqq-other"),
            "not arn:aws:rds:ap-northeast-2:123456789012:db:ryuqqq-shared-rds",
        ),
        (
            "late alarm",
            change("dr", "aws_cloudwatch_metric_alarm", _lag_alarm(False), threshold=901),
            "rings above 901 s; the RPO is 900 s",
        ),
        (
            "no alarm",
            drop("dr", "aws_cloudwatch_metric_alarm", _lag_alarm(False)),
            "no alarm on ReplicaLag; the RPO",
        ),
        (
            "silence is fine",
            change("dr", "aws_cloudwatch_metric_alarm", _lag_alarm(False), treat_missing_data="ignore"),
            "no alarm on ReplicaLag; the RPO",
        ),
        (
            "alarm tells nobody",
            change("dr", "aws_cloudwatch_metric_alarm", _lag_alarm(False), alarm_actions=[]),
            "no alarm on ReplicaLag; the RPO",
        ),
        ("stops unseen", drop("dr", "aws_cloudwatch_metric_alarm", _lag_alarm(True)), "a ReplicaLag below 0"),
    ],
    "cache": [
        ("smaller", _running_cache("cache.t3.micro"), "node_type is 'cache.t3.micro', not 'cache.r6g.large'"),
    ],
    "user": [
        (
            "other rights",
            change("dr", "aws_elasticache_user", path("Cache/User-fileflow"), access_string="on ~* +@all"),
            "user fileflow-dr: access_string",
        )
    ],
    "user group": [
        (
            "deleted",
            drop("dr", "aws_elasticache_user_group"),
            "no user group ryuqqq-dr-redis in ap-northeast-1",
        )
    ],
    "parameter group": [
        (
            "cache evicts otherwise",
            replace("dr", "aws_elasticache_parameter_group", "allkeys-lru", "noeviction"),
            "parameter.maxmemory-policy.value is 'noeviction'",
        ),
        (
            "database in another zone",
            replace("dr", "aws_db_parameter_group", '"UTC"', '"Asia/Tokyo"'),
            "parameter.time_zone.value is 'Asia/Tokyo'",
        ),
    ],
    "subnet group": [
        ("database's deleted", drop("dr", "aws_db_subnet_group"), f"no subnet group {REPLICA}"),
        ("cache's deleted", drop("dr", "aws_elasticache_subnet_group"), "no subnet group ryuqqq-dr-redis"),
    ],
    "queue": [
        ("deleted", drop("dr", "aws_sqs_queue", named("fileflow-dr-dlq")), "no queue fileflow-dr-dlq"),
        (
            "shorter",
            change("dr", "aws_sqs_queue", named("fileflow-dr"), visibility_timeout_seconds=5),
            "visibility_timeout_seconds is 5, not 60",
        ),
    ],
}

SETTINGS: dict[str, list[Case]] = {
    "secret": [
        (
            "not copied",
            change("shared", "aws_secretsmanager_secret", named("shared/rds/prod/master"), replica=[]),
            "secret shared/rds/prod/master is not copied to ap-northeast-1",
        ),
        (
            "copied elsewhere",
            replace("shared", "aws_secretsmanager_secret", "ap-northeast-1", "us-west-2"),
            "is not copied to ap-northeast-1",
        ),
        (
            "unreadable",
            _copy_encrypted_with("Keys/secrets/Key"),
            "is encrypted with alias/ryuqqq-secrets in ap-northeast-2",
        ),
        (
            "deleted",
            drop("shared", "aws_secretsmanager_secret", named("shared/rds/prod/master")),
            "secret shared/rds/prod/master is needed, but no stack makes it",
        ),
        (
            "unknown",
            policy(
                "prod",
                "Service-fileflow/Roles/Execution/Policy",
                "fileflow/prod/database",
                "fileflow/prod/other",
            ),
            "secret fileflow/prod/other is needed, but no stack makes it",
        ),
    ],
    "parameter": [
        (
            "deleted",
            drop("dr", "aws_ssm_parameter", named("/shared/rds/dr/port")),
            "no parameter /shared/rds/dr/port in ap-northeast-1",
        ),
        (
            "the primary's database",
            change("dr", "aws_ssm_parameter", named("/shared/rds/dr/endpoint"), value="db.example.org"),
            "parameter /shared/rds/dr/endpoint: value is 'db.example.org'",
        ),
        (
            "switch undone by an apply",
            change("dr", "aws_ssm_parameter", named("/shared/rds/dr/endpoint"), lifecycle=None),
            "undo what the failover writes into /shared/rds/dr/endpoint",
        ),
        (
            "cache's address undone",
            change("dr", "aws_ssm_parameter", named("/dr/cache/endpoint"), lifecycle=None),
            "undo what the failover writes into /dr/cache/endpoint",
        ),
    ],
    "key": [
        (
            "other alias",
            change("dr", "aws_kms_alias", named("alias/ryuqqq-objects"), name="alias/ryuqqq-files"),
            "no key alias/ryuqqq-objects in ap-northeast-1",
        ),
        (
            "not rotated",
            change("dr", "aws_kms_key", path("Keys/messaging/Key"), enable_key_rotation=False),
            "key alias/ryuqqq-messaging: enable_key_rotation is False",
        ),
    ],
}
