"""What is recorded about the platform, how long, and when its cost is worth a message."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from environments.base import FrozenModel, RetentionDays
from environments.errors import Finding

SUBSCRIPTION_SECONDS = 180
"""What CloudWatch Logs may take to hand an event on: "usually less than three minutes" (CloudWatch Logs user
guide, "Real-time processing of log data with subscriptions")."""


class TrailConfig(FrozenModel):
    """The audit trail (CloudTrail). All regions, encryption and file validation are fixed."""

    log_retention_days: RetentionDays = 90
    """Days that CloudWatch keeps what the alarms look at; the archive keeps everything for years."""

    object_events: bool = True
    """Record who reads and writes Terraform state, and who reads or deletes archived logs; AWS charges for
    each event (CloudTrail pricing, "Data events")."""

    insights: bool = False
    """Let CloudTrail look for unusual rates of calls; AWS charges for each event that it analyses."""


class TelemetryConfig(FrozenModel):
    """Managed Prometheus and Grafana, and traces."""

    log_retention_days: RetentionDays = 30
    """Days that CloudWatch keeps what Prometheus says about rules and alerts that failed."""

    grafana_login: Literal["AWS_SSO", "SAML"] = "AWS_SSO"
    """How people log in: IAM Identity Center, which the account must have, or an identity provider that is
    set up in the workspace by hand."""


class TracingConfig(FrozenModel):
    """X-Ray in one environment. Health checks are never sampled."""

    sampling_rate: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.05
    """Share of requests that is traced, beyond those that `usage.traces` pays for in each second; 0.05 is
    X-Ray's own default (X-Ray developer guide, "Configuring sampling rules")."""

    insights: bool = False
    """Let X-Ray look for faults; AWS charges for each trace that it analyses."""


class CostAlertsConfig(FrozenModel):
    """Spending that nobody expects, beside the budgets."""

    anomaly_usd: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 20
    """US dollars above the expected cost from which an anomaly is reported."""


class LogStreamingConfig(FrozenModel):
    """Application logs on their way to the archives of both regions, by Data Firehose."""

    buffer_seconds: Annotated[int, Field(ge=60, le=300)] = 60
    """Longest that Firehose collects before it writes."""

    def later_than(self, rpo_minutes: int | None) -> Iterator[Finding]:
        """Rule of the environment that has the objective: `objectives.logs.rpo_minutes`."""
        if rpo_minutes is None:
            return
        latest = rpo_minutes * 60 - SUBSCRIPTION_SECONDS
        if self.buffer_seconds > latest:
            message = (
                f"misses the RPO, objectives.logs.rpo_minutes {rpo_minutes} = {rpo_minutes * 60} seconds: "
                f"CloudWatch Logs takes up to {SUBSCRIPTION_SECONDS} of them (CloudWatch Logs user guide, "
                f'"Subscriptions"); {f"use {latest} or less" if latest >= 60 else "raise the RPO"}'
            )
            yield Finding(("log_streaming", "buffer_seconds"), message, str(self.buffer_seconds))
