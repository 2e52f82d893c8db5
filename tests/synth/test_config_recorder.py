"""ConfigRecorder: everything is recorded, delivered encrypted, and held against rules that exist."""

import gzip
import json
from importlib.resources import files
from typing import Any

import pytest
from cdktf import TerraformStack

from hybrid_constructs.security.config_recorder import ConfigRecorder, config_delivery
from hybrid_constructs.security.config_rules import HOME, REGIONAL, ManagedRule, required_tags
from tests.synth import builders
from tests.synth.builders import ACCOUNT, Synth
from tests.synth.synthesized import Body, Synthesized
from tests.synth.test_trail import archive

ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


def build(scope: TerraformStack, **options: Any) -> None:
    ConfigRecorder(
        scope,
        "Config",
        **{
            "archive": archive(scope),
            "key": builders.key(scope, "ConfigKey"),
            "account_id": ACCOUNT,
            "rules": REGIONAL,
            **options,
        },
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(build)


@pytest.fixture(scope="module")
def managed() -> dict[str, Body]:
    """AWS's list of managed rules, as moto ships it."""
    packed = files("moto.config.resources").joinpath("aws_managed_rules.json.gz").read_bytes()
    found: dict[str, Body] = json.loads(gzip.decompress(packed))["ManagedRules"]
    return found


def test_a_region_records_all_but_global_resources(defaults: Synthesized) -> None:
    recorder = defaults.only("aws_config_configuration_recorder")
    assert recorder["recording_group"] == {"all_supported": True, "include_global_resource_types": False}
    assert recorder["role_arn"] == ROLE
    assert "aws_iam_service_linked_role" not in defaults.kinds()


def test_one_region_records_global_resources_and_makes_the_role(synth: Synth) -> None:
    stack = synth(lambda scope: build(scope, global_types=True))
    recorder = stack.only("aws_config_configuration_recorder")
    assert recorder["recording_group"]["include_global_resource_types"] is True
    assert stack.only("aws_iam_service_linked_role")["aws_service_name"] == "config.amazonaws.com"
    assert stack.depends_on(recorder) == {"Config/Role"}


def test_history_goes_to_the_archive_encrypted(defaults: Synthesized) -> None:
    channel = defaults.only("aws_config_delivery_channel")
    assert (channel["s3_bucket_name"], channel["s3_key_prefix"]) == ("acme-logs", "config")
    assert defaults.follow(channel["s3_kms_key_arn"]) == "ConfigKey/Key"
    assert channel["snapshot_delivery_properties"] == {"delivery_frequency": "TwentyFour_Hours"}


def test_it_is_switched_on_in_the_order_that_config_asks_for(defaults: Synthesized) -> None:
    channel = defaults.only("aws_config_delivery_channel")
    assert defaults.depends_on(channel) == {"Archive/Policy", "Config/Recorder"}
    status = defaults.only("aws_config_configuration_recorder_status")
    assert status["is_enabled"] is True
    assert defaults.depends_on(status) == {"Config/Channel"}
    for rule in defaults.all("aws_config_config_rule").values():
        assert defaults.depends_on(rule) == {"Config/Recorder"}


def test_each_rule_is_one_of_aws(synth: Synth) -> None:
    rules = [*REGIONAL, *HOME, required_tags("Environment", "Owner")]
    stack = synth(lambda scope: build(scope, rules=rules))
    found = {body["name"]: body for body in stack.all("aws_config_config_rule").values()}
    assert len(found) == len(rules)
    for rule in rules:
        source = found[rule.name]["source"]
        assert source == {"owner": "AWS", "source_identifier": rule.identifier}
    assert json.loads(found["required-tags"]["input_parameters"]) == {
        "tag1Key": "Environment",
        "tag2Key": "Owner",
    }
    assert "input_parameters" not in found["encrypted-volumes"]


def test_rules_and_parameters_exist(managed: dict[str, Body]) -> None:
    for rule in (*REGIONAL, *HOME, required_tags("a", "b", "c", "d", "e", "f")):
        parameters = managed[rule.identifier]["Parameters"]
        required = {each["Name"] for each in parameters if not each["Optional"]}
        assert required <= set(rule.parameters) <= {each["Name"] for each in parameters}, rule.identifier


def test_no_rule_is_evaluated_twice() -> None:
    assert len({rule.identifier for rule in (*REGIONAL, *HOME)}) == len(REGIONAL) + len(HOME)


@pytest.mark.parametrize(
    "identifier",
    [
        *("ENCRYPTED_VOLUMES", "RDS_STORAGE_ENCRYPTED", "S3_BUCKET_PUBLIC_READ_PROHIBITED"),
        *("INCOMING_SSH_DISABLED", "CLOUD_TRAIL_ENABLED", "VPC_FLOW_LOGS_ENABLED"),
    ],
)
def test_every_region_is_held_against_the_basic_rules(identifier: str) -> None:
    assert ManagedRule(identifier) in REGIONAL


@pytest.mark.parametrize("count", [0, 7])
def test_fails_when_there_are_too_few_or_too_many_tags(count: int) -> None:
    with pytest.raises(ValueError, match=f"required_tags got {count} tags: .*; give 1 to 6"):
        required_tags(*(f"tag{index}" for index in range(count)))


def test_config_looks_before_it_delivers() -> None:
    found = {body["Action"]: body for body in config_delivery("arn:aws:s3:::logs", account_id=ACCOUNT)}
    assert set(found) == {"s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"}
    assert found["s3:PutObject"]["Resource"] == f"arn:aws:s3:::logs/config/AWSLogs/{ACCOUNT}/*"
    for body in found.values():
        assert body["Principal"] == {"Service": "config.amazonaws.com"}
        assert body["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
