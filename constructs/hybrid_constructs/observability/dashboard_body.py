"""The JSON of a dashboard (CloudWatch API reference, "Dashboard Body Structure and Syntax"). Pure functions.

Every metric is written in full: all its dimensions by position, its own statistic and period. Neither `...`,
which repeats the metric before it, nor a dimension among the options, where CloudWatch does not look for it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hybrid_constructs.observability.alarms import AnyAlarm, runbook_link
from hybrid_constructs.observability.watch import Alarm, DashboardRow, Expression, Metric, Severity

GRID_COLUMNS = 24
GRAPHS_A_LINE = 4
GRAPH_HEIGHT, TITLE_HEIGHT = 6, 1
ALARMS_A_LINE = 4
WIDGET_ALARMS = 100
"""CloudWatch API reference, "Properties of an Alarm Status Widget Object"."""

WIDGETS, WIDGET_METRICS, METRICS = 500, 500, 2500
"""The most of a dashboard, of one graph and of all graphs (CloudWatch user guide, "CloudWatch service
quotas")."""

_COLOURS = {Severity.CRITICAL: "#d13212", Severity.WARNING: "#ff9900"}
_NAME = re.compile(r"\b[a-z]\w*")

Widget = dict[str, Any]


def dashboard_body(
    name: str,
    rows: Sequence[DashboardRow],
    *,
    region: str,
    alarms: Mapping[str, AnyAlarm],
    runbook_url: str | None,
) -> str:
    """The body as compact JSON; `alarms` by ARN."""
    thresholds = [alarm for alarm in alarms.values() if isinstance(alarm, Alarm)]
    lines = list(_states(alarms))
    for row in rows:
        lines += [[_title(row, thresholds, runbook_url)], *_graphs(row, thresholds, region)]
    widgets = list(_placed(lines))
    _refuse_too_many(name, widgets)
    return json.dumps({"widgets": widgets}, separators=(",", ":"))


def _placed(lines: Sequence[Sequence[Widget]]) -> Iterator[Widget]:
    """One line below the other; the widgets of a line share its width."""
    y = 0
    for line in lines:
        width = GRID_COLUMNS // len(line)
        for index, widget in enumerate(line):
            yield {"type": widget["type"], "x": index * width, "y": y, "width": width, **widget}
        y += max(widget["height"] for widget in line)


def _states(alarms: Mapping[str, AnyAlarm]) -> Iterator[list[Widget]]:
    """Whether anything is wrong, the worst first."""
    urgent = sorted(alarms, key=lambda arn: alarms[arn].severity is not Severity.CRITICAL)
    for start in range(0, len(urgent), WIDGET_ALARMS):
        shown = urgent[start : start + WIDGET_ALARMS]
        yield [
            {
                "type": "alarm",
                "height": 1 + -(-len(shown) // ALARMS_A_LINE),
                "properties": {"title": "Alarms", "alarms": shown},
            }
        ]


def _title(row: DashboardRow, alarms: Sequence[Alarm], runbook_url: str | None) -> Widget:
    shown = [metric for graph in row.graphs.values() for metric in graph]
    runbooks = sorted({alarm.runbook for alarm in alarms if any(_shows(metric, alarm) for metric in shown)})
    links = (
        f"[{runbook}]({runbook_link(runbook, runbook_url)})" if runbook_url else runbook_link(runbook, None)
        for runbook in runbooks
    )
    text = " | ".join((f"## {row.title}", *links))
    return {"type": "text", "height": TITLE_HEIGHT, "properties": {"markdown": text}}


def _graphs(row: DashboardRow, alarms: Sequence[Alarm], region: str) -> Iterator[list[Widget]]:
    graphs = [_graph(title, metrics, alarms, region) for title, metrics in row.graphs.items()]
    lines = -(-len(graphs) // GRAPHS_A_LINE) or 1
    each = -(-len(graphs) // lines) or 1
    for start in range(0, len(graphs), each):
        line = graphs[start : start + each]
        # The last line keeps the others' columns.
        yield [
            {**widget, "width": GRID_COLUMNS // each, "x": i * (GRID_COLUMNS // each)}
            for i, widget in enumerate(line)
        ]


def _graph(
    title: str, metrics: Sequence[Metric | Expression], alarms: Sequence[Alarm], region: str
) -> Widget:
    drawn: list[list[Any]] = []
    for number, metric in enumerate(metrics, 1):
        drawn += (
            _expression(metric, number, region)
            if isinstance(metric, Expression)
            else [_metric(metric, region)]
        )
    properties: Widget = {
        "title": title,
        "view": "timeSeries",
        "stacked": False,
        "region": region,
        "metrics": drawn,
    }
    if lines := _thresholds(metrics, alarms):
        properties["annotations"] = {"horizontal": lines}
    return {"type": "metric", "height": GRAPH_HEIGHT, "properties": properties}


def _metric(metric: Metric, region: str, **options: str | bool) -> list[Any]:
    dimensions = [part for dimension in metric.dimensions.items() for part in dimension]
    options = {**options, **_elsewhere(metric, region)}
    rendered = {"stat": metric.statistic, "period": metric.period_seconds, **options}
    return [metric.namespace, metric.name, *dimensions, rendered]


def _elsewhere(metric: Metric, region: str) -> dict[str, str]:
    return {"region": metric.region} if metric.region not in (None, region) else {}


def _expression(expression: Expression, number: int, region: str) -> Iterator[list[Any]]:
    """What is drawn, and what it is made of; names get a number, because they are a graph's, not a line's."""
    ids = {name: f"{name}_{number}" for name in expression.metrics}
    first = next(iter(expression.metrics.values()))
    text = _NAME.sub(lambda match: ids.get(match[0], match[0]), expression.expression)
    yield [
        {
            "expression": text,
            "label": expression.label,
            "id": f"expression_{number}",
            "period": first.period_seconds,
            **_elsewhere(first, region),
        }
    ]
    for name, metric in expression.metrics.items():
        yield _metric(metric, region, id=ids[name], visible=False)


def _thresholds(metrics: Sequence[Metric | Expression], alarms: Sequence[Alarm]) -> list[Widget]:
    """A line where an alarm starts, once for nodes that are alike."""
    found = {
        (alarm.severity, alarm.threshold): None
        for alarm in alarms
        if any(_shows(metric, alarm) for metric in metrics)
    }
    return [
        {"label": severity.value, "value": value, "color": _COLOURS[severity]} for severity, value in found
    ]


def _shows(drawn: Metric | Expression, alarm: Alarm) -> bool:
    """Whether an alarm is about what is drawn; its statistic and period may differ."""
    watched = alarm.metric
    if isinstance(drawn, Expression) or isinstance(watched, Expression):
        return (
            isinstance(drawn, Expression)
            and isinstance(watched, Expression)
            and (drawn.expression, drawn.metrics) == (watched.expression, watched.metrics)
        )
    return (drawn.namespace, drawn.name, drawn.dimensions) == (
        watched.namespace,
        watched.name,
        watched.dimensions,
    )


def _refuse_too_many(name: str, widgets: Sequence[Widget]) -> None:
    graphs = [widget["properties"] for widget in widgets if widget["type"] == "metric"]
    total = sum(len(graph["metrics"]) for graph in graphs)
    counts = [(len(widgets), WIDGETS, "widgets"), (total, METRICS, "metrics")]
    counts += [(len(graph["metrics"]), WIDGET_METRICS, f"metrics in {graph['title']}") for graph in graphs]
    problems = [
        f"dashboard {name}: {count} {what}, {most} at most; split it "
        '(CloudWatch user guide, "CloudWatch service quotas")'
        for count, most, what in counts
        if count > most
    ]
    if problems:
        raise ValueError("\n".join(problems))
