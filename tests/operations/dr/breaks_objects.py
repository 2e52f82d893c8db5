"""Ways to break buckets, logs and alarms."""

from tests.operations.dr.breaking import Case, change, drop, metric, named, path, published_elsewhere, replace

COPYING = "aws_s3_bucket_replication_configuration"
STREAM = "aws_kinesis_firehose_delivery_stream"
FILES = path("Copy-fileflow-files/source")

OBJECTS: dict[str, list[Case]] = {
    "bucket": [
        (
            "deleted",
            drop("dr", "aws_s3_bucket", path("Files-fileflow/Bucket")),
            "no bucket ryuqqq-dr-fileflow-files in ap-northeast-1",
        ),
        (
            "not copied",
            drop("replication", COPYING, FILES),
            "nothing copies ryuqqq-prod-fileflow-files/ to ryuqqq-dr-fileflow-files",
        ),
        (
            "copying paused",
            change("replication", COPYING, FILES, rule__0__status="Disabled"),
            "nothing copies ryuqqq-prod-fileflow-files/",
        ),
        (
            "a part is copied",
            change(
                "replication",
                COPYING,
                FILES,
                rule__0__filter__prefix="new/",
            ),
            "nothing copies ryuqqq-prod-fileflow-files/",
        ),
        (
            "no time limit",
            change(
                "replication",
                COPYING,
                FILES,
                rule__0__destination__replication_time__status="Disabled",
            ),
            "have no time limit; the RPO is 15 min",
        ),
        (
            "too slow",
            change(
                "replication",
                COPYING,
                FILES,
                rule__0__destination__replication_time__time__minutes=30,
            ),
            "may take 30 min; the RPO is 15 min",
        ),
        (
            "encrypted objects skipped",
            change(
                "replication",
                COPYING,
                FILES,
                rule__0__source_selection_criteria={},
            ),
            "S3 skips the encrypted objects",
        ),
        (
            "key of the primary",
            published_elsewhere("replication", "Keys-dr/Ring/Parameter", "/shared/keys/shared"),
            "are encrypted with a key in ap-northeast-2",
        ),
        (
            "nobody is told",
            drop("replication", "aws_cloudwatch_metric_alarm", metric("ReplicationLatency")),
            "no alarm in ap-northeast-1 on copies of ryuqqq-prod-fileflow-files",
        ),
        (
            "not versioned",
            drop("dr", "aws_s3_bucket_versioning", path("Files-fileflow/Versioning")),
            "bucket, s3_bucket_versioning: no",
        ),
        (
            "a prefix of the archive is left out",
            replace("replication", COPYING, '"cloudtrail/"', '"trail/"'),
            "nothing copies ryuqqq-shared-logs/cloudtrail/",
        ),
        (
            "application logs not streamed",
            drop("replication", STREAM),
            "nothing copies ryuqqq-shared-logs/application/",
        ),
    ],
}

LOGS: dict[str, list[Case]] = {
    "log group": [
        (
            "shorter",
            change(
                "dr", "aws_cloudwatch_log_group", named("/ecs/fileflow-dr/application"), retention_in_days=1
            ),
            "retention_in_days is 1, not 14",
        ),
        (
            "primary's lines stay there",
            drop("replication", "aws_cloudwatch_log_subscription_filter"),
            "lines of /ecs/fileflow-prod/application (the primary) reach no archive in ap-northeast-1",
        ),
        (
            "standby's lines stay there",
            drop("dr", "aws_cloudwatch_log_subscription_filter"),
            "lines of /ecs/fileflow-dr/application (the standby) reach no archive in ap-northeast-1",
        ),
        (
            "one archive only",
            replace("replication", STREAM, "ryuqqq-dr-logs", "ryuqqq-shared-logs"),
            "(the primary) reach no archive in ap-northeast-1",
        ),
    ],
    "log stream": [
        (
            "waits too long",
            change(
                "replication",
                STREAM,
                path("Logs-to-dr/Stream"),
                extended_s3_configuration__buffering_interval=300,
            ),
            "ryuqqq-prod-logs-to-dr may be 300 + 180 s late; the RPO is 300 s",
        ),
        (
            "nobody is told",
            drop("replication", "aws_cloudwatch_metric_alarm", metric("DeliveryToS3.DataFreshness")),
            "no alarm on lines of ryuqqq-prod-logs-to-dr",
        ),
        (
            "nobody is told after a failover",
            drop("dr", "aws_cloudwatch_metric_alarm", metric("DeliveryToS3.DataFreshness")),
            "no alarm on lines of ryuqqq-dr-logs-to-dr",
        ),
        ("deleted", drop("dr", STREAM), "no log stream ryuqqq-dr-logs-to-dr"),
    ],
    "log delivery": [
        (
            "deleted",
            drop("dr", "aws_cloudwatch_log_resource_policy", path("Firewall/Logs/Delivery")),
            "no log delivery aws-waf-logs-fileflow-dr-alb-delivery",
        )
    ],
    "topic": [
        (
            "deleted",
            drop("dr", "aws_sns_topic", named("ryuqqq-dr-alarms-critical")),
            "no topic ryuqqq-dr-alarms-critical in ap-northeast-1",
        ),
        (
            "not encrypted",
            change(
                "dr", "aws_sns_topic", named("ryuqqq-dr-alarms-warning"), kms_master_key_id="alias/aws/sns"
            ),
            "kms_master_key_id is 'alias/aws/sns'",
        ),
    ],
}
