"""Whether the second region may run what a failover starts, and can be changed without the first."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from environments import naming
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Gap, Row, View, objective_text
from operations.dr.audit.guard import unreadable
from operations.dr.audit.walk import EVERYTHING
from operations.synthesis import UNREADABLE, providers, task_size

GROUP = "capacity"
DEFAULTS = {
    # AWS General Reference, "Amazon ECS endpoints and quotas", Fargate; for each region.
    "fargate-on-demand-vcpu": 6,
    "fargate-spot-vcpu": 6,
    # AWS General Reference, "Amazon VPC" and "Amazon EC2 endpoints and quotas".
    "elastic-ips": 5,
    "vpcs": 5,
}
"""Quotas of an account that never asked for more."""

_CODES = {
    "fargate-on-demand-vcpu": "L-3032A538",
    "fargate-spot-vcpu": "L-36FBB829",
    "elastic-ips": "L-0263D0A3",
    "vpcs": "L-F678F1CE",
}


@dataclass(frozen=True)
class Vcpu:
    """What services take while one deployment runs, by capacity provider."""

    on_demand: float = 0
    spot: float = 0


def rows(view: View) -> Iterator[Row]:
    """Quotas, then the state that Terraform needs to change the second region."""
    region = view.fleet.dr.region
    vcpu, unknown = [], []
    for service in view.needs:
        if isinstance(service, Block) and _is_service(service):
            try:
                vcpu.append(_vcpu(view, service))
            except UNREADABLE as error:
                unknown.append(unreadable(f"what service {view.name(service)} takes", error))
    needed = {
        "fargate-on-demand-vcpu": sum(each.on_demand for each in vcpu),
        "fargate-spot-vcpu": sum(each.spot for each in vcpu),
        "elastic-ips": len(view.synthesis.all("aws_eip", region=region)),
        # Every account has a default VPC in each region.
        "vpcs": len(view.synthesis.all("aws_vpc", region=region)) + 1,
    }
    for quota, amount in needed.items():
        allowed = view.quotas.get(quota, DEFAULTS[quota])
        missing = Gap(
            f"{quota} in {region}: {amount:g} needed, {allowed:g} allowed",
            f"request an increase of {_CODES[quota]} there, then audit with --quota {quota}={amount:g}",
        )
        yield Row(
            GROUP,
            "quota",
            (EVERYTHING,),
            f"{quota}: {amount:g}",
            f"{allowed:g}",
            "--quota" if quota in view.quotas else "AWS default",
            objective_text(view, "application"),
            (*((missing,) if amount > allowed else ()), *(unknown if quota.startswith("fargate") else ())),
        )
    yield from _states(view)


def _is_service(block: Block) -> bool:
    return block.kind == "aws_ecs_service"


def _vcpu(view: View, service: Block) -> Vcpu:
    """The primary's tasks in the standby's size, as many as a deployment runs at once."""
    twin = view.twin(service) or service
    definitions = [
        block
        for block in view.synthesis.references(twin.stack, str(twin.body.get("task_definition")))
        if block.kind == "aws_ecs_task_definition"
    ]
    each = sum(task_size(block.body["cpu"]) for block in definitions) / 1024
    tasks = math.ceil(
        int(service.body["desired_count"]) * twin.body.get("deployment_maximum_percent", 200) / 100
    )
    strategy = twin.body.get("capacity_provider_strategy") or [{"capacity_provider": "FARGATE", "weight": 1}]
    base = sum(item.get("base", 0) for item in strategy)
    weights = sum(item.get("weight", 0) for item in strategy) or 1
    rest = max(tasks - base, 0)

    def share(provider: str) -> int:
        """Rounded up: ECS may round either way."""
        own = [item for item in strategy if item["capacity_provider"] == provider]
        return sum(
            min(item.get("base", 0), tasks) + math.ceil(rest * item.get("weight", 0) / weights)
            for item in own
        )

    return Vcpu(share("FARGATE") * each, share("FARGATE_SPOT") * each)


def _states(view: View) -> Iterator[Row]:
    dr = view.fleet.dr
    stacks = [
        stack for stack in naming.stacks(view.fleet) if naming.state_environment(view.fleet, stack) == dr.name
    ]
    for stack in stacks:
        if stack == "bootstrap":  # changes nothing that a failover needs
            continue
        json = view.synthesis.stacks.get(stack, {})
        backend = json.get("terraform", {}).get("backend", {}).get("s3", {})
        found = []
        bucket = naming.state_bucket(view.fleet.shared.organisation.prefix, dr.name)
        if (backend.get("region"), backend.get("bucket")) != (dr.region, bucket):
            place = backend.get("region") or "no bucket"
            place += f", {backend.get('bucket')}" if backend.get("bucket") != bucket and backend else ""
            found.append(
                Gap(
                    f"the state of the stack {stack} is in {place}",
                    f"keep it in {bucket} in {dr.region}, the state bucket of {dr.name}",
                )
            )
        regions = {
            str(provider.get("region") or "a region of the environment") for provider in providers(json)
        }
        if stack == dr.name and regions != {dr.region}:
            others = ", ".join(sorted(map(str, regions - {dr.region}))) or "a provider"
            found.append(
                Gap(
                    f"the stack {stack} needs {others} to plan and apply",
                    "move what concerns another region to the stack replication",
                )
            )
        yield Row(
            GROUP,
            "Terraform state",
            (EVERYTHING,),
            stack,
            backend.get("bucket"),
            f"in {dr.region}",
            objective_text(view, "all"),
            tuple(found),
        )
