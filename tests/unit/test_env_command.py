"""`hybrid env`: what is printed where, and the exit codes."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from operations import cli

Edit = Callable[[str, str, str], None]


@pytest.fixture
def hybrid(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], directory: Path
) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hybrid", "env", *arguments, "--directory", str(directory)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return run


Hybrid = Callable[..., tuple[int, str, str]]


def test_check_prints_one_line_per_environment(hybrid: Hybrid) -> None:
    code, out, _ = hybrid("check")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["ok", name] for name in ("shared", "dev", "staging", "prod", "dr")
    ]
    assert "10.30.0.0/16   2 zones, 2 NAT; fileflow: 4 tasks" in out


def test_check_of_one_environment_prints_that_one(hybrid: Hybrid) -> None:
    code, out, _ = hybrid("check", "prod")
    assert code == 0
    assert len(out.splitlines()) == 1


def test_check_says_whose_alarms_nobody_hears(hybrid: Hybrid, edit: Edit) -> None:
    edit("prod.yaml", "services:", "notifications: {critical_emails: [on-call@example.com]}\nservices:")
    code, _, err = hybrid("check")
    assert code == 0
    assert " ".join(err.split()) == (
        "note: nobody hears critical alarms of shared, dev, staging and dr; "
        "set notifications.critical_emails or notifications.slack"
    )
    assert hybrid("check", "prod")[2] == ""
    assert json.loads(hybrid("check", "prod", "--json")[1])["notes"] == []


def test_fails_when_a_file_is_wrong(hybrid: Hybrid, edit: Edit) -> None:
    edit("prod.yaml", "tasks: 4", "tasks: four")
    code, out, err = hybrid("check")
    assert (code, out) == (2, "")
    assert (
        err
        == "environments/prod.yaml:28: services.fileflow.tasks: four: expected a whole number, 0 to 5000\n"
    )


def test_fails_when_another_file_is_wrong(hybrid: Hybrid, edit: Edit) -> None:
    edit("prod.yaml", "tasks: 4", "tasks: four")
    code, out, err = hybrid("check", "dev")
    assert (code, out) == (2, "")
    assert err == "1 more in environments/prod.yaml; run `hybrid env check` without a name\n"


def test_fails_when_the_name_is_unknown(hybrid: Hybrid) -> None:
    for command in ("check", "show"):
        code, out, err = hybrid(command, "prd")
        assert (code, out) == (2, "")
        assert err == "prd: no such environment; use shared, dev, staging, prod or dr\n"


def test_json_of_check_is_pure(hybrid: Hybrid) -> None:
    code, out, err = hybrid("check", "--json")
    assert (code, err) == (0, "")
    assert [env["name"] for env in json.loads(out)["environments"]] == [
        "shared",
        "dev",
        "staging",
        "prod",
        "dr",
    ]
    assert json.loads(out)["problems"] == []


def test_json_carries_problems_too(hybrid: Hybrid, edit: Edit) -> None:
    edit("dr.yaml", "primary: prod", "primary: prd")
    for command in (("check",), ("show", "dr")):
        code, out, err = hybrid(*command, "--json")
        assert (code, err) == (2, "")
        assert json.loads(out)["problems"] == [
            {
                "file": "environments/dr.yaml",
                "path": "primary",
                "value": "prd",
                "message": "no such environment; use dev, prod or staging",
                "line": 7,
                "column": None,
            }
        ]


def test_json_of_an_unknown_name_is_json(hybrid: Hybrid) -> None:
    code, out, _ = hybrid("show", "prd", "--json")
    assert code == 2
    assert json.loads(out)["problems"][0]["value"] == "prd"


def test_show_names_the_source_of_every_value(hybrid: Hybrid) -> None:
    code, out, _ = hybrid("show", "prod")
    rows = [line.split() for line in out.splitlines()]
    assert code == 0
    assert ["services.fileflow.cpu", "1024", "file,", "line", "26"] in rows
    assert ["services.fileflow.maximum_percent", "200", "default"] in rows
    assert ["subnets.data.ap-northeast-2c", "10.30.112.0/20", "computed"] in rows


def test_json_of_show_holds_values_sources_and_computed(hybrid: Hybrid) -> None:
    _, out, err = hybrid("show", "dr", "--json")
    shown = json.loads(out)
    assert err == ""
    assert shown["values"]["standby"] == {"service_tasks": 0, "cache": "off"}
    assert shown["sources"]["primary"] == {"source": "file", "line": 7}
    assert shown["sources"]["edge.health_check.port"] == {"source": "default", "line": None}
    assert shown["computed"]["subnets"]["public"]["ap-northeast-1a"] == "10.1.0.0/20"
    assert shown["computed"]["required_tags"]["Environment"] == "dr"


def test_check_is_quick() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", "from operations.cli import main; main()", "env", "check"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Measured 0.25 s; the limit leaves room for a slow machine, not for a heavy import.
    assert used < 1.0
