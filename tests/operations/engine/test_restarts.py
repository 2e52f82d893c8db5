"""The deployments of `hybrid db switch` that fail: once the cause is mended, a resume makes others."""

import pytest

from operations.local import control
from tests.operations.engine.killing import killed, last
from tests.operations.restore.conftest import (
    Database,
    DatabaseService,
    aws,
    database,
    emulator,
    services,
    session_server,
)

__all__ = ["aws", "database", "emulator", "services", "session_server"]

NEW = "restored"
STEP = "restart-prod-fileflow"


@pytest.fixture
def failed(database: Database, services: dict[str, DatabaseService]) -> Database:
    """Services are pointed at another instance, and prod's new tasks did not become healthy."""
    database.create(NEW)
    control.fail_tasks(database.emulator, services["prod"].running())
    control.forget_calls(database.emulator)
    done = database.hybrid("db", "switch", "--to", NEW, "--confirm", NEW, code=1)
    assert f"{STEP}: it failed" in done.stderr
    assert f"Go on: hybrid runs resume {last(database.hybrid)}" in done.stderr
    control.heal_tasks(database.emulator)
    control.pass_time(database.emulator, 7200)  # what CodeDeploy brings back is there
    return database


def deployments(database: Database) -> list[tuple[str, str]]:
    """Those that the run made: the end of the description, and the state; the oldest first."""
    client = database.aws("codedeploy")
    ids = client.list_deployments(applicationName="fileflow-prod", deploymentGroupName="fileflow-prod")
    found = client.batch_get_deployments(deploymentIds=ids["deployments"])["deploymentsInfo"]
    mine = sorted((one for one in found if one.get("description")), key=lambda one: one["createTime"])
    return [(one["description"][-8:], one["status"]) for one in mine]


def test_a_resume_makes_another_deployment(failed: Database, services: dict[str, DatabaseService]) -> None:
    before = services["prod"].started()
    run = last(failed.hybrid)
    assert deployments(failed) == [(f"{run} 1", "Failed")]

    failed.hybrid("runs", "resume", run, "--yes")

    assert services["prod"].started() > before
    assert [mark for mark, _ in deployments(failed)] == [f"{run} 1", f"{run} 2"]


@pytest.mark.parametrize("at", ["before", "between", "waiting", "after"])
def test_the_other_one_is_made_once_although_the_resume_is_killed(failed: Database, at: str) -> None:
    run = last(failed.hybrid)
    killed(failed.hybrid, "runs", "resume", run, "--yes", at=f"{at}:{STEP}")

    failed.hybrid("runs", "resume", run, "--yes")

    assert [mark for mark, _ in deployments(failed)] == [f"{run} 1", f"{run} 2"]
    assert failed.writes()["codedeploy:CreateDeployment"] == 2


def test_what_ecs_returned_from_is_seen_to_have_failed(
    database: Database, services: dict[str, DatabaseService]
) -> None:
    """The circuit breaker makes the deployment of before the primary one; dev does not hold up prod."""
    database.create(NEW)
    control.fail_tasks(database.emulator, services["dev"].running())

    done = database.hybrid("db", "switch", "--to", NEW, "--confirm", NEW, code=4)

    assert "not restarted, and on the old database still: restart-dev-fileflow" in done.stderr
    assert "skipped: it failed" in done.stderr
