"""What roles may do: by their own policies, within their boundary, for the service that takes them on."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Gap, View

Statement = Mapping[str, Any]
Request = Mapping[str, str]
"""Condition keys of a request, in lower case, and their values."""

_ROLE = re.compile(r"arn:aws:iam::\d+:role/(?:[\w+=,.@-]+/)*(?P<name>[\w+=,.@-]+)")
_POLICY = re.compile(r"arn:aws:iam::\d+:policy/(?:[\w+=,.@-]+/)*(?P<name>[\w+=,.@-]+)")
_STACK = "the stack that a statement is from"
_BUCKET = re.compile(r"<aws_s3_bucket ([^>]*)>\.arn")


@dataclass(frozen=True)
class Use:
    """Something that a service does through a role."""

    actions: tuple[str, ...]
    resource: str
    """An ARN."""

    block: Block | None = None
    """The resource, where statements may refer to it: keys are told apart by nothing else."""

    via: str | None = None
    """Service that uses a key on the role's behalf (KMS developer guide, "kms:ViaService")."""

    @property
    def name(self) -> str:
        return f"{self.resource} through {self.via}" if self.via else self.resource


def of_key(view: View, key: Block, *actions: str) -> Use:
    """What S3 does with a key, in the key's region."""
    arn = f"arn:aws:kms:{key.region}:{view.fleet.dr.account_id}:{view.name(key)}"
    return Use(actions, arn, key, f"s3.{key.region}.amazonaws.com")


@dataclass(frozen=True)
class Through:
    """A role as another resource names it."""

    stack: str
    role: str
    """Expression or ARN."""

    service: str
    """Who takes it on, such as `s3.amazonaws.com`."""

    source: str
    """ARN of the resource on whose behalf (`aws:SourceArn`)."""


def may(view: View, what: str, through: Through, uses: Iterable[Use]) -> Iterator[Gap]:
    """Nothing, if a service may do all of `uses` through a role; `what` fails otherwise."""
    role = _role(view, through)
    if role is None:
        yield Gap(
            f"{what} need a role, but no stack makes {through.role or 'one'}", "name a role that there is"
        )
        return
    name = view.name(role)
    account = view.fleet.dr.account_id
    request = {"aws:sourceaccount": account, "sts:externalid": account, "aws:sourcearn": through.source}
    if not _trusts(role, through.service, request):
        yield Gap(
            f"{what} fail: {through.service} may not take on the role {name}",
            f"let {through.service} assume it (assume_role_policy), for {through.source}",
        )
    limits = _limits(view, role)
    if not limits[0]:
        yield Gap(f"{what} fail: the role {name} has no policy", "give it one that allows what it does")
        return
    for use in uses:
        refused = [action for action in use.actions if not _allowed(view, limits, action, use)]
        if refused:
            yield Gap(
                f"{what} fail: the role {name} may not {', '.join(refused)} on {use.name}",
                "allow it in the role's policy, and within its boundary",
            )


def _role(view: View, through: Through) -> Block | None:
    if match := _ROLE.fullmatch(through.role):
        return view.synthesis.find("aws_iam_role", "", match["name"])
    found = view.synthesis.references(through.stack, through.role)
    return next((each for each in found if each.kind == "aws_iam_role"), None)


def _trusts(role: Block, service: str, request: Request) -> bool:
    """Whether the role's trust lets the service in, and nothing keeps it out."""
    fits = [
        each
        for each in _statements(role.body.get("assume_role_policy"))
        if _any("sts:AssumeRole", each.get("Action"), ignore_case=True)
        and _principal(each.get("Principal"), service)
        and _holds(each, request)
    ]
    effects = {each.get("Effect") for each in fits}
    return "Allow" in effects and "Deny" not in effects


def _principal(principal: object, service: str) -> bool:
    services = principal.get("Service") if isinstance(principal, dict) else principal
    return bool({"*", service} & set(_listed(services)))


def _limits(view: View, role: Block) -> list[list[Statement]]:
    """Statements of which each list must allow an action: the role's own, and those of its boundary."""
    own = [
        statement
        for policy in view.synthesis.attached(role)
        if policy.kind == "aws_iam_role_policy"
        for statement in _in_stack(policy)
    ]
    boundary = str(role.body.get("permissions_boundary") or "")
    if not boundary:
        return [own]
    match = _POLICY.fullmatch(boundary)
    found = view.synthesis.find("aws_iam_policy", "", match["name"]) if match else None
    policy = found or next(view.synthesis.references(role.stack, boundary), None)
    return [own, _in_stack(policy) if policy else []]


def _in_stack(policy: Block) -> list[Statement]:
    """With the stack that says what a reference in them leads to."""
    return [{**each, _STACK: policy.stack} for each in _statements(policy.body.get("policy"))]


def _allowed(view: View, limits: list[list[Statement]], action: str, use: Use) -> bool:
    request = {"aws:securetransport": "true", **({"kms:viaservice": use.via} if use.via else {})}
    for statements in limits:
        fits = [each for each in statements if _concerns(view, each, action, use) and _holds(each, request)]
        effects = {each.get("Effect") for each in fits}
        if "Allow" not in effects or "Deny" in effects:
            return False
    return True


def _concerns(view: View, statement: Statement, action: str, use: Use) -> bool:
    if "NotAction" in statement:
        acts = not _any(action, statement["NotAction"], ignore_case=True)
    else:
        acts = _any(action, statement.get("Action"), ignore_case=True)
    if "NotResource" in statement:  # nobody writes it here; taken as everything, as IAM nearly does
        return acts
    resources = _listed(statement.get("Resource"))
    return acts and any(_is(view, str(statement[_STACK]), text, use) for text in resources)


def _is(view: View, stack: str, text: str, use: Use) -> bool:
    if use.block is not None and use.block in view.synthesis.references(stack, text):
        return True
    pattern = _BUCKET.sub(r"arn:aws:s3:::\1", view.synthesis.render(stack, text))
    names = {use.resource, use.resource.replace(":alias/", ":key/")}
    return any(_like(pattern, name) for name in names)


def _holds(statement: Statement, request: Request) -> bool:
    """Whether conditions are met; what the request does not say is met by negations only, as in IAM."""
    for operator, keys in (statement.get("Condition") or {}).items():
        negated = "Not" in operator
        for key, wanted in keys.items():
            value = request.get(key.lower())
            if value is None:
                if negated or operator.endswith("IfExists"):
                    continue
                return False
            if any(_like(each, value) for each in _listed(wanted)) is negated:
                return False
    return True


def _statements(policy: object) -> list[Statement]:
    """None of a policy that is no JSON: what cannot be read allows nothing."""
    try:
        found = json.loads(str(policy)).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(each) for each in values if each is not None]


def _any(text: str, patterns: object, *, ignore_case: bool = False) -> bool:
    return any(_like(each, text, ignore_case=ignore_case) for each in _listed(patterns))


def _like(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern of IAM, with * and ?, is true of the whole text."""
    parts = ({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    return re.fullmatch("".join(parts), text, re.IGNORECASE if ignore_case else 0) is not None
