"""The rollback drill on the embedded AWS: it measures, and leaves nothing behind whatever happens."""

import json
from typing import Any

import pytest

from environments.loader import load_fleet
from operations.drill import run
from operations.drill.record import last as last_drill
from operations.engine.report import Outcome
from operations.engine.run import Manner
from operations.engine.state import State
from operations.errors import Breached, HybridError, Refused, UsageError
from operations.local import control
from operations.service.run import Command
from tests.operations.deploy.test_blue_green import routed_to
from tests.operations.deploy.world import CANARY
from tests.operations.engine.killing import killed, points
from tests.operations.service.at_work import AtWork, steps

STEPS = 8


def drill(at: AtWork, image: str | None = "1.1.0", **how: Any) -> Outcome:
    return run.rollback(*at.where, image, at.how(**how))


def assert_clean(at: AtWork) -> None:
    """The old revision runs, on the old side, and no bad one can be deployed by mistake."""
    family = at.world.place.family
    at.go_on()
    at.world.wait_until_steady()
    assert at.world.running() == f"{family}:1"
    assert routed_to(at.world) == f"{family}-blue"
    active = at.world.aws("ecs").list_task_definitions(familyPrefix=family, status="ACTIVE")[
        "taskDefinitionArns"
    ]
    assert [one.rpartition("/")[2] for one in active] == [f"{family}:1"]
    assert at.status()["under_way"] == []
    locks = at.world.aws("ssm").describe_parameters()["Parameters"]
    assert not [one for one in locks if one["Name"].startswith("/hybrid/locks")]


@pytest.fixture(params=["staging", "dev"])
def at(request: pytest.FixtureRequest) -> AtWork:
    found: AtWork = request.getfixturevalue(request.param)
    return found


def test_unhealthy_tasks_are_noticed_and_measured(at: AtWork) -> None:
    outcome = drill(at)

    assert outcome.state is State.DONE
    assert steps(outcome) == [
        "register",
        "break",
        "deploy",
        "detect",
        "return",
        "heal",
        "deregister",
        "record",
    ]
    data = outcome.data
    assert data["verdict"] == "met"
    assert data["detection_seconds"] > 0
    assert data["recovery_seconds"] > 0
    total = data["detection_seconds"] + data["recovery_seconds"]
    assert data["total_seconds"] == pytest.approx(total, abs=0.01)
    assert data["objective_seconds"] == 900
    assert "health" in data["signal"] or "failed" in data["signal"]
    assert_clean(at)

    assert outcome.report
    report = outcome.report.read_text()
    assert f"Back on {at.world.place.family}:1" in report
    assert json.loads(outcome.report.with_suffix(".json").read_text())["conclusion"]["verdict"] == "met"
    assert CANARY not in at.reports()


def test_an_image_that_does_not_exist_is_noticed(at: AtWork) -> None:
    outcome = drill(at, None)
    assert "CannotPullContainerError" in outcome.data["signal"]
    assert_clean(at)


def test_the_only_service_need_not_be_named(staging: AtWork) -> None:
    done = staging.hybrid("drill", "rollback", "--env", "staging", "--image", "1.1.0", "--yes")
    assert "the objective is 900 s: met" in done.stdout
    assert_clean(staging)


def test_fails_when_one_of_several_services_is_not_named() -> None:
    with pytest.raises(UsageError, match="dev has several services; name one of fileflow, reports"):
        run.rollback(None, "dev", None, Command(Manner(agreed=True), 1))


def test_a_dry_run_writes_nothing(staging: AtWork) -> None:
    staging.forget_calls()
    done = staging.hybrid("drill", "rollback", "fileflow", "--image", "1.1.0", "--dry-run")
    assert "the bad image 1.1.0 instead of fileflow-staging:1" in done.stderr
    assert staging.writes() == {}


@pytest.mark.parametrize("point", [*points(STEPS, ("after",)), "between:deploy"])
def test_killed_and_resumed(staging: AtWork, point: str) -> None:
    killed(staging.hybrid, "drill", "rollback", "fileflow", "--image", "1.1.0", "--yes", at=point)
    staging.resume()
    assert_clean(staging)
    assert last_drill(staging.clients, staging.world.place)[0] is not None


@pytest.mark.parametrize("point", ["after:3", "after:4"])
def test_killed_and_undone(staging: AtWork, point: str) -> None:
    killed(staging.hybrid, "drill", "rollback", "fileflow", "--image", "1.1.0", "--yes", at=point)
    staging.undo()
    assert_clean(staging)


