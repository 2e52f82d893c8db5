"""DatabaseReplica: a replica in another region, and the same instance as a standing primary."""

from functools import partial
from pathlib import Path

import pytest

from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.databases import CLIENTS, REPLICA, SOURCE_ARN, replica
from tests.synth.synthesized import EMULATOR, Body, Synthesized

PRIMARY = {"role": "primary"}
ROLE_FIELDS = {
    *("replicate_source_db", "multi_az", "skip_final_snapshot"),
    *("final_snapshot_identifier", "delete_automated_backups", "lifecycle"),
}
"""All that the switch of the role may change."""


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(replica)


def test_replica_follows_its_source_by_arn(defaults: Synthesized) -> None:
    instance = defaults.only("aws_db_instance")
    expected = {
        "identifier": REPLICA,
        "instance_class": "db.t3.medium",
        "replicate_source_db": SOURCE_ARN,
        "multi_az": False,
        "storage_encrypted": True,
        "publicly_accessible": False,
        "backup_retention_period": 7,
        "backup_window": "03:00-04:00",
        "maintenance_window": "sat:04:00-sat:05:00",
        "performance_insights_enabled": True,
        "performance_insights_retention_period": 7,
        "enabled_cloudwatch_logs_exports": ["error", "general", "slowquery"],
        "monitoring_interval": 60,
        "ca_cert_identifier": "rds-ca-rsa2048-g1",
        "iam_database_authentication_enabled": True,
        "copy_tags_to_snapshot": True,
        "apply_immediately": True,
        # RDS refuses a final snapshot of a replica.
        "skip_final_snapshot": True,
        "deletion_protection": True,
    }
    assert {key: instance.get(key) for key in expected} == expected
    # What comes from the source is not said; saying it would replace the instance or be refused.
    taken = {"engine", "engine_version", "username", "password_wo", "db_name", "allocated_storage"}
    assert not (taken | {"final_snapshot_identifier", "lifecycle"}) & set(instance)


def test_replica_stands_on_surroundings_of_its_own(defaults: Synthesized) -> None:
    instance = defaults.only("aws_db_instance")
    assert defaults.follow(instance["kms_key_id"]) == "DataKey/Key"
    assert defaults.follow(instance["performance_insights_kms_key_id"]) == "DataKey/Key"
    assert defaults.follow(instance["db_subnet_group_name"]) == "Database/Subnets"
    assert defaults.follow_all(instance["vpc_security_group_ids"]) == {"Database/Access"}
    assert defaults.follow(instance["parameter_group_name"]) == "Database/Parameters/Group"
    rules = defaults.all("aws_vpc_security_group_ingress_rule")
    assert sorted(rule["cidr_ipv4"] for rule in rules.values()) == sorted(CLIENTS.values())
    names = {body["name"] for body in defaults.all("aws_cloudwatch_log_group").values()}
    assert f"/aws/rds/instance/{REPLICA}/slowquery" in names


def test_one_provider_and_no_secret(defaults: Synthesized) -> None:
    assert len(defaults.providers) == 1
    assert "ephemeral" not in defaults.json
    secret = defaults.data("aws_secretsmanager_secret")["Database/Secret"]
    assert secret["name"] == "acme/db"
    assert "provider" not in secret


def test_it_is_published_under_a_prefix_of_its_own(defaults: Synthesized) -> None:
    published = {body["name"]: body for body in defaults.all("aws_ssm_parameter").values()}
    assert set(published) == {
        f"/acme/rds/far/{key}" for key in ("endpoint", "port", "secret-arn", "resource-id")
    }
    assert published["/acme/rds/far/endpoint"]["value"].endswith(".address}")
    assert published["/acme/rds/far/endpoint"]["lifecycle"] == {"ignore_changes": ["value"]}
    secret_arn = published["/acme/rds/far/secret-arn"]["value"]
    assert secret_arn.startswith("${data.aws_secretsmanager_secret.")


def test_as_primary_it_is_what_the_source_was(synth: Synth) -> None:
    instance = synth(lambda scope: replica(scope, PRIMARY)).only("aws_db_instance")
    expected = {
        "multi_az": True,
        "deletion_protection": True,
        "skip_final_snapshot": False,
        "final_snapshot_identifier": f"{REPLICA}-final",
        "delete_automated_backups": False,
        "lifecycle": {"prevent_destroy": True},
    }
    assert {key: instance.get(key) for key in expected} == expected
    assert "replicate_source_db" not in instance


def test_the_role_changes_nothing_else(tmp_path: Path) -> None:
    bodies = []
    for role in ("replica", "primary"):
        stack = builders.synth_construct(partial(replica, changes={"role": role}), tmp_path / role)
        bodies.append({path: body for kind in stack.kinds() for path, body in stack.all(kind).items()})
    before, after = bodies
    assert set(before) == set(after)
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"Database/Instance"}
    one, other = before["Database/Instance"], after["Database/Instance"]
    assert {key for key in {*one, *other} if one.get(key) != other.get(key)} == ROLE_FIELDS


def test_a_source_in_one_zone_stays_in_one_zone(synth: Synth) -> None:
    stack = synth(lambda scope: replica(scope, PRIMARY, {"multi_az": False}))
    assert stack.only("aws_db_instance")["multi_az"] is False


def test_everything_configured(synth: Synth) -> None:
    changes = {
        "backup_retention_days": 14,
        "backup_window": "01:00-02:00",
        "maintenance_window": "tue:04:00-tue:05:00",
    }
    source = {"max_allocated_storage_gb": 300, "general_log": True, "performance_insights": False}
    stack = synth(lambda scope: replica(scope, changes, source, log_retention_days=30))
    instance = stack.only("aws_db_instance")
    expected: Body = {
        "backup_retention_period": 14,
        "backup_window": "01:00-02:00",
        "maintenance_window": "tue:04:00-tue:05:00",
        "max_allocated_storage": 300,
        "performance_insights_enabled": False,
    }
    assert {key: instance[key] for key in expected} == expected
    parameters = {p["name"]: p["value"] for p in stack.only("aws_db_parameter_group")["parameter"]}
    assert parameters["general_log"] == "1"
    assert stack.all("aws_cloudwatch_log_group")["Database/Log-error"]["retention_in_days"] == 30


def test_on_the_emulator_a_primary_can_be_deleted(synth: Synth) -> None:
    instance = synth(lambda scope: replica(scope, PRIMARY), endpoint=EMULATOR).only("aws_db_instance")
    assert (instance["deletion_protection"], instance["skip_final_snapshot"]) == (False, True)
    assert instance["multi_az"] is True
    assert "lifecycle" not in instance


def test_fails_when_the_source_is_in_the_same_region(synth: Synth) -> None:
    here = SOURCE_ARN.replace("eu-west-1", builders.REGION)
    with pytest.raises(ValueError, match="is the region of its source") as caught:
        synth(lambda scope: replica(scope, source_arn=here))
    for part in (REPLICA, builders.REGION, here, "use another region", "RDS user guide"):
        assert part in str(caught.value)


@pytest.mark.parametrize("wrong", ["acme-shared", "arn:aws:s3:::bucket", "arn:aws:rds:eu-west-1:1:db"])
def test_fails_when_the_source_is_not_an_arn_of_a_database(synth: Synth, wrong: str) -> None:
    with pytest.raises(ValueError, match="is not the ARN of a database; give arn:aws:rds") as caught:
        synth(lambda scope: replica(scope, source_arn=wrong))
    assert wrong in str(caught.value)
