"""Secrets that the configuration keeps out of the state stay out of it, in every version of every object."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from operations.state.configuration import FILE
from tests.operations.engine.killing import killed, last
from tests.operations.engine.secrecy import CANARY, FORMS, assert_nowhere
from tests.operations.local.conftest import client_of
from tests.operations.state.stand import QUEUE, Stand, configuration

VERSION = "aws_secretsmanager_secret_version.Master"
PARAMETER = "aws_ssm_parameter.Hidden"
PLAIN = "state-re"
"""A value that the provider marks as sensitive, and that is a part of the name of runs."""


def resources(stand: Stand) -> dict[str, Any]:
    found: dict[str, Any] = configuration(stand.at, "one", "two")["resource"]
    del found["aws_ssm_parameter"]["Secret"]  # that one is in the state in plain text
    hidden = {"name": "/dev/hidden", "type": "SecureString", "value_wo": CANARY, "value_wo_version": 1}
    marked = {"name": "/dev/marked", "type": "String", "value": PLAIN}
    return found | {
        "aws_ssm_parameter": found["aws_ssm_parameter"] | {"Hidden": hidden, "Marked": marked},
        "aws_secretsmanager_secret": {"Master": {"name": "dev/master", "recovery_window_in_days": 0}},
        "aws_secretsmanager_secret_version": {
            "Master": {
                "secret_id": "${aws_secretsmanager_secret.Master.arn}",
                "secret_string_wo": CANARY,
                "secret_string_wo_version": 1,
            }
        },
    }


@pytest.fixture
def secrets(stand: Stand) -> Iterator[Stand]:
    """The stack with two write-only values, and no older version."""
    stand.configure(resource=resources(stand))
    stand.terraform("apply", "-no-color", "-auto-approve", "-input=false")
    applied = stand.body()
    stand.empty()
    stand.put(applied)
    yield stand
    ssm, vault = client_of(stand.server, "ssm"), client_of(stand.server, "secretsmanager")
    ssm.delete_parameters(Names=["/dev/hidden", "/dev/marked"])
    ssm.put_parameter(Name="/dev/secret", Type="SecureString", Value=CANARY, Overwrite=True)
    vault.delete_secret(SecretId="dev/master", ForceDeleteWithoutRecovery=True)


def assert_clean(stand: Stand) -> None:
    """No version of any object holds the secret, nor does a file of a run."""
    found = stand.s3.list_object_versions(Bucket=stand.at.bucket)
    for one in found["Versions"]:
        got = stand.s3.get_object(Bucket=stand.at.bucket, Key=one["Key"], VersionId=one["VersionId"])
        assert not any(form in got["Body"].read().decode() for form in FORMS), one["Key"]
    # The configuration has it here; that of the platform makes it up (`ephemeral`).
    assert_nowhere(*(one for one in stand.hybrid.home.rglob("*.*") if one.is_file() and one.name != FILE))


def objects(stand: Stand) -> set[str]:
    """With a version or a delete marker."""
    found = stand.s3.list_object_versions(Bucket=stand.at.bucket)
    return {one["Key"] for one in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]}


def test_a_rebuild_keeps_what_an_import_would_tell(secrets: Stand) -> None:
    arguments = ["--from", str(secrets.folder), "--yes"]
    shown = secrets.state("rebuild", *arguments, "--dry-run").stderr
    assert f"keep {VERSION}: its secret is not in the state" in shown
    killed(secrets.hybrid, "state", "rebuild", "dev", *arguments, at="after:import")
    assert_clean(secrets)
    killed(secrets.hybrid, "runs", "resume", last(secrets.hybrid), "--yes", at="after:check")

    secrets.hybrid("runs", "resume", last(secrets.hybrid), "--yes")

    assert_clean(secrets)
    plan = secrets.terraform("plan", "-no-color", "-input=false", "-detailed-exitcode")
    assert "No changes" in plan
    assert objects(secrets) == {secrets.at.key, secrets.at.lock_key}, "the new state's object left nothing"

    secrets.hybrid("runs", "undo", last(secrets.hybrid), "--yes")
    assert_clean(secrets)
    assert objects(secrets) == {secrets.at.key, secrets.at.lock_key}

    refused = secrets.state("reimport", VERSION, *arguments, code=3).stderr
    assert "would write its secret into the state in plain text" in refused
    assert_clean(secrets)
    assert secrets.keys() == [secrets.at.key]

    # A sensitive value that is a part of the run's path masks nothing that later steps need.
    secrets.state("reimport", QUEUE, *arguments)
    assert PLAIN not in json.dumps([one for one in secrets.hybrid.entries() if one["entry"] == "called"])
    assert_clean(secrets)


def test_without_a_state_a_rebuild_refuses_to_tell_it(secrets: Stand) -> None:
    secrets.empty()

    arguments = ["--by-tags", "--from", str(secrets.folder), "--yes", "--id", f"{PARAMETER}=/dev/hidden"]
    refused = secrets.state("rebuild", *arguments, code=3).stderr

    for address in (VERSION, PARAMETER):
        assert f"{address}: without a state only an import is left, which would write its secret" in refused
    assert "--leave-out has the next apply write a new secret" in refused
    assert secrets.keys() == []
