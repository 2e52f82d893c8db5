"""`hybrid local ...` as a person runs it: output, JSON and exit codes."""

import json
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from operations.local import server
from operations.local.environment import unset, variables
from tests.operations.local.conftest import client_of

HYBRID = [sys.executable, "-m", "operations"]


class Cli:
    """Runs `hybrid local` with a state directory of its own."""

    def __init__(self, home: Path) -> None:
        self.environment = os.environ | {"HYBRID_HOME": str(home.parent)}

    def __call__(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*HYBRID, "local", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code).stdout)


@pytest.fixture
def cli(home: Path) -> Cli:
    return Cli(home)


def test_a_day_with_the_emulator(cli: Cli, home: Path) -> None:
    first = cli.json("up", "--zone", "example.com")
    assert first["started"] is True
    assert first["seeded_zones"] == ["example.com"]
    running = server.find(home=home)
    assert running is not None
    assert first["url"] == running.url

    again = cli("up")
    assert again.stdout.strip() == running.url
    assert "already running" in again.stderr
    assert "hybrid local down" in cli("up", "--port", "1", code=3).stderr

    client_of(running, "ec2").create_vpc(CidrBlock="10.0.0.0/16")
    status = cli.json("status")
    assert status["running"] is True
    assert status["pid"] == running.pid
    assert status["resources"]["ec2"]["ap-northeast-2"]["VPC"] == 1
    assert "ap-northeast-2" in cli("status").stdout

    assert "add --yes" in cli("reset", code=3).stderr
    assert cli.json("status")["resources"] != {}
    assert cli.json("reset", "--yes")["reset"] is True
    assert cli.json("status")["resources"] == {}

    assert cli.json("env") == variables(running)
    assert cli.json("down")["stopped"]["pid"] == running.pid
    assert cli.json("down") == {"stopped": None, "purged": []}


def test_nothing_runs(cli: Cli) -> None:
    assert cli.json("status", code=1) == {"running": False}
    assert "hybrid local up" in cli("status", code=1).stdout
    assert "hybrid local up" in cli("reset", "--yes", code=1).stderr
    failed = cli("env", code=1)
    assert failed.stdout == "", "an eval of it must do nothing"
    assert "hybrid local up" in failed.stderr


def test_env_points_a_shell_at_the_emulator(cli: Cli, home: Path) -> None:
    running = server.start(home=home)
    lines = cli("env").stdout.splitlines()

    assert [line.split(" ", 1)[0] for line in lines] == ["export"] * 8 + ["unset"]
    names = dict(shlex.split(line)[1].split("=", 1) for line in lines[:-1])
    assert names == variables(running)
    assert names["AWS_ENDPOINT_URL"] == running.url
    assert names["AWS_REGION"] == names["AWS_DEFAULT_REGION"] == "ap-northeast-2"
    assert shlex.split(lines[-1])[1:] == unset()


def test_fails_when_the_port_is_taken(cli: Cli, home: Path, tmp_path: Path) -> None:
    port = server.start(home=home).port

    failed = Cli(tmp_path / "other" / "local")("up", "--port", str(port), code=2)

    assert f"port {port} cannot be used" in failed.stderr
    assert "--port PORT" in failed.stderr


def test_reset_asks_a_person(cli: Cli, home: Path) -> None:
    running = server.start(home=home)
    client_of(running, "ssm").put_parameter(Name="/p", Value="v", Type="String")

    assert _answer(cli, "n") == 3
    assert cli.json("status")["resources"] != {}
    assert _answer(cli, "y") == 0
    assert cli.json("status")["resources"] == {}


def _answer(cli: Cli, answer: str) -> int:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        [*HYBRID, "local", "reset"],
        env=cli.environment,
        stdin=theirs,
        capture_output=True,
        timeout=60,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    return done.returncode


def test_purge_deletes_what_servers_leave_and_nothing_else(cli: Cli, home: Path) -> None:
    server.start(home=home, record=home / "account.jsonl")
    (home / "notes.txt").write_text("mine")
    (home / "account.jsonl").touch()

    assert cli.json("down", "--purge")["purged"] == ["account.jsonl", "server.log"]
    assert sorted(file.name for file in home.iterdir()) == ["lock", "notes.txt"]


@pytest.mark.parametrize("command", ["up", "down", "status", "reset", "env"])
def test_help_teaches_by_example(cli: Cli, command: str) -> None:
    assert f"hybrid local {command}" in cli(command, "--help").stdout


def test_importing_the_commands_stays_cheap() -> None:
    heavy = "{'moto', 'boto3', 'botocore', 'flask', 'werkzeug'}"
    code = f"import sys, operations.local.commands; print({heavy} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
