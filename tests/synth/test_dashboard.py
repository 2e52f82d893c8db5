"""Dashboard: rows of graphs, each metric with all its dimensions, and the state of the alarms."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hybrid_constructs.observability.dashboard import Dashboard
from hybrid_constructs.observability.objectives import objective_row
from hybrid_constructs.observability.watch import DashboardRow, Expression, Metric, Severity
from tests.synth.builders import REGION, Synth
from tests.synth.synthesized import Body
from tests.synth.watching import ERRORS, LOAD_BALANCER, METRIC, REQUESTS, SHARE, alarm, composite

OPTIONS = {"stat", "period", "region", "id", "visible"}
EXPRESSION_OPTIONS = {"expression", "label", "id", "period", "region"}
URL = "https://example.com/docs"


def body(synth: Synth, *rows: DashboardRow, **options: Any) -> list[Body]:
    """The widgets of a dashboard."""
    stack = synth(lambda scope: Dashboard(scope, "D", name="acme", rows=rows, region=REGION, **options))
    made = stack.only("aws_cloudwatch_dashboard")
    assert made["dashboard_name"] == "acme"
    parsed = json.loads(made["dashboard_body"])
    assert set(parsed) == {"widgets"}
    refuse_shorthands(parsed["widgets"])
    found: list[Body] = parsed["widgets"]
    return found


def refuse_shorthands(widgets: Sequence[Body]) -> None:
    """Fail on what CloudWatch takes and then shows wrongly, or not at all."""
    for properties in (widget["properties"] for widget in widgets if widget["type"] == "metric"):
        assert properties["region"]
        for metric in properties["metrics"]:
            *parts, options = metric
            assert isinstance(options, dict), "statistic and period are the metric's own"
            assert "..." not in parts
            if not parts:
                assert set(options) <= EXPRESSION_OPTIONS
                continue
            assert set(options) <= OPTIONS, "a dimension among the options selects nothing"
            assert len(parts) % 2 == 0
            assert all(isinstance(part, str) and part for part in parts)


def row(*graphs: Sequence[Metric | Expression], title: str = "Row") -> DashboardRow:
    return DashboardRow(title, {f"Graph {number}": [*graph] for number, graph in enumerate(graphs, 1)})


def places(widgets: Sequence[Body]) -> Iterator[tuple[int, int, int, int]]:
    return ((each["x"], each["y"], each["width"], each["height"]) for each in widgets)


@pytest.mark.parametrize(
    "metric",
    [
        ["AWS/RDS", "ReplicaLag", {"DBInstanceIdentifier": "a", "stat": "Maximum"}],
        ["AWS/ECS", "CPUUtilization", "...", {"stat": "Average"}],
        ["AWS/ECS", "CPUUtilization", "ClusterName", {"stat": "Average"}],
        ["AWS/ECS", "CPUUtilization", "ClusterName", "a"],
    ],
)
def test_fails_when_a_dimension_is_lost(metric: list[Any]) -> None:
    widget = {"type": "metric", "properties": {"region": REGION, "metrics": [metric]}}
    with pytest.raises(AssertionError):
        refuse_shorthands([widget])


def test_a_row_has_a_title_and_a_graph(synth: Synth) -> None:
    title, graph = body(synth, row([METRIC]))
    assert (title["type"], title["properties"]) == ("text", {"markdown": "## Row"})
    assert graph["type"] == "metric"
    assert graph["properties"] == {
        "title": "Graph 1",
        "view": "timeSeries",
        "stacked": False,
        "region": REGION,
        "metrics": [
            [
                "AWS/SQS",
                "ApproximateAgeOfOldestMessage",
                "QueueName",
                "work",
                {"stat": "Maximum", "period": 300},
            ]
        ],
    }


@pytest.mark.parametrize(
    ("graphs", "lines"),
    [(1, [24]), (2, [12, 12]), (4, [6, 6, 6, 6]), (5, [8, 8, 8, 8, 8]), (7, [6, 6, 6, 6, 6, 6, 6])],
)
def test_graphs_share_the_width(synth: Synth, graphs: int, lines: list[int]) -> None:
    first, *widgets = body(synth, row(*[[METRIC]] * graphs))
    assert (first["x"], first["y"], first["width"], first["height"]) == (0, 0, 24, 1)
    assert [each["width"] for each in widgets] == lines
    assert all(each["x"] + each["width"] <= 24 for each in widgets)


def test_nothing_overlaps(synth: Synth) -> None:
    rows = [row(*[[METRIC]] * number) for number in (5, 1, 7)]
    known = {f"arn:{number}": alarm(str(number)) for number in range(130)}
    taken = [
        (column, line)
        for x, y, width, height in places(body(synth, *rows, alarms=known))
        for column in range(x, x + width)
        for line in range(y, y + height)
    ]
    assert len(taken) == len(set(taken))


def test_metrics_of_another_region_say_so(synth: Synth) -> None:
    far = replace(METRIC, region="us-east-1")
    share = replace(SHARE, metrics={"errors": far, "requests": far})
    _, graph = body(synth, row([far, replace(METRIC, region=REGION), share]))
    regions = [metric[-1].get("region") for metric in graph["properties"]["metrics"]]
    assert regions == ["us-east-1", None, "us-east-1", "us-east-1", "us-east-1"]
    assert graph["properties"]["region"] == REGION


def test_expressions_of_a_graph_keep_their_metrics_apart(synth: Synth) -> None:
    other = {"LoadBalancer": "app/acme/3", "TargetGroup": "targetgroup/acme/4"}
    metrics = {"errors": replace(ERRORS, dimensions=other), "requests": replace(REQUESTS, dimensions=other)}
    second = Expression("IF(requests > 0, 100 * errors / requests, 0)", metrics, "second")
    _, graph = body(synth, row([SHARE, second]))
    drawn = graph["properties"]["metrics"]
    expressions = [metric[0] for metric in drawn if len(metric) == 1]
    assert [each["expression"] for each in expressions] == [
        "100 * errors_1 / requests_1",
        "IF(requests_2 > 0, 100 * errors_2 / requests_2, 0)",
    ]
    assert [each["label"] for each in expressions] == ["5xx, %", "second"]
    hidden = {metric[-1]["id"]: metric for metric in drawn if len(metric) > 1}
    assert set(hidden) == {"errors_1", "requests_1", "errors_2", "requests_2"}
    assert all(metric[-1]["visible"] is False for metric in hidden.values())
    assert hidden["errors_2"][3] == "app/acme/3"
    ids = [metric[-1]["id"] for metric in drawn]
    assert len(ids) == len(set(ids))


def test_thresholds_are_lines_and_runbooks_links(synth: Synth) -> None:
    known = {
        "arn:late": alarm("late", metric=replace(METRIC, statistic="Average"), threshold=300),
        "arn:same": alarm("same", threshold=300),
        "arn:later": alarm("later", threshold=900, severity=Severity.CRITICAL, runbook="runbooks/a.md"),
        "arn:share": alarm("share", metric=SHARE, threshold=5, runbook="runbooks/b.md"),
        "arn:else": alarm("else", metric=ERRORS, threshold=7, runbook="runbooks/c.md"),
        "arn:next": alarm("next", metric=replace(METRIC, dimensions={"QueueName": "next"}), threshold=8),
    }
    relabelled = replace(SHARE, label="other")
    _, title, ages, shares = body(synth, row([METRIC], [relabelled]), alarms=known, runbook_url=URL)
    assert ages["properties"]["annotations"]["horizontal"] == [
        {"label": "warning", "value": 300, "color": "#ff9900"},
        {"label": "critical", "value": 900, "color": "#d13212"},
    ]
    assert [line["value"] for line in shares["properties"]["annotations"]["horizontal"]] == [5]
    assert title["properties"]["markdown"] == (
        f"## Row | [runbooks/a.md]({URL}/runbooks/a.md) | [runbooks/b.md]({URL}/runbooks/b.md) | "
        f"[runbooks/queue.md]({URL}/runbooks/queue.md)"
    )
    _, title, *_ = body(synth, row([METRIC]), alarms={"arn:late": alarm()})
    assert title["properties"]["markdown"] == "## Row | docs/runbooks/queue.md"


def test_alarms_come_first_and_the_urgent_ones_foremost(synth: Synth) -> None:
    known = {
        "arn:late": alarm("late"),
        "arn:down": composite("late"),
        "arn:lost": alarm("lost", severity=Severity.CRITICAL),
    }
    state, *_ = body(synth, row([METRIC]), alarms=known)
    assert (state["type"], state["y"], state["width"]) == ("alarm", 0, 24)
    assert state["properties"]["alarms"] == ["arn:down", "arn:lost", "arn:late"]


def test_many_alarms_take_several_widgets(synth: Synth) -> None:
    widgets = body(synth, alarms={f"arn:{number}": alarm(str(number)) for number in range(101)})
    assert [len(each["properties"]["alarms"]) for each in widgets] == [100, 1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row([METRIC] * 501)], "acme: 501 metrics in Graph 1, 500 at most; split it"),
        ([row(*[[METRIC] * 417] * 6)], "acme: 2502 metrics, 2500 at most"),
        ([row([METRIC])] * 251, "acme: 502 widgets, 500 at most"),
    ],
)
def test_fails_when_it_is_too_large(synth: Synth, rows: list[DashboardRow], message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        body(synth, *rows)
    assert len(str(refused.value).splitlines()) == 1


def test_the_limits_themselves_are_fine(synth: Synth) -> None:
    assert len(body(synth, row(*[[METRIC] * 500] * 5))) == 6


def test_objectives_of_several_target_groups(synth: Synth) -> None:
    other = {**LOAD_BALANCER, "TargetGroup": "targetgroup/acme/4"}
    made = objective_row(
        "files",
        requests=[REQUESTS, replace(REQUESTS, dimensions=other)],
        errors=[replace(ERRORS, statistic="Average")],
        latency=[Metric("AWS/ApplicationELB", "TargetResponseTime", LOAD_BALANCER)],
        available_percent=99.9,
        latency_seconds=0.5,
    )
    title, answered, budget, fast = body(synth, made)
    assert title["properties"]["markdown"] == "## Objectives of files"
    assert answered["properties"]["title"] == "Answered, objective 99.9 %"
    assert answered["properties"]["metrics"][0][0]["expression"] == (
        "100 * (1 - (FILL(errors1_1, 0)) / (FILL(requests1_1, 0) + FILL(requests2_1, 0)))"
    )
    assert {each[-1]["stat"] for each in answered["properties"]["metrics"][1:]} == {"Sum"}
    assert budget["properties"]["metrics"][0][0]["expression"] == (
        "100 * (1 - RUNNING_SUM(FILL(errors1_1, 0)) / "
        "RUNNING_SUM(FILL(requests1_1, 0) + FILL(requests2_1, 0)) / 0.001)"
    )
    assert fast["properties"]["metrics"][0][-1]["stat"] == "PR(:0.5)"
