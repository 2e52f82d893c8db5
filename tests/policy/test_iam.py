"""Every IAM policy of every stack: known actions, named resources, real conditions, no way to more rights."""

import json
from typing import Any

import pytest

from environments.schema import Fleet
from tests.policy.exceptions import Entry, Finding, stale, unexcepted
from tests.policy.iam_lint import Kind, lint
from tests.policy.references import Renderer
from tests.policy.resources import UnreadablePolicy, documents, resources
from tests.synth.synthesized import Synthesized


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
        for attribute, document in documents(one.body, path=one.path)
    ]


@pytest.fixture(scope="module")
def found(policies: list[tuple[str, Kind, dict[str, Any]]], fleet: Fleet) -> set[Finding]:
    accounts = {environment.account_id for environment in fleet.environments.values()}
    return {
        Finding(rule, path, detail)
        for path, kind, document in policies
        for rule, detail in lint(document, kind, accounts)
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


@pytest.mark.parametrize(
    "body",
    [
        {"policy": '${jsonencode({Version="2012-10-17",Statement=[{Effect="Allow"}]})}'},
        {"policy": '${jsonencode({"Version" = "2012-10-17", "Statement" = [{"Effect" = "Allow"}]})}'},
        {"policy": "${data.aws_iam_policy_document.x.json}"},
        {"policy": '{"Version": "2012-10-17", "statement": []}'},
        {"policy": "[]"},
        {"inline_policy": [{"policy": '${file("policy.json")}'}]},
        {"assume_role_policy": "${aws_iam_role.x.assume_role_policy}"},
        {"anything": "${jsonencode({Statement = []})}"},
    ],
)
def test_fails_when_a_policy_cannot_be_read(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadablePolicy, match=r"^a/Thing: [a-z_]+ is .+; write it with"):
        list(documents(body, path="a/Thing"))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"policy": '{"Statement": []}'}, [("policy", {"Statement": []})]),
        ({"policy": '{"rules": []}'}, []),
        ({"redrive_policy": "${jsonencode({})}"}, []),
        ({"description": "A statement: policies are read."}, []),
    ],
)
def test_what_is_no_policy_is_passed_over(body: dict[str, Any], found: Any) -> None:
    assert list(documents(body)) == found
