"""A record of the tasks that Fargate Spot took away."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from constructs import Construct

from hybrid_constructs.aws import policy
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement


class SpotInterruptions(Construct):
    """One line for each interrupted task of a cluster, in a log group; services count their own there.

    A single interruption is ordinary and nobody is told. It has no metric either, hence the log.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        cluster_arn: str,
        logs_key: Key,
        log_retention_days: int,
        region: str,
        account_id: str,
    ) -> None:
        super().__init__(scope, id_)
        log_group = CloudwatchLogGroup(
            self,
            "Log",
            # EventBridge's own prefix for log groups (EventBridge user guide, "CloudWatch Logs permissions").
            name=f"/aws/events/{name}",
            retention_in_days=log_retention_days,
            kms_key_id=logs_key.arn,
        )
        self.log_group, log_group_arn = log_group.name, log_group.arn
        # Built, not read: the target must wait for the policy, which names the rule.
        rule_arn = f"arn:aws:events:{region}:{account_id}:rule/{name}"
        writable = CloudwatchLogResourcePolicy(
            self,
            "Writer",
            policy_name=name,
            policy_document=policy(*_delivery(log_group_arn, rule_arn)),
        )
        rule = CloudwatchEventRule(
            self,
            "Rule",
            name=name,
            description="Tasks that Fargate Spot took away",
            event_pattern=json.dumps(_stopped_by_spot(cluster_arn), separators=(",", ":")),
        )
        CloudwatchEventTarget(
            self, "Target", rule=rule.name, target_id="log", arn=log_group_arn, depends_on=[writable]
        )


def _stopped_by_spot(cluster_arn: str) -> dict[str, object]:
    """ECS sends one event for each step of a task's end; the last one counts."""
    return {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {
            "clusterArn": [cluster_arn],
            "stopCode": ["SpotInterruption"],
            "lastStatus": ["STOPPED"],
        },
    }


def _delivery(log_group_arn: str, rule_arn: str) -> list[Statement]:
    """EventBridge user guide, "CloudWatch Logs permissions"; only writing can be tied to the rule."""
    principal = {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
    return [
        {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "logs:CreateLogStream",
            "Resource": f"{log_group_arn}:*",
        },
        {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "logs:PutLogEvents",
            "Resource": f"{log_group_arn}:*:*",
            "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
        },
    ]
