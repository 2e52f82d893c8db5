"""What an environment uses per month: the input of its cost estimate."""

from environments.base import Count, FrozenModel


class UsageConfig(FrozenModel):
    """Expected use per month: the input of the cost estimate, measured later against the bill."""

    logs_gb: Count = 0
    """CloudWatch Logs ingested, GB."""

    traces: Count = 0
    """X-Ray traces recorded."""

    s3_standard_gb: Count = 0
    """Objects stored in STANDARD, GB."""

    s3_standard_ia_gb: Count = 0
    """Objects stored in STANDARD_IA, GB."""

    s3_glacier_gb: Count = 0
    """Objects stored in GLACIER, GB."""

    sqs_requests: Count = 0
    """Requests to queues."""

    secrets: Count = 0
    """Secrets stored, a count."""

    egress_gb: Count = 0
    """Data sent to the internet, GB."""

    alarms: Count = 0
    """CloudWatch alarms, a count."""
