"""IAM statements as data: what every construct builds its policies from."""

import json

import pytest

from hybrid_constructs.aws import policy
from hybrid_constructs.security import policies


def test_service_trust_can_be_bound_to_an_account() -> None:
    open_to_all = policies.service_trust("ecs.amazonaws.com")
    bound = policies.service_trust("ecs.amazonaws.com", account_id="111122223333")
    assert open_to_all == {
        "Effect": "Allow",
        "Principal": {"Service": "ecs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert bound == {
        **open_to_all,
        "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}},
    }


def test_tls_only_denies_and_covers_bucket_and_objects() -> None:
    for statement in policies.tls_only("arn:aws:s3:::files"):
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        assert statement["Resource"] == ["arn:aws:s3:::files", "arn:aws:s3:::files/*"]


@pytest.mark.parametrize("statement", [policies.own_account_only("1"), policies.ecr_layers("eu-west-1")])
def test_nothing_open_to_everyone_is_unlimited(statement: policies.Statement) -> None:
    assert statement["Effect"] == "Allow"
    assert "Condition" in statement or "*" not in (statement["Action"], statement["Resource"])


def test_policy_documents_are_compact_and_keep_their_order() -> None:
    text = policy({"Sid": "B", "Effect": "Allow"}, {"Sid": "A", "Effect": "Deny"})
    assert (
        text == '{"Version":"2012-10-17","Statement":[{"Sid":"B","Effect":"Allow"},'
        '{"Sid":"A","Effect":"Deny"}]}'
    )
    assert json.loads(text)["Version"] == "2012-10-17"
