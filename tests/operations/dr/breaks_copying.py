"""Ways to break what does the copying: roles, rules, versions, lifecycles, and the alarms on lateness."""

import json
from typing import Any

from tests.operations.dr.breaking import Break, Case, change, drop, path, policy

COPYING, ROLE, POLICY = "aws_s3_bucket_replication_configuration", "aws_iam_role", "aws_iam_role_policy"
SUBSCRIPTION, ALARM = "aws_cloudwatch_log_subscription_filter", "aws_cloudwatch_metric_alarm"
STREAM, VERSIONING = "aws_kinesis_firehose_delivery_stream", "aws_s3_bucket_versioning"
LIFECYCLE, IMAGES = "aws_s3_bucket_lifecycle_configuration", "aws_ecr_replication_configuration"
FILES, FILTER = path("Copy-fileflow-files/source"), path("Logs-to-dr/Filter-fileflow")
COPIES = "copies of ryuqqq-prod-fileflow-files fail: "
NO_RULE = "nothing copies ryuqqq-prod-fileflow-files/"
ROLE_OF_FILES = "the role ryuqqq-dr-fileflow-files-replication"


def _policy(name: str, old: str, new: str) -> Break:
    return policy("replication", f"{name}/Policy", old, new)


def _statement(name: str, **statement: Any) -> Break:
    """One more statement in the policy of a role."""

    def apply(stacks: dict[str, Any]) -> None:
        (body,) = filter(path(f"{name}/Policy"), stacks["replication"]["resource"][POLICY].values())
        document = json.loads(body["policy"])
        document["Statement"].append(statement)
        body["policy"] = json.dumps(document)

    return apply


def _rule(what: str, text: str, **values: Any) -> Case:
    return (
        what,
        change("replication", COPYING, FILES, **{f"rule__0__{key}": value for key, value in values.items()}),
        text,
    )


def _trust(name: str, service: str) -> Break:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return change("replication", ROLE, path(f"{name}/Role"), assume_role_policy=trust)


RIGHTS: list[Case] = [
    (
        "no policy",
        drop("replication", POLICY, path("Copy-fileflow-files/Role/Policy")),
        f"{COPIES}{ROLE_OF_FILES} has no policy",
    ),
    (
        "no policy, archive",
        drop("replication", POLICY, path("Copy-logs/Role/Policy")),
        "copies of ryuqqq-shared-logs fail: the role",
    ),
    (
        "may not write",
        _policy("Copy-fileflow-files/Role", '"s3:ReplicateObject",', ""),
        f"{COPIES}{ROLE_OF_FILES} may not s3:ReplicateObject on arn:aws:s3:::ryuqqq-dr-fileflow-files/object",
    ),
    (
        "may not read",
        _policy("Copy-fileflow-files/Role", '"s3:GetObjectVersionForReplication",', ""),
        "may not s3:GetObjectVersionForReplication on arn:aws:s3:::ryuqqq-prod-fileflow-files/object",
    ),
    (
        "key of another region",
        _policy("Copy-fileflow-files/Role", "s3.ap-northeast-1.amazonaws", "s3.us-west-2.amazonaws"),
        "may not kms:Encrypt, kms:GenerateDataKey on arn:aws:kms:ap-northeast-1:123456789012:alias/ryuqqq",
    ),
    (
        "may not decrypt the trail",
        _policy("Copy-logs/Role", "insecure_value).audit", "insecure_value).objects"),
        "may not kms:Decrypt on arn:aws:kms:ap-northeast-2:123456789012:alias/ryuqqq-audit",
    ),
    ("no JSON", _policy("Copy-fileflow-files/Role", "{", "["), f"{COPIES}{ROLE_OF_FILES} has no policy"),
    (
        "denied",
        _statement("Copy-fileflow-files/Role", Effect="Deny", Action="s3:*", Resource="*"),
        "may not s3:GetReplicationConfiguration, s3:ListBucket on",
    ),
    (
        "beyond the boundary",
        change(
            "replication",
            ROLE,
            path("Copy-fileflow-files/Role/Role"),
            permissions_boundary="arn:aws:iam::123456789012:policy/none",
        ),
        "may not s3:ReplicateObject, s3:ReplicateDelete, s3:ReplicateTags on",
    ),
    (
        "taken on by another service",
        _trust("Copy-fileflow-files/Role", "ec2.amazonaws.com"),
        f"{COPIES}s3.amazonaws.com may not take on {ROLE_OF_FILES}",
    ),
    (
        "no such role",
        change("replication", COPYING, FILES, role="arn:aws:iam::123456789012:role/none"),
        "need a role, but no stack makes arn:aws:iam::123456789012:role/none",
    ),
    (
        "Firehose may not deliver",
        drop("replication", POLICY, path("Logs-to-dr/Delivery/Policy")),
        "deliveries of ryuqqq-prod-logs-to-dr fail: the role ryuqqq-prod-logs-to-dr-delivery has no policy",
    ),
    (
        "Firehose may deliver elsewhere",
        _policy("Logs-to-dr/Delivery", "application/prod/*", "application/dev/*"),
        "s3:PutObject on arn:aws:s3:::ryuqqq-dr-logs/application/prod/object",
    ),
    (
        "Firehose may not encrypt",
        _policy("Logs-to-dr/Delivery", '"kms:GenerateDataKey"', '"kms:DescribeKey"'),
        "may not kms:GenerateDataKey on arn:aws:kms:ap-northeast-1:123456789012:alias/ryuqqq-logs",
    ),
    (
        "Firehose may not take on its role",
        _trust("Logs-to-dr/Delivery", "s3.amazonaws.com"),
        "firehose.amazonaws.com may not take on the role ryuqqq-prod-logs-to-dr-delivery",
    ),
    (
        "lines may not be handed over",
        drop("replication", POLICY, path("Logs-to-dr/Subscription/Policy")),
        "to ryuqqq-prod-logs-to-dr fail: the role ryuqqq-prod-logs-to-dr-subscription has no policy",
    ),
    (
        "lines may not be handed over after a failover",
        drop("dr", POLICY, path("Logs-to-dr/Subscription/Policy")),
        "to ryuqqq-dr-logs-to-dr fail: the role ryuqqq-dr-logs-to-dr-subscription has no policy",
    ),
    (
        "errors only",
        change("replication", SUBSCRIPTION, FILTER, filter_pattern="ERROR"),
        "lines of /ecs/fileflow-prod/application other than ERROR stay there",
    ),
    (
        "errors only after a failover",
        change("dr", SUBSCRIPTION, FILTER, filter_pattern="ERROR"),
        "lines of /ecs/fileflow-dr/application other than ERROR stay there",
    ),
    (
        "images into another account",
        change(
            "replication",
            IMAGES,
            path("Images/Replication"),
            replication_configuration__rule__0__destination__0__registry_id="999999999999",
        ),
        "nothing copies images of fileflow to ap-northeast-1, into the registry 123456789012",
    ),
]

