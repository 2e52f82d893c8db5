"""Why a deployment failed: what ECS says of its tasks, and which alarms ring."""

from collections import Counter
from datetime import datetime
from typing import Any

from operations.aws import Aws, explained
from operations.deploy.place import Place

MOST = 100
"""Tasks that DescribeTasks takes at once; ECS keeps stopped ones for about an hour."""


def stopped_tasks(aws: Aws, place: Place, revision_arn: str | None, since: datetime) -> list[str]:
    """Why tasks of the revision, or of any, stopped; the most frequent reason first."""
    client = aws.client("ecs", place.region)
    with explained(f"ecs:ListTasks of {place.ecs_service}"):
        arns = client.list_tasks(
            cluster=place.cluster, serviceName=place.ecs_service, desiredStatus="STOPPED", maxResults=MOST
        )["taskArns"]
        tasks = client.describe_tasks(cluster=place.cluster, tasks=arns)["tasks"] if arns else []
    counts = Counter(
        text
        for task in tasks
        if revision_arn in (None, task["taskDefinitionArn"]) and task["createdAt"] >= since
        for text in _texts(task)
    )
    return [f"{count} x {text}" for text, count in counts.most_common()]


def ringing_alarms(aws: Aws, place: Place, names: tuple[str, ...]) -> list[str]:
    """Those of the alarms that are in ALARM, and why."""
    if not names:
        return []
    with explained("cloudwatch:DescribeAlarms"):
        found = aws.client("cloudwatch", place.region).describe_alarms(
            AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"], StateValue="ALARM"
        )
    alarms = [*found.get("MetricAlarms", ()), *found.get("CompositeAlarms", ())]
    return [f"{alarm['AlarmName']}: {alarm.get('StateReason', '')}".rstrip(": ") for alarm in alarms]


def _texts(task: dict[str, Any]) -> list[str]:
    """What ended a task; that the deployment itself ended it says nothing."""
    texts = [task["stoppedReason"]] if task.get("stoppedReason") else []
    for container in task.get("containers", ()):
        if container.get("reason") and container["reason"] not in texts:
            texts.append(f"{container['name']}: {container['reason']}")
        elif container.get("exitCode") and task.get("stopCode") == "EssentialContainerExited":
            texts.append(f"{container['name']} ended with exit code {container['exitCode']}")
    return [text for text in texts if not text.startswith("Scaling activity initiated by")]
