"""What shows that copies of a bucket are late or lost (S3 user guide, "Using S3 Replication metrics")."""

from collections.abc import Sequence
from dataclasses import dataclass

from hybrid_constructs.observability.watch import Alarm, DashboardRow, Metric, MissingData, Severity

RUNBOOK = "runbooks/replication.md"
PENDING_OPERATIONS = 1000
"""More than this for a whole quarter of an hour is no burst; the queue is not drained."""

RTC_MINUTES = 15
"""S3 Replication Time Control knows no other value (S3 user guide)."""

ALL_OBJECTS = "all-objects"
"""Id of the only rule of a bucket that is copied as a whole."""


@dataclass(frozen=True)
class Copying:
    """One rule between two buckets, by the names that are its metrics' dimensions."""

    source: str
    target: str
    rule: str

    @property
    def name(self) -> str:
        """The source, and the rule where it has several."""
        return self.source if self.rule == ALL_OBJECTS else f"{self.source}-{self.rule}"

    def metric(self, name: str, statistic: str) -> Metric:
        dimensions = {"SourceBucket": self.source, "DestinationBucket": self.target, "RuleId": self.rule}
        return Metric("AWS/S3", name, dimensions, statistic)


@dataclass(frozen=True)
class TargetSide:
    """What S3 measures in the region that copies arrive in (S3, "Using replication metrics")."""

    copying: Sequence[Copying]

    def alarms(self) -> list[Alarm]:
        """Copies that are late."""
        return [alarm for copying in self.copying for alarm in lateness(copying, RTC_MINUTES * 60)]

    def dashboard_rows(self) -> list[DashboardRow]:
        """Lateness."""
        return [lateness_rows(copying) for copying in self.copying]


@dataclass(frozen=True)
class SourceSide:
    """What S3 counts in the region that copies come from (S3, "Using replication metrics")."""

    copying: Sequence[Copying]

    def alarms(self) -> list[Alarm]:
        """Copies that failed."""
        return [losses(copying) for copying in self.copying]

    def dashboard_rows(self) -> list[DashboardRow]:
        """Failures."""
        return [losses_rows(copying) for copying in self.copying]


def lateness(copying: Copying, limit_seconds: int) -> list[Alarm]:
    """Alarms of the target's region. S3 is silent while there is nothing to copy."""
    return [
        Alarm(
            id=f"{copying.name}-replication-late",
            description=f"Copies of {copying.name} are more than {limit_seconds} seconds behind: the "
            "recovery point objective is missed",
            metric=copying.metric("ReplicationLatency", "Maximum"),
            threshold=limit_seconds,
            severity=Severity.CRITICAL,
            runbook=RUNBOOK,
            missing_data=MissingData.KEEP,
        ),
        Alarm(
            id=f"{copying.name}-replication-pending",
            description=f"More than {PENDING_OPERATIONS} operations on {copying.name} wait to be copied",
            metric=copying.metric("OperationsPendingReplication", "Maximum"),
            threshold=PENDING_OPERATIONS,
            severity=Severity.WARNING,
            runbook=RUNBOOK,
            evaluation_periods=15,
            datapoints_to_alarm=15,
            missing_data=MissingData.KEEP,
        ),
    ]


def losses(copying: Copying) -> Alarm:
    """The alarm of the source's region: what failed is not tried again by itself."""
    return Alarm(
        id=f"{copying.name}-replication-failed",
        description=f"Objects of {copying.name} were not copied and will not be by themselves",
        metric=copying.metric("OperationsFailedReplication", "Sum"),
        threshold=0,
        severity=Severity.CRITICAL,
        runbook=RUNBOOK,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        missing_data=MissingData.FINE,
    )


def lateness_rows(copying: Copying) -> DashboardRow:
    """How far the copies are behind."""
    return DashboardRow(
        f"Copies of {copying.name}",
        {
            "Behind, seconds": [copying.metric("ReplicationLatency", "Maximum")],
            "Waiting operations": [copying.metric("OperationsPendingReplication", "Maximum")],
            "Waiting bytes": [copying.metric("BytesPendingReplication", "Maximum")],
        },
    )


def losses_rows(copying: Copying) -> DashboardRow:
    """What was not copied."""
    metric = copying.metric("OperationsFailedReplication", "Sum")
    return DashboardRow(f"Copies of {copying.name} that failed", {"Failed operations": [metric]})
