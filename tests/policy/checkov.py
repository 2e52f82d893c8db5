"""Runs checkov, without network, over what was synthesized and over what Terraform plans.

Neither sees everything: the JSON has references where the plan has nothing yet, the plan has the provider's
defaults and every value that stacks look up. What counts is the union.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.policy.exceptions import Finding
from tests.policy.plan import Plan
from tests.policy.resources import paths
from tests.synth.synthesized import ROOT, Synthesized

COMMAND = ROOT / ".venv-checkov" / "bin" / "checkov"
"""In an environment of its own: checkov pins an older boto3 than the one of this project."""

DEAD_PROXY = "http://127.0.0.1:9"
"""The discard port: a request to the outside fails."""


@dataclass(frozen=True)
class Report:
    """How many checks passed, and which did not."""

    passed: int
    findings: frozenset[Finding]


def scan_json(stacks: dict[str, Synthesized], directory: Path) -> Report:
    """Check the JSON of all stacks."""
    for name, stack in stacks.items():
        # Its parser takes blocks only and gives up at `terraform.required_version`.
        _write(directory / name / "cdk.tf.json", {**stack.json, "terraform": {}})
    report = _run("--directory", str(directory), "--framework", "terraform_json")
    known = paths(stacks)
    return Report(
        report["summary"]["passed"],
        frozenset(
            _finding(failed, known[failed["file_path"].split("/")[1], failed["resource"].split(".")[-1]])
            for failed in report["results"]["failed_checks"]
        ),
    )


def scan_plan(plan: Plan, stacks: dict[str, Synthesized], directory: Path) -> Report:
    """Check a plan whose modules are the stacks."""
    _write(directory / "plan.json", plan)
    report = _run("--file", str(directory / "plan.json"), "--framework", "terraform_plan")
    known = paths(stacks)
    return Report(
        report["summary"]["passed"],
        frozenset(
            _finding(failed, known[failed["resource"].split(".")[1], failed["resource"].split(".")[-1]])
            for failed in report["results"]["failed_checks"]
        ),
    )


def _finding(failed: dict[str, Any], path: str) -> Finding:
    return Finding(failed["check_id"], path, failed["check_name"])


def _write(file: Path, body: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(body, indent=1), encoding="utf-8")


def _run(*arguments: str) -> dict[str, Any]:
    assert COMMAND.exists(), f"{COMMAND} is missing; run `make policy`"
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), DEAD_PROXY)
    process = subprocess.run(
        [COMMAND, *arguments, "--skip-download", "--compact", "--quiet", "--output", "json"],
        env={"PATH": os.environ["PATH"], "HOME": os.devnull, "LOG_LEVEL": "ERROR", **proxies},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    # 1 means that checks failed. What checkov cannot cope with it only logs.
    assert process.returncode in {0, 1}, process.stderr
    assert "Traceback" not in process.stderr, process.stderr
    report: dict[str, Any] = json.loads(process.stdout)
    assert report["summary"]["parsing_errors"] == 0, process.stdout
    return report
