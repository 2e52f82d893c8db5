"""Rules of the house: what may import what, and what is packaged."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from environments.loader import load_fleet

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {"environments": ROOT, "operations": ROOT, "stacks": ROOT, "hybrid_constructs": ROOT / "constructs"}


def _loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import operations.cli",
        "import operations.cli, operations.env, operations.fleet.commands, operations.local.commands",
        "from environments.loader import load_fleet; load_fleet()",
    ],
)
def test_configuration_and_cli_load_no_bindings(code: str) -> None:
    assert not _loaded(code) & {
        "jsii",
        "cdktf",
        "constructs",
        "cdktf_cdktf_provider_aws",
        "boto3",
        "botocore",
    }


def test_the_cli_starts_without_pydantic() -> None:
    assert "pydantic" not in _loaded("import operations.cli")


def test_constructs_is_no_package() -> None:
    assert not (ROOT / "constructs" / "__init__.py").exists(), "it would hide the PyPI package `constructs`"


def test_pyproject_lists_exactly_the_packages_that_exist() -> None:
    found = {
        ".".join(init.parent.relative_to(base).parts)
        for name, base in SOURCES.items()
        for init in (base / name).rglob("__init__.py")
    }
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(settings["tool"]["setuptools"]["packages"]) == sorted(found)


def test_every_runbook_that_an_alarm_names_exists() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "constructs").rglob("*.py"))
    named = set(re.findall(r"runbooks/[a-z-]+\.md", code))
    assert named
    assert [runbook for runbook in sorted(named) if not (ROOT / "docs" / runbook).is_file()] == []


def test_nothing_of_the_organisation_is_written_in_the_code() -> None:
    organisation = load_fleet().shared.organisation
    own = {organisation.prefix, organisation.domain, *load_fleet().primary.services}
    code = [
        path for folder in ("constructs", "operations", "stacks") for path in (ROOT / folder).rglob("*.py")
    ]
    assert len(code) > 50
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in code
        for name in own
        if name in path.read_text("utf-8")
    ]
    assert found == []
