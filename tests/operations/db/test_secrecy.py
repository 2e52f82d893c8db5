"""Passwords are planted, and looked for wherever they must not be."""

import json
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import psutil
import pytest

from operations.db import passwords, provisioning, rotation
from operations.db.execute import execute
from operations.db.plan import Plan, Step
from operations.db.server import session
from operations.db.sql import MASK, Password, Statement
from operations.db.vault import Call, Payload
from operations.errors import HybridError, Refused
from tests.operations.db.conftest import REGION, Cli, World
from tests.operations.db.engine import ADMIN_PASSWORD

CANARY = Password("Canary-new-0b7d3a")
NEW = passwords.Fresh(CANARY, "11111111-2222-3333-4444-555555555555")


def everything_said(error: BaseException) -> str:
    """Message, representation and traceback of an error and of all that it is chained to."""
    texts, seen = [], error
    while seen is not None:
        texts += [str(seen), repr(seen), repr(seen.args), "".join(traceback.format_exception(seen))]
        seen = seen.__cause__ or seen.__context__  # type: ignore[assignment]
    return "\n".join(texts)


def test_plans_and_facts_show_no_password(world: World) -> None:
    plan = provisioning.provision(world.facts(), NEW)
    execute_whole(world, plan)
    rotating = rotation.rotate(world.facts(), passwords.fresh())
    again = world.on.instance()
    shown = f"{plan!r}{rotating!r}{again!r}{NEW!r}{json.dumps(plan.describe())}{plan}"
    shown += "".join(str(step.does) for step in plan.steps)

    assert CANARY.reveal not in shown
    assert ADMIN_PASSWORD not in shown
    assert MASK in shown


def test_errors_show_no_password(world: World) -> None:
    at = world.on.instance()
    broken = Statement("CREATE USER %s@%s IDENTIFIED BYY %s", ("x", "%", CANARY))
    with session(at.endpoint, at.admin, at.password) as admin, pytest.raises(HybridError) as caught:
        admin.run(broken)
    said = everything_said(caught.value)
    assert MASK in said
    assert CANARY.reveal not in said

    with pytest.raises(HybridError) as denied, session(at.endpoint, "nobody", CANARY):
        pass
    assert CANARY.reveal not in everything_said(denied.value)

    call = Call(REGION, "PutSecretValue", {"SecretId": "none", "SecretString": Payload({}, CANARY)})
    with pytest.raises(HybridError) as refused:
        call.send(world.on.aws)
    assert CANARY.reveal not in everything_said(refused.value)


def test_a_stop_shows_no_password(world: World) -> None:
    def before(step: Step) -> None:
        if step.id in ("create-user", "set-password"):
            world.engine.kill_connections_of(world.on.instance().admin)

    with pytest.raises(HybridError) as caught:
        world.run(lambda facts: provisioning.provision(facts, NEW), before=before)
    assert CANARY.reveal not in everything_said(caught.value)
    assert ADMIN_PASSWORD not in everything_said(caught.value)


def test_arguments_environment_and_children_of_the_process_have_no_password(world: World, cli: Cli) -> None:
    command = [sys.executable, "-m", "operations", "db", "provision", "fileflow", "--yes", "--json"]
    with world.engine.root() as connection, connection.cursor() as cursor:
        cursor.execute("FLUSH TABLES WITH READ LOCK")  # the process waits in CREATE DATABASE
        process = subprocess.Popen(
            command, env=cli.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        password = _once_stored(world)
        seen = (Path("/proc") / str(process.pid) / "cmdline").read_bytes()
        seen += (Path("/proc") / str(process.pid) / "environ").read_bytes()
        children = psutil.Process(process.pid).children(recursive=True)
        cursor.execute("UNLOCK TABLES")
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert children == []
    for secret in (password, ADMIN_PASSWORD):
        assert secret.encode() not in seen
        assert secret not in out + err


def test_stored_password_never_lies_in_a_file_of_ours(world: World, cli: Cli, tmp_path: Path) -> None:
    cli.environment |= {"HYBRID_HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path)}
    cli("provision", "fileflow", "--yes")
    cli("rotate", "fileflow", "--yes")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_server_logs_no_password(world: World) -> None:
    """MySQL blanks passwords in its general log. MariaDB does not, and MySQL can be told not to: refused."""
    run = world.engine.run
    run("SET GLOBAL log_output = 'TABLE'")
    run("TRUNCATE mysql.general_log")
    run("SET GLOBAL general_log = 1")
    try:
        if world.engine.is_mysql:
            world.provision()
            world.rotate()
            log = str(run("SELECT argument FROM mysql.general_log"))
            assert "CREATE USER" in log
            assert world.secret()["password"] not in log
            assert world.secret(stage="AWSPREVIOUS")["password"] not in log
            run("SET GLOBAL log_raw = 1")
        with pytest.raises(Refused, match="turn general_log off"):
            world.provision("orders")
    finally:
        run("SET GLOBAL general_log = 0")
        if world.engine.is_mysql:
            run("SET GLOBAL log_raw = 0")
    assert not world.facts("orders").secret.exists


def execute_whole(world: World, plan: Plan) -> None:
    at = world.on.instance()
    with session(at.endpoint, at.admin, at.password) as admin:
        execute(plan, admin=admin, aws=world.on.aws, before=lambda _: None)


def _once_stored(world: World) -> str:
    """The new password, as soon as it is in the secret; the process is then in the middle of its work."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return str(world.secret()["password"])
        except Exception:
            threading.Event().wait(0.05)
    raise AssertionError("no password was stored")
