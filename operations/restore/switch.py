"""Points services at another instance, and restarts them. The old value and the old instance stay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operations.aws import explained
from operations.engine import Call, Plan, Probe, Ref, Step
from operations.engine.context import Context
from operations.engine.report import Conclusion, Outcome
from operations.engine.state import State
from operations.errors import Refused
from operations.restore import handover
from operations.restore.instances import Instance, in_use, instance_at, published, read_instance
from operations.restore.redeploy import Reader, find_deployment, guard, read_readers, restart
from operations.restore.side import Platform, Side

KIND = "db-switch"


@dataclass(frozen=True)
class SwitchFacts:
    """All that a plan depends on."""

    side: Side
    address: str
    """What the parameter says now."""

    changed: datetime | None
    """When it came to say so."""

    port: int
    present: Instance | None
    """None: nothing has that address (any more)."""

    to: Instance
    readers: tuple[Reader, ...]
    notes: tuple[str, ...]
    terraform: str
    """Address of the database in the stack's state; empty if that cannot be read."""

    configured_lives: bool = True
    """Whether the instance that Terraform made is there."""


def gather(on: Platform, to: str | None) -> SwitchFacts:
    """`to` None: the instance that was in service before the present one."""
    side, aws = on.side, on.aws
    name, region = side.parameter("endpoint"), side.region
    address, present = in_use(aws, side)
    if to is None:
        instance = _former(on, name, address)
    else:
        found = read_instance(aws, region, to)
        if found is None:
            raise Refused(f"--to {to}: there is no such instance in {region}. Nothing was changed.")
        instance = found
    with explained(f"ssm:GetParameter of {name}"):
        changed = aws.client("ssm", region).get_parameter(Name=name)["Parameter"].get("LastModifiedDate")
    readers, notes = read_readers(aws, on.fleet, side.environments, name)
    return SwitchFacts(
        side=side,
        address=address,
        changed=changed,
        port=int(published(aws, side, "port")),
        present=present,
        to=instance,
        readers=readers,
        notes=notes,
        terraform=handover.address(aws, side),
        configured_lives=read_instance(aws, region, side.identifier) is not None,
    )


def _former(on: Platform, name: str, present: str) -> Instance:
    """SSM keeps the values that a parameter had (SSM user guide, "Working with parameter versions")."""
    region = on.side.region
    paginator = on.aws.client("ssm", region).get_paginator("get_parameter_history")
    with explained(f"ssm:GetParameterHistory of {name}"):
        versions = [one for page in paginator.paginate(Name=name) for one in page["Parameters"]]
    newest = sorted(versions, key=lambda one: int(one["Version"]), reverse=True)
    former = next((str(one["Value"]) for one in newest if one["Value"] != present), None)
    if former is None:
        raise Refused(
            f"{name} never had another value than {present}; name one with --to. Nothing was changed."
        )
    instance = instance_at(on.aws, region, former)
    if instance is None:
        raise Refused(f"{name} was {former} before, and that instance is gone. Nothing was changed.")
    return instance


def plan_switch(facts: SwitchFacts) -> Plan:
    """The parameter, then every service that reads it; what others did already is left out. Pure."""
    side, to = facts.side, facts.to
    _guard(facts)
    moves = facts.address != to.address
    stale = [
        one
        for one in facts.readers
        if moves or (one.since is not None and facts.changed is not None and one.since < facts.changed)
    ]
    guard(stale)
    steps = [_point(facts)] if moves else []
    # The environment that the side is named after must not stop at another one's trouble.
    steps += [restart(one, optional=one.place.environment != side.name) for one in stale]
    return Plan(
        kind=KIND,
        target=side.name,
        account=side.account_id,
        steps=tuple(steps),
        notes=(*facts.notes, *_replica_note(facts)),
        facts={
            "parameter": side.parameter("endpoint"),
            "from": facts.address,
            "from instance": facts.present.identifier if facts.present else None,
            "to": to.address,
            "to instance": to.identifier,
            "configured": side.identifier,
            "stack": side.stack,
            "region": side.region,
            "terraform": facts.terraform,
            "configured lives": facts.configured_lives,
            "log groups": [f"/aws/rds/instance/{to.identifier}/{stream}" for stream in to.log_exports],
            "log retention days": side.log_retention_days,
            "logs key": side.logs_key,
            "replicas": list(facts.present.replicas) if facts.present else [],
        },
        confirm=to.identifier,
        lock_region=side.region,
    )


