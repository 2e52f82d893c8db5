"""Carries out a plan. It keeps no journal: the next run looks at what is there and continues."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from operations.aws import Aws, explained
from operations.deploy import appspec
from operations.deploy.place import Place
from operations.deploy.plan import Plan, Register, Roll, Shift, Step
from operations.errors import HybridError


class Started(NamedTuple):
    """What runs now by itself."""

    revision_arn: str
    deployment: str | None


def execute(plan: Plan, aws: Aws, before: Callable[[Step], None]) -> Started:
    """Do every step, or raise an error that says how far it came."""
    arn = plan.revision.arn if plan.revision else ""
    deployment = None
    for step in plan.steps:
        before(step)
        match step.does:
            case Register() as does:
                arn = _register(aws, plan.facts.place, does)
            case Roll(place):
                deployment = _roll(aws, place, arn)
            case Shift() as does:
                deployment = _shift(aws, does, arn)
    return Started(arn, deployment)


def _register(aws: Aws, place: Place, does: Register) -> str:
    tags = [{"key": key, "value": value} for key, value in sorted(does.tags.items())]
    with explained(str(does)):
        answer = aws.client("ecs", place.region).register_task_definition(**does.definition, tags=tags)
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def _roll(aws: Aws, place: Place, arn: str) -> str:
    with _continuing(arn), explained(f"ecs:UpdateService of {place.ecs_service}"):
        answer = aws.client("ecs", place.region).update_service(
            cluster=place.cluster,
            service=place.ecs_service,
            taskDefinition=arn,
            forceNewDeployment=False,
        )
    return next(str(one["id"]) for one in answer["service"]["deployments"] if one["status"] == "PRIMARY")


def _shift(aws: Aws, does: Shift, arn: str) -> str:
    place = does.place
    options: dict[str, Any] = {}
    if does.ignore_alarms:
        options["overrideAlarmConfiguration"] = {"enabled": False}
    with _continuing(arn), explained(f"codedeploy:CreateDeployment of {place.family}"):
        answer = aws.client("codedeploy", place.region).create_deployment(
            applicationName=place.family,
            deploymentGroupName=place.family,
            revision=appspec.revision(appspec.content(does.service, arn)),
            description=does.description,
            **options,
        )
    return str(answer["deploymentId"])


@contextmanager
def _continuing(arn: str) -> Iterator[None]:
    """Add to an error what is there already."""
    failure = None
    try:
        yield
    except HybridError as error:
        failure = error
    if failure:
        name = arn.rpartition("/")[2]
        raise HybridError(
            f"{failure}\n{name} is registered, but not deployed. Run the same command again: it uses {name}."
        )
