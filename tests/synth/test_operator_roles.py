"""OperatorRoles: which people may run which commands."""

from typing import Any

import pytest

from environments import naming, operators, schema
from hybrid_constructs.security.operator_roles import OperatorRoles
from tests.policy.iam_lint import Kind, lint
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import Synthesized, statements

ON_CALL = f"arn:aws:iam::{builders.ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_OnCall_*"
LOOK = {"Effect": "Allow", "Action": ["ec2:DescribeSubnets"], "Resource": ["*"]}


def built(synth: Synth, **changes: Any) -> Synthesized:
    options: dict[str, Any] = {
        "environment": "blue",
        "prefix": "acme",
        "account_id": builders.ACCOUNT,
        "operators": [ON_CALL],
        "policies": {"deploy": [LOOK]},
    }
    return synth(lambda stack: OperatorRoles(stack, "Operators", **{**options, **changes}))


def test_a_role_for_a_group_has_its_policy_and_nothing_else(synth: Synth) -> None:
    found = built(synth)
    role = found.only("aws_iam_role")
    assert (role["name"], role["max_session_duration"]) == ("acme-blue-operate-deploy", 14400)
    assert role.get("path", "/") == "/"  # no deploy role may change it
    body = found.only("aws_iam_role_policy")
    assert found.follow(body["role"]) == "Operators/Role-deploy"
    assert statements(body["policy"]) == [LOOK]
    assert "aws_iam_role_policy_attachment" not in found.kinds()


def test_only_the_named_people_of_the_account_may_assume_it(synth: Synth) -> None:
    [trust] = statements(built(synth).only("aws_iam_role")["assume_role_policy"])
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{builders.ACCOUNT}:root"}
    assert trust["Action"] == "sts:AssumeRole"
    assert trust["Condition"] == {"ArnLike": {"aws:PrincipalArn": [ON_CALL]}}


def test_every_group_of_every_environment_fits_and_passes_the_lint(synth: Synth, fleet: schema.Fleet) -> None:
    account = fleet.shared.account_id
    on_call = ON_CALL.replace(builders.ACCOUNT, account)

    def build(stack: Any) -> None:
        for name in (*fleet.workloads, fleet.dr.name):
            OperatorRoles(
                stack,
                f"Operators-{name}",
                environment=name,
                prefix=fleet.shared.organisation.prefix,
                account_id=account,
                operators=[on_call],
                policies={group: operators.statements(fleet, name, group) for group in operators.groups()},
            )

    found = synth(build)
    expected = {
        naming.operator_role(fleet.shared.organisation.prefix, name, group)
        for name in (*fleet.workloads, fleet.dr.name)
        for group in operators.groups()
    }
    assert {role["name"] for role in found.all("aws_iam_role").values()} == expected
    problems = {
        path: list(lint({"Version": "2012-10-17", "Statement": statements(body["policy"])}, Kind.IDENTITY))
        for path, body in found.all("aws_iam_role_policy").items()
    }
    assert {path: found for path, found in problems.items() if found} == {}


def test_fails_when_nobody_is_named(synth: Synth) -> None:
    with pytest.raises(ValueError, match="operators of blue: none is named"):
        built(synth, operators=[])


@pytest.mark.parametrize(
    "operator",
    [
        "on-call",
        "arn:aws:iam::999999999999:role/on-call",
        f"arn:aws:iam::{builders.ACCOUNT}:root",
    ],
)
def test_fails_when_an_operator_is_none_of_the_account(synth: Synth, operator: str) -> None:
    with pytest.raises(ValueError, match="is no user or role of account"):
        built(synth, operators=[operator])


@pytest.mark.parametrize("operator", ["role/*", "user/*", "role/**", "role/*/*"])
def test_fails_when_an_operator_is_everybody(synth: Synth, operator: str) -> None:
    with pytest.raises(ValueError, match="is everybody in the account"):
        built(synth, operators=[f"arn:aws:iam::{builders.ACCOUNT}:{operator}"])


def test_fails_when_a_policy_is_too_long(synth: Synth) -> None:
    with pytest.raises(ValueError, match="10240 is the most"):
        built(synth, policies={"deploy": [LOOK] * 200})
