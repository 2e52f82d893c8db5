"""Elastic Load Balancing: how CodeDeploy moves traffic between two target groups."""

from copy import deepcopy
from typing import Any

from moto.elbv2.models import FakeAction, FakeListener

from operations.local.moto_extension.elbv2_targets import backend


def target_group_arn(account: str, region: str, name: str) -> str | None:
    """The ARN of the group of this name."""
    groups = backend(account, region).target_groups.values()
    return next((group.arn for group in groups if group.name == name), None)


def listeners(account: str, region: str, arns: list[str]) -> list[FakeListener]:
    """Those of the listeners that exist."""
    balancers = backend(account, region).load_balancers.values()
    return [found for one in balancers for found in one.listeners.values() if found.arn in arns]


def forwards(listener: FakeListener, arns: set[str]) -> bool:
    """Whether the default action or a rule forwards to one of the groups."""
    return any(_groups(action) & arns for rule in listener.rules.values() for action in rule.actions)


def route(listener: FakeListener, arns: set[str], weights: dict[str, int]) -> None:
    """Rewrite every forward to one of `arns` into one to the groups of `weights` that get traffic."""
    for rule in listener.rules.values():
        rule.actions = [_rerouted(action, arns, weights) for action in rule.actions]
        if rule.is_default:
            listener.default_actions = rule.actions


def _rerouted(action: FakeAction, arns: set[str], weights: dict[str, int]) -> FakeAction:
    if not _groups(action) & arns:
        return action
    data: dict[str, Any] = deepcopy(action.data)
    used = {arn: weight for arn, weight in weights.items() if weight}
    data.pop("TargetGroupArn", None)
    if len(used) == 1:
        data["TargetGroupArn"] = next(iter(used))
    if len(used) > 1 or "ForwardConfig" in data:
        data.setdefault("ForwardConfig", {})["TargetGroups"] = [
            {"TargetGroupArn": arn, "Weight": weight} for arn, weight in used.items()
        ]
    return FakeAction(data)


def _groups(action: FakeAction) -> set[str]:
    data = action.data
    found = {data["TargetGroupArn"]} if data.get("TargetGroupArn") else set()
    return found | {one["TargetGroupArn"] for one in data.get("ForwardConfig", {}).get("TargetGroups", ())}
