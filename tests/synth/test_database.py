"""SharedDatabase: every figure, its surroundings, and nothing secret in what is written."""

import json

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import aws_provider
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.databases import IDENTIFIER, database
from tests.synth.synthesized import EMULATOR, Synthesized


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(database)


def settings(stack: Synthesized) -> dict[str, str]:
    return {item["name"]: item["value"] for item in stack.only("aws_db_parameter_group")["parameter"]}


def test_instance_has_every_figure(defaults: Synthesized) -> None:
    instance = defaults.only("aws_db_instance")
    expected = {
        "identifier": IDENTIFIER,
        "engine": "mysql",
        "engine_version": "8.4",
        "instance_class": "db.t3.medium",
        "multi_az": True,
        "allocated_storage": 100,
        "storage_type": "gp3",
        "storage_encrypted": True,
        "db_name": "shared_db",
        "username": "admin",
        "port": 3306,
        "publicly_accessible": False,
        "backup_retention_period": 7,
        "backup_window": "03:00-04:00",
        "maintenance_window": "sun:04:00-sun:05:00",
        "performance_insights_enabled": True,
        "performance_insights_retention_period": 7,
        "enabled_cloudwatch_logs_exports": ["error", "general", "slowquery"],
        "monitoring_interval": 60,
        "auto_minor_version_upgrade": True,
        "ca_cert_identifier": "rds-ca-rsa2048-g1",
        "copy_tags_to_snapshot": True,
        "iam_database_authentication_enabled": True,
        "deletion_protection": True,
        "skip_final_snapshot": False,
        "final_snapshot_identifier": f"{IDENTIFIER}-final",
        "delete_automated_backups": False,
        "lifecycle": {"prevent_destroy": True},
        "password_wo_version": 1,
    }
    assert {key: instance.get(key) for key in expected} == expected
    unset = {"max_allocated_storage", "password", "manage_master_user_password", "apply_immediately"}
    assert not unset & set(instance)


def test_instance_stands_on_its_surroundings(defaults: Synthesized) -> None:
    instance = defaults.only("aws_db_instance")
    assert defaults.follow(instance["kms_key_id"]) == "DataKey/Key"
    assert defaults.follow(instance["performance_insights_kms_key_id"]) == "DataKey/Key"
    assert defaults.follow(instance["db_subnet_group_name"]) == "Database/Subnets"
    assert defaults.follow_all(instance["vpc_security_group_ids"]) == {"Database/Access"}
    assert defaults.follow(instance["parameter_group_name"]) == "Database/Parameters/Group"
    assert defaults.follow(instance["monitoring_role_arn"]) == "Monitoring/Role/Role"
    subnets = defaults.only("aws_db_subnet_group")["subnet_ids"]
    assert defaults.follow_all(subnets) == {"Network/Subnet-data-a", "Network/Subnet-data-b"}
    # RDS would make the groups itself, without key and retention, and refuses a role without permissions.
    assert defaults.depends_on(instance) == {
        *(f"Database/Log-{stream}" for stream in ("error", "general", "slowquery")),
        "Monitoring/LogGroup",
        "Monitoring/Role/Policy",
    }


def test_everything_configured(synth: Synth) -> None:
    changes = {
        "engine_version": "8.4.6",
        "max_allocated_storage_gb": 200,
        "multi_az": False,
        "master_username": "root1",
        "password_version": 3,
        "backup_retention_days": 14,
        "performance_insights_days": 731,
        "monitoring_interval_seconds": 15,
        "log_exports": ["error", "general"],
        "general_log": True,
        "long_query_seconds": 0.5,
        "ca_certificate": "rds-ca-ecc384-g1",
    }
    stack = synth(lambda scope: database(scope, changes, log_retention_days=90))
    instance = stack.only("aws_db_instance")
    expected = {
        "engine_version": "8.4.6",
        "auto_minor_version_upgrade": False,
        "max_allocated_storage": 200,
        "multi_az": False,
        "username": "root1",
        "password_wo_version": 3,
        "backup_retention_period": 14,
        "performance_insights_retention_period": 731,
        "monitoring_interval": 15,
        "enabled_cloudwatch_logs_exports": ["error", "general"],
        "ca_cert_identifier": "rds-ca-ecc384-g1",
    }
    assert {key: instance[key] for key in expected} == expected
    assert stack.only("aws_secretsmanager_secret_version")["secret_string_wo_version"] == 3
    assert (settings(stack)["general_log"], settings(stack)["long_query_time"]) == ("1", "0.5")
    groups = stack.all("aws_cloudwatch_log_group")
    assert set(groups) == {"Database/Log-error", "Database/Log-general", "Monitoring/LogGroup"}
    assert groups["Database/Log-general"]["retention_in_days"] == 90


