"""Enhanced Monitoring of RDS: the operating system's view of an instance."""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, ServiceRole

LOG_GROUP = "RDSOSMetrics"
"""RDS knows no other name; there is one in each account and region."""

RETENTION_DAYS = 30
"""What RDS sets on the group by itself (RDS user guide, "Viewing OS metrics using CloudWatch Logs")."""


class EnhancedMonitoring(Construct):
    """Role and log group of all instances of one region. One for each account and region.

    The group is made here, before RDS makes it, so that it is encrypted from the first line on.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        role_name: str,
        roles: RoleScope,
        region: str,
        logs_key: Key,
    ) -> None:
        super().__init__(scope, id_)
        log_group = CloudwatchLogGroup(
            self,
            "LogGroup",
            name=LOG_GROUP,
            retention_in_days=RETENTION_DAYS,
            kms_key_id=logs_key.arn,
        )
        role = ServiceRole(
            self,
            "Role",
            name=role_name,
            service="monitoring.rds.amazonaws.com",
            within=roles,
            statements=delivery(region, roles.account_id),
        )
        self.role_arn = role.arn
        # RDS refuses a role that lacks the permissions at that moment; the ARN alone does not wait for them.
        access = role.node.find_child("Policy")
        self.ready = [log_group, *([access] if isinstance(access, IamRolePolicy) else [])]


def delivery(region: str, account_id: str) -> list[Statement]:
    """The actions of AWS's AmazonRDSEnhancedMonitoringRole, on this region's group instead of all `RDS*`."""
    group = f"arn:aws:logs:{region}:{account_id}:log-group:{LOG_GROUP}"
    return [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
            "Resource": group,
        },
        {
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                "logs:DescribeLogStreams",
                "logs:GetLogEvents",
            ],
            "Resource": f"{group}:log-stream:*",
        },
    ]
