"""`hybrid db switch`: the parameter, then the services by their controllers; undone, killed and resumed."""

import json
from typing import Any

import pytest

from operations.local import control
from tests.operations.deploy.world import REGION
from tests.operations.engine.killing import killed, last
from tests.operations.restore.conftest import (
    ENDPOINT,
    REPLICA,
    SOURCE,
    STANDBY,
    Database,
    DatabaseService,
    host,
)

Services = dict[str, DatabaseService]
NEW = "restored"


@pytest.fixture
def ready(database: Database, services: Services) -> Database:
    """With an instance to switch to."""
    database.create(NEW)
    control.forget_calls(database.emulator)
    return database


def switch(*more: str) -> list[str]:
    return ["db", "switch", "--to", NEW, *more]


def agreed(*more: str) -> list[str]:
    return switch("--confirm", NEW, *more)


def started(services: Services) -> dict[str, Any]:
    return {name: service.started() for name, service in services.items()}


def check_switched(database: Database, services: Services, before: dict[str, Any]) -> None:
    assert database.endpoint() == host(NEW)
    after = started(services)
    assert all(after[name] > before[name] for name in services), "every service has new tasks"


def test_services_move_and_come_back(ready: Database, services: Services) -> None:
    before, revisions = started(services), {name: one.running() for name, one in services.items()}
    done = ready.hybrid(*agreed("--json"))
    check_switched(ready, services, before)
    assert {name: one.running() for name, one in services.items()} == revisions
    calls = ready.writes()
    assert (calls["codedeploy:CreateDeployment"], calls["ecs:UpdateService"]) == (1, 1)

    ready.hybrid(*agreed())
    assert ready.writes() == calls, "a second complete run writes nothing"

    conclusion = json.loads(done.stdout.splitlines()[-1])["conclusion"]
    assert conclusion["in service"] == NEW
    control.pass_time(ready.emulator, 600)  # the old tasks of CodeDeploy end
    between = started(services)
    ready.hybrid("db", "switch", "--undo", "--confirm", SOURCE)
    assert ready.endpoint() == host(SOURCE)
    assert all(started(services)[name] > between[name] for name in services)


def test_services_move_to_what_was_restored(database: Database, services: Services) -> None:
    before = started(services)
    database.hybrid("db", "pitr", "--to", database.now(), "--target", NEW, "--yes")
    database.hybrid(*agreed())
    check_switched(database, services, before)


def test_what_is_shown_before(ready: Database, services: Services) -> None:
    ready.aws("rds", STANDBY).create_db_instance_read_replica(
        DBInstanceIdentifier=REPLICA,
        SourceDBInstanceIdentifier=ready.describe()["DBInstanceArn"],
        KmsKeyId=ready.key(STANDBY),
    )
    writes = ready.writes()
    shown = json.loads(ready.hybrid(*switch("--dry-run", "--json")).stdout)
    assert [one["id"] for one in shown["steps"]] == ["point", "restart-prod-fileflow", "restart-dev-fileflow"]
    assert shown["facts"]["from instance"] == SOURCE
    assert shown["facts"]["parameter"] == ENDPOINT
    assert "fileflow in staging is not deployed" in shown["notes"]
    assert "a failover would return to the old data" in shown["notes"][-1]

    refused = ready.hybrid(*switch("--yes"), code=3)
    assert f"--confirm {NEW}" in refused.stderr
    assert ready.endpoint() == host(SOURCE)
    assert ready.writes() == writes


@pytest.mark.parametrize(
    "at", ["after:1", "between:restart-prod-fileflow", "after:restart-prod-fileflow", "between:3"]
)
def test_a_resume_ends_as_an_uninterrupted_run(ready: Database, services: Services, at: str) -> None:
    before = started(services)
    killed(ready.hybrid, *agreed(), at=at)

    ready.hybrid("runs", "resume", last(ready.hybrid), "--yes")

    check_switched(ready, services, before)
    assert ready.writes()["codedeploy:CreateDeployment"] == 1, "one deployment, although the answer was lost"


def test_a_lost_answer_of_codedeploy_makes_no_second_deployment(ready: Database, services: Services) -> None:
    before = started(services)
    control.inject_fault(ready.emulator, "lost", "codedeploy:CreateDeployment")
    control.inject_fault(ready.emulator, "throttle", "ecs:UpdateService")
    ready.hybrid(*agreed())
    check_switched(ready, services, before)
    made = ready.aws("codedeploy").list_deployments(
        applicationName="fileflow-prod", deploymentGroupName="fileflow-prod"
    )
    assert len(made["deployments"]) == 1


