"""What the lint says about those whom a policy of a resource lets in."""

from typing import Any

import pytest

from tests.policy.iam_lint import Kind, lint, rules

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:acme"
ACCOUNT = {"AWS": "arn:aws:iam::123456789012:root"}


ANYONE = {"Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE}


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": [ACCOUNT["AWS"], "*"]},
        {"CanonicalUser": "*"},
        {"Service": "*"},
        {"Federated": "*"},
    ],
)
@pytest.mark.parametrize("condition", [{}, {"Bool": {"aws:SecureTransport": "true"}}])
def test_fails_when_anyone_is_let_in(principal: Any, condition: dict[str, Any]) -> None:
    assert rules(Kind.RESOURCE, **{**ANYONE, "Principal": principal}, Condition=condition) == {"iam-public"}


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"Null": {"aws:SourceArn": "true"}},
        {"Null": {"aws:SourceArn": "false"}},
        {"StringLike": {"aws:PrincipalArn": "*"}},
        {"StringLike": {"aws:PrincipalAccount": ["123456789012", "*"]}},
        {"StringLike": {"aws:PrincipalAccount": "?*"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringLike": {"aws:SourceVpc": "vpc-*"}},
        {"StringEquals": {"aws:PrincipalAccount": []}},
        {"ArnLike": {"aws:SourceArn": "*"}},
        {"ArnLike": {"aws:SourceArn": "arn:*:*:*:*:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/acme"}},
    ],
)
def test_fails_when_a_condition_keeps_nobody_out(condition: dict[str, Any]) -> None:
    assert rules(Kind.RESOURCE, **ANYONE, Condition=condition) == {"iam-public"}


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"StringEquals": {"AWS:SourceAccount": ["123456789012"]}},
        {"ForAnyValue:StringEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::acme"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    ],
)
def test_anyone_of_the_account_may_be_let_in(condition: dict[str, Any]) -> None:
    assert rules(Kind.RESOURCE, **ANYONE, Condition=condition) == set()


FOREIGN = "arn:aws:iam::999999999999:root"


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": FOREIGN},
        {"AWS": [ACCOUNT["AWS"], "arn:aws:iam::999999999999:role/x"]},
        {"AWS": "999999999999"},
        {"AWS": "AIDACKCEVSQ6C2EXAMPLE"},
        {"Federated": "arn:aws:iam::999999999999:saml-provider/x"},
        {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
    ],
)
def test_fails_when_a_foreign_account_is_let_in(principal: dict[str, Any]) -> None:
    assert rules(Kind.RESOURCE, **{**ANYONE, "Principal": principal}) == {"iam-foreign-account"}
    assert rules(Kind.TRUST, Principal=principal, Action="sts:AssumeRole") == {"iam-foreign-account"}
    denied = {**ANYONE, "Principal": principal, "Effect": "Deny"}
    assert rules(Kind.RESOURCE, **denied) == set()


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, {"iam-foreign-account"}),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:999999999999:*"}}, {"iam-foreign-account"}),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}}, set()),
    ],
)
def test_fails_when_a_service_works_for_a_foreign_account(condition: dict[str, Any], found: set[str]) -> None:
    service = {**ANYONE, "Principal": {"Service": "sns.amazonaws.com"}}
    assert rules(Kind.RESOURCE, **service, Condition=condition) == found


def test_every_account_of_the_fleet_is_ours() -> None:
    statement = {"Effect": "Allow", **ANYONE, "Principal": {"AWS": FOREIGN}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    assert list(lint(document, Kind.RESOURCE, {"123456789012", "999999999999"})) == []


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
