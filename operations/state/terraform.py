"""Runs Terraform in a folder of the run's own, and tells what it said without secrets."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations.engine.context import Context
from operations.engine.probe import TimedOut
from operations.errors import HybridError
from operations.fleet.output import plain
from operations.local import processes
from operations.state.difference import same
from operations.state.document import Document

GRACE_SECONDS = 60.0
"""How long Terraform may take to end by itself after an interrupt; then its state is whole."""

_MEDDLING = (
    "TF_CLI_ARGS",
    "TF_DATA_DIR",
    "TF_LOG",
    "TF_WORKSPACE",
    "TF_REATTACH_PROVIDERS",
    "TF_PLUGIN_CACHE",
)
"""Variables of the caller, by their beginning, that would change what our commands mean, or log secrets."""


class TerraformFailed(HybridError):
    """Terraform ended with an error."""


@dataclass(frozen=True)
class Said:
    """What a command of Terraform reported."""

    code: int
    messages: tuple[Mapping[str, Any], ...] = ()

    @property
    def errors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_errors(self.messages)))

    def changes(self, kind: str = "planned_change") -> dict[str, str]:
        """Address to action; also of `resource_drift`."""
        found = (one["change"] for one in self.messages if one.get("type") == kind)
        return {
            one["resource"]["addr"]: one["action"] for one in found if one["action"] not in ("noop", "read")
        }


@dataclass(frozen=True)
class Change:
    """What would become, or has become, of one resource."""

    action: str
    """`create`, `update`, `delete`, or `delete create`, which is a replacement."""

    attributes: tuple[str, ...]
    """Names of what differs."""

    def __str__(self) -> str:
        return f"{self.action} ({', '.join(self.attributes)})" if self.action == "update" else self.action


@dataclass
class Terraform:
    """One folder with a stack's JSON, and Terraform in it."""

    context: Context
    folder: Path
    hidden: list[Document] = field(default_factory=list)
    """States whose sensitive values must not be repeated by an error message."""

    def init(self) -> None:
        """Get the providers and the backend ready."""
        self.run("init", "-input=false", "-reconfigure")

    def plan(self, *options: str) -> Said:
        """Plan without a lock: the run holds it. Lists what Terraform would do."""
        return self.run("plan", "-json", "-input=false", "-lock=false", *options)

    def changes(self, *options: str, drift: bool = False) -> dict[str, Change]:
        """What a plan would change, or with `drift` what has changed beside Terraform, by address."""
        said = self.plan("-out=looked.plan", *options)
        if not said.changes("resource_drift" if drift else "planned_change"):
            return {}
        (shown,) = self.run("show", "-json", "looked.plan").messages
        found = shown.get("resource_drift" if drift else "resource_changes", [])
        nothing = (["no-op"], ["read"])
        changes = {
            one["address"]: _change(one["change"])
            for one in found
            if one["mode"] == "managed" and one["change"]["actions"] not in nothing
        }
        return {address: one for address, one in changes.items() if one.attributes or one.action != "update"}

    def run(self, *arguments: str) -> Said:
        """Run a command, or raise an error with what Terraform said."""
        for document in self.hidden:
            for secret in document.secrets():
                self.context.redactor.add(secret)
        process = subprocess.Popen(
            # The folder as an argument tells whose process it is; as directory, where mirrors are looked for.
            ["terraform", f"-chdir={self.folder}", *arguments],
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._pid.write_text(str(process.pid), encoding="utf-8")
        output = self._communicate(process, arguments[0])
        self._pid.unlink(missing_ok=True)
        said = Said(process.returncode, tuple(_messages(output)))
        if said.code:
            text = "\n".join(said.errors) or _plain_errors(output)
            raise TerraformFailed(self.context.redactor.text(f"terraform {arguments[0]} failed:\n{text}"))
        return said

    @property
    def _pid(self) -> Path:
        """Names the process group in work, for the case that this process is killed outright."""
        return self.folder.with_suffix(".pid")

    def _communicate(self, process: "subprocess.Popen[str]", what: str) -> str:
        began = time.monotonic()
        try:
            while True:
                try:
                    return process.communicate(timeout=min(5, max(0.1, self.context.remaining())))[0]
                except subprocess.TimeoutExpired:
                    self.context.say(f"terraform {what}, {time.monotonic() - began:.0f} s")
                    if self.context.remaining() <= 0:
                        raise TimedOut(f"terraform {what} took longer than the step may") from None
        finally:
            if process.poll() is None:
                _end(process.pid, process.poll)
                process.wait()
                self._pid.unlink(missing_ok=True)

    def end_leftover(self) -> None:
        """End what a killed run left working, so that two never write the same state."""
        if not self._pid.exists():
            return
        group = int(self._pid.read_text(encoding="utf-8") or 0)
        if group and str(self.folder) in processes.arguments(group):
            _end(group, lambda: processes.reap(group))
        self._pid.unlink()


def require() -> None:
    """Refuse to begin without the program."""
    if shutil.which("terraform") is None:
        raise HybridError(
            "terraform is not on PATH; install 1.11 or newer: https://developer.hashicorp.com/terraform/install"
        )


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_MEDDLING)}
    if not Path(kept.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
        del kept["TF_CLI_CONFIG_FILE"]  # Terraform would warn about it at every start
    return kept | {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}


def _change(change: Mapping[str, Any]) -> Change:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    names = {name for name in before.keys() | after.keys() if not same(before.get(name), after.get(name))}
    known = {name for name, value in unknown.items() if value is True}
    return Change(" ".join(change["actions"]), tuple(sorted(names | known)))


def _messages(output: str) -> Iterator[Mapping[str, Any]]:
    """The lines of Terraform's machine-readable output (Terraform CLI, "Machine-Readable UI")."""
    for line in output.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict):
            yield message


def _errors(messages: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    for message in messages:
        found = message.get("diagnostic", {}) if message.get("type") == "diagnostic" else {}
        if found.get("severity") == "error":
            yield " ".join(
                f"{found.get('address', '')} {found['summary']}. {found.get('detail', '')}".split()
            )


def _plain_errors(output: str) -> str:
    """From the first error on; `init`, `import` and `state` have no machine-readable output."""
    text = "\n".join(plain(line).strip("│╷╵ ") for line in output.splitlines())
    return "\n".join(line for line in text[max(0, text.find("Error:")) :].splitlines() if line)


def _end(group: int, reap: Callable[[], object]) -> None:
    """Interrupt Terraform, and kill what is left of it and its providers."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGINT)
        deadline = time.monotonic() + GRACE_SECONDS
        # One that has ended, and that nobody asks for, has no arguments, but still is a process.
        while time.monotonic() < deadline and processes.arguments(group):
            reap()
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)
