"""Finds what is wrong with an IAM policy document. Pure functions on documents without references."""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any

from tests.policy import iam_callers as callers
from tests.policy import iam_reference as iam
from tests.policy.references import ACCOUNT
from tests.policy.resources import listed

Statement = dict[str, Any]
Found = tuple[str, str]
"""The rule and what breaks it."""


class Kind(StrEnum):
    """What a document is attached to decides what `*` means in it."""

    IDENTITY = "identity"
    TRUST = "trust"
    RESOURCE = "resource"
    """`*` is the resource that has the policy (KMS developer guide, "Key policies")."""
    ENDPOINT = "endpoint"
    """It grants nothing; it narrows what goes through a VPC endpoint."""


ESCALATIONS: dict[str, set[str]] = {
    "new policy version": {"iam:CreatePolicyVersion"},
    "older policy version": {"iam:SetDefaultPolicyVersion"},
    "access key of others": {"iam:CreateAccessKey"},
    "password of others": {"iam:CreateLoginProfile"},
    "new password of others": {"iam:UpdateLoginProfile"},
    "policy to a user": {"iam:AttachUserPolicy"},
    "policy to a group": {"iam:AttachGroupPolicy"},
    "policy to a role": {"iam:AttachRolePolicy"},
    "inline policy of a user": {"iam:PutUserPolicy"},
    "inline policy of a group": {"iam:PutGroupPolicy"},
    "inline policy of a role": {"iam:PutRolePolicy"},
    "membership": {"iam:AddUserToGroup"},
    "trust of a role": {"iam:UpdateAssumeRolePolicy"},
    "role to an instance": {"iam:PassRole", "ec2:RunInstances"},
    "role to a function": {"iam:PassRole", "lambda:CreateFunction"},
    "role to a task": {"iam:PassRole", "ecs:RegisterTaskDefinition"},
    "role to a stack": {"iam:PassRole", "cloudformation:CreateStack"},
    "role to a Glue endpoint": {"iam:PassRole", "glue:CreateDevEndpoint"},
    "role to a pipeline": {"iam:PassRole", "datapipeline:CreatePipeline"},
    "code of a function": {"lambda:UpdateFunctionCode"},
    "boundary": {"iam:DeleteRolePermissionsBoundary"},
}
"""Ways to more rights, after Rhino Security Labs, "AWS IAM Privilege Escalation", and our boundary."""


def lint(
    document: dict[str, Any], kind: Kind, accounts: Collection[str] = frozenset({ACCOUNT})
) -> Iterator[Found]:
    """Everything wrong with a document; `accounts` are ours, all others are foreign."""
    if document.get("Version") != "2012-10-17":
        yield "iam-version", f"Version is {document.get('Version')!r}; without 2012-10-17 variables are text"
    statements: list[Statement] = listed(document["Statement"])
    for statement in statements:
        yield from _actions(statement, kind)
        yield from _conditions(statement)
        if kind in {Kind.IDENTITY, Kind.RESOURCE}:
            yield from _resources(statement, kind, accounts)
        if kind is not Kind.IDENTITY:
            yield from _principals(statement, kind, accounts)
    if kind is Kind.IDENTITY:
        yield from _escalations(statements)


def rules(kind: Kind, **statement: Any) -> set[str]:
    """The rules that a document of one statement breaks; it allows, if it does not say."""
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}}
    return {rule for rule, _ in lint(document, kind)}


def _actions(statement: Statement, kind: Kind) -> Iterator[Found]:
    for pattern in listed(statement.get("Action")) + listed(statement.get("NotAction")):
        if not pattern.strip("*?:"):
            if statement["Effect"] == "Allow" and kind is not Kind.ENDPOINT:
                yield "iam-star-action", "allows every action; name those that are needed"
        elif not iam.actions(pattern):
            yield "iam-unknown-action", f"{pattern} is no action (Service Authorization Reference)"
    if statement["Effect"] == "Allow" and "NotAction" in statement:
        yield "iam-not-action", "allows all actions but some, and so each one that AWS adds; name them"


def _resources(statement: Statement, kind: Kind, accounts: Collection[str]) -> Iterator[Found]:
    resources = listed(statement.get("Resource"))
    for resource in resources:
        if resource != "*" and len(resource.split(":", 5)) < 6:
            yield "iam-malformed-resource", f"{resource} is no ARN"
            return
    patterns = [pattern for pattern in listed(statement.get("Action")) if pattern.strip("*?:")]
    for pattern in patterns:
        meant = iam.actions(pattern)
        if statement["Effect"] == "Allow" and kind is Kind.IDENTITY:
            for what in _unnamed(statement, meant, accounts):
                yield "iam-star-resource", f"{pattern} works on named resources; name them instead of {what}"
        if resources and "*" not in resources and meant and not any(_fits(one, resources) for one in meant):
            yield "iam-resource-mismatch", f"{pattern} never works on {', '.join(resources)}"
    for resource in resources:
        meant = tuple(action for pattern in patterns for action in iam.actions(pattern))
        if resource != "*" and meant and not any(_fits(action, [resource]) for action in meant):
            yield "iam-resource-mismatch", f"none of the actions works on {resource}"


