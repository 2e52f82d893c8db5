"""What to watch about a MySQL instance. Pure functions."""

from dataclasses import dataclass

from hybrid_constructs.observability.watch import Alarm, Comparison, DashboardRow, Metric, Severity

RUNBOOK = "runbooks/database.md"
_GIB = 1024**3
_SMALL = {"micro": 1.0, "small": 2.0, "medium": 4.0}
"""GiB of the burstable classes below `large` (RDS user guide, "DB instance classes")."""
_LARGE = {"r": 16.0, "x": 32.0}
"""GiB of `large` in the memory-optimised families; in all others it is 8, and each step up doubles it."""


def memory_gib(instance_class: str) -> float:
    """Memory of an RDS instance class, such as 4 for `db.t3.medium`."""
    _, family, size = instance_class.split(".", 2)
    if size in _SMALL:
        return _SMALL[size]
    factor = size.removesuffix("large").removesuffix("x")
    steps = 2 * int(factor or 1) if "x" in size else 1
    return _LARGE.get(family[0], 8.0) * steps


def max_connections(instance_class: str) -> int:
    """RDS's default for MySQL, DBInstanceClassMemory/12582880 (RDS user guide, "Quotas and constraints")."""
    return int(memory_gib(instance_class) * _GIB / 12_582_880)


def metric(identifier: str, name: str, statistic: str = "Average") -> Metric:
    """A metric of one instance."""
    return Metric("AWS/RDS", name, {"DBInstanceIdentifier": identifier}, statistic)


def instance_alarms(identifier: str, *, instance_class: str, storage_gib: int) -> list[Alarm]:
    """Alarms of every instance. gp3 storage has no burst balance; burstable classes have credits instead."""
    connections = max_connections(instance_class)
    memory, storage = memory_gib(instance_class) * _GIB, storage_gib * _GIB
    limits = [
        _Limit("cpu", "CPUUtilization", "CPU above 80 %", above=80, minutes=15),
        _Limit("storage-low", "FreeStorageSpace", "less than 20 % of the disk is free", below=storage * 0.2),
        _Limit(
            "storage-critical",
            "FreeStorageSpace",
            "less than 10 % of the disk is free; a full disk stops the database",
            below=storage * 0.1,
            severity=Severity.CRITICAL,
        ),
        _Limit(
            "memory",
            "FreeableMemory",
            "less than 5 % of the memory is freeable",
            below=memory * 0.05,
            minutes=15,
        ),
        _Limit(
            "connections",
            "DatabaseConnections",
            f"more than 80 % of {connections} connections are taken",
            above=connections * 0.8,
        ),
    ]
    if instance_class.startswith("db.t"):
        limits += [
            _Limit(
                "cpu-credits",
                "CPUCreditBalance",
                "CPU credits are used up; what runs above the baseline is billed",
                below=20,
            ),
            _Limit(
                "io-credits",
                "EBSIOBalance%",
                "the disk credits of the class are nearly used up, then the disk is slow",
                below=20,
            ),
        ]
    return [limit.alarm(identifier) for limit in limits]


def replica_alarms(identifier: str, *, lag_seconds: int) -> list[Alarm]:
    """Alarms of a read replica; `lag_seconds` is the recovery point objective."""
    half = lag_seconds / 2
    limits = [
        _Limit(
            "replica-lag",
            "ReplicaLag",
            f"the replica is more than {lag_seconds} s behind: a failover now would miss its objective",
            above=lag_seconds,
            statistic="Maximum",
            severity=Severity.CRITICAL,
        ),
        _Limit(
            "replica-lag-rising",
            "ReplicaLag",
            f"the replica is more than {half:g} s behind, half of what is allowed",
            above=half,
            statistic="Maximum",
        ),
        _Limit(
            "replication-stopped",
            "ReplicaLag",
            # RDS user guide, "Monitoring read replication".
            "replication has stopped: RDS then reports a lag of -1, which no upper limit notices",
            below=0,
            statistic="Minimum",
            severity=Severity.CRITICAL,
        ),
    ]
    return [limit.alarm(identifier) for limit in limits]


def rows(identifier: str, *, replica: bool = False) -> list[DashboardRow]:
    """Graphs of one instance."""

    def graph(*names: str) -> list[Metric]:
        return [metric(identifier, name) for name in names]

    load = {
        "CPU": graph("CPUUtilization"),
        "Connections": graph("DatabaseConnections"),
        "Freeable memory": graph("FreeableMemory"),
        "Free storage": graph("FreeStorageSpace"),
    }
    disk = {
        "Operations": graph("ReadIOPS", "WriteIOPS"),
        "Latency": graph("ReadLatency", "WriteLatency"),
        "Credits": graph("CPUCreditBalance", "EBSIOBalance%"),
    }
    if replica:
        disk["Replica lag"] = [metric(identifier, "ReplicaLag", "Maximum")]
    return [DashboardRow(f"Database {identifier}", load), DashboardRow(f"Disk of {identifier}", disk)]


@dataclass(frozen=True)
class _Limit:
    """One alarm of an instance before its identifier is known; either `above` or `below` is given."""

    id: str
    metric: str
    description: str
    above: float | None = None
    below: float | None = None
    statistic: str = "Average"
    minutes: int = 5
    severity: Severity = Severity.WARNING

    def alarm(self, identifier: str) -> Alarm:
        comparison, threshold = Comparison.ABOVE, self.above
        if threshold is None:
            comparison, threshold = Comparison.BELOW, self.below or 0
        return Alarm(
            id=f"{identifier}-{self.id}",
            description=f"Database {identifier}: {self.description}",
            metric=metric(identifier, self.metric, self.statistic),
            threshold=threshold,
            severity=self.severity,
            runbook=RUNBOOK,
            comparison=comparison,
            evaluation_periods=self.minutes,
            datapoints_to_alarm=self.minutes,
        )
