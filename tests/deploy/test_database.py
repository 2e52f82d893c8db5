"""The shared database and its replica, applied for real: no password anywhere, and a failover in between.

The tests are one story, in order. Waiting for instances takes minutes: the provider looks once a minute.
"""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from environments.loader import load_fleet
from environments.recovery import ReplicaRole
from operations.fleet.terraform import child_environment
from operations.local import server as emulator
from operations.local.state import Server
from tests.operations.local.conftest import client_of

FLEET = load_fleet()
STATE_REGION = "us-east-1"
NEAR, FAR = "near", "far"
UNCHANGED, CHANGES = 0, 2
"""Exit codes of `terraform plan -detailed-exitcode`."""


@dataclass
class Site:
    """Two stacks, an emulator of their own, and everything that was printed."""

    root: Path
    server: Server
    printed: list[str] = field(default_factory=list)

    @property
    def recording(self) -> Path:
        """Every request that reached the emulator: the only place where the password may be read."""
        return self.root / "requests.jsonl"

    @property
    def outdir(self) -> Path:
        return self.root / "out"

    def client(self, service: str, region: str) -> Any:
        return client_of(self.server, service, region)

    def synthesize(self, **choices: Any) -> None:
        from tests.deploy.database_app import synthesize

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", self.server.url)
            synthesize(self.outdir, FLEET.shared, FLEET.dr, **choices)
        for stack in (NEAR, FAR):
            code, output = self.terraform(stack, "init", "-input=false")
            assert code == 0, output

    def terraform(self, stack: str, *arguments: str) -> tuple[int, str]:
        hidden = {"TF_CLI_CONFIG_FILE", "TF_LOG", "TF_DATA_DIR"}
        environment = {k: v for k, v in child_environment(self.server).items() if k not in hidden}
        done = subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.outdir / "stacks" / stack,
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )
        output = done.stdout + done.stderr
        self.printed.append(output)
        return done.returncode, output

    def apply(self, stack: str) -> None:
        code, output = self.terraform(stack, "apply", "-auto-approve", "-input=false")
        assert code == 0, output

    def plan(self, stack: str) -> tuple[int, dict[str, Any]]:
        """Exit code, and what would change: address to the planned change."""
        file = self.root / f"{stack}.plan"
        code, output = self.terraform(stack, "plan", "-detailed-exitcode", "-input=false", f"-out={file}")
        assert code in (UNCHANGED, CHANGES), output
        _, shown = self.terraform(stack, "show", "-json", str(file))
        changes = {item["address"]: item["change"] for item in json.loads(shown)["resource_changes"]}
        return code, {name: change for name, change in changes.items() if change["actions"] != ["no-op"]}

    def password(self, region: str) -> str:
        value = self.client("secretsmanager", region).get_secret_value(SecretId="acme/db")["SecretString"]
        return str(json.loads(value)["password"])

    def sent_passwords(self) -> list[str]:
        """What RDS was told, in order."""
        bodies = (json.loads(line).get("body") for line in self.recording.read_text("utf-8").splitlines())
        forms = [parse_qs(base64.b64decode(body).decode(errors="replace")) for body in bodies if body]
        return [form["MasterUserPassword"][0] for form in forms if "MasterUserPassword" in form]

    def written(self) -> dict[str, str]:
        """Everything that Terraform or the emulator's log wrote, by where it lies."""
        texts = {f"output {index}": text for index, text in enumerate(self.printed)}
        for directory, _, names in os.walk(self.root):
            for name in names:
                path = Path(directory, name)
                if path != self.recording:
                    texts[str(path)] = path.read_bytes().decode(errors="replace")
        s3 = self.client("s3", STATE_REGION)
        for version in s3.list_object_versions(Bucket="acme-state")["Versions"]:
            key, id_ = version["Key"], version["VersionId"]
            body = s3.get_object(Bucket="acme-state", Key=key, VersionId=id_)["Body"].read()
            texts[f"s3 {key} {id_}"] = body.decode(errors="replace")
        return texts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("database")
    home = root / "home"
    made = Site(root, emulator.start(home=home, record=root / "requests.jsonl"))
    s3 = made.client("s3", STATE_REGION)
    s3.create_bucket(Bucket="acme-state")
    s3.put_bucket_versioning(Bucket="acme-state", VersioningConfiguration={"Status": "Enabled"})
    made.synthesize()
    yield made
    emulator.stop(home=home)


def instance(site: Site, stack: str) -> dict[str, Any]:
    region = FLEET.shared.region if stack == NEAR else FLEET.dr.region
    found: dict[str, Any]
    [found] = site.client("rds", region).describe_db_instances()["DBInstances"]
    return found


def test_both_stand_up_and_the_second_plan_is_empty(site: Site) -> None:
    for stack in (NEAR, FAR):
        site.apply(stack)
        code, changes = site.plan(stack)
        assert (code, changes) == (UNCHANGED, {}), stack


