"""Every IAM policy of every stack: known actions, named resources, real conditions, no way to more rights."""

import json
from typing import Any

import pytest

from tests.policy.exceptions import Entry, Finding, stale, unexcepted
from tests.policy.iam_lint import Kind, lint
from tests.policy.references import Renderer
from tests.policy.resources import documents, resources
from tests.synth.synthesized import Synthesized

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:acme"
ROLES = "arn:aws:iam::123456789012:role"
ACCOUNT = {"AWS": "arn:aws:iam::123456789012:root"}


def kind_of(resource: str, attribute: str) -> Kind:
    if attribute == "assume_role_policy":
        return Kind.TRUST
    if resource.startswith("aws_vpc_endpoint"):
        return Kind.ENDPOINT
    return Kind.IDENTITY if resource.startswith("aws_iam_") else Kind.RESOURCE


@pytest.fixture(scope="module")
def policies(stacks: dict[str, Synthesized]) -> list[tuple[str, Kind, dict[str, Any]]]:
    """Path, kind and document of every policy, with plausible ARNs where the JSON has references."""
    renderer = Renderer(stacks)
    return [
        (one.path, kind_of(one.kind, attribute), json.loads(renderer.text(one.stack, json.dumps(document))))
        for one in resources(stacks)
        for attribute, document in documents(one.body)
    ]


@pytest.fixture(scope="module")
def found(policies: list[tuple[str, Kind, dict[str, Any]]]) -> set[Finding]:
    return {
        Finding(rule, path, detail)
        for path, kind, document in policies
        for rule, detail in lint(document, kind)
    }


def test_the_lint_sees_the_policies(policies: list[tuple[str, Kind, dict[str, Any]]]) -> None:
    assert {kind for _, kind, _ in policies} == set(Kind)
    assert {path for path, _, _ in policies} >= {
        "bootstrap/Roles-prod/DeployAccess",
        "prod/FlowLogs/Delivery/Role",
        "shared/Keys/database/Key",
        "prod/Endpoints/s3",
    }
    assert len(policies) > 100


def test_no_policy_hides_in_a_data_source(stacks: dict[str, Synthesized]) -> None:
    for name, stack in stacks.items():
        assert stack.data("aws_iam_policy_document") == {}, (
            f"{name}: write it with hybrid_constructs.aws.policy"
        )


def test_every_policy_is_clean(found: set[Finding], exceptions: list[Entry]) -> None:
    assert unexcepted(found, exceptions) == []


def test_no_exception_is_stale(found: set[Finding], exceptions: list[Entry]) -> None:
    assert stale(found, exceptions, owned=["iam-"]) == []


def rules(kind: Kind, **statement: Any) -> set[str]:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}}
    return {rule for rule, _ in lint(document, kind)}