_ONE_DAY = [{"id": "x", "status": "Enabled", "filter": [{"prefix": ""}], "expiration": [{"days": 1}]}]
_AT_ONCE = [
    {
        "id": "x",
        "status": "Enabled",
        "filter": [{"prefix": ""}],
        "transition": [{"days": 0, "storage_class": "DEEP_ARCHIVE"}],
    }
]
_TAGGED = [{**_ONE_DAY[0], "filter": [{"tag": {"key": "keep", "value": "no"}}]}]


def _kept(what: str, construct: str, rule: list[dict[str, Any]], text: str) -> Case:
    return what, change("dr", LIFECYCLE, path(f"{construct}/Lifecycle"), rule=rule), text


OBJECTS: list[Case] = [
    _rule("by tag", NO_RULE, filter={"tag": {"key": "replicate", "value": "yes"}}),
    _rule("by tag and prefix", NO_RULE, filter={"and": {"prefix": "", "tags": {"a": "b"}}}),
    _rule("by prefix, in and", NO_RULE, filter={"and": {"prefix": "x/"}}),
    _rule("by prefix, as in former times", NO_RULE, filter=None, prefix="a/"),
    _rule(
        "nothing measured",
        "does not report how late copies of ryuqqq-prod-fileflow-files (all-objects) are",
        destination__metrics__status="Disabled",
    ),
    _rule(
        "archived at once",
        "arrive in DEEP_ARCHIVE, which gives nothing back for hours",
        destination__storage_class="DEEP_ARCHIVE",
    ),
    _rule(
        "deletions stay behind",
        "what is deleted in ryuqqq-prod-fileflow-files/ stays in its copy",
        delete_marker_replication__status="Disabled",
    ),
    *(
        (f"{what}, {stack}", broken, f"ryuqqq-{stack}-fileflow-files in {region} keeps no versions")
        for stack, region in (("prod", "ap-northeast-2"), ("dr", "ap-northeast-1"))
        for what, broken in (
            ("no versioning", drop(stack, VERSIONING, path("Files-fileflow/Versioning"))),
            (
                "versioning suspended",
                change(
                    stack,
                    VERSIONING,
                    path("Files-fileflow/Versioning"),
                    versioning_configuration__status="Suspended",
                ),
            ),
        )
    ),
    _kept(
        "gone after a day",
        "Files-fileflow",
        _ONE_DAY,
        "copies in ryuqqq-dr-fileflow-files/ expire after 1 days",
    ),
    _kept(
        "some gone after a day",
        "Files-fileflow",
        _TAGGED,
        "copies in ryuqqq-dr-fileflow-files/ expire after 1",
    ),
    _kept(
        "archived", "Files-fileflow", _AT_ONCE, "copies in ryuqqq-dr-fileflow-files/ become archives after 0"
    ),
    _kept("logs gone after a day", "LogCopies", _ONE_DAY, "copies in ryuqqq-dr-logs/ expire after 1 days"),
]
