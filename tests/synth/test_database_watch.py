"""What is watched about a database: limits with their reasons, and graphs."""

import pytest

from hybrid_constructs.data.database_watch import instance_alarms, max_connections, memory_gib, replica_alarms
from hybrid_constructs.observability.watch import Alarm, Comparison, MissingData, Severity
from tests.synth.builders import Synth
from tests.synth.databases import IDENTIFIER, REPLICA, database, replica
from tests.synth.watching import metric_of, metrics_of

GIB = 1024**3


def by_id(alarms: list[Alarm]) -> dict[str, Alarm]:
    found = {alarm.id: alarm for alarm in alarms}
    assert len(found) == len(alarms), "ids must differ"
    return found


def limits(alarms: list[Alarm]) -> dict[str, tuple[str, str, float, Severity]]:
    return {
        id_: (metric_of(alarm).name, alarm.comparison.name, alarm.threshold, alarm.severity)
        for id_, alarm in by_id(alarms).items()
    }


def test_limits_of_a_burstable_instance() -> None:
    found = limits(instance_alarms("db", instance_class="db.t3.medium", storage_gib=100))
    warning, critical = Severity.WARNING, Severity.CRITICAL
    assert found == {
        "db-cpu": ("CPUUtilization", "ABOVE", 80, warning),
        "db-storage-low": ("FreeStorageSpace", "BELOW", 20 * GIB, warning),
        "db-storage-critical": ("FreeStorageSpace", "BELOW", 10 * GIB, critical),
        "db-memory": ("FreeableMemory", "BELOW", 4 * GIB * 0.05, warning),
        "db-connections": ("DatabaseConnections", "ABOVE", 341 * 0.8, warning),
        "db-cpu-credits": ("CPUCreditBalance", "BELOW", 20, warning),
        "db-io-credits": ("EBSIOBalance%", "BELOW", 20, warning),
    }


def test_other_classes_have_no_credits() -> None:
    found = by_id(instance_alarms("db", instance_class="db.m6g.large", storage_gib=100))
    assert not [id_ for id_ in found if "credits" in id_]


def test_every_alarm_says_what_to_do_and_silence_is_an_alarm() -> None:
    alarms = instance_alarms("db", instance_class="db.t3.medium", storage_gib=100)
    for alarm in (*alarms, *replica_alarms("db", lag_seconds=900)):
        assert metric_of(alarm).namespace == "AWS/RDS"
        assert metric_of(alarm).dimensions == {"DBInstanceIdentifier": "db"}
        assert alarm.missing_data is MissingData.BREACHING
        assert alarm.runbook.startswith("runbooks/")
        assert alarm.description.startswith("Database db: ")


def test_lag_is_critical_at_the_objective_and_a_warning_at_half() -> None:
    assert limits(replica_alarms("db", lag_seconds=900)) == {
        "db-replica-lag": ("ReplicaLag", "ABOVE", 900, Severity.CRITICAL),
        "db-replica-lag-rising": ("ReplicaLag", "ABOVE", 450, Severity.WARNING),
        "db-replication-stopped": ("ReplicaLag", "BELOW", 0, Severity.CRITICAL),
    }


def test_a_stopped_replication_is_noticed_by_its_lag_of_minus_one() -> None:
    alarm = by_id(replica_alarms("db", lag_seconds=900))["db-replication-stopped"]
    assert alarm.comparison is Comparison.BELOW
    assert metric_of(alarm).statistic == "Minimum"
    assert alarm.threshold > -1


@pytest.mark.parametrize(("role", "watched"), [("replica", True), ("primary", False)])
def test_lag_is_watched_as_long_as_there_is_a_source(synth: Synth, role: str, watched: bool) -> None:
    made = []
    synth(lambda scope: made.append(replica(scope, {"role": role})))
    assert (f"{REPLICA}-replica-lag" in by_id(made[0].alarms())) is watched
    graphs = {title for row in made[0].dashboard_rows() for title in row.graphs}
    assert ("Replica lag" in graphs) is watched
    assert f"{REPLICA}-cpu" in by_id(made[0].alarms())


def test_shared_database_is_watched_at_its_own_size(synth: Synth) -> None:
    made = []
    synth(lambda scope: made.append(database(scope, {"allocated_storage_gb": 50})))
    assert by_id(made[0].alarms())[f"{IDENTIFIER}-storage-critical"].threshold == 5 * GIB
    metrics = metrics_of(made[0].dashboard_rows())
    assert {metric.dimensions["DBInstanceIdentifier"] for metric in metrics} == {IDENTIFIER}
    assert {"CPUUtilization", "FreeStorageSpace", "WriteLatency"} <= {metric.name for metric in metrics}


@pytest.mark.parametrize(
    ("instance_class", "gib"),
    [
        ("db.t3.micro", 1),
        ("db.t4g.small", 2),
        ("db.t3.medium", 4),
        ("db.t3.large", 8),
        ("db.t3.2xlarge", 32),
        ("db.m6g.large", 8),
        ("db.m6g.xlarge", 16),
        ("db.m5.24xlarge", 384),
        ("db.r6g.large", 16),
        ("db.r6g.xlarge", 32),
        ("db.r5.12xlarge", 384),
        ("db.x2g.large", 32),
    ],
)
def test_memory_of_a_class(instance_class: str, gib: float) -> None:
    assert memory_gib(instance_class) == gib


def test_connections_follow_the_memory() -> None:
    assert (max_connections("db.t3.medium"), max_connections("db.r6g.large")) == (341, 1365)
