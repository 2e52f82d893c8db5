"""What a VPC records about its traffic."""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from environments.network import FlowLogsConfig
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, ServiceRole

_FIELDS = (
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"),
    *("packets", "bytes", "start", "end", "action", "log-status"),
    *("vpc-id", "subnet-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr", "flow-direction"),
)
"""The default fields, and those that show which way traffic went and who was behind a NAT gateway."""

_LOG_FORMAT = " ".join(
    # Terraform would read ${...} as its own interpolation.
    f"$${{{field}}}"
    for field in _FIELDS
)


class FlowLogs(Construct):
    """Flow logs of a network, delivered to a CloudWatch log group."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: Network,
        log_group_name: str,
        roles: RoleScope,
        config: FlowLogsConfig,
        kms_key_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.log_group_name = log_group_name
        log_group_arn = CloudwatchLogGroup(
            self,
            "LogGroup",
            name=log_group_name,
            retention_in_days=config.retention_days,
            kms_key_id=kms_key_arn,
        ).arn
        role = ServiceRole(
            self,
            "Delivery",
            name=f"{network.name}-flow-logs",
            service="vpc-flow-logs.amazonaws.com",
            within=roles,
            statements=[_delivery(log_group_arn)],
        )
        FlowLog(
            self,
            "FlowLog",
            vpc_id=network.vpc_id,
            traffic_type=config.traffic,
            max_aggregation_interval=config.aggregation_seconds,
            log_destination=log_group_arn,
            log_format=_LOG_FORMAT,
            iam_role_arn=role.arn,
            tags={"Name": network.name},
        )


def _delivery(log_group_arn: str) -> Statement:
    # No right to create a group: this one exists already (VPC user guide, "Flow logs to CloudWatch Logs").
    return {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        "Resource": [log_group_arn, f"{log_group_arn}:*"],
    }
