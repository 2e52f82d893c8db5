"""Where evidence comes from. Each function asks one service, page by page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from environments.errors import listed
from operations.aws import Aws
from operations.deploy.service import describe_service
from operations.incident.evidence.window import Found, Source, Window, some
from operations.incident.patience import GLOBAL_REGION
from operations.incident.scene import Scene

TRACES = "fault = true OR http.status >= 500"
"""X-Ray developer guide, "Using filter expressions": `http.status` is a number, `5xx` is none."""

LONGEST_TRACES = timedelta(hours=6)
"""X-Ray refuses a longer time range."""

TASKS_AT_ONCE, DEPLOYMENTS_AT_ONCE = 100, 25
"""What DescribeTasks and BatchGetDeployments take."""


def logs(aws: Aws, at: Scene, window: Window) -> Found:
    client = aws.client("logs", at.place.region)
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=at.log_group,
        startTime=_milliseconds(window.since),
        endTime=_milliseconds(window.until),
        filterPattern=window.pattern,
    )
    return some((event for page in pages for event in page["events"]), window.limit)


def traces(aws: Aws, at: Scene, window: Window) -> Found:
    client = aws.client("xray", at.place.region)

    def every() -> Iterator[Any]:
        for start, end in window.parts(LONGEST_TRACES):
            pages = client.get_paginator("get_trace_summaries").paginate(
                StartTime=start, EndTime=end, FilterExpression=TRACES
            )
            for page in pages:
                yield from (one for one in page["TraceSummaries"] if _concerns(one, at.place.family))

    return some(every(), window.limit)


def _concerns(summary: dict[str, Any], family: str) -> bool:
    """A region has the traces of every environment; one that names no service may be ours."""
    names = {one.get("Name") for one in summary.get("ServiceIds") or ()} - {None}
    return not names or family in names


def tasks(aws: Aws, at: Scene, window: Window) -> Found:
    client = aws.client("ecs", at.place.region)
    pages = client.get_paginator("list_tasks").paginate(
        cluster=at.place.cluster, serviceName=at.place.ecs_service, desiredStatus="STOPPED"
    )

    def every() -> Iterator[Any]:
        for page in pages:
            for arns in _parts(page["taskArns"], TASKS_AT_ONCE):
                yield from client.describe_tasks(cluster=at.place.cluster, tasks=arns)["tasks"]

    found = some(every(), None)
    newest = sorted(found.items, key=lambda one: str(one.get("stoppedAt") or one["createdAt"]), reverse=True)
    kept = replace(found, items=newest[: window.limit], cut=found.cut or len(newest) > window.limit)
    # ECS API reference, "StopTask": stopped tasks are shown for at least one hour.
    return kept.noted("ECS forgets stopped tasks after an hour")


def service(aws: Aws, at: Scene, window: Window) -> Found:
    found = describe_service(aws, at.place)
    events = [one for one in found.get("events", ()) if window.since <= one["createdAt"] <= window.until]
    parts = {name: found.get(name) for name in ("deployments", "taskSets") if found.get(name)}
    counts = {
        name: found[name] for name in ("desiredCount", "runningCount", "pendingCount", "taskDefinition")
    }
    return Found([{**counts, **parts}, *events], note="the first is the service as it is now")


def deployments(aws: Aws, at: Scene, window: Window) -> Found:
    client = aws.client("codedeploy", at.place.region)
    known = client.exceptions
    pages = client.get_paginator("list_deployments").paginate(
        applicationName=at.place.family,
        deploymentGroupName=at.place.family,
        createTimeRange={"start": window.since, "end": window.until},
    )

    def every() -> Iterator[Any]:
        for page in pages:
            for ids in _parts(page["deployments"], DEPLOYMENTS_AT_ONCE):
                yield from client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"]

    try:
        return some(every(), window.limit)
    except (known.ApplicationDoesNotExistException, known.DeploymentGroupDoesNotExistException):
        return Found([], note="ECS deploys this service itself: see service.json")


def alarms(aws: Aws, at: Scene, window: Window) -> Found:
    client = aws.client("cloudwatch", at.place.region)
    pages = client.get_paginator("describe_alarm_history").paginate(
        StartDate=window.since, EndDate=window.until, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    every = (one for page in pages for one in page["AlarmHistoryItems"])
    return some((one for one in every if one["AlarmName"].startswith(at.alarm_prefix)), window.limit)


def changes(aws: Aws, at: Scene, window: Window) -> Found:
    return _changes(aws, at.place.region, window)


def global_changes(aws: Aws, _: Scene, window: Window) -> Found:
    return _changes(aws, GLOBAL_REGION, window)


def _changes(aws: Aws, region: str, window: Window) -> Found:
    pages = (
        aws.client("cloudtrail", region)
        .get_paginator("lookup_events")
        .paginate(
            LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
            StartTime=window.since,
            EndTime=window.until,
        )
    )
    found = some((one for page in pages for one in page["Events"]), window.limit)
    # CloudTrail user guide, "Viewing recent management events": within about 15 minutes.
    return found.noted("CloudTrail may tell the last 15 minutes later")


def targets(aws: Aws, at: Scene, _: Window) -> Found:
    client = aws.client("elbv2", at.place.region)
    missing = []

    def every() -> Iterator[Any]:
        for name in at.target_groups:
            try:
                [group] = client.describe_target_groups(Names=[name])["TargetGroups"]
            except client.exceptions.TargetGroupNotFoundException:
                missing.append(name)
                continue
            answer = client.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
            yield {"TargetGroupName": name, "Targets": answer["TargetHealthDescriptions"]}

    found = some(every(), None)
    return found.noted(f"there is no {listed(missing, 'and')}") if missing else found


def _parts(names: list[str], most: int) -> Iterator[list[str]]:
    return (names[start : start + most] for start in range(0, len(names), most))


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


SOURCES = (
    Source("logs", "log lines of the service", logs, "logs:FilterLogEvents"),
    Source("traces", "traces with a fault or a 5xx", traces, "xray:GetTraceSummaries"),
    Source("tasks", "tasks that stopped, and why", tasks, "ecs:DescribeTasks"),
    Source("service", "the service and its events", service, "ecs:DescribeServices"),
    Source("deployments", "deployments by CodeDeploy", deployments, "codedeploy:BatchGetDeployments"),
    Source("alarms", "what alarms did", alarms, "cloudwatch:DescribeAlarmHistory"),
    Source("changes", "who changed what in the region", changes, "cloudtrail:LookupEvents"),
    Source("global-changes", "who changed roles, DNS and the CDN", global_changes, "cloudtrail:LookupEvents"),
    Source("targets", "health of the targets now", targets, "elasticloadbalancing:DescribeTargetHealth"),
)
