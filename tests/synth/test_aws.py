"""Providers, backends, and the one seam to the embedded AWS."""

from typing import Any

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import TERRAFORM_VERSION, aws_provider, on_emulator, s3_backend
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import EMULATOR, ENDPOINT, Body, Synthesized

TAGS = {"Environment": "test", "Team": "blue"}
REMOTE = [
    None,
    "",
    "https://s3.eu-central-1.amazonaws.com",
    "http://10.0.0.1:5000",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://127.0.0.1@example.com",
    "http://example.com/127.0.0.1",
]
LOCAL = [
    EMULATOR,
    "http://localhost:5000",
    "http://LOCALHOST:5000",
    "http://[::1]:5000",
    "https://127.0.0.1",
]


def backend(scope: TerraformStack) -> None:
    s3_backend(
        scope,
        bucket="acme-blue-tfstate",
        key="blue/terraform.tfstate",
        region="eu-central-1",
        account_id=builders.ACCOUNT,
        key_alias="alias/acme-tfstate",
    )


def build(scope: TerraformStack) -> None:
    backend(scope)
    aws_provider(scope, region="eu-west-1", account_id=builders.ACCOUNT, tags=TAGS, alias="far")


def far_provider(stack: Synthesized) -> Body:
    [found] = [provider for provider in stack.providers if provider.get("alias") == "far"]
    return found


@pytest.mark.parametrize("url", LOCAL)
def test_an_endpoint_on_this_machine_is_the_emulator(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, url)
    assert on_emulator()


@pytest.mark.parametrize("url", REMOTE)
def test_any_other_endpoint_is_not(url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT)
    if url is not None:
        monkeypatch.setenv(ENDPOINT, url)
    assert not on_emulator()


@pytest.mark.parametrize("url", REMOTE)
def test_provider_for_aws_has_its_account_its_tags_and_nothing_else(synth: Synth, url: str | None) -> None:
    assert far_provider(synth(build, endpoint=url)) == {
        "alias": "far",
        "region": "eu-west-1",
        "allowed_account_ids": [builders.ACCOUNT],
        "default_tags": [{"tags": TAGS}],
    }


@pytest.mark.parametrize("url", [None, "https://sts.amazonaws.com"])
def test_backend_for_aws_is_encrypted_locked_and_guards_its_account(synth: Synth, url: str | None) -> None:
    assert synth(build, endpoint=url).json["terraform"]["backend"]["s3"] == {
        "bucket": "acme-blue-tfstate",
        "key": "blue/terraform.tfstate",
        "region": "eu-central-1",
        "encrypt": True,
        "kms_key_id": f"arn:aws:kms:eu-central-1:{builders.ACCOUNT}:alias/acme-tfstate",
        "use_lockfile": True,
        "allowed_account_ids": [builders.ACCOUNT],
    }


@pytest.mark.parametrize("url", LOCAL)
def test_emulator_adds_dummy_credentials_and_path_style_and_keeps_every_guard(synth: Synth, url: str) -> None:
    def parts(endpoint: str | None) -> tuple[Body, Body]:
        stack = synth(build, endpoint=endpoint)
        return far_provider(stack), stack.json["terraform"]["backend"]["s3"]

    credentials: dict[str, Any] = {"access_key": "test", "secret_key": "test"}
    provider, state = parts(None)
    emulated_provider, emulated_state = parts(url)
    assert emulated_provider == {**provider, **credentials, "s3_use_path_style": True}
    assert emulated_state == {**state, **credentials, "use_path_style": True}


def test_no_endpoint_enters_the_json(emulated: dict[str, Synthesized]) -> None:
    for stack in emulated.values():
        assert EMULATOR not in stack.text
        assert not any("endpoints" in provider for provider in stack.providers)


def test_terraform_is_new_enough_for_lock_files_and_write_only_arguments() -> None:
    assert TERRAFORM_VERSION == ">= 1.11"
