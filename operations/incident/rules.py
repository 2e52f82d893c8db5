"""Rules of a load balancer's listener as data: compared, copied, and told from our own. Pure functions."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from operations.errors import UsageError
from operations.incident.hiding import hidden

MOST_TEXT = 1024
"""Characters of a fixed response (ELB API reference, FixedResponseActionConfig)."""

Rule = Mapping[str, Any]
"""As ELB describes it."""


def targets(rule: Rule) -> set[str]:
    """Target groups that a rule forwards to."""
    found = set()
    for action in rule["Actions"]:
        found |= {one["TargetGroupArn"] for one in action.get("ForwardConfig", {}).get("TargetGroups", ())}
        found |= {action["TargetGroupArn"]} if action.get("TargetGroupArn") else set()
    return found


def body_of(incident: str, message: str, retry_after_seconds: int) -> str:
    """What users get. A load balancer cannot send the header Retry-After: FixedResponseActionConfig has a
    status, a type and a text only (ELB API reference), and listener attributes add other headers."""
    text = {
        "error": "service unavailable",
        "message": message,
        "reference": incident,
        "retry_after_seconds": retry_after_seconds,
    }
    body = json.dumps(text, separators=(",", ":"))
    if len(body) > MOST_TEXT:
        raise UsageError(
            f"--message: the answer has {len(body)} characters, {MOST_TEXT} is the most; shorten it"
        )
    return body


def response(body: str) -> dict[str, Any]:
    """The action of a rule."""
    answer = {"StatusCode": "503", "ContentType": "application/json", "MessageBody": body}
    return {"Type": "fixed-response", "FixedResponseConfig": answer}


def settable(condition: Mapping[str, Any]) -> dict[str, Any]:
    """ELB describes values twice, and takes them once."""
    twice = any(name.endswith("Config") for name in condition)
    return {name: value for name, value in condition.items() if not (twice and name == "Values")}


def values(condition: Mapping[str, Any]) -> Sequence[str]:
    """Values of a condition, whichever way it has them."""
    nested: Mapping[str, Any] = next(
        (value for name, value in condition.items() if name.endswith("Config")), {}
    )
    return condition.get("Values") or nested.get("Values") or ()


def hosts(rule: Rule) -> str:
    """Whom a rule is for."""
    return ", ".join(one for condition in rule["Conditions"] for one in values(condition)) or "anything else"


def same(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two rules are for the same."""
    return [(c["Field"], list(values(c))) for c in one] == [(c["Field"], list(values(c))) for c in other]


def moved(was: Rule, now: Rule, groups: Collection[str]) -> bool:
    """Whether a rule forwards as before, among these target groups: what a deployment does to it."""
    kept = {name: value for name, value in was.items() if name != "Actions"}
    forward = {one["Type"] for rule in (was, now) for one in rule["Actions"]} == {"forward"}
    here = {name: value for name, value in now.items() if name != "Actions"}
    return forward and kept == here and (targets(was) | targets(now)) <= set(groups)


def answers_503(rule: Rule) -> bool:
    """Whether a rule keeps everybody away."""
    return any(one.get("FixedResponseConfig", {}).get("StatusCode") == "503" for one in rule["Actions"])


def is_ours(rule: Rule, body: str) -> bool:
    """Whether a rule answers with our text."""
    return any(one.get("FixedResponseConfig", {}).get("MessageBody") == body for one in rule["Actions"])


def sum_of(body: str) -> str:
    """Tells a text again, wherever it was masked."""
    return hashlib.sha256(body.encode()).hexdigest()


def is_added(rule: Rule, added: Mapping[str, Any]) -> bool:
    """Whether it is a rule that a mitigation added, even if somebody gave it another priority since.

    The record masks what looks like a secret, so the text in it may not be what users get; its sum is.
    """
    texts = [one.get("FixedResponseConfig", {}).get("MessageBody") for one in rule["Actions"]]
    if "sha256" not in added:  # written before there were sums
        return any(text is not None and hidden(text) == added["body"] for text in texts)
    return any(text is not None and sum_of(text) == added["sha256"] for text in texts)
