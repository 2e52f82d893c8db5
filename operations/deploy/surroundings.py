"""What tasks of a revision need in order to start: whether it is there. Reads only; no value is kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operations.aws import Aws, error_code, explained
from operations.deploy.group import Group
from operations.deploy.images import describe_image
from operations.deploy.place import Place
from operations.deploy.service import Service
from operations.deploy.sources import DENIED, Source, read_sources


@dataclass(frozen=True)
class TargetGroup:
    name: str
    exists: bool
    used: bool
    """A listener or one of its rules forwards to it."""


@dataclass(frozen=True)
class Surroundings:
    """What was found around a revision."""

    sources: tuple[Source, ...]
    missing_images: tuple[str, ...]
    """Images of this account's registry that are not there."""

    missing_roles: tuple[str, ...]
    missing_log_groups: tuple[str, ...]
    target_groups: tuple[TargetGroup, ...]
    free_addresses: int | None
    """In all subnets of the service; None without subnets of its own."""

    alarms: Mapping[str, str]
    """State of each alarm that can end the deployment; `missing` if there is none of that name."""

    unchecked: tuple[str, ...] = ()


def look(
    aws: Aws, place: Place, service: Service, group: Group | None, definition: Mapping[str, Any]
) -> Surroundings:
    """Look at everything that `definition` names."""
    containers: list[dict[str, Any]] = definition["containerDefinitions"]
    missing_roles, unchecked = _roles(aws, place, definition)
    return Surroundings(
        sources=tuple(read_sources(aws, place, containers)),
        missing_images=tuple(_missing_images(aws, place, containers)),
        missing_roles=missing_roles,
        missing_log_groups=tuple(_missing_log_groups(aws, place, containers)),
        target_groups=tuple(_target_groups(aws, place, service, group)),
        free_addresses=_free_addresses(aws, place, service.subnets),
        alarms=_alarms(aws, place, group.alarms if group else service.alarms),
        unchecked=unchecked,
    )


def _missing_images(aws: Aws, place: Place, containers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The service's own container is looked at before: its image may not be there yet."""
    prefix = f"{place.registry}/"
    for container in containers:
        image = str(container["image"])
        if container["name"] == place.service or not image.startswith(prefix):
            continue
        name, by_digest, digest = image.removeprefix(prefix).partition("@")
        repository, _, tag = name.partition(":")
        wanted = {"imageDigest": digest} if by_digest else {"imageTag": tag or "latest"}
        if describe_image(aws, place, repository, wanted) is None:
            yield image


def _roles(aws: Aws, place: Place, definition: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    client = aws.client("iam", place.region)
    missing: list[str] = []
    for member in ("executionRoleArn", "taskRoleArn"):
        arn = definition.get(member)
        if not arn:
            continue
        with explained(f"iam:GetRole of {arn}"):
            try:
                client.get_role(RoleName=arn.rpartition("/")[2])
            except client.exceptions.NoSuchEntityException:
                missing.append(arn)
            except client.exceptions.ClientError as error:
                if error_code(error) not in DENIED:
                    raise
                return (), ("roles: iam:GetRole is not allowed",)
    return tuple(missing), ()


def _missing_log_groups(aws: Aws, place: Place, containers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    seen = set()
    for container in containers:
        configuration = container.get("logConfiguration") or {}
        options = configuration.get("options") or {}
        name, region = options.get("awslogs-group"), options.get("awslogs-region", place.region)
        if configuration.get("logDriver") != "awslogs" or not name or (name, region) in seen:
            continue
        seen.add((name, region))
        with explained(f"logs:DescribeLogGroups of {name}"):
            groups = aws.client("logs", region).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        if not any(group["logGroupName"] == name for group in groups):
            yield name


def _target_groups(aws: Aws, place: Place, service: Service, group: Group | None) -> Iterator[TargetGroup]:
    client = aws.client("elbv2", place.region)
    wanted: list[dict[str, list[str]]] = [
        {"TargetGroupArns": [one.target_group_arn]} for one in service.behind if one.target_group_arn
    ]
    wanted += [{"Names": [name]} for name in (group.target_groups if group else ())]
    seen = set()
    for query in wanted:
        [[asked]] = query.values()
        with explained(f"elasticloadbalancing:DescribeTargetGroups of {asked}"):
            try:
                [found] = client.describe_target_groups(**query)["TargetGroups"]
            except client.exceptions.TargetGroupNotFoundException:
                yield TargetGroup(asked, exists=False, used=False)
                continue
        if found["TargetGroupArn"] not in seen:
            seen.add(found["TargetGroupArn"])
            # The second group of a pair is used once traffic moves to it.
            used = bool(found.get("LoadBalancerArns")) or "Names" in query
            yield TargetGroup(found["TargetGroupName"], exists=True, used=used)


def _free_addresses(aws: Aws, place: Place, subnets: tuple[str, ...]) -> int | None:
    if not subnets:
        return None
    with explained("ec2:DescribeSubnets"):
        found = aws.client("ec2", place.region).describe_subnets(SubnetIds=list(subnets))["Subnets"]
    return sum(int(subnet["AvailableIpAddressCount"]) for subnet in found)


def _alarms(aws: Aws, place: Place, names: tuple[str, ...]) -> dict[str, str]:
    if not names:
        return {}
    with explained("cloudwatch:DescribeAlarms"):
        found = aws.client("cloudwatch", place.region).describe_alarms(
            AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
    alarms = [*found.get("MetricAlarms", ()), *found.get("CompositeAlarms", ())]
    states = {alarm["AlarmName"]: str(alarm["StateValue"]) for alarm in alarms}
    return {name: states.get(name, "missing") for name in names}