def test_fails_when_the_bad_image_is_good_and_cleans_up(
    staging: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("operations.engine.crash.is_local", lambda: False)  # nothing breaks the image then
        with pytest.raises(HybridError, match=r"detect: it failed(?s:.*)What it had changed was put back"):
            drill(staging)
    [report] = (staging.home / "runs").glob("*.md")
    assert "The drill did not succeed; fileflow-staging:1 runs again" in report.read_text()
    assert_clean(staging)
    assert last_drill(staging.clients, staging.world.place)[0] is None


def test_fails_when_nothing_is_noticed_in_time_and_cleans_up(staging: AtWork) -> None:
    control.set_speed(staging.world.emulator, 20)
    with pytest.raises(HybridError, match=r"detect: not done after 1 s(?s:.*)put back"):
        drill(staging, limit=1)
    assert_clean(staging)


def test_fails_when_the_way_back_is_too_slow(staging: AtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = load_fleet()
    application = fleet.dr.objectives.application.model_copy(update={"rto_minutes": 0})
    objectives = fleet.dr.objectives.model_copy(update={"application": application})
    dr = fleet.dr.model_copy(update={"objectives": objectives})
    slow = fleet.model_copy(update={"dr": dr})
    monkeypatch.setattr(run, "fleet_of", lambda: slow)
    with pytest.raises(Breached, match=r"the way back took \d+ s, and the objective is 0 s"):
        drill(staging)
    assert_clean(staging)


def test_fails_when_a_write_is_refused_and_cleans_up(staging: AtWork) -> None:
    control.inject_fault(staging.world.emulator, "500", "codedeploy:CreateDeployment", count=0)
    with pytest.raises(HybridError, match=r"deploy: .*InternalFailure(?s:.*)put back"):
        drill(staging)
    control.end_faults(staging.world.emulator)
    assert_clean(staging)


@pytest.mark.parametrize("environment", ["prod", "dr"])
def test_fails_when_it_is_production(environment: str) -> None:
    with pytest.raises(Refused, match=f"{environment}: a drill breaks a service on purpose"):
        run.rollback("fileflow", environment, None, Command(Manner(agreed=True), 1))


def test_fails_when_no_task_runs(staging: AtWork) -> None:
    place = staging.world.place
    staging.world.aws("ecs").update_service(cluster=place.cluster, service=place.ecs_service, desiredCount=0)
    with pytest.raises(Refused, match="has no tasks"):
        drill(staging)


def test_fails_when_a_deployment_is_under_way(staging: AtWork) -> None:
    staging.start("1.1.0")
    with pytest.raises(Refused, match="is not steady"):
        drill(staging)


def test_fails_when_an_alarm_rings_before(staging: AtWork) -> None:
    staging.world.aws("cloudwatch").set_alarm_state(
        AlarmName="files-5xx", StateValue="ALARM", StateReason="errors"
    )
    with pytest.raises(Refused, match="files-5xx of fileflow in staging rings already"):
        drill(staging)


def test_fails_when_what_runs_could_not_be_started_again(staging: AtWork) -> None:
    staging.world.aws("logs").delete_log_group(logGroupName=staging.world.names["logs"])
    staging.forget_calls()
    with pytest.raises(Refused, match="could not be returned to fileflow-staging:1"):
        drill(staging)
    assert "ecs:RegisterTaskDefinition" not in staging.writes()


def test_the_calendar_knows_the_last_drill(staging: AtWork) -> None:
    late = staging.hybrid("drill", "calendar", "--json", code=None)
    [row] = json.loads(late.stdout)
    assert (row["last"], late.returncode) == (None, 4 if row["overdue"] else 0)

    drill(staging, None)

    now = staging.hybrid("drill", "calendar", "--json")
    [row] = json.loads(now.stdout)
    assert row["last"]
    assert not row["overdue"]
    (staging.home / "runs").rename(staging.home / "runs-of-another-machine")
    assert "last 20" in staging.hybrid("drill", "calendar").stdout


def test_the_calendar_works_without_the_account(staging: AtWork) -> None:
    drill(staging, None)
    control.inject_fault(staging.world.emulator, "expired", "ssm", count=0)
    done = staging.hybrid("drill", "calendar")
    assert "only this machine's runs count" in done.stderr
    assert "last 20" in done.stdout


@pytest.mark.parametrize("environment", ["prod", "shared"])
def test_fails_when_the_calendar_is_asked_for_what_has_none(environment: str) -> None:
    with pytest.raises(UsageError, match="drills are for dev, staging"):
        run.calendar(environment, as_json=False)
