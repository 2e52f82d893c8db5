"""DataKey: rotates, is hard to lose, and is managed by its own account."""

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import aws_provider
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import EMULATOR, Synthesized, statements


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(builders.key)


def test_key_rotates_and_is_hard_to_lose(defaults: Synthesized) -> None:
    key = defaults.only("aws_kms_key")
    assert key["enable_key_rotation"] is True
    assert key["deletion_window_in_days"] == 30
    assert key["lifecycle"] == {"prevent_destroy": True}


def test_alias_names_the_key(defaults: Synthesized) -> None:
    alias = defaults.only("aws_kms_alias")
    assert alias["name"] == "alias/acme"
    assert defaults.follow(alias["target_key_id"]) == "Key/Key"


def test_only_the_own_account_manages_and_uses_the_key(defaults: Synthesized) -> None:
    assert statements(defaults.only("aws_kms_key")["policy"]) == [
        {
            "Sid": "AccountAdministration",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{builders.ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]


def test_key_and_alias_in_another_region_with_a_shorter_window(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        far = aws_provider(scope, region="eu-west-1", account_id=builders.ACCOUNT, tags={}, alias="far")
        builders.key(scope, deletion_window_days=7, provider=far)

    stack = synth(build)
    assert stack.only("aws_kms_key")["deletion_window_in_days"] == 7
    assert {stack.only(kind)["provider"] for kind in ("aws_kms_key", "aws_kms_alias")} == {"aws.far"}


def test_on_the_emulator_the_key_can_be_deleted(synth: Synth) -> None:
    assert "lifecycle" not in synth(builders.key, endpoint=EMULATOR).only("aws_kms_key")