def _unnamed(statement: Statement, meant: tuple[iam.Action, ...], accounts: Collection[str]) -> Iterator[str]:
    """What a statement says instead of a name: everything, a whole service, or a kind in every account."""
    if not any(action.needs_resource for action in meant):
        return
    if "NotResource" in statement:
        yield "all but " + ", ".join(listed(statement["NotResource"]))
    for resource in listed(statement.get("Resource")):
        if resource == "*":
            yield resource
        elif any(iam.reaches_unnamed(action, resource) for action in meant):
            account, name = resource.split(":", 5)[4:]
            if not name.strip("*?/:") or account not in accounts:
                yield resource


def _fits(action: iam.Action, resources: list[str]) -> bool:
    return any(iam.same_arn(arn, resource) for arn in action.arns for resource in resources)


def _conditions(statement: Statement) -> Iterator[Found]:
    patterns = listed(statement.get("Action")) + listed(statement.get("NotAction"))
    services = frozenset(pattern.partition(":")[0] for pattern in patterns)
    federated = listed(statement.get("Principal", {}).get("Federated")) if _has_principals(statement) else []
    for operator, keys in statement.get("Condition", {}).items():
        base = operator.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
        if base not in iam.OPERATORS:
            yield "iam-condition", f'{operator} is no operator (IAM user guide, "Condition operators")'
        for key in keys:
            if key.lower() in iam.GLOBAL_KEYS or key.lower().startswith(iam.GLOBAL_PREFIXES):
                continue
            if any(arn.endswith(f"/{key.rpartition(':')[0]}") for arn in federated):
                continue  # a claim of the token, named after the identity provider
            kind = iam.key_type(key, services)
            if kind is None:
                yield "iam-condition", f"{key} is no condition key of {', '.join(sorted(services))}"
            elif kind in {"Bool", "Numeric", "Date"} and not base.startswith((kind, "Null")):
                yield "iam-condition", f"{key} is a {kind}, which {operator} does not compare"


def _has_principals(statement: Statement) -> bool:
    return isinstance(statement.get("Principal"), dict)


def _principals(statement: Statement, kind: Kind, accounts: Collection[str]) -> Iterator[Found]:
    if "Principal" not in statement:
        yield "iam-principal", "has no Principal, which a policy of a resource needs"
        return
    if callers.is_public(statement, accounts) and not _narrow(statement, kind):
        yield "iam-public", "lets anyone in; name principals, or add a condition on account or source"
    for foreign in callers.foreign(statement, accounts):
        yield "iam-foreign-account", f"lets in {foreign}, which is none of {', '.join(sorted(accounts))}"
    if kind is Kind.TRUST:
        yield from _web_identity(statement)


def _narrow(statement: Statement, kind: Kind) -> bool:
    """An endpoint may let anyone through to resources it names."""
    resources = listed(statement.get("Resource"))
    return (
        kind is Kind.ENDPOINT
        and bool(resources)
        and all(one.split(":")[-1].strip("*?/") for one in resources)
    )


def _web_identity(statement: Statement) -> Iterator[Found]:
    """A token of GitHub is anybody's, unless the subject is compared (GitHub docs, "OIDC in AWS")."""
    if "sts:AssumeRoleWithWebIdentity" not in listed(statement.get("Action")):
        return
    subjects = [
        value
        for keys in statement.get("Condition", {}).values()
        for key, values in keys.items()
        if key.endswith(":sub")
        for value in listed(values)
    ]
    if not subjects or any(subject.split(":")[1:2] in ([], ["*"], ["*/*"]) for subject in subjects):
        yield "iam-principal", f"trusts tokens of subjects {subjects}; name a repository and a branch"


def _escalations(statements: list[Statement]) -> Iterator[Found]:
    """Counts what is allowed on things nobody named; a path or a boundary keeps the rest in its place."""
    wide = {
        action.name
        for statement in statements
        if statement["Effect"] == "Allow" and not _bounded(statement)
        for pattern in listed(statement.get("Action"))
        for action in (iam.actions(pattern) if pattern.strip("*?:") else ())
        if "NotResource" in statement
        or any(iam.reaches_unnamed(action, resource) for resource in listed(statement.get("Resource")))
    }
    for way, needed in ESCALATIONS.items():
        if needed <= wide:
            yield "iam-escalation", f"{way}: {', '.join(sorted(needed))}"


def _bounded(statement: Statement) -> bool:
    """Whether the statement holds only for roles with a boundary that it names."""
    boundaries = callers.required(statement, {"iam:permissionsboundary"})
    return any(all(callers.is_named(value) for value in values) for _, values in boundaries)
