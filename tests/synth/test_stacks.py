"""Every stack: where it works, where its state lies, and what never stands in it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from environments import naming, schema
from tests.synth.synthesized import Body, Synthesized, synthesize_fleet

REQUIRED_TAGS = {"Environment", "Service", "Team", "Owner", "CostCenter", "DataClass", "ManagedBy"}
SECRET_NAME = re.compile(r"password|secret_(key|string)|token|private_key|access_key|credential", re.I)
SECRET_VALUE = re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_\w{20,}")


def owner(fleet: schema.Fleet, stack: str) -> Any:
    """The environment whose account, tags and region a stack has."""
    if stack == "bootstrap":
        return fleet.shared
    return fleet.environments.get(stack, fleet.dr)


def regions(stack: Synthesized) -> dict[str | None, str]:
    return {provider.get("alias"): provider["region"] for provider in stack.providers}


def secrets(value: Any, name: str = "") -> Iterator[str]:
    """Texts that are secrets by their form, or by the name of the argument they are given to."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from secrets(child, key)
    elif isinstance(value, list):
        for child in value:
            yield from secrets(child, name)
    elif isinstance(value, str):
        given = SECRET_NAME.search(name) and not value.startswith("${")
        if given or SECRET_VALUE.search(value):
            yield f"{name}={value}"


