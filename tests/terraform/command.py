"""The terraform command, and configurations to try it on."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stacks.working_directory import use_provider_mirror
from tests.synth.synthesized import Synthesized


@dataclass(frozen=True)
class Terraform:
    """The terraform command, in the directory of a configuration."""

    command: str

    def start(self, directory: Path, *arguments: str) -> subprocess.Popen[str]:
        hidden = ("TF_CLI_CONFIG_FILE", "TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_LOG")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        return subprocess.Popen(
            [self.command, *arguments],
            cwd=directory,
            env={**environment, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, directory: Path, *arguments: str) -> str:
        process = self.start(directory, *arguments)
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, f"terraform {' '.join(arguments)} failed:\n{output}\n{errors}"
        return output

    def init(self, directory: Path) -> None:
        self.run(directory, "init", "-backend=false", "-input=false", "-no-color")

    def validate(self, directory: Path) -> dict[str, Any]:
        """The report of `terraform validate`, also when it found something."""
        output, errors = self.start(directory, "validate", "-json").communicate(timeout=300)
        assert output.startswith("{"), f"terraform validate failed:\n{output}\n{errors}"
        report: dict[str, Any] = json.loads(output)
        return report


def require_terraform() -> Terraform:
    command = shutil.which("terraform")
    if command is None:
        pytest.fail("terraform is not on PATH; install version 1.11 or newer")
    return Terraform(command)


def as_modules(stacks: dict[str, Synthesized], base: Path) -> Path:
    """One configuration whose modules are the stacks: Terraform starts the provider once for all of them.

    Backends are left out, because a module has none; test_stacks.py checks theirs.
    """
    root = base / "stacks" / "fleet"
    for name, stack in stacks.items():
        module = json.loads(stack.text)
        del module["terraform"]["backend"]
        write(root / name, module)
    required = next(iter(stacks.values())).json["terraform"]["required_providers"]
    modules = {name: {"source": f"./{name}"} for name in stacks}
    write(root, {"terraform": {"required_providers": required}, "module": modules})
    use_provider_mirror(base)
    return root


def write(directory: Path, configuration: dict[str, Any]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "cdk.tf.json").write_text(json.dumps(configuration), encoding="utf-8")
