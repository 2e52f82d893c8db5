"""watched() gathers; and what the constructs of the data layer want watched fits into one stack."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cdktf import TerraformStack

from environments.datastores import CacheConfig, QueueConfig
from hybrid_constructs.data import cache_watch, database_watch, replication_watch
from hybrid_constructs.data.queue import WorkQueue
from hybrid_constructs.observability.dashboard import Dashboard
from hybrid_constructs.observability.monitoring import Monitoring
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.observability.watched import Watched, watched
from tests.synth import builders
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.test_dashboard import body, row
from tests.synth.watching import LINES, METRIC, TOPICS, Thing, alarm, composite, monitoring

COPYING = replication_watch.Copying("acme-files", "acme-copies", "all")


@dataclass
class OnlyAlarms:
    """A construct with no graphs, or functions that belong to no construct."""

    found: Callable[[], list[Alarm]]

    def alarms(self) -> list[Alarm]:
        return self.found()


@dataclass
class OnlyRows:
    """A construct with graphs that nobody is woken for."""

    rows: list[DashboardRow]

    def dashboard_rows(self) -> list[DashboardRow]:
        return self.rows


def data_layer(scope: TerraformStack) -> list[Thing | WorkQueue]:
    key = builders.key(scope)
    cache = CacheConfig(node_type="cache.r6g.large", nodes=3, multi_az=True)
    return [
        *(
            WorkQueue(
                scope,
                f"Queue-{name}",
                name=name,
                key=key,
                config=QueueConfig(),
                region=REGION,
                account_id=ACCOUNT,
            )
            for name in ("files", "reports")
        ),
        Thing(cache_watch.alarms("redis", cache), rows=cache_watch.dashboard_rows("redis", cache)),
        *(
            Thing(
                [
                    *database_watch.instance_alarms(name, instance_class="db.t3.medium", storage_gib=100),
                    *database_watch.replica_alarms(name, lag_seconds=900),
                ],
                rows=database_watch.rows(name, replica=True),
            )
            for name in ("db", "copy")
        ),
        Thing(
            [*replication_watch.lateness(COPYING, 900), replication_watch.losses(COPYING)],
            rows=[replication_watch.lateness_rows(COPYING), replication_watch.losses_rows(COPYING)],
        ),
    ]


def test_everything_is_gathered_in_order() -> None:
    first = Thing([alarm("a")], [composite("a", id="b")], [LINES], [row([METRIC])])
    second = Thing([alarm("c")])
    assert watched([first, OnlyRows(second.dashboard_rows()), second]) == Watched(
        alarms=(*first.alarms(), *second.alarms()),
        composites=tuple(first.composite_alarms()),
        log_metrics=(LINES,),
        rows=tuple(first.dashboard_rows()),
    )
    assert watched([OnlyAlarms(first.alarms)]) == Watched(alarms=tuple(first.alarms()))


def test_the_data_layer_fits_into_one_stack(synth: Synth) -> None:
    made: list[Monitoring] = []

    def build(scope: TerraformStack) -> None:
        things = data_layer(scope)
        made.append(monitoring(scope, *things))
        rows = watched(things).rows
        Dashboard(scope, "Dashboard", name="data", rows=rows, region=REGION, alarms=made[0].alarms)

    stack = synth(build)
    alarms = stack.all("aws_cloudwatch_metric_alarm").values()
    assert len({each["alarm_name"] for each in alarms}) == len(made[0].alarms) == 4 + 15 + 2 * 10 + 3
    assert {each["alarm_name"] for each in alarms} >= {
        "acme-test-queue-age-files",
        "acme-test-queue-dead-letters-reports",
    }
    assert {each["alarm_actions"][0] for each in alarms} == set(TOPICS.values())


@pytest.mark.parametrize(("title", "lines"), [("Age of the oldest", [300]), ("Failed", [0])])
def test_a_queue_shows_its_thresholds(synth: Synth, title: str, lines: list[float]) -> None:
    known: list[WorkQueue] = []
    synth(lambda scope: known.extend(each for each in data_layer(scope) if isinstance(each, WorkQueue)))
    (first, _) = known
    widgets = body(synth, *first.dashboard_rows(), alarms={each.id: each for each in first.alarms()})
    (graph,) = (each for each in widgets if each["properties"].get("title") == title)
    assert [each["value"] for each in graph["properties"]["annotations"]["horizontal"]] == lines