def _guard(facts: SwitchFacts) -> None:
    to, present = facts.to, facts.present
    reason = ""
    if not to.serves:
        reason = f"is {to.status}; wait for it"
    elif to.source:
        reason = f"is a replica of {to.source}, which takes no writes; promote it with hybrid dr"
    elif to.port != facts.port:
        reason = f"listens on {to.port}, and {facts.side.parameter('port')} says {facts.port}"
    elif present and to.security_groups != present.security_groups:
        reason = (
            f"has the security groups {', '.join(to.security_groups) or 'none'}, and services reach "
            f"{present.identifier} through {', '.join(present.security_groups)}; give it the same"
        )
    if reason:
        raise Refused(f"{to.identifier} {reason}. Nothing was changed.")


def _replica_note(facts: SwitchFacts) -> tuple[str, ...]:
    if not facts.present or not facts.present.replicas or facts.present.identifier == facts.to.identifier:
        return ()
    named = ", ".join(facts.present.replicas)
    return (
        f"{named} goes on to follow {facts.present.identifier}: until it is made anew from "
        f"{facts.to.identifier}, a failover would return to the old data",
    )


def _point(facts: SwitchFacts) -> Step:
    region, name = facts.side.region, facts.side.parameter("endpoint")
    read = Call("ssm", region, "GetParameter", {"Name": name})
    write = {"Name": name, "Type": "String", "Overwrite": True}
    old = facts.present.identifier if facts.present else facts.address
    return Step(
        id="point",
        why=f"{name} names {facts.to.identifier} instead of {old}",
        saves=read,
        call=Call("ssm", region, "PutParameter", {**write, "Value": facts.to.address}),
        done_when=Probe(read, equals={"Parameter.Value": facts.to.address}),
        undo=Call(
            "ssm", region, "PutParameter", {**write, "Value": Ref("point", "Parameter.Value", "saved")}
        ),
        danger=f"what services write to {old} from now on, or wrote since the restored time, is not in "
        f"{facts.to.identifier}",
    )


ACTIONS: Mapping[str, Callable[[Context, dict[str, Any]], Mapping[str, Any]]] = {
    "find-deployment": find_deployment,
}


def conclude(outcome: Outcome) -> Conclusion:
    """Who uses it now, and how Terraform learns of it."""
    if outcome.run is None:
        return Conclusion()
    run, facts = outcome.run, outcome.run.plan.facts
    data: dict[str, Any] = {"seconds": round(outcome.seconds, 1), "in service": facts["to instance"]}
    if outcome.state is not State.DONE:
        text = "The parameter has its old value. Tasks that were restarted keep the other one: restart them."
        return Conclusion(text, {"seconds": data["seconds"]})
    back = f"hybrid db switch --side {run.plan.target} --undo"
    text = f"Services use `{facts['to instance']}`, after {outcome.seconds:.0f} s. Back: `{back}`."
    if outcome.directory and facts["to instance"] != facts["configured"]:
        written = handover.write(outcome.directory, facts, run.plan.target)
        data["terraform"] = str(written)
        text += f"\n\nTerraform still manages the other instance: follow {written} in a quiet hour."
    left = [id_ for id_, step in run.steps.items() if step.skipped]
    breached = f"not restarted, and on the old database still: {', '.join(left)}" if left else ""
    return Conclusion(text, data, breached)
