"""Restarts the services that read a parameter when their tasks start, each as its controller asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from operations.aws import Aws
from operations.deploy import appspec, traffic
from operations.deploy.group import UNDER_WAY, Group, read_group
from operations.deploy.place import Place, find_place
from operations.deploy.service import Service, describe_service, read_revision, read_service
from operations.engine import Attempt, Call, Join, Local, Probe, Ref, RunId, Step
from operations.engine.context import Context
from operations.engine.redact import Redactor
from operations.engine.retry import judged
from operations.errors import Refused

if TYPE_CHECKING:
    from environments.schema import Fleet

ROLLING_LIMIT, SHIFT_LIMIT = 30 * 60.0, 45 * 60.0
"""Seconds. The slowest predefined traffic shift takes 30 minutes; 15 remain for the start of the tasks."""

_PRIMARY = "services[0].deployments[?status=='PRIMARY'] | [0]"
_FAILED = "sort_by(services[0].deployments[?rolloutState=='FAILED'], &to_string(createdAt))[-1].id"


@dataclass(frozen=True)
class Reader:
    """A service whose tasks read the parameter."""

    place: Place
    service: Service
    revision_arn: str
    since: datetime | None
    """When its present tasks were deployed."""

    group: Group | None

    @property
    def step(self) -> str:
        return f"restart-{self.place.environment}-{self.place.service}"


def read_readers(
    aws: Aws, fleet: "Fleet", environments: Iterable[str], parameter: str
) -> tuple[tuple[Reader, ...], tuple[str, ...]]:
    """Services that read the parameter, and notes about those that need it and do not."""
    readers, notes = [], []
    for environment in environments:
        workload = fleet.workloads.get(environment, fleet.primary)
        for name, config in workload.services.items():
            if "database" not in config.needs:
                continue
            place = find_place(fleet, environment, name)
            try:
                reader = _read(aws, place)
            except Refused:
                notes.append(f"{place} is not deployed")
                continue
            definition = read_revision(aws, place, reader.revision_arn).definition
            if not _reads(definition, parameter):
                notes.append(f"{place} does not read {parameter}; it goes on with what it has")
            elif not reader.service.desired:
                notes.append(f"{place} has no tasks; they read {parameter} when they start")
            else:
                readers.append(reader)
    return tuple(readers), tuple(notes)


def _read(aws: Aws, place: Place) -> Reader:
    service = read_service(aws, place)
    found = describe_service(aws, place)
    parts = found.get("taskSets" if service.blue_green else "deployments") or ()
    primary = next((one for one in parts if one["status"] == "PRIMARY"), found)
    group = read_group(aws, place) if service.blue_green else None
    return Reader(place, service, service.revision_arn, primary.get("createdAt"), group)


def _reads(definition: Mapping[str, Any], parameter: str) -> bool:
    sources = [one["valueFrom"] for c in definition["containerDefinitions"] for one in c.get("secrets", ())]
    return any(source == parameter or source.endswith(f":parameter{parameter}") for source in sources)


def guard(readers: Iterable[Reader]) -> None:
    """CodeDeploy runs one deployment of a group at a time."""
    busy = [one for one in readers if one.group and one.group.under_way]
    if busy:
        named = ", ".join(
            f"{one.place}: {one.group.under_way.id}" for one in busy if one.group and one.group.under_way
        )
        raise Refused(
            f"CodeDeploy is at work already ({named}); wait for it, or stop it. Nothing was changed."
        )


def restart(reader: Reader, *, optional: bool) -> Step:
    """New tasks of the same revision."""
    return (_shift if reader.group else _roll)(reader, optional)


def _roll(reader: Reader, optional: bool) -> Step:
    place = reader.place
    at = {"cluster": place.cluster, "service": place.ecs_service}
    look = Call(
        "ecs", place.region, "DescribeServices", {"cluster": place.cluster, "services": [place.ecs_service]}
    )
    mine = Ref(reader.step, _PRIMARY.replace("services[0]", "service") + ".id")
    return Step(
        id=reader.step,
        why=f"{place}: {reader.service.running} tasks, replaced some at a time",
        call=Call("ecs", place.region, "UpdateService", {**at, "forceNewDeployment": True}),
        # Not just COMPLETED: before the call the old deployment is that, too.
        done_when=Probe(
            look,
            equals={
                f"{_PRIMARY}.id": mine,
                f"{_PRIMARY}.rolloutState": "COMPLETED",
            },
            # Not the primary one's: the circuit breaker has returned to the deployment before.
            fails={_FAILED: mine},
            shows=f"{_PRIMARY}.[rolloutState, runningCount, desiredCount]",
        ),
        limit_seconds=ROLLING_LIMIT,
        poll_seconds=10,
        optional=optional,
        anew=True,
    )


def _shift(reader: Reader, optional: bool) -> Step:
    place = reader.place
    group = {"applicationName": place.family, "deploymentGroupName": place.family}
    mark = Join(("hybrid db switch ", RunId(), " ", Attempt()))
    revision = appspec.revision(appspec.content(reader.service, reader.revision_arn))
    find = Local("find-deployment", {**group, "region": place.region, "description": mark})
    return Step(
        id=reader.step,
        why=f"{place}: {reader.service.running} tasks, replaced by CodeDeploy with the same revision",
        call=Call(
            "codedeploy",
            place.region,
            "CreateDeployment",
            {**group, "revision": revision, "description": mark},
        ),
        # CodeDeploy takes no token: only the description tells whether a lost call arrived.
        arrived_when=Probe(find, equals={"found": True}),
        done_when=Probe(
            find, equals={"moved": True}, fails={"failed": True}, shows="[deploymentId, status, message]"
        ),
        limit_seconds=SHIFT_LIMIT,
        poll_seconds=10,
        optional=optional,
        anew=True,
    )


def find_deployment(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """The `Local` of that name: the deployment with this description, among the newest of the group.

    And where it stands: `moved` once users are on its tasks, `failed`, and why.
    """
    client = context.aws.client("codedeploy", params["region"])
    names = {key: params[key] for key in ("applicationName", "deploymentGroupName")}
    with judged(f"codedeploy:ListDeployments of {params['applicationName']}", Redactor()):
        ids = client.list_deployments(**names)["deployments"][:10]
        infos = client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
    mine = next((one for one in infos if one.get("description") == params["description"]), None)
    if mine is None:
        return {"found": False, "deploymentId": None}
    id_, status = mine["deploymentId"], mine["status"]
    moved = status == "Succeeded"
    if status in UNDER_WAY:
        with judged(f"codedeploy:BatchGetDeploymentTargets of {id_}", Redactor()):
            moved = traffic.look(client, mine)
    failed = status in ("Failed", "Stopped")
    message = (mine.get("errorInformation") or {}).get("message")
    return {
        "found": True,
        "deploymentId": id_,
        "status": status,
        "moved": moved,
        "failed": failed,
        "message": message,
    }