def test_one_stack_per_state_in_the_order_of_deployment(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    assert set(stacks) == {"bootstrap", *fleet.environments, "replication", "edge"}
    for name, stack in stacks.items():
        assert stack.json["//"]["metadata"]["stackName"] == name


def test_every_provider_guards_its_account_and_tags_everything(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    for name, stack in stacks.items():
        environment = owner(fleet, name)
        for provider in stack.providers:
            assert provider["allowed_account_ids"] == [environment.account_id]
            [tags] = provider["default_tags"]
            assert set(tags["tags"]) == REQUIRED_TAGS
            assert tags["tags"] == environment.required_tags
            assert all(tags["tags"].values())
            assert not {"access_key", "secret_key", "s3_use_path_style", "endpoints"} & set(provider)


def test_each_stack_works_in_these_regions(stacks: dict[str, Synthesized], fleet: schema.Fleet) -> None:
    home, away = fleet.primary.region, fleet.dr.region
    expected: dict[str, dict[str | None, str]] = {
        "bootstrap": {None: home, "dr": away},
        "shared": {None: home, "dr": away},  # for the key that encrypts copies of secrets
        "dr": {None: away},
        "replication": {None: away, "primary": home},
        "edge": {None: away, "primary": home, "us_east_1": "us-east-1"},
    }
    for name, stack in stacks.items():
        assert regions(stack) == expected.get(name, {None: owner(fleet, name).region})


def test_dr_asks_the_primary_region_nothing(stacks: dict[str, Synthesized], fleet: schema.Fleet) -> None:
    dr = stacks["dr"]
    assert len(dr.providers) == 1
    # The one mention is the replica's source, by ARN; its own region answers for it.
    source = dr.only("aws_db_instance")["replicate_source_db"]
    assert source.split(":")[3] == fleet.primary.region
    assert fleet.primary.region not in dr.text.replace(source, "")
    # A lookup needs what it looks up to be reachable: the copy of the secret and its key are in this region,
    # hosted zones in none.
    assert set(dr.json["data"]) == {"aws_kms_alias", "aws_route53_zone", "aws_secretsmanager_secret"}


def test_state_is_encrypted_locked_and_guarded(stacks: dict[str, Synthesized], fleet: schema.Fleet) -> None:
    prefix = fleet.shared.organisation.prefix
    for name, stack in stacks.items():
        if name == "bootstrap":
            continue
        environment = owner(fleet, name)
        assert stack.json["terraform"]["backend"] == {
            "s3": {
                "bucket": naming.state_bucket(prefix, environment.name),
                "key": f"{name}/terraform.tfstate",
                "region": environment.region,
                "encrypt": True,
                "kms_key_id": (
                    f"arn:aws:kms:{environment.region}:{environment.account_id}:"
                    f"{naming.state_key_alias(prefix)}"
                ),
                "use_lockfile": True,
                "allowed_account_ids": [environment.account_id],
            }
        }


@pytest.mark.parametrize("name", ["dr", "replication", "edge"])
def test_what_failover_needs_keeps_its_state_in_the_second_region(
    stacks: dict[str, Synthesized], fleet: schema.Fleet, name: str
) -> None:
    state = stacks[name].json["terraform"]["backend"]["s3"]
    assert (state["bucket"], state["region"]) == (
        naming.state_bucket(fleet.shared.organisation.prefix, "dr"),
        fleet.dr.region,
    )


def test_every_state_bucket_is_made_by_bootstrap_with_its_key(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    bootstrap = stacks["bootstrap"]
    aliases = {
        (regions(bootstrap)[body["provider"].partition(".")[2] or None], body["name"])
        for body in bootstrap.all("aws_kms_alias").values()
    }
    made = {body["bucket"] for body in bootstrap.all("aws_s3_bucket").values()}
    for name, stack in stacks.items():
        if name != "bootstrap":
            state = stack.json["terraform"]["backend"]["s3"]
            assert state["bucket"] in made
            assert (state["region"], state["kms_key_id"].rpartition(":")[2]) in aliases


def test_bootstrap_starts_with_local_state_beside_the_program(stacks: dict[str, Synthesized]) -> None:
    assert stacks["bootstrap"].json["terraform"]["backend"] == {
        "local": {"path": "../../../terraform.bootstrap.tfstate"}
    }


def test_bootstrap_moves_into_its_own_bucket_when_told(fleet: schema.Fleet, tmp_path: Path) -> None:
    moved = fleet.shared.bootstrap.model_copy(update={"state": "s3"})
    shared = fleet.shared.model_copy(update={"bootstrap": moved})
    stacks = synthesize_fleet(fleet.model_copy(update={"shared": shared}), tmp_path)
    state = stacks["bootstrap"].json["terraform"]["backend"]["s3"]
    prefix = fleet.shared.organisation.prefix
    # With what failover needs: in the second region, so that it can be read when the first one is gone.
    assert (state["bucket"], state["region"]) == (naming.state_bucket(prefix, "dr"), fleet.dr.region)
    assert state["key"] == "bootstrap/terraform.tfstate"
    assert (state["encrypt"], state["use_lockfile"]) == (True, True)


def test_emulated_state_lies_beside_the_emulators_files(emulated: dict[str, Synthesized]) -> None:
    assert emulated["bootstrap"].json["terraform"]["backend"] == {
        "local": {"path": "../../../.hybrid/local/terraform.bootstrap.tfstate"}
    }


PROTECTION = (
    *("lifecycle", "force_destroy", "deletion_protection", "skip_final_snapshot"),
    *("final_snapshot_identifier", "recovery_window_in_days", "force_delete", "delete_automated_backups"),
    "enable_deletion_protection",
)
"""What keeps data from being deleted: on in an account, off in an emulated one, which is disposable."""


def test_emulated_stacks_differ_from_real_ones_only_at_the_seam(
    stacks: dict[str, Synthesized], emulated: dict[str, Synthesized]
) -> None:
    def without_seam(stack: Synthesized) -> Body:
        copy: Body = json.loads(stack.text)
        for block in (*copy["provider"]["aws"], copy["terraform"]["backend"].get("s3", {})):
            for argument in ("access_key", "secret_key", "s3_use_path_style", "use_path_style"):
                block.pop(argument, None)
        for bodies in copy.get("resource", {}).values():
            for body in bodies.values():
                for argument in PROTECTION:
                    body.pop(argument, None)
        copy["terraform"]["backend"].pop("local", None)
        return copy

    assert set(stacks) == set(emulated)
    for name, stack in stacks.items():
        assert without_seam(stack) == without_seam(emulated[name])


def test_stacks_meet_through_parameters_only(stacks: dict[str, Synthesized], outdir: Path) -> None:
    for stack in stacks.values():
        assert "terraform_remote_state" not in stack.text
        assert not stack.json["//"]["outputs"]
    manifest = json.loads((outdir / "manifest.json").read_text(encoding="utf-8"))
    assert [body["dependencies"] for body in manifest["stacks"].values()] == [[]] * len(stacks)


def test_no_secret_in_any_stack(stacks: dict[str, Synthesized]) -> None:
    assert {name: found for name, stack in stacks.items() if (found := list(secrets(stack.json)))} == {}


@pytest.mark.parametrize(
    "leak",
    [
        {"password": "hunter2"},
        {"secret_key": "x"},
        {"environment": [{"value": "AKIAIOSFODNN7EXAMPLE"}]},
        {"x": "-----BEGIN RSA PRIVATE KEY-----"},
    ],
)
def test_fails_when_a_secret_is_written_down(leak: Body) -> None:
    assert list(secrets({"resource": {"aws_thing": {"a": leak}}}))


def test_versions_are_pinned(stacks: dict[str, Synthesized]) -> None:
    for stack in stacks.values():
        terraform = stack.json["terraform"]
        assert terraform["required_version"] == ">= 1.11"
        assert terraform["required_providers"] == {"aws": {"source": "aws", "version": "5.100.0"}}
