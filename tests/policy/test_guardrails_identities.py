"""Synthesis refuses identities that may do everything, however that is written."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.guardrails import GuardrailError, check, problems_of
from tests.synth.synthesized import Body

METADATA = {"//": {"metadata": {"path": "mine/Team/Thing"}}}
ADMIN = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ROLE_POLICY = "aws_iam_role_policy"
ATTACHMENT = "aws_iam_role_policy_attachment"
DOCUMENT = "${data.aws_iam_policy_document.Thing.json}"


def policy(*statements: dict[str, Any]) -> Body:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


def stack(resources: dict[str, Body], data: dict[str, Body] | None = None) -> Body:
    sections = {"resource": resources, "data": data or {}}
    return {
        section: {kind: {"Thing": {**body, **METADATA}} for kind, body in bodies.items()}
        for section, bodies in sections.items()
    }


def problems(kind: str, body: Body, **data: Body) -> list[str]:
    return list(problems_of(stack({kind: body}, data)))


@pytest.mark.parametrize(
    ("kind", "statement", "why"),
    [
        (ROLE_POLICY, ADMIN, "allows Action * on Resource *"),
        ("aws_iam_policy", {**ADMIN, "Action": ["s3:Get*", "*"]}, "allows Action * on Resource *"),
        ("aws_iam_user_policy", ADMIN, "allows Action * on Resource *"),
        ("aws_iam_group_policy", ADMIN, "allows Action * on Resource *"),
        (ROLE_POLICY, {**ADMIN, "Action": "*:*"}, "allows Action *:* on Resource *"),
        (ROLE_POLICY, {**ADMIN, "Action": "**"}, "allows Action ** on Resource *"),
        (ROLE_POLICY, {**ADMIN, "Action": "?*"}, "allows Action ?* on Resource *"),
        (ROLE_POLICY, {**ADMIN, "Action": "${var.actions}"}, "an Action that is an expression"),
        (ROLE_POLICY, {**ADMIN, "Action": '${"*"}'}, "allows Action"),
        (ROLE_POLICY, {**ADMIN, "Resource": ["arn:aws:s3:::acme", "**"]}, "on Resource **"),
        (ROLE_POLICY, {**ADMIN, "Resource": "arn:aws:*"}, "on Resource arn:aws:*"),
        (ROLE_POLICY, {**ADMIN, "Resource": "arn:*:*:*:*:*"}, "on Resource arn:*:*:*:*:*"),
        (ROLE_POLICY, {**ADMIN, "Resource": "arn:aws:iam::123456789012:*"}, "on Resource arn:aws:iam"),
        (ROLE_POLICY, {**ADMIN, "Resource": "arn:aws:s3:::*"}, "on Resource arn:aws:s3:::*"),
        (ROLE_POLICY, {**ADMIN, "Resource": '${join("", ["*"])}'}, "on Resource *"),
        (ROLE_POLICY, {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::x"}, "on NotResource"),
        (ROLE_POLICY, {"Effect": "Allow", "NotAction": "x:y", "Resource": "*"}, 'allows NotAction "x:y"'),
        (ROLE_POLICY, {"Effect": "Allow", "NotAction": [], "Resource": "*"}, "allows NotAction []"),
        (ROLE_POLICY, {"effect": "Allow", "action": "*", "resource": "*"}, "allows Action * on Resource *"),
        (
            ROLE_POLICY,
            {**ADMIN, "Condition": {"StringEquals": {"a": "${aws_vpc.Vpc.id}"}}},
            "allows Action * on Resource *",
        ),
    ],
)
def test_fails_when_an_identity_may_do_everything(kind: str, statement: dict[str, Any], why: str) -> None:
    [problem] = problems(kind, policy(statement))
    assert problem.startswith(f"mine/Team/Thing: {kind} ")
    assert why in problem
    assert problem.endswith("name the actions and resources that are needed")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ROLE_POLICY, {"policy": " \n" + policy(ADMIN)["policy"]}),
        (ROLE_POLICY, {"policy": policy(ADMIN)["policy"].replace("*", "\\u002a")}),
        ("aws_iam_role", {"inline_policy": [policy(ADMIN)]}),
        ("aws_iam_role", {"inline_policy": policy(ADMIN)}),
        ("aws_iam_role", {"dynamic": {"inline_policy": {"for_each": [1], "content": policy(ADMIN)}}}),
        ("aws_ssoadmin_permission_set_inline_policy", {"inline_policy": policy(ADMIN)["policy"]}),
    ],
)
def test_fails_wherever_the_policy_is(kind: str, body: Body) -> None:
    [problem] = problems(kind, body)
    assert "allows Action * on Resource *" in problem


@pytest.mark.parametrize(
    "document",
    [
        {"statement": [{"actions": ["*"], "resources": ["*"]}]},
        {"statement": {"effect": "Allow", "actions": ["*"], "not_resources": ["arn:aws:s3:::x"]}},
        {"statement": [{"not_actions": ["iam:*"], "resources": ["*"]}]},
        {"dynamic": {"statement": {"for_each": [1], "content": {"actions": ["*"], "resources": ["*"]}}}},
        {"source_policy_documents": [policy(ADMIN)["policy"]]},
        {"override_policy_documents": [policy(ADMIN)["policy"]]},
    ],
)
def test_fails_when_a_data_source_allows_everything(document: Body) -> None:
    [problem] = problems(ROLE_POLICY, {"policy": DOCUMENT}, aws_iam_policy_document=document)
    assert problem.startswith("mine/Team/Thing: aws_iam_role_policy allows ")


@pytest.mark.parametrize(
    ("body", "document"),
    [
        ('${jsonencode({Version="2012-10-17",Statement=[{Effect="Allow",Action="*",Resource="*"}]})}', {}),
        ("${data.aws_iam_policy_document.Other.json}", {"statement": []}),
        (DOCUMENT, {"statement": "${var.statements}"}),
        (DOCUMENT, {"source_policy_documents": ["${var.document}"]}),
        (DOCUMENT, {"source_policy_documents": [DOCUMENT]}),
        ("${aws_iam_policy.Other.policy}", {}),
        ('${file("policy.json")}', {}),
        ('{"Statement": "${var.statements}"}', {}),
        ('{"Statement": [', {}),
        ("", {}),
    ],
)
def test_fails_when_nobody_can_read_the_policy(body: str, document: Body) -> None:
    [problem] = problems(ROLE_POLICY, {"policy": body}, aws_iam_policy_document=document)
    assert problem.startswith("mine/Team/Thing: aws_iam_role_policy has a policy that nobody can read, ")
    assert problem.endswith("; write it with hybrid_constructs.aws.policy")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ATTACHMENT, {"policy_arn": ADMINISTRATOR}),
        (
            ATTACHMENT,
            {"policy_arn": "arn:${local.partition}:iam::aws:policy/AdministratorAccess"},
        ),
        (ATTACHMENT, {"policy_arn": "${data.aws_iam_policy.Thing.arn}"}),
        ("aws_iam_role", {"managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess", ADMINISTRATOR]}),
        ("aws_iam_role_policy_attachments_exclusive", {"policy_arns": [ADMINISTRATOR]}),
        ("aws_iam_user_policy_attachments_exclusive", {"policy_arns": [ADMINISTRATOR]}),
        ("aws_iam_policy_attachment", {"policy_arn": ADMINISTRATOR}),
        ("aws_ssoadmin_managed_policy_attachment", {"managed_policy_arn": ADMINISTRATOR}),
    ],
)
def test_fails_when_an_administrator_is_made(kind: str, body: Body) -> None:
    [problem] = problems(kind, body, aws_iam_policy={"name": "AdministratorAccess"})
    assert problem.startswith(f"mine/Team/Thing: {kind} attaches AdministratorAccess; ")


@pytest.mark.parametrize(
    "arn",
    [
        "${each.value}",
        "${data.aws_iam_policy.Other.arn}",
        "arn:aws:iam::aws:policy/${var.policy}",
        "${local.arns[0]}",
    ],
)
def test_fails_when_nobody_can_tell_what_is_attached(arn: str) -> None:
    [problem] = problems(ATTACHMENT, {"policy_arn": arn})
    assert problem == f"mine/Team/Thing: {ATTACHMENT} attaches {arn}, which nobody can read; give a plain ARN"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ROLE_POLICY, policy({**ADMIN, "Effect": "Deny"})),
        (ROLE_POLICY, policy({**ADMIN, "Action": "xray:PutTraceSegments"})),
        (ROLE_POLICY, policy({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})),
        (ROLE_POLICY, policy({**ADMIN, "Resource": "${aws_s3_bucket.Files.arn}/*"})),
        (ROLE_POLICY, policy({**ADMIN, "Resource": "arn:aws:s3:::acme/$${aws:username}/x"})),
        (ROLE_POLICY, policy({**ADMIN, "Action": "s3:Get*", "Resource": '${local.arns["files"]}'})),
        (ROLE_POLICY, {"policy": DOCUMENT}),
        (ATTACHMENT, {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        (ATTACHMENT, {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess-Amplify"}),
        (ATTACHMENT, {"policy_arn": "${aws_iam_policy.Thing.arn}"}),
        (ATTACHMENT, {"policy_arn": "${data.aws_iam_policy.Thing.arn}"}),
        ("aws_vpc_endpoint", policy({**ADMIN, "Principal": "*"})),
    ],
)
def test_what_an_identity_may_have(kind: str, body: Body) -> None:
    named = {"statement": [{"actions": ["s3:*"], "resources": ["*"]}]}
    assert (
        problems(kind, body, aws_iam_policy_document=named, aws_iam_policy={"name": "ReadOnlyAccess"}) == []
    )


LIMIT = {"Effect": "Allow", "NotAction": ["account:*", "iam:*"], "Resource": "*"}
BOUNDARY = {"name": "acme-boundary", "path": "/", **policy(LIMIT)}
BY_CONDITION = policy(
    {
        "Effect": "Allow",
        "Action": "iam:CreateRole",
        "Resource": "arn:aws:iam::123456789012:role/acme/*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": "${aws_iam_policy.Thing.arn}"}},
    }
)
BY_NAME = {"permissions_boundary": "arn:aws:iam::123456789012:policy/acme-boundary"}


@pytest.mark.parametrize(
    "use",
    [
        {ROLE_POLICY: BY_CONDITION},
        {"aws_iam_role": BY_NAME},
        {"aws_iam_role": {"permissions_boundary": "${aws_iam_policy.Thing.arn}"}},
    ],
)
def test_a_boundary_may_leave_out_identities(use: dict[str, Body]) -> None:
    assert list(problems_of(stack({"aws_iam_policy": BOUNDARY, **use}))) == []


@pytest.mark.parametrize(
    ("boundary", "use"),
    [
        (BOUNDARY, {}),
        (BOUNDARY, {ROLE_POLICY: BY_CONDITION, ATTACHMENT: {"policy_arn": "${aws_iam_policy.Thing.arn}"}}),
        (BOUNDARY, {"aws_iam_role": BY_NAME, ATTACHMENT: {"policy_arn": BY_NAME["permissions_boundary"]}}),
        (
            BOUNDARY,
            {
                "aws_iam_role": BY_NAME,
                "aws_ssoadmin_customer_managed_policy_attachment": {
                    "customer_managed_policy_reference": [{"name": "acme-boundary"}]
                },
            },
        ),
        ({**BOUNDARY, "name": "${var.name}"}, {ROLE_POLICY: BY_CONDITION}),
        ({**BOUNDARY, **policy({**LIMIT, "NotAction": "s3:DeleteBucket"})}, {ROLE_POLICY: BY_CONDITION}),
        ({**BOUNDARY, **policy(ADMIN)}, {ROLE_POLICY: BY_CONDITION}),
    ],
)
def test_fails_when_it_is_not_only_a_boundary(boundary: Body, use: dict[str, Body]) -> None:
    [problem] = problems_of(stack({"aws_iam_policy": boundary, **use}))
    assert problem.startswith("mine/Team/Thing: aws_iam_policy allows ")


def test_fails_when_another_stack_attaches_the_boundary(tmp_path: Path) -> None:
    stacks = {
        "bootstrap": stack({"aws_iam_policy": BOUNDARY, ROLE_POLICY: BY_CONDITION}),
        "prod": stack({ATTACHMENT: {"policy_arn": BY_NAME["permissions_boundary"]}}),
    }
    for name, body in stacks.items():
        file = tmp_path / "stacks" / name / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(GuardrailError, match=r'allows NotAction \["account:\*", "iam:\*"\] on Resource \*'):
        check(tmp_path)
    assert not (tmp_path / "stacks/bootstrap/cdk.tf.json").exists()
