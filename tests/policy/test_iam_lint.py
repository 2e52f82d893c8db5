"""What the lint says about statements of identities, and about conditions."""

from typing import Any

import pytest

from tests.policy.iam_lint import Kind, lint, rules

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:acme"
ROLES = "arn:aws:iam::123456789012:role"
BOUNDARY = "arn:aws:iam::123456789012:policy/x"
ACCOUNT = {"AWS": "arn:aws:iam::123456789012:root"}


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
        ("iam-star-action", {"Action": "*:*", "Resource": QUEUE}),
        ("iam-star-resource", {"Action": "s3:*", "Resource": "arn:aws:s3:::*"}),
        ("iam-star-resource", {"Action": "s3:*", "Resource": ["arn:aws:s3:::acme", "arn:aws:s3:::*/*"]}),
        ("iam-star-resource", {"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:123456789012:*"}),
        ("iam-star-resource", {"Action": "kms:Decrypt", "Resource": "arn:aws:kms:*:*:key/*"}),
        ("iam-star-resource", {"Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/*"}),
        ("iam-star-resource", {"Action": "sts:AssumeRole", "Resource": "arn:aws:iam::999999999999:role/*"}),
        ("iam-star-resource", {"Action": "sqs:SendMessage", "NotResource": QUEUE}),
        ("iam-escalation", {"Action": "iam:AttachRolePolicy", "Resource": "arn:aws:iam::123456789012:*"}),
        ("iam-escalation", {"Action": "iam:AttachRolePolicy", "Resource": "arn:aws:iam::*:role*"}),
        ("iam-escalation", {"Action": "iam:AttachRolePolicy", "Resource": f"{ROLES}/?*"}),
        ("iam-escalation", {"Action": "iam:AttachRolePolicy", "Resource": "arn:aws:*"}),
        ("iam-escalation", {"Action": "iam:AttachRolePolicy", "NotResource": f"{ROLES}/acme"}),
        *(
            (
                "iam-escalation",
                {"Action": "iam:PutRolePolicy", "Resource": f"{ROLES}/*", "Condition": condition},
            )
            for condition in (
                {"StringNotEquals": {"iam:PermissionsBoundary": BOUNDARY}},
                {"StringEqualsIfExists": {"iam:PermissionsBoundary": BOUNDARY}},
                {"ForAllValues:StringEquals": {"iam:PermissionsBoundary": BOUNDARY}},
                {"StringLike": {"iam:PermissionsBoundary": "*"}},
                {"ArnLike": {"iam:PermissionsBoundary": [BOUNDARY, "arn:aws:iam::123456789012:policy/*"]}},
                {"Null": {"iam:PermissionsBoundary": "false"}},
            )
        ),
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
        {"Action": "iam:PutRolePolicy", "Resource": f"{ROLES}/acme-*"},
        {"Action": "s3:*", "Resource": ["arn:aws:s3:::acme-*", "arn:aws:s3:::acme-*/*"]},
        {"Action": "cloudwatch:DescribeAlarms", "Resource": "arn:aws:cloudwatch:*:123456789012:alarm:*"},
        {
            "Action": "iam:PutRolePolicy",
            "Resource": f"{ROLES}/*",
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}},
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


def test_fails_without_the_current_version() -> None:
    assert {rule for rule, _ in lint({"Statement": []}, Kind.IDENTITY)} == {"iam-version"}
