"""Log groups into which services of AWS deliver what they vend."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from constructs import Construct

from hybrid_constructs.aws import policy
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement


class DeliveredLogs(Construct):
    """An encrypted log group that only deliveries of this account and region may write to."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: Key,
        retention_days: int,
        account_id: str,
        region: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.arn = CloudwatchLogGroup(
            self,
            "LogGroup",
            name=name,
            kms_key_id=key.arn,
            retention_in_days=retention_days,
            provider=provider,
        ).arn
        # Without it AWS writes a policy of its own, which no stack knows and no stack removes.
        self.policy = CloudwatchLogResourcePolicy(
            self,
            "Delivery",
            policy_name=f"{name}-delivery",
            policy_document=policy(delivery(name, account_id, region)),
            provider=provider,
        )
        """What a delivery must wait for."""


def delivery(log_group: str, account_id: str, region: str) -> Statement:
    """What a delivery to a log group needs (CloudWatch Logs guide, "Enable logging from AWS services")."""
    return {
        "Sid": "Delivery",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:{region}:{account_id}:log-group:{log_group}:log-stream:*",
        "Condition": {
            # Against the confused deputy (IAM user guide, "Cross-service confused deputy prevention").
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account_id}:*"},
        },
    }
