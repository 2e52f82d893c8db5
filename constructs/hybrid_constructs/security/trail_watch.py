"""Calls that a person must explain, as the CIS benchmark lists them.

CIS AWS Foundations Benchmark v1.4.0, 4.1 to 4.14; the patterns are those that Security Hub looks for
(Security Hub user guide, controls CloudWatch.1 to CloudWatch.14).
"""

from dataclasses import dataclass

from hybrid_constructs.observability.watch import Alarm, LogMetric, Metric, MissingData, Severity

RUNBOOK = "runbooks/audit.md"
NAMESPACE = "Audit"
_CRITICAL, _WARNING = Severity.CRITICAL, Severity.WARNING


@dataclass(frozen=True)
class Suspicion:
    """Something that the trail may show."""

    id: str
    what: str
    pattern: str
    severity: Severity = _WARNING
    above: int = 0
    """Occurrences within five minutes that are still no reason to look."""

    @property
    def metric(self) -> Metric:
        return Metric(NAMESPACE, self.id, {}, "Sum", period_seconds=300)


def _any_event(*names: str, source: str = "") -> str:
    events = " || ".join(f"($.eventName={name})" for name in names)
    return f"{{($.eventSource={source}) && ({events})}}" if source else f"{{{events}}}"


SUSPICIONS = (
    Suspicion(
        "root-use",
        "The root user was used",
        '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && '
        '$.eventType !="AwsServiceEvent"}',
        _CRITICAL,
    ),
    Suspicion(
        "unauthorized-calls",
        "Many calls were refused for lack of rights",
        '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
        above=10,
    ),
    Suspicion(
        "login-without-mfa",
        "Somebody logged in to the console without a second factor",
        '{($.eventName="ConsoleLogin") && ($.additionalEventData.MFAUsed !="Yes") && '
        '($.userIdentity.type="IAMUser") && ($.responseElements.ConsoleLogin="Success")}',
        _CRITICAL,
    ),
    Suspicion(
        "iam-changes",
        "IAM policies were changed",
        _any_event(
            *("DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy"),
            *("PutUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion"),
            *("AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy"),
            *("AttachGroupPolicy", "DetachGroupPolicy"),
            source="iam.amazonaws.com",
        ),
    ),
    Suspicion(
        "trail-changes",
        "An audit trail was changed or stopped",
        _any_event("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
        _CRITICAL,
    ),
    Suspicion(
        "login-failures",
        "Logins to the console failed",
        '{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
        above=3,
    ),
    Suspicion(
        "key-loss",
        "A KMS key was disabled or its deletion was scheduled",
        _any_event("DisableKey", "ScheduleKeyDeletion", source="kms.amazonaws.com"),
        _CRITICAL,
    ),
    Suspicion(
        "bucket-policy-changes",
        "Rights on a bucket, its lifecycle or its replication were changed",
        _any_event(
            *("PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle"),
            *("PutBucketReplication", "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle"),
            "DeleteBucketReplication",
            source="s3.amazonaws.com",
        ),
    ),
    Suspicion(
        "config-changes",
        "AWS Config was changed or stopped",
        _any_event(
            *("StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel"),
            "PutConfigurationRecorder",
            source="config.amazonaws.com",
        ),
    ),
    Suspicion(
        "security-group-changes",
        "Security groups were changed",
        _any_event(
            *("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"),
            *("RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"),
            *("CreateSecurityGroup", "DeleteSecurityGroup"),
        ),
    ),
    Suspicion(
        "network-acl-changes",
        "Network ACLs were changed",
        _any_event(
            *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
            *("ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"),
        ),
    ),
    Suspicion(
        "gateway-changes",
        "Internet or customer gateways were changed",
        _any_event(
            *("CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway"),
            *("CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway"),
        ),
    ),
    Suspicion(
        "route-changes",
        "Routes were changed",
        _any_event(
            *("CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation"),
            *("DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"),
            source="ec2.amazonaws.com",
        ),
    ),
    Suspicion(
        "vpc-changes",
        "VPCs or their peerings were changed",
        _any_event(
            *("CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection"),
            *("CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection"),
            *(
                "AttachClassicLinkVpc",
                "DetachClassicLinkVpc",
                "DisableVpcClassicLink",
                "EnableVpcClassicLink",
            ),
        ),
    ),
)


def log_metrics(log_group: str) -> list[LogMetric]:
    """One count for each suspicion."""
    return [LogMetric(each.id, log_group, each.pattern, each.metric) for each in SUSPICIONS]


def alarms() -> list[Alarm]:
    """One alarm for each suspicion; no event is good news."""
    return [
        Alarm(
            id=f"audit-{each.id}",
            description=each.what,
            metric=each.metric,
            threshold=each.above,
            severity=each.severity,
            runbook=RUNBOOK,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            missing_data=MissingData.FINE,
        )
        for each in SUSPICIONS
    ]
