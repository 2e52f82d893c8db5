"""Names, texts and rules of alarms. Pure functions."""

import re
from collections import defaultdict
from collections.abc import Iterator

from hybrid_constructs.observability.watch import Alarm, CompositeAlarm, Expression, Metric, Severity
from hybrid_constructs.observability.watched import Watched

AnyAlarm = Alarm | CompositeAlarm

LONGEST_NAME, LONGEST_DESCRIPTION = 255, 1024
"""Characters (CloudWatch API reference, "PutMetricAlarm")."""

LONGEST_EVALUATION_SECONDS = 86_400
MATH_METRICS = 10
COMPOSITE_MEMBERS = 100
"""CloudWatch user guide, "CloudWatch service quotas", and "Create a composite alarm"."""

RESULT = "result"
"""Name of what an expression returns; its metrics need other names."""

_MATH_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_RANK = (Severity.WARNING, Severity.CRITICAL)


def alarm_name(prefix: str, id_: str) -> str:
    """Name of an alarm in CloudWatch."""
    return f"{prefix}-{id_}"


def alarm_arn(prefix: str, id_: str, *, region: str, account_id: str) -> str:
    """ARN of an alarm; built, not read, because it needs nothing that only AWS knows."""
    return f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{alarm_name(prefix, id_)}"


def runbook_link(runbook: str, url: str | None) -> str:
    """Where to read on: below `url`, or in this repository."""
    return f"{url.rstrip('/') if url else 'docs'}/{runbook}"


def description(alarm: AnyAlarm, runbook_url: str | None) -> str:
    """What the message says: what happened, and where to read what to do."""
    return f"{alarm.description}\nRunbook: {runbook_link(alarm.runbook, runbook_url)}"


def silent(watched: Watched) -> set[str]:
    """Alarms that tell nobody, because a composite alarm of at least their severity does."""
    severities = {alarm.id: alarm.severity for alarm in watched.alarms}
    return {
        member
        for composite in watched.composites
        for member in composite.any_of
        if _RANK.index(composite.severity) >= _RANK.index(severities[member])
    }


def refuse_impossible(watched: Watched, *, prefix: str, region: str, runbook_url: str | None) -> None:
    """Raise ValueError with all that CloudWatch would refuse, or take and never evaluate."""
    problems = [
        *_duplicates(watched),
        *(problem for alarm in watched.alarms for problem in _of_alarm(alarm, region)),
        *_of_composites(watched),
        *_of_log_metrics(watched),
        *_too_long(watched, prefix, runbook_url),
    ]
    if problems:
        raise ValueError("\n".join(problems))


def every_alarm(watched: Watched) -> list[AnyAlarm]:
    """Composite alarms, then the others."""
    return [*watched.composites, *watched.alarms]


def metrics_of(alarm: Alarm) -> list[Metric]:
    """The metrics that an alarm looks at."""
    return [*alarm.metric.metrics.values()] if isinstance(alarm.metric, Expression) else [alarm.metric]


def _duplicates(watched: Watched) -> Iterator[str]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for alarm in every_alarm(watched):
        groups["alarm", alarm.id].append(alarm.description)
    for metric in watched.log_metrics:
        groups["log metric", metric.id].append(f"{metric.log_group} {metric.pattern}")
    for (kind, id_), found in groups.items():
        if len(found) > 1:
            both = " and ".join(f'"{text}"' for text in found)
            yield f"{kind} {id_}: stands for {both}; ids are unique in a stack, so put a name into it"


def _of_alarm(alarm: Alarm, region: str) -> Iterator[str]:
    where = f"alarm {alarm.id}"
    for metric in metrics_of(alarm):
        if metric.region not in (None, region):
            yield (
                f"{where}: {metric.namespace} {metric.name} is in {metric.region}, the alarm in {region}; an "
                f"alarm sees its own region only, render it with a provider of {metric.region} (CloudWatch "
                'user guide, "Using Amazon CloudWatch alarms")'
            )
    if alarm.datapoints_to_alarm > alarm.evaluation_periods:
        yield (
            f"{where}: datapoints_to_alarm {alarm.datapoints_to_alarm} of {alarm.evaluation_periods} "
            "evaluation_periods never comes; use as many or fewer"
        )
    seconds = max(metric.period_seconds for metric in metrics_of(alarm)) * alarm.evaluation_periods
    if seconds > LONGEST_EVALUATION_SECONDS:
        yield (
            f"{where}: looks at {seconds} seconds, CloudWatch at {LONGEST_EVALUATION_SECONDS} at most; use "
            'fewer or shorter periods (CloudWatch user guide, "CloudWatch service quotas")'
        )
    if isinstance(alarm.metric, Expression):
        yield from _of_expression(where, alarm.metric)


def _of_expression(where: str, expression: Expression) -> Iterator[str]:
    if len(expression.metrics) > MATH_METRICS:
        yield (
            f"{where}: {len(expression.metrics)} metrics in one expression, {MATH_METRICS} at most; split it "
            '(CloudWatch user guide, "CloudWatch service quotas")'
        )
    for name in expression.metrics:
        if name == RESULT or not _MATH_NAME.fullmatch(name):
            yield (
                f"{where}: metric name {name}; use letters, digits and _ after a small letter, other than "
                f'{RESULT} (CloudWatch API reference, "MetricDataQuery")'
            )
    periods = sorted({metric.period_seconds for metric in expression.metrics.values()})
    if len(periods) > 1:
        yield f"{where}: periods {periods} in one expression; use one (CloudWatch API reference, Period)"


def _of_composites(watched: Watched) -> Iterator[str]:
    known = {alarm.id for alarm in watched.alarms}
    for composite in watched.composites:
        where = f"composite alarm {composite.id}"
        for member in composite.any_of:
            if member not in known:
                yield f"{where}: there is no alarm {member} in this stack; use one of {sorted(known)}"
        if not 1 <= len(composite.any_of) <= COMPOSITE_MEMBERS:
            yield (
                f"{where}: {len(composite.any_of)} members; use 1 to {COMPOSITE_MEMBERS} (CloudWatch user "
                'guide, "Create a composite alarm")'
            )


def _of_log_metrics(watched: Watched) -> Iterator[str]:
    for log_metric in watched.log_metrics:
        if log_metric.metric.dimensions:
            yield (
                f"log metric {log_metric.id}: dimensions {log_metric.metric.dimensions}; a filter takes them "
                "from fields of the lines only, put what tells metrics apart into the name (CloudWatch Logs "
                'user guide, "Creating metrics from log events using filters")'
            )


def _too_long(watched: Watched, prefix: str, runbook_url: str | None) -> Iterator[str]:
    for alarm in every_alarm(watched):
        texts = {"name": alarm_name(prefix, alarm.id), "description": description(alarm, runbook_url)}
        for (what, text), longest in zip(texts.items(), (LONGEST_NAME, LONGEST_DESCRIPTION), strict=True):
            if len(text) > longest:
                yield (
                    f"alarm {alarm.id}: {what} of {len(text)} characters, {longest} at most; shorten it "
                    '(CloudWatch API reference, "PutMetricAlarm")'
                )
