"""Steps that bring a revision to a service, for every plan that does. Pure functions."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from operations.deploy import appspec
from operations.deploy.place import Place
from operations.deploy.service import Service
from operations.deploy.task_definition import RUN
from operations.engine import Call, Join, Local, Probe, Ref, RunId, Step

PRIMARY = "service.deployments[?status=='PRIMARY'] | [0].id"
ARN = "taskDefinition.taskDefinitionArn"

QUICK = 2.0
"""Seconds between two looks at most: tired people watch."""


def register(place: Place, definition: Mapping[str, Any], tags: Mapping[str, str], why: str) -> Step:
    """Registers a revision; `Ref("register", ARN)` is its ARN."""
    kept = {key: value for key, value in sorted(tags.items()) if value and key != RUN}
    listed: list[Any] = [{"key": key, "value": value} for key, value in kept.items()]
    newest = {"taskDefinition": place.family, "include": ["TAGS"]}
    return Step(
        id="register",
        why=why,
        call=Call(
            "ecs",
            place.region,
            "RegisterTaskDefinition",
            {**definition, "tags": [*listed, {"key": RUN, "value": RunId()}]},
            keep=(ARN,),
        ),
        arrived_when=Probe(
            Call("ecs", place.region, "DescribeTaskDefinition", newest),
            equals={f"tags[?key=='{RUN}'].value | [0]": RunId()},
        ),
        # ECS refuses to do it twice.
        undo=Call(
            "ecs",
            place.region,
            "DeregisterTaskDefinition",
            {"taskDefinition": Ref("register", ARN)},
            accept=("ClientException",),
        ),
    )


def deploy(place: Place, service: Service, arn: "str | Ref", why: str, **how: Any) -> Step:
    """Brings the revision to users, and waits until they have it. Its undo returns to what ran.

    `how`: fields of the Step that differ, and `ignore_alarms`, `waits`.
    """
    ignore_alarms, waits = how.pop("ignore_alarms", False), how.pop("waits", True)
    where = plain(place)
    if service.blue_green:
        call = _create_deployment(place, service, arn, why, ignore_alarms)
        started = Ref("deploy", "deploymentId")
        find = Local("find-deployment", {"place": where, "run": RunId()})
        how["arrived_when"] = Probe(find, equals={"deploymentId != `null`": True})
    else:
        names = {"cluster": place.cluster, "service": place.ecs_service, "taskDefinition": arn}
        call = Call("ecs", place.region, "UpdateService", names, keep=(PRIMARY,))
        started = Ref("deploy", PRIMARY)
    look = {"place": where, "blue_green": service.blue_green, "deployment": started, "revision": arn}
    return Step(
        id="deploy",
        why=why,
        call=call,
        done_when=Probe(
            Local("look", look), equals={"outcome": "done"}, fails={"outcome": "failed"}, shows="line"
        )
        if waits
        else None,
        undo=Local("return", {"place": where, "to": service.revision_arn}),
        undone_when=settled(place, service.revision_arn),
        poll_seconds=QUICK,
        **how,
    )


def stop(place: Place, deployment: str, back: str, why: str, limit_seconds: float) -> Step:
    """Stops a CodeDeploy deployment, and waits until users have `back` again."""
    params = {"place": plain(place), "deployment": deployment, "back": back}
    return Step(
        id="stop",
        why=why,
        call=Local("stop", params, keep=("how",), says=f"codedeploy:StopDeployment {deployment}"),
        done_when=settled(place, back),
        poll_seconds=QUICK,
        limit_seconds=limit_seconds,
    )


def wait(place: Place, revision: str, why: str, limit_seconds: float) -> Step:
    """Waits for what comes by itself."""
    return Step(
        "wait", why, done_when=settled(place, revision), poll_seconds=QUICK, limit_seconds=limit_seconds
    )


def settled(place: Place, revision: "str | Ref") -> Probe:
    """Users have the revision, all its tasks are healthy, and no other deployment is under way."""
    params: dict[str, Any] = {"place": plain(place), "revision": revision}
    return Probe(Local("settled", params), equals={"settled": True}, shows="line")


def plain(place: Place) -> dict[str, Any]:
    """A place as the journal keeps it."""
    return dict(asdict(place))


def _create_deployment(
    place: Place, service: Service, arn: "str | Ref", why: str, ignore_alarms: bool
) -> Call:
    revision: Mapping[str, Any]
    if isinstance(arn, Ref):
        before, after = appspec.content(service, _HERE).split(_HERE)
        content = {"content": Join((before, arn, after))}
        revision = {"revisionType": "AppSpecContent", "appSpecContent": content}
    else:
        revision = appspec.revision(appspec.content(service, arn))
    options: dict[str, Any] = {}
    if ignore_alarms:
        options["overrideAlarmConfiguration"] = {"enabled": False}
    return Call(
        "codedeploy",
        place.region,
        "CreateDeployment",
        {
            "applicationName": place.family,
            "deploymentGroupName": place.family,
            "revision": revision,
            "description": Join((f"hybrid, {why}; run ", RunId())),
            **options,
        },
        keep=("deploymentId",),
    )


_HERE = "(the revision)"
