"""What a service runs at this moment: `hybrid service status`. Reads only."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from operations.aws import explained
from operations.console import out, print_json
from operations.deploy import reasons
from operations.deploy.group import read_group
from operations.deploy.place import Place
from operations.deploy.service import describe_service, newest_revisions, read_revision, read_service
from operations.deploy.task_definition import IMAGE_TAG, differences, newest_configuration
from operations.engine.retry import Clients
from operations.service.actions import targets
from operations.service.history import Past, name, read_history


def show(aws: Clients, place: Place, *, as_json: bool) -> None:
    """Look, and print."""
    found = describe(aws, place)
    if as_json:
        print_json(found)
        return
    for line in _lines(found):
        out.print(line, markup=False)


def describe(aws: Clients, place: Place) -> dict[str, Any]:
    """Everything, as plain data."""
    service, described = read_service(aws, place), describe_service(aws, place)
    group = read_group(aws, place) if service.blue_green else None
    running = read_revision(aws, place, service.revision_arn)
    newest = newest_configuration(newest_revisions(aws, place))
    history = read_history(aws, place, described)
    alarms = group.alarms if group else service.alarms
    healthy, known = targets(aws, place, service)
    return {
        "service": place.service,
        "environment": place.environment,
        "region": place.region,
        "controller": service.controller,
        "revision": running.name,
        "image": running.image(place.service),
        "image_tag": running.tags.get(IMAGE_TAG, ""),
        "tasks": {
            "desired": service.desired,
            "running": service.running,
            "pending": described["pendingCount"],
            "by_revision": _tasks(aws, place),
        },
        "targets": {"healthy": healthy, "all": known},
        "alarms": {"watched": list(alarms), "ringing": reasons.ringing_alarms(aws, place, alarms)},
        "steady": service.steady,
        "under_way": [_past(one) for one in history[:1] if one.state == "under way"],
        "last_deployment": next((_past(one) for one in history if one.state != "under way"), None),
        "newest_revision": newest.name,
        "drift": [str(one) for one in differences(running.definition, newest.definition)],
    }


def _tasks(aws: Clients, place: Place) -> dict[str, int]:
    client = aws.client("ecs", place.region)
    with explained(f"ecs:ListTasks of {place.ecs_service}"):
        arns = client.list_tasks(cluster=place.cluster, serviceName=place.ecs_service)["taskArns"]
        tasks = client.describe_tasks(cluster=place.cluster, tasks=arns[:100])["tasks"] if arns else []
    return dict(Counter(f"{name(one['taskDefinitionArn'])} {one['lastStatus']}" for one in tasks))


def _past(one: Past) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": str(one.state),
        "revision": name(one.revision),
        "replaced": name(one.replaced),
        "began": at(one.began),
        "ended": at(one.ended),
        "by_itself": one.automatic,
    }


def at(moment: datetime | None) -> str:
    """UTC; empty if there is none."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def _lines(found: dict[str, Any]) -> list[str]:
    tasks, known = found["tasks"], found["targets"]
    state = "steady" if found["steady"] else "not steady"
    lines = [
        f"{found['service']} in {found['environment']} ({found['region']}, {found['controller']}): {state}",
        f"  runs        {found['revision']}, image {found['image_tag'] or found['image']}",
        f"  tasks       {tasks['running']} of {tasks['desired']} running, {tasks['pending']} pending",
        *(f"              {count} x {which}" for which, count in tasks["by_revision"].items()),
        f"  targets     {known['healthy']} of {known['all']} healthy",
        *(f"  in ALARM    {alarm}" for alarm in found["alarms"]["ringing"]),
        *(f"  under way   {_told(one)}" for one in found["under_way"]),
    ]
    if last := found["last_deployment"]:
        lines.append(f"  last        {_told(last)}")
    if found["drift"]:
        lines.append(f"  drift       the newest configuration is {found['newest_revision']}:")
        lines += [f"              {change}" for change in found["drift"]]
    return lines


def _told(past: dict[str, Any]) -> str:
    before = f" after {past['replaced']}" if past["replaced"] else ""
    by = ", by CodeDeploy itself" if past["by_itself"] else ""
    ended = f" to {past['ended']}" if past["ended"] else ""
    return f"{past['id']} {past['state']}: {past['revision']}{before}, {past['began']}{ended}{by}"
