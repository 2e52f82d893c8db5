"""Terraform and the AWS provider accept every stack, without a warning."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.synth.synthesized import Synthesized
from tests.terraform.command import Terraform, as_modules, require_terraform


def complaints(report: dict[str, Any]) -> list[str]:
    """One line for each error or warning, with the file and line it is about."""
    return [
        f"{found['severity']}: {found['summary']}: {found.get('detail', '')} ({place(found.get('range'))})"
        for found in report["diagnostics"]
    ]


def place(range_: dict[str, Any] | None) -> str:
    return f"{range_['filename']}:{range_['start']['line']}" if range_ else "no file"


def test_all_stacks_are_valid(terraform: Terraform, stacks: dict[str, Synthesized], tmp_path: Path) -> None:
    root = as_modules(stacks, tmp_path)
    terraform.init(root)
    assert {module["Key"] for module in modules(root)} == {"", *stacks}
    report = terraform.validate(root)
    assert complaints(report) == []
    assert (report["valid"], report["error_count"], report["warning_count"]) == (True, 0, 0)


def test_a_stack_is_valid_where_cdktf_deploys_it(
    terraform: Terraform, stacks: dict[str, Synthesized], outdir: Path
) -> None:
    directory = outdir / "stacks" / "replication"
    assert set(stacks) >= {directory.name}
    terraform.init(directory)
    assert complaints(terraform.validate(directory)) == []


def test_fails_when_the_provider_does_not_know_an_argument(
    terraform: Terraform, stacks: dict[str, Synthesized], tmp_path: Path
) -> None:
    broken = json.loads(stacks["edge"].text)
    broken["resource"] = {"aws_vpc": {"a": {"cidr_blok": "10.0.0.0/16"}}}
    root = as_modules({"edge": Synthesized(broken)}, tmp_path)
    terraform.init(root)
    [line] = complaints(terraform.validate(root))
    assert line.startswith("error: Extraneous JSON object property")
    assert "(edge/cdk.tf.json:" in line


def test_fails_when_terraform_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match=r"terraform is not on PATH; install version 1\.11"):
        require_terraform()


def modules(root: Path) -> list[dict[str, Any]]:
    """What `terraform init` found to be part of the configuration."""
    manifest = json.loads((root / ".terraform/modules/modules.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = manifest["Modules"]
    return found
