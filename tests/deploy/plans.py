"""Plans a stack from configuration that is not committed, against what the fleet deployed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from operations.fleet.terraform import child_environment
from operations.local import server as emulator

from .conftest import Fleet

ROOT = Path(__file__).resolve().parents[2]
_SYNTHESIZE = (
    "import sys; from pathlib import Path; from environments.loader import load_fleet; "
    "from main import synthesize; synthesize(load_fleet(Path(sys.argv[1])), sys.argv[2])"
)
_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("create", "delete"): "replace",
    ("delete", "create"): "replace",
}


def plan_of(stack: str, environments: Path, outdir: Path, fleet: Fleet) -> dict[str, set[str]]:
    """Addresses by what Terraform would do with them; synthesized, validated and planned for real."""
    environment = child_environment(emulator.require(home=fleet.home))

    def run(*command: str, cwd: Path = ROOT) -> str:
        done = subprocess.run(
            command, cwd=cwd, env=environment, text=True, capture_output=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-c", _SYNTHESIZE, str(environments), str(outdir))
    folder = outdir / "stacks" / stack
    run("terraform", "init", "-input=false", "-no-color", cwd=folder)
    assert json.loads(run("terraform", "validate", "-json", cwd=folder))["diagnostics"] == []
    run("terraform", "plan", "-input=false", "-lock=false", "-no-color", "-out=plan", cwd=folder)
    changes: list[dict[str, Any]] = json.loads(run("terraform", "show", "-json", "plan", cwd=folder))[
        "resource_changes"
    ]
    found: dict[str, set[str]] = {action: set() for action in _ACTIONS.values()}
    for change in changes:
        if action := _ACTIONS.get(tuple(change["change"]["actions"])):
            found[action].add(change["address"])
    return found
