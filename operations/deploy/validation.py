"""What would keep a revision from starting or from staying, told before anything changes. Pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass

from environments.capacity import CapacityConfig, CapacityShare, placement
from environments.errors import listed
from operations.deploy.facts import Facts
from operations.deploy.service import Service
from operations.deploy.surroundings import Surroundings


@dataclass(frozen=True)
class Problem:
    """Something that has to be put right first."""

    check: str
    message: str
    usage: bool = False
    """The command line is wrong, not the platform."""

    def __str__(self) -> str:
        return f"{self.check}: {self.message}"


def problems(facts: Facts, around: Surroundings, *, ignore_alarms: bool = False) -> tuple[Problem, ...]:
    """Everything that is wrong, all at once."""
    return (
        *_image(facts, around),
        *_sources(around),
        *_roles(around),
        *_target_groups(around),
        *(
            Problem("log group", f"{name} does not exist; deploy the stack {facts.place.environment}")
            for name in around.missing_log_groups
        ),
        *_addresses(facts.service, around),
        *([] if ignore_alarms else _alarms(facts, around)),
    )


def notes(facts: Facts, around: Surroundings) -> tuple[str, ...]:
    """What a person should know, and what does not stand in the way."""
    return (*_capacity(facts.service), *_ringing(facts, around), *_unchecked(around))


def _image(facts: Facts, around: Surroundings) -> Iterator[Problem]:
    image, place = facts.image, facts.place
    if not image.found and image.newest:
        known = f"the newest tags are {listed(image.newest, 'and')}"
        yield Problem("image", f"{image.reference} is not in ECR of {place.region}; {known}", usage=True)
    elif not image.found:
        message = f"{image.reference} is not in ECR of {place.region}; push it, or name another with --image"
        yield Problem("image", message, usage=True)
    for reference in around.missing_images:
        yield Problem("image", f"{reference} of a side-car is not in ECR of {place.region}; push it")


def _sources(around: Surroundings) -> Iterator[Problem]:
    for source in around.sources:
        if source.fault:
            yield Problem("variable", f"{source.variable} from {source.reference} {source.fault}")


def _roles(around: Surroundings) -> Iterator[Problem]:
    for arn in around.missing_roles:
        yield Problem("role", f"{arn} does not exist; deploy the stack that makes it")


def _target_groups(around: Surroundings) -> Iterator[Problem]:
    for group in around.target_groups:
        if not group.exists:
            yield Problem("target group", f"{group.name} does not exist; deploy the stack that makes it")
        elif not group.used:
            message = f"no listener forwards to {group.name}, so ECS would refuse it; deploy the stack"
            yield Problem("target group", message)


def _addresses(service: Service, around: Surroundings) -> Iterator[Problem]:
    """Each task has an address of its own (ECS developer guide, "awsvpc network mode")."""
    needed = new_tasks(service)
    if around.free_addresses is not None and around.free_addresses < needed:
        yield Problem(
            "addresses",
            f"the subnets {listed(service.subnets, 'and')} have {around.free_addresses} free addresses, but "
            f"{needed} more tasks run during the deployment; free some, or run fewer tasks",
        )


def new_tasks(service: Service) -> int:
    """Tasks that run beside the old ones at most: all of them with CodeDeploy, else up to the percentage."""
    if service.blue_green:
        return service.desired
    return max(service.desired * service.maximum_percent // 100 - service.running, 0)


def _alarms(facts: Facts, around: Surroundings) -> Iterator[Problem]:
    """CodeDeploy stops a deployment when one of its alarms rings (user guide, "Monitoring deployments")."""
    if facts.group is None:
        return
    for name, state in around.alarms.items():
        if state == "missing":
            yield Problem("alarm", f"{name} of the deployment group does not exist; deploy the stack")
        elif state == "ALARM":
            yield Problem(
                "alarm",
                f"{name} is in ALARM, and CodeDeploy would stop the deployment; wait for OK, or use "
                "--ignore-alarms if this deployment is the remedy",
            )


def _ringing(facts: Facts, around: Surroundings) -> Iterator[str]:
    """ECS disregards an alarm that rings already (developer guide, "How CloudWatch alarms detect ...")."""
    if facts.group is not None:
        return
    for name, state in around.alarms.items():
        if state != "OK":
            yield f"alarm {name} is {state}: it will not guard this deployment"


def _capacity(service: Service) -> Iterator[str]:
    if not service.desired:
        yield "the desired count is 0 (a standby, or off hours): nothing will start, so nothing is proven"
        return
    shares = {
        one["capacityProvider"]: CapacityShare(weight=one.get("weight", 0), base=one.get("base", 0))
        for one in service.capacity
    }
    if "FARGATE_SPOT" not in shares:
        return
    none = CapacityShare(weight=0)
    mix = CapacityConfig.model_construct(
        fargate_spot=shares["FARGATE_SPOT"], fargate=shares.get("FARGATE", none)
    )
    if mix.fargate_spot.weight + mix.fargate.weight and not placement(service.desired, mix).fargate_spot:
        yield f"no task can run on Spot: the base on demand takes all {service.desired}"


def _unchecked(around: Surroundings) -> Iterator[str]:
    for source in around.sources:
        if source.unchecked:
            yield f"{source.variable} is not checked: {source.unchecked} of {source.reference} is not allowed"
    for what in around.unchecked:
        yield f"not checked: {what}"