@pytest.mark.parametrize(
    ("rule", "statement"),
    [
        ("iam-unknown-action", {"Action": "sqs:SendMesage", "Resource": QUEUE}),
        ("iam-unknown-action", {"Action": "sqss:*", "Resource": QUEUE}),
        ("iam-star-action", {"Action": "*", "Resource": QUEUE}),
        ("iam-not-action", {"NotAction": "iam:*", "Resource": "*"}),
        ("iam-star-resource", {"Action": "sqs:SendMessage", "Resource": "*"}),
        ("iam-star-resource", {"Action": ["logs:PutLogEvents"], "Resource": [QUEUE, "*"]}),
        ("iam-malformed-resource", {"Action": "sqs:SendMessage", "Resource": "acme"}),
        ("iam-resource-mismatch", {"Action": ["sqs:SendMessage", "sns:Publish"], "Resource": QUEUE}),
        ("iam-resource-mismatch", {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme"}),
        ("iam-resource-mismatch", {"Action": "ecr:GetAuthorizationToken", "Resource": QUEUE}),
        (
            "iam-resource-mismatch",
            {"Action": "sqs:SendMessage", "Resource": [QUEUE, "arn:aws:s3:::acme/*"]},
        ),
        ("iam-escalation", {"Action": "iam:AttachRolePolicy", "Resource": f"{ROLES}/*"}),
        ("iam-escalation", {"Action": "iam:*", "Resource": "*"}),
        ("iam-escalation", {"Action": ["iam:PassRole", "lambda:CreateFunction"], "Resource": "*"}),
    ],
)
def test_fails_when_an_identity_gets_too_much(rule: str, statement: dict[str, Any]) -> None:
    assert rule in rules(Kind.IDENTITY, **statement)


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "sqs:SendMessage", "Resource": QUEUE},
        {
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::acme", "arn:aws:s3:::acme/*"],
        },
        {"Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:eu-central-1:123456789012:log-group:x:*"},
        {"Action": ["ecr:GetAuthorizationToken", "xray:PutTraceSegments"], "Resource": "*"},
        {"Action": "iam:PutRolePolicy", "Resource": f"{ROLES}/acme/*"},
        {
            "Action": "iam:PutRolePolicy",
            "Resource": f"{ROLES}/*",
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/x"}},
        },
        {
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "acme"}},
        },
    ],
)
def test_what_an_identity_may_have(statement: dict[str, Any]) -> None:
    assert rules(Kind.IDENTITY, **statement) == set()


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqual": {"aws:SourceAccount": "123456789012"}},
        {"StringEquals": {"aws:SourceAcount": "123456789012"}},
        {"StringEquals": {"kms:ViaServices": "x"}},
        {"StringEquals": {"sqs:ViaService": "x"}},
        {"StringEquals": {"kms:GrantIsForAWSResource": "true"}},
    ],
)
def test_fails_when_a_condition_is_malformed(condition: dict[str, Any]) -> None:
    statement = {"Principal": ACCOUNT, "Action": "kms:Decrypt", "Resource": "*"}
    assert rules(Kind.RESOURCE, **statement) == set()
    assert rules(Kind.RESOURCE, **statement, Condition=condition) == {"iam-condition"}


ANYONE = {"Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [ACCOUNT["AWS"], "*"]}])
@pytest.mark.parametrize("condition", [{}, {"Bool": {"aws:SecureTransport": "true"}}])
def test_fails_when_anyone_is_let_in(principal: Any, condition: dict[str, Any]) -> None:
    assert rules(Kind.RESOURCE, **{**ANYONE, "Principal": principal}, Condition=condition) == {"iam-public"}


def test_anyone_of_the_account_may_be_let_in() -> None:
    of_the_account = {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}
    assert rules(Kind.RESOURCE, **ANYONE, Condition=of_the_account) == set()


def test_an_endpoint_narrows_by_principal_or_by_resource() -> None:
    everything = {"Principal": "*", "Action": "*", "Resource": "*"}
    assert rules(Kind.ENDPOINT, **everything) == {"iam-public"}
    assert rules(Kind.ENDPOINT, **ANYONE) == set()


def test_fails_when_a_policy_of_a_resource_has_no_principal() -> None:
    assert rules(Kind.RESOURCE, Action="sqs:SendMessage", Resource=QUEUE) == {"iam-principal"}


@pytest.mark.parametrize(
    ("subjects", "bad"), [(["repo:acme/x:*"], 0), (["repo:*"], 1), ("repo:*/*", 1), ([], 1)]
)
def test_fails_when_tokens_of_anybody_are_trusted(subjects: Any, bad: int) -> None:
    github = "token.actions.githubusercontent.com"
    trust = {
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{github}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{github}:sub": subjects}},
    }
    assert rules(Kind.TRUST, **trust) == ({"iam-principal"} if bad else set())


def test_fails_without_the_current_version() -> None:
    assert {rule for rule, _ in lint({"Statement": []}, Kind.IDENTITY)} == {"iam-version"}
