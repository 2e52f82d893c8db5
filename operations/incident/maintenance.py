"""The load balancer answers 503 in place of a service: what is there, and the plan.

A rule is added before the service's own. Nothing that CodeDeploy, ECS or Terraform made is replaced, so
that a deployment may even go on behind it, and taking the rule away brings back exactly what was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operations.aws import Aws, explained
from operations.engine import Call, Plan, Probe, Ref, Step
from operations.errors import Refused
from operations.incident.mitigation import KIND, Action, begin, end
from operations.incident.rules import (
    Rule,
    body_of,
    hosts,
    is_ours,
    response,
    same,
    settable,
    sum_of,
    targets,
)
from operations.incident.scene import Scene

TAG = "Incident"
PAGE = 400
"""The most that DescribeRules gives at once; a load balancer has 100 rules (ELB guide, "Quotas")."""


@dataclass(frozen=True)
class Listener:
    """A listener through which users reach the service."""

    arn: str
    rules: tuple[Rule, ...]
    """All of them, as ELB describes them."""

    own: tuple[Rule, ...]
    """Those that lead to the service."""


@dataclass(frozen=True)
class Facts:
    """How users reach the service."""

    scene: Scene
    listeners: tuple[Listener, ...]
    groups: frozenset[str]
    """ARNs of the service's target groups."""


def gather(aws: Aws, at: Scene) -> Facts:
    client = aws.client("elbv2", at.place.region)
    known = client.exceptions
    name = at.load_balancer
    with explained(f"elasticloadbalancing:DescribeLoadBalancers of {name}"):
        try:
            arn = client.describe_load_balancers(Names=[name])["LoadBalancers"][0]["LoadBalancerArn"]
        except known.LoadBalancerNotFoundException:
            arn = ""
    if not arn:
        raise Refused(f"there is no load balancer {name} ({at.place.region}). Nothing was changed.")
    groups = frozenset(_groups(client, at))
    with explained(f"elasticloadbalancing:DescribeListeners of {name}"):
        pages = client.get_paginator("describe_listeners").paginate(LoadBalancerArn=arn)
        found = [one for page in pages for one in page["Listeners"]]
    listeners = []
    for one in found:
        if one["Port"] == at.workload.load_balancer.test_port:
            continue  # no user is there
        with explained(f"elasticloadbalancing:DescribeRules of {one['ListenerArn']}"):
            answer = client.get_paginator("describe_rules").paginate(ListenerArn=one["ListenerArn"])
            rules = tuple(rule for page in answer for rule in page["Rules"])
        own = tuple(rule for rule in rules if not rule["IsDefault"] and groups & targets(rule))
        listeners.append(Listener(one["ListenerArn"], rules, own))
    return Facts(at, tuple(listeners), groups)


def _groups(client: Any, at: Scene) -> Iterator[str]:
    for name in at.target_groups:
        with explained(f"elasticloadbalancing:DescribeTargetGroups of {name}"):
            try:
                found = client.describe_target_groups(Names=[name])["TargetGroups"]
            except client.exceptions.TargetGroupNotFoundException:
                found = []
        yield from (one["TargetGroupArn"] for one in found)


def plan_maintenance(facts: Facts, incident: str, message: str, retry_after_seconds: int) -> Plan:
    """Answer 503 to everybody who asks for the service."""
    at, body = facts.scene, body_of(incident, message, retry_after_seconds)
    found = [listener for listener in facts.listeners if listener.own]
    if not found:
        raise Refused(
            f"no rule of {at.load_balancer} leads to {' or '.join(at.target_groups)}, so users do not reach "
            f"{at.place} by it. Nothing was changed."
        )
    steps: list[Step] = []
    added: list[dict[str, Any]] = []
    reads: list[Step] = []
    for number, listener in enumerate(found, 1):
        new = list(_added(listener, body))
        if not new:
            continue
        reads.append(Step(f"look-{number}", "the rules as they are", describe(at, listener.arn)))
        for rule in new:
            steps.append(_answer(at, len(steps) + 1, {"ListenerArn": listener.arn, **rule}, body, incident))
            added.append(
                {
                    "listener": listener.arn,
                    "priority": rule["Priority"],
                    "body": body,
                    "sha256": sum_of(body),
                }
            )
    if steps:
        text = f"the load balancer answers 503 in place of {at.place}"
        arns = [listener.arn for listener in found if list(_added(listener, body))]
        before = [
            {"listener": arn, "rules": Ref(step.id, "Rules")} for arn, step in zip(arns, reads, strict=True)
        ]
        steps = [
            *reads,
            begin(incident, Action.MAINTENANCE, text, before={"listeners": before}, after={"rules": added}),
            *steps,
            end(incident, Action.MAINTENANCE, text, _made(steps, added)),
        ]
    return Plan(
        kind=KIND,
        target=f"{at.place.environment}/{at.place.service}",
        account=at.place.account_id,
        steps=tuple(steps),
        notes=("deployments may go on meanwhile; the rules that they move stay as they are",)
        if steps
        else (),
        facts={"action": Action.MAINTENANCE.value, "incident": incident, "load_balancer": at.load_balancer},
    )


def _made(steps: list[Step], added: list[dict[str, Any]]) -> list[Ref]:
    return [Ref(step.id, f"{_mine(one['priority'])}.RuleArn") for step, one in zip(steps, added, strict=True)]


def _mine(priority: int) -> str:
    """In the answer of CreateRule, and of DescribeRules after a crash."""
    return f"Rules[?Priority=='{priority}'] | [0]"


def _added(listener: Listener, body: str) -> Iterator[dict[str, Any]]:
    """A rule before each of the service's own, on the next lower priority that is free."""
    taken = {int(rule["Priority"]) for rule in listener.rules if not rule["IsDefault"]}
    for rule in listener.own:
        conditions = [settable(one) for one in rule["Conditions"]]
        if any(is_ours(one, body) and same(one["Conditions"], rule["Conditions"]) for one in listener.rules):
            continue
        free = next((one for one in range(int(rule["Priority"]) - 1, 0, -1) if one not in taken), None)
        if free is None:
            raise Refused(
                f"{rule['RuleArn']} has priority {rule['Priority']}, and no number before it is free: "
                "raise listener_priority of the service and apply, or use `hybrid incident mitigate scale`. "
                "Nothing was changed."
            )
        taken.add(free)
        yield {"Priority": free, "Conditions": conditions}


def _answer(at: Scene, number: int, rule: Mapping[str, Any], body: str, incident: str) -> Step:
    id_, priority = f"answer-{number}", rule["Priority"]
    mine = _mine(priority)
    users = hosts(rule)
    return Step(
        id=id_,
        why=f"{users} answers 503, by a rule of priority {priority}",
        call=Call(
            "elbv2",
            at.place.region,
            "CreateRule",
            {
                **rule,
                "Actions": [response(body)],
                "Tags": [{"Key": TAG, "Value": incident}],
            },
            keep=(f"{mine}.RuleArn",),
        ),
        arrived_when=Probe(
            describe(at, rule["ListenerArn"]),
            equals={f"{mine}.Actions[0].FixedResponseConfig.MessageBody": body},
        ),
        undo=Call(
            "elbv2",
            at.place.region,
            "DeleteRule",
            {"RuleArn": Ref(id_, f"{mine}.RuleArn")},
            accept=("RuleNotFound",),
        ),
    )


def describe(at: Scene, listener: str) -> Call:
    """All rules of a listener."""
    return Call("elbv2", at.place.region, "DescribeRules", {"ListenerArn": listener, "PageSize": PAGE})
