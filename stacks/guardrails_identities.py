"""Finds identities that may do everything, and those about which nobody can tell before the apply."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from stacks.guardrails_json import Body, blocks, bodies, body_of, listed, path_of

_KINDS = ("aws_iam_", "aws_rolesanywhere_", "aws_ssoadmin_")
_ATTACHMENTS = ("managed_policy_arn", "managed_policy_arns", "policy_arn", "policy_arns")

_ADMINISTRATOR = re.compile(r"\bAdministratorAccess(?![\w-])")
_DOCUMENT = re.compile(r"\$\{data\.aws_iam_policy_document\.([\w-]+)\.(?:json|minified_json)\}")
_POLICY = re.compile(r"\$\{(data\.)?aws_iam_policy\.([\w-]+)\.(?:arn|id)\}")

# IAM's own variables are written `$${aws:...}`, so that Terraform leaves them alone.
_EXPRESSION = re.compile(r"(?<!\$)\$\{[^{}]*\}")
_REST = re.compile(r"(?<![$%])[$%]\{")

_NAME_IT = "name the actions and resources that are needed"
_WRITE_IT = "write it with hybrid_constructs.aws.policy"
_BOUNDARY = "iam:permissionsboundary"

_REFERENCE = "<reference>"
"""Stands where a policy refers to what AWS will answer."""


class Unreadable(ValueError):
    """A policy whose statements Terraform knows only later."""


@dataclass(frozen=True)
class _Policy:
    """A policy of an identity, with its elements in small letters."""

    kind: str
    name: str
    body: Body
    statements: list[Body]

    @property
    def known_as(self) -> set[str]:
        return {f"aws_iam_policy.{self.name}", str(self.body.get("name"))}


def attached_names(stack: Body) -> Iterator[str]:
    """Names of the policies that a stack attaches; a policy of one stack may be attached by another."""
    for _, _, _, text in _attachments(stack):
        source = _source(stack, text)
        yield from (_known_as(arn) for arn in (text, source.get("arn"), source.get("name")) if arn)
    for _, _, body in _identities(stack):
        # IAM Identity Center knows a policy by its name in each account.
        yield from (str(one.get("name")) for one in blocks(body, "customer_managed_policy_reference"))


def problems_of_identities(stack: Body, attached_elsewhere: frozenset[str]) -> Iterator[str]:
    """Who may do everything in one stack, one line each."""
    for kind, name, body, text in _attachments(stack):
        source = _source(stack, text)
        if _ADMINISTRATOR.search(f"{text} {source.get('arn')} {source.get('name')}"):
            yield f"{path_of(name, body)}: {kind} attaches AdministratorAccess; {_NAME_IT}"
        elif not _names_a_policy(text, source):
            yield f"{path_of(name, body)}: {kind} attaches {text}, which nobody can read; give a plain ARN"
    policies: list[_Policy] = []
    for kind, name, body, text in _texts(stack):
        try:
            policies.append(_Policy(kind, name, body, _statements(stack, text, frozenset())))
        except Unreadable as error:
            yield f"{path_of(name, body)}: {kind} has a policy that nobody can read, {error}; {_WRITE_IT}"
    attached = {*attached_elsewhere, *attached_names(stack)}
    boundaries = {_known_as(value) for value in _boundaries(stack, policies)}
    for policy in policies:
        boundary = _is_boundary(policy, boundaries, attached)
        for statement in policy.statements:
            for problem in _everything(statement, boundary=boundary):
                yield f"{path_of(policy.name, policy.body)}: {policy.kind} {problem}; {_NAME_IT}"


def _identities(stack: Body) -> Iterator[tuple[str, str, Body]]:
    return (found for found in bodies(stack.get("resource")) if found[0].startswith(_KINDS))


def _attachments(stack: Body) -> Iterator[tuple[str, str, Body, str]]:
    for kind, name, body in _identities(stack):
        for attribute in _ATTACHMENTS:
            yield from ((kind, name, body, str(value)) for value in listed(body.get(attribute)))


def _texts(stack: Body) -> Iterator[tuple[str, str, Body, Any]]:
    """Every policy of an identity, as it is written."""
    for kind, name, body in _identities(stack):
        inline = [one for one in listed(body.get("inline_policy")) if isinstance(one, str)]
        nested = [one.get("policy") for one in blocks(body, "inline_policy")]
        for policy in (body.get("policy"), *inline, *nested):
            if policy is not None:
                yield kind, name, body, policy


def _source(stack: Body, text: str) -> Body:
    """The data source that looks up the policy of an attachment, if one does."""
    match = _POLICY.fullmatch(text)
    return body_of(stack.get("data"), "aws_iam_policy", match[2]) if match and match[1] else {}


def _names_a_policy(text: str, source: Body) -> bool:
    """Whether the text says which policy it is: a name that is no expression, or a policy of this stack."""
    if match := _POLICY.fullmatch(text):
        return match[1] is None or any(_is_literal(source.get(one)) for one in ("arn", "name"))
    return _is_literal(text.rpartition("/")[2])


def _is_literal(value: Any) -> bool:
    return isinstance(value, str) and value != "" and not re.search(r"[{}]", value)


def _statements(stack: Body, policy: Any, seen: frozenset[str]) -> list[Body]:
    text = str(policy).strip()
    if document := _DOCUMENT.fullmatch(text):
        return _of_data_source(stack, document[1], seen)
    shown = " ".join(text.split())[:60]
    if not text.startswith("{"):
        raise Unreadable(shown)
    try:
        # Expressions may have quotes of their own, which Terraform takes out and JSON does not.
        read = json.loads(_EXPRESSION.sub(_stand_in, text), object_hook=_small)
    except ValueError:
        raise Unreadable(shown) from None
    statements = listed(read.get("statement"))
    if not all(isinstance(statement, dict) for statement in statements):
        raise Unreadable(shown)
    return statements


def _of_data_source(stack: Body, name: str, seen: frozenset[str]) -> list[Body]:
    body = body_of(stack.get("data"), "aws_iam_policy_document", name)
    expressions = [one for one in listed(body.get("statement")) if not isinstance(one, dict)]
    if not body or expressions or name in seen:
        raise Unreadable(f"data.aws_iam_policy_document.{name}")
    sources = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
    texts = [text for source in sources for text in listed(body.get(source))]
    own = json.dumps({"statement": [_of_block(one) for one in blocks(body, "statement")]})
    return _statements(stack, own, seen) + [
        one for text in texts for one in _statements(stack, text, seen | {name})
    ]


def _of_block(block: Body) -> Body:
    """A block of the data source as a statement."""
    names = {"action": "actions", "notaction": "not_actions", "resource": "resources"}
    names["notresource"] = "not_resources"
    statement: Body = {part: block[name] for part, name in names.items() if block.get(name)}
    conditions = {
        str(index): {str(one.get("variable")): one.get("values")}
        for index, one in enumerate(blocks(block, "condition"))
    }
    return {"effect": block.get("effect", "Allow"), "condition": conditions, **statement}


def _small(read: Body) -> Body:
    return {key.lower(): value for key, value in read.items()}


def _stand_in(expression: re.Match[str]) -> str:
    """A plain reference names something; an expression with a star of its own may mean anything."""
    if match := _POLICY.fullmatch(expression[0]):
        return f"{_REFERENCE}aws_iam_policy.{match[2]}"
    return "*" if "*" in expression[0] else _REFERENCE


def _everything(statement: Body, *, boundary: bool) -> Iterator[str]:
    """What a statement allows on at least a whole service; a boundary may leave out identities instead."""
    if statement.get("effect") == "Deny":
        return
    wide = [one for one in listed(statement.get("resource")) if _covers_a_service(str(one))]
    if "notresource" not in statement and not wide:
        return
    resource = "NotResource" if "notresource" in statement else f"Resource {wide[0]}"
    if "notaction" in statement and not (boundary and "iam:*" in listed(statement["notaction"])):
        yield f"allows NotAction {json.dumps(statement['notaction'])} on {resource}"
    for action in listed(statement.get("action")):
        if _REFERENCE in str(action) or _REST.search(str(action)):
            yield f"allows an Action that is an expression on {resource}"
        elif fnmatchcase("unheard-of:DoThis", str(action)):
            yield f"allows Action {action} on {resource}"


def _covers_a_service(resource: str) -> bool:
    """Whether a resource means at least all of a service, such as `*`, `arn:aws:*` and `arn:aws:s3:::*`."""
    if _REST.search(resource):
        return True  # an expression with braces of its own
    if resource.startswith(_REFERENCE):
        return False
    parts = resource.split(":", 5)
    return "*" in resource if len(parts) < 6 else "*" in parts[2] or not parts[5].strip("*?/:")


def _known_as(value: Any) -> str:
    """What a use of a policy says about which it is: its address in this stack, or its name."""
    text = str(value)
    if match := _POLICY.fullmatch(text):
        return text if match[1] else f"aws_iam_policy.{match[2]}"
    return text.removeprefix(_REFERENCE).rpartition("/")[2]


def _boundaries(stack: Body, policies: list[_Policy]) -> Iterator[Any]:
    """Everything that the stack names as permissions boundary."""
    yield from (body.get("permissions_boundary") for _, _, body in _identities(stack))
    for policy in policies:
        for statement in policy.statements:
            conditions = statement.get("condition")
            for keys in conditions.values() if isinstance(conditions, dict) else ():
                yield from listed(keys.get(_BOUNDARY) if isinstance(keys, dict) else None)


def _is_boundary(policy: _Policy, boundaries: set[str], attached: set[str]) -> bool:
    """Whether a policy is the most that others may allow, and is attached to nobody: it allows nothing."""
    return (
        policy.kind == "aws_iam_policy"
        and _is_literal(policy.body.get("name"))
        and bool(policy.known_as & boundaries)
        and not policy.known_as & attached
    )