def test_the_host_is_published_without_its_port(site: Site) -> None:
    for stack, region in ((NEAR, FLEET.shared.region), (FAR, FLEET.dr.region)):
        ssm, found = site.client("ssm", region), instance(site, stack)
        values = {
            item["Name"].rsplit("/", 1)[1]: item["Value"]
            for item in ssm.get_parameters_by_path(Path=f"/acme/rds/{stack}")["Parameters"]
        }
        assert values["endpoint"] == found["Endpoint"]["Address"]
        assert values["port"] == "3306"
        assert values["resource-id"] == found["DbiResourceId"]
        assert f":{region}:" in values["secret-arn"]


def test_secret_database_and_the_copy_abroad_agree(site: Site) -> None:
    password = site.password(FLEET.shared.region)
    assert len(password) == 40
    assert not set(password) & set("/@\"' ")
    assert site.password(FLEET.dr.region) == password
    assert site.sent_passwords() == [password]
    copy = site.client("secretsmanager", FLEET.dr.region).describe_secret(SecretId="acme/db")
    assert f":{FLEET.dr.region}:" in copy["KmsKeyId"]


def test_an_endpoint_that_the_runbooks_switched_stays_switched(site: Site) -> None:
    ssm, name = site.client("ssm", FLEET.shared.region), f"/acme/rds/{NEAR}/endpoint"
    ssm.put_parameter(Name=name, Value="restored.example", Overwrite=True)
    assert site.plan(NEAR) == (UNCHANGED, {})
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "restored.example"


def test_a_new_password_version_reaches_secret_and_database(site: Site) -> None:
    before = site.password(FLEET.shared.region)
    site.synthesize(password_version=2)
    code, changes = site.plan(NEAR)
    assert code == CHANGES
    assert {name.split(".")[0]: change["actions"] for name, change in changes.items()} == {
        "aws_db_instance": ["update"],
        # A version of a secret never changes; the one before stays there as AWSPREVIOUS.
        "aws_secretsmanager_secret_version": ["delete", "create"],
    }
    site.apply(NEAR)
    after = site.password(FLEET.shared.region)
    assert after != before
    assert site.sent_passwords() == [before, after]
    assert site.plan(NEAR) == (UNCHANGED, {})


def test_a_promotion_that_the_configuration_does_not_know_is_not_undone(site: Site) -> None:
    rds = site.client("rds", FLEET.dr.region)
    rds.promote_read_replica(DBInstanceIdentifier=FLEET.dr.database_replica.identifier)
    promoted = instance(site, FAR)
    code, output = site.terraform(FAR, "apply", "-auto-approve", "-input=false")
    assert code == 1
    assert "cannot elect new source database for replication" in output
    assert instance(site, FAR) | {"LatestRestorableTime": 0} == promoted | {"LatestRestorableTime": 0}


def test_the_role_primary_makes_a_standing_primary_without_replacement(site: Site) -> None:
    before = instance(site, FAR)
    site.synthesize(role=ReplicaRole.PRIMARY, password_version=2)
    code, changes = site.plan(FAR)
    assert code == CHANGES
    [(address, change)] = changes.items()
    assert address.startswith("aws_db_instance.")
    assert change["actions"] == ["update"]
    assert "replace_paths" not in change

    site.apply(FAR)

    after = instance(site, FAR)
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert after["MultiAZ"] is True
    assert "ReadReplicaSourceDBInstanceIdentifier" not in after
    assert site.plan(FAR) == (UNCHANGED, {})


def test_no_password_is_written_anywhere(site: Site) -> None:
    passwords = set(site.sent_passwords())
    assert len(passwords) == 2
    texts = site.written()
    states = [name for name in texts if name.startswith("s3 near/")]
    assert len(states) >= 2
    assert any(name.endswith("cdk.tf.json") for name in texts)
    assert any(name.endswith("server.log") for name in texts)
    for name, text in texts.items():
        for password in passwords:
            assert password not in text, name
    assert "shared_db" in texts[states[0]], "the state would hold it in plain text"


def test_destroy_leaves_nothing(site: Site) -> None:
    for stack in (FAR, NEAR):
        code, output = site.terraform(stack, "destroy", "-auto-approve", "-input=false")
        assert code == 0, output
    for region in (FLEET.shared.region, FLEET.dr.region):
        rds = site.client("rds", region)
        assert rds.describe_db_instances()["DBInstances"] == []
        assert rds.describe_db_snapshots()["DBSnapshots"] == []
        assert site.client("secretsmanager", region).list_secrets()["SecretList"] == []
        assert site.client("logs", region).describe_log_groups()["logGroups"] == []
        assert site.client("ssm", region).describe_parameters()["Parameters"] == []