def test_another_environments_trouble_does_not_hold_up_prod(ready: Database, services: Services) -> None:
    before = started(services)
    # prod is restarted by CodeDeploy, dev by this call.
    control.inject_fault(ready.emulator, "throttle", "ecs:UpdateService", count=0)
    breached = ready.hybrid(*agreed("--json"), code=4)
    assert ready.endpoint() == host(NEW)
    after = started(services)
    assert after["prod"] > before["prod"]
    assert after["dev"] == before["dev"]
    assert "not restarted, and on the old database still: restart-dev-fileflow" in breached.stderr
    result = json.loads(breached.stdout.splitlines()[-1])
    states = {one["id"]: one["state"] for one in result["steps"]}
    assert states == {"point": "done", "restart-prod-fileflow": "done", "restart-dev-fileflow": "skipped"}
    assert result["conclusion"]["in service"] == NEW


def test_undo_of_the_run_restores_the_value(ready: Database, services: Services) -> None:
    ready.hybrid(*agreed())
    ready.hybrid("runs", "undo", last(ready.hybrid), "--yes")
    assert ready.endpoint() == host(SOURCE)


def test_terraform_is_told(ready: Database, services: Services) -> None:
    state = {
        "resources": [
            {
                "type": "aws_db_instance",
                "name": "Database_Instance_1",
                "instances": [{"attributes": {"identifier": SOURCE}}],
            }
        ]
    }
    ready.aws("s3").create_bucket(
        Bucket="ryuqqq-shared-tfstate", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    ready.aws("s3").put_object(
        Bucket="ryuqqq-shared-tfstate", Key="shared/terraform.tfstate", Body=json.dumps(state).encode()
    )
    ready.hybrid(*agreed())
    [page] = (ready.hybrid.home / "runs").glob("*/terraform.md")
    imports = json.loads((page.parent / "import.tf.json").read_text())
    assert imports == {"import": [{"to": "aws_db_instance.Database_Instance_1", "id": SOURCE}]}
    assert "terraform state rm 'aws_db_instance.Database_Instance_1'" in page.read_text()
    assert f"--db-instance-identifier {NEW} --new-db-instance-identifier {SOURCE}" in page.read_text()
    assert (
        f"--db-instance-identifier {SOURCE} --new-db-instance-identifier {SOURCE}-before" in page.read_text()
    )


def test_the_page_says_what_is_missing_until_the_handover(ready: Database, services: Services) -> None:
    ready.hybrid(*agreed())
    [page] = (ready.hybrid.home / "runs").glob("*/terraform.md")
    text = page.read_text()
    assert "Nothing breaks" not in text
    assert f"**Nobody watches it.** Alarms and dashboards name `{SOURCE}`" in text
    assert f"for group in /aws/rds/instance/{NEW}/error /aws/rds/instance/{NEW}/slowquery; do" in text
    assert f"put-retention-policy --region {REGION} --log-group-name $group --retention-in-days 14" in text
    assert "--key-id alias/ryuqqq-logs --query KeyMetadata.Arn" in text
    assert f"associate-kms-key --region {REGION} --log-group-name $group --kms-key-id $key" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Port": 3307}, "listens on 3307"),
        ({"VpcSecurityGroupIds": []}, "has the security groups"),
    ],
)
def test_fails_when_services_could_not_reach_it(
    database: Database, change: dict[str, Any], message: str
) -> None:
    database.create(NEW, **change)
    control.forget_calls(database.emulator)
    refused = database.hybrid(*agreed(), code=3)
    assert message in refused.stderr
    assert database.writes() == {}


def test_fails_when_it_is_a_replica_or_missing(database: Database) -> None:
    database.aws("rds").create_db_instance_read_replica(
        DBInstanceIdentifier=NEW, SourceDBInstanceIdentifier=SOURCE
    )
    refused = database.hybrid(*agreed(), code=3)
    assert f"is a replica of {SOURCE}" in refused.stderr
    missing = database.hybrid("db", "switch", "--to", "nothing", "--yes", code=3)
    assert "there is no such instance" in missing.stderr
    never = database.hybrid("db", "switch", "--undo", "--yes", code=3)
    assert "never had another value" in never.stderr
    both = database.hybrid("db", "switch", "--undo", "--to", NEW, code=2)
    assert "one of the two" in both.stderr
