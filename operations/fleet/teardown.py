"""What `fleet down` looks at: which stacks stand, and what is left when they are gone."""

import json

from environments import naming
from environments.schema import Fleet
from operations.fleet.deploy import Deployer
from operations.local import control
from operations.local.environment import client

PRECONDITION = ("route53", "FakeZone")
"""The zone is no stack's; a real account has it before the platform and keeps it."""


def standing(deployer: Deployer, fleet: Fleet) -> list[str]:
    """Stacks whose state holds resources."""
    return [stack for stack in naming.stacks(fleet) if _resources(deployer, fleet, stack)]


def forget_revisions(deployer: Deployer, fleet: Fleet) -> None:
    """Deregister task definitions that `hybrid deploy` made: like AWS, Terraform leaves them."""
    for region in {environment.region for environment in fleet.environments.values()}:
        ecs = client(deployer.server, "ecs", region)
        for page in ecs.get_paginator("list_task_definitions").paginate():
            for arn in page["taskDefinitionArns"]:
                ecs.deregister_task_definition(taskDefinition=arn)


def left_over(deployer: Deployer) -> dict[str, int]:
    """What still exists, by service and kind; nothing if the destruction was complete."""
    return {
        f"{service} {kind} in {region}": count
        for service, regions in control.resources(deployer.server).items()
        for region, kinds in regions.items()
        for kind, count in kinds.items()
        if (service, kind) != PRECONDITION
    }


def _resources(deployer: Deployer, fleet: Fleet, stack: str) -> int:
    local = deployer.outdir.parent / ".hybrid/local" / f"terraform.{stack}.tfstate"
    if local.exists():
        return _count(local.read_text(encoding="utf-8"))
    owner = fleet.environments[naming.state_environment(fleet, stack)]
    s3 = client(deployer.server, "s3", owner.region)
    bucket = naming.state_bucket(fleet.shared.organisation.prefix, owner.name)
    try:
        body = s3.get_object(Bucket=bucket, Key=naming.state_key(stack))["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return 0
    return _count(body.decode())


def _count(state: str) -> int:
    resources: list[object] = json.loads(state).get("resources", []) if state.strip() else []
    return len(resources)