def test_without_insights_there_is_no_key_and_no_retention(synth: Synth) -> None:
    instance = synth(lambda scope: database(scope, {"performance_insights": False})).only("aws_db_instance")
    assert instance["performance_insights_enabled"] is False
    assert not [key for key in instance if key.startswith("performance_insights_") and "enabled" not in key]


def test_settings_make_the_exported_logs_real_and_tls_required(defaults: Synthesized) -> None:
    group = defaults.only("aws_db_parameter_group")
    assert (group["name"], group["family"]) == (f"{IDENTIFIER}-mysql8-4", "mysql8.4")
    assert group["lifecycle"] == {"create_before_destroy": True}
    assert {item["apply_method"] for item in group["parameter"]} == {"immediate"}
    assert settings(defaults) == {
        "slow_query_log": "1",
        "long_query_time": "1",
        "log_output": "FILE",
        "general_log": "0",
        "require_secure_transport": "1",
        "time_zone": "UTC",
        "character_set_server": "utf8mb4",
        "collation_server": "utf8mb4_0900_ai_ci",
    }


def test_log_groups_are_encrypted_and_expire(defaults: Synthesized) -> None:
    groups = defaults.all("aws_cloudwatch_log_group")
    for stream in ("error", "general", "slowquery"):
        group = groups[f"Database/Log-{stream}"]
        assert group["name"] == f"/aws/rds/instance/{IDENTIFIER}/{stream}"
        assert group["retention_in_days"] == 14
        assert defaults.follow(group["kms_key_id"]) == "LogKey/Key"


def test_password_is_ephemeral_from_end_to_end(defaults: Synthesized) -> None:
    ephemeral = defaults.json["ephemeral"]
    [(name, password)] = ephemeral["aws_secretsmanager_random_password"].items()
    assert 8 <= password["password_length"] <= 41  # RDS for MySQL
    assert set("/'\"@ ") - set(password["exclude_characters"]) == {" "}  # a space is never included
    assert password["require_each_included_type"] is True

    version = defaults.only("aws_secretsmanager_secret_version")
    assert defaults.follow(version["secret_id"]) == "Database/Credentials/Secret/Secret"
    assert version["secret_string_wo"] == (
        '${jsonencode({username = "admin", password = '
        f"ephemeral.aws_secretsmanager_random_password.{name}.random_password, "
        'engine = "mysql", port = 3306, dbname = "shared_db"})}'
    )
    assert "secret_string" not in version

    # What reaches the instance is what the secret holds, never the random value itself.
    [(name, read)] = ephemeral["aws_secretsmanager_secret_version"].items()
    assert defaults.follow(read["secret_id"]) == "Database/Credentials/Version"
    assert [defaults.follow(f"${{{address}.id}}") for address in read["depends_on"]] == [
        "Database/Credentials/Version"
    ]
    assert defaults.only("aws_db_instance")["password_wo"] == (
        f'${{jsondecode(ephemeral.aws_secretsmanager_secret_version.{name}.secret_string)["password"]}}'
    )


def test_credentials_are_copied_to_the_regions_that_have_a_key(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        far = aws_provider(scope, region="eu-west-1", account_id=builders.ACCOUNT, tags={}, alias="far")
        database(scope, replica_keys={"eu-west-1": builders.key(scope, "FarKey", provider=far)})

    stack = synth(build)
    secret = stack.only("aws_secretsmanager_secret")
    assert secret["name"] == "acme/db"
    assert stack.follow(secret["kms_key_id"]) == "SecretKey/Key"
    [replica] = secret["replica"]
    assert replica["region"] == "eu-west-1"
    assert stack.follow(replica["kms_key_id"]) == "FarKey/Key"


def test_on_the_emulator_it_can_be_deleted(synth: Synth) -> None:
    instance = synth(database, endpoint=EMULATOR).only("aws_db_instance")
    assert instance["deletion_protection"] is False
    assert instance["skip_final_snapshot"] is True
    assert instance["delete_automated_backups"] is True
    assert not {"lifecycle", "final_snapshot_identifier"} & set(instance)
    assert instance["storage_encrypted"] is True


def test_no_secret_is_written_down(defaults: Synthesized) -> None:
    text = json.dumps(defaults.json["resource"])
    assert '"password"' not in text.replace('[\\"password\\"]', "")
    assert 'secret_string"' not in text
