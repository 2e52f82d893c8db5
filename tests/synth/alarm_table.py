"""The table of all alarms in docs/alarms.md, from what the stacks synthesize."""

from collections.abc import Iterator, Mapping

from tests.synth.synthesized import ROOT, Body, Synthesized

METRIC, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
PAGE = ROOT / "docs/alarms.md"
HEADING = "## Every alarm of the fleet\n"
_SIGNS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}


def alarms(stack: Synthesized) -> list[Body]:
    """Composite alarms, then the others."""
    return [alarm for kind in (COMPOSITE, METRIC) for alarm in stack.all(kind).values()]


def runbook(alarm: Body) -> str:
    """Where the message of an alarm sends people, as a path below docs/; empty if nowhere."""
    _, found, link = alarm["alarm_description"].partition("\nRunbook: ")
    return f"runbooks/{link.rpartition('/')[2]}" if found else ""


def table(stacks: Mapping[str, Synthesized]) -> str:
    """One table for each stack that has alarms."""
    return "\n".join(part for name, stack in stacks.items() for part in _part(name, alarms(stack)))


def _part(name: str, found: list[Body]) -> Iterator[str]:
    if not found:
        return
    yield f"\n### {name}\n\n| alarm | severity | when | tells | runbook |\n|---|---|---|---|---|"
    for alarm in sorted(found, key=lambda alarm: str(alarm["alarm_name"])):
        severity = alarm.get("tags", {}).get("Severity", "-")
        tells = "yes" if alarm.get("alarm_actions") else "-"
        path = runbook(alarm)
        link = f"[{path.removeprefix('runbooks/')}]({path})" if path else "-"
        yield f"| {alarm['alarm_name']} | {severity} | {_when(alarm)} | {tells} | {link} |"


def _when(alarm: Body) -> str:
    if "alarm_rule" in alarm:
        return str(alarm["alarm_rule"]).replace('"', "`").replace("ALARM", "")
    queries = alarm.get("metric_query", [])
    periods = [query["metric"]["period"] for query in queries if "metric" in query]
    what = alarm.get("metric_name") or queries[0]["label"]
    statistic = alarm.get("statistic") or alarm.get("extended_statistic") or ""
    period = alarm.get("period") or periods[0]
    most = alarm["evaluation_periods"]
    least = alarm.get("datapoints_to_alarm", most)
    times = f"{least} of {most} times" if least != most else f"{most} times" if most > 1 else "once"
    bound = f"{_SIGNS[alarm['comparison_operator']]} {alarm['threshold']:g}"
    return f"{f'{what} {statistic}'.strip()} {bound}, {times} in {period} s"
