"""KeyRing and PublishedKeys: a key for each purpose, least rights on each, found by other stacks."""

from typing import get_args

import pytest
from cdktf import TerraformStack

from environments import naming, schema
from environments.shared import KeyPurpose
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.security.key import grant_decrypt, grant_encrypt_decrypt
from hybrid_constructs.security.key_policies import for_purpose
from hybrid_constructs.security.keys import KeyRing, PublishedKey, PublishedKeys
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.published import Exchange, parse
from tests.synth.synthesized import Body, Synthesized, as_list, statements

PURPOSES: tuple[KeyPurpose, ...] = get_args(KeyPurpose)
VIA: dict[str, set[str]] = {
    "database": {"rds"},
    "objects": {"s3", "ecr"},
    "secrets": {"secretsmanager"},
    "logs": {"s3", "firehose", "aps", "xray"},
    "messaging": {"sqs", "sns"},
    "cache": {"elasticache"},
    "audit": {"s3"},
}
PRINCIPALS: dict[str, set[str]] = {
    "logs": {f"logs.{REGION}", "delivery.logs", "config"},
    "messaging": {"cloudtrail", "cloudwatch", "sns", "events", "budgets", "costalerts"},
    "audit": {"cloudtrail"},
}
CRYPTOGRAPHIC = ("Decrypt", "Encrypt", "GenerateDataKey", "Sign", "Verify", "Mac", "CreateGrant")


@pytest.fixture
def ring(synth: Synth) -> Synthesized:
    def build(scope: TerraformStack) -> None:
        KeyRing(
            scope,
            "Keys",
            aliases={purpose: f"alias/acme-{purpose}" for purpose in PURPOSES},
            account_id=ACCOUNT,
            region=REGION,
            parameter="/shared/keys/acme",
        )

    return synth(build)


def policy(purpose: KeyPurpose) -> dict[str, Body]:
    return {body["Sid"]: body for body in for_purpose(purpose, account_id=ACCOUNT, region=REGION)}


def services(body: Body) -> set[str]:
    return {principal.removesuffix(".amazonaws.com") for principal in as_list(body["Principal"]["Service"])}


def test_each_purpose_has_a_key_an_alias_and_its_policy(ring: Synthesized) -> None:
    keys, aliases = ring.all("aws_kms_key"), ring.all("aws_kms_alias")
    assert set(keys) == {f"Keys/{purpose}/Key" for purpose in PURPOSES}
    for purpose in PURPOSES:
        key, alias = keys[f"Keys/{purpose}/Key"], aliases[f"Keys/{purpose}/Alias"]
        assert (key["enable_key_rotation"], key["deletion_window_in_days"]) == (True, 30)
        assert statements(key["policy"]) == for_purpose(purpose, account_id=ACCOUNT, region=REGION)
        assert alias["name"] == f"alias/acme-{purpose}"
        assert ring.follow(alias["target_key_id"]) == f"Keys/{purpose}/Key"


def test_the_arns_are_published_by_purpose(ring: Synthesized) -> None:
    parameter = ring.only("aws_ssm_parameter")
    assert parameter["name"] == "/shared/keys/acme"
    published = parse(parameter["value"])
    assert {purpose: ring.follow(arn) for purpose, arn in published.items()} == {
        purpose: f"Keys/{purpose}/Key" for purpose in PURPOSES
    }


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_account_manages_a_key_but_does_not_use_it_directly(purpose: KeyPurpose) -> None:
    administration = policy(purpose)["AccountAdministration"]
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert "Condition" not in administration
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"} <= set(administration["Action"])
    for action in administration["Action"]:
        assert not any(word in action for word in ("*", *CRYPTOGRAPHIC)), action


@pytest.mark.parametrize("purpose", PURPOSES)
def test_principals_use_a_key_through_its_services_only(purpose: KeyPurpose) -> None:
    found = [
        body
        for sid, body in policy(purpose).items()
        if "AWS" in body["Principal"] and sid != "AccountAdministration"
    ]
    assert found
    for body in found:
        wanted = body["Condition"]["StringEquals"]
        assert wanted["kms:CallerAccount"] == ACCOUNT
        hosts = {host.removesuffix(f".{REGION}.amazonaws.com") for host in wanted["kms:ViaService"]}
        assert hosts <= VIA[purpose]
    assert {
        host.partition(".")[0]
        for host in policy(purpose)["UseThroughServices"]["Condition"]["StringEquals"]["kms:ViaService"]
    } == VIA[purpose]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_grants_are_for_aws_services_only(purpose: KeyPurpose) -> None:
    giving = [body for body in policy(purpose).values() if "kms:CreateGrant" in as_list(body["Action"])]
    assert bool(giving) == (purpose in {"database", "objects", "logs", "cache"})
    assert all(body["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"} for body in giving)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_exactly_these_services_use_a_key_themselves(purpose: KeyPurpose) -> None:
    found = [body for body in policy(purpose).values() if "Service" in body["Principal"]]
    assert {service for body in found for service in services(body)} == PRINCIPALS.get(purpose, set())
    for body in found:
        if services(body) != {"events"}:  # EventBridge cannot say for whom it works
            assert ACCOUNT in str(body["Condition"])
        assert not any(action.partition(":")[2] == "*" for action in as_list(body["Action"]))


def test_log_groups_of_the_account_are_the_only_logs() -> None:
    assert policy("logs")["LogGroups"]["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"}
    }


def test_published_keys_are_looked_up_once_where_the_provider_works(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        keys = PublishedKeys(scope, "Keys", name="/shared/keys/acme")
        assert keys["objects"] is keys["objects"]
        SecureBucket(scope, "Files", name="acme-files", key=keys["objects"])

    stack = synth(build)
    [parameter] = stack.data("aws_ssm_parameter").values()
    assert parameter["name"] == "/shared/keys/acme"
    [rule] = stack.only("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    arn = rule["apply_server_side_encryption_by_default"]["kms_master_key_id"]
    assert arn.startswith("${jsondecode(data.aws_ssm_parameter.")
    assert arn.endswith(".insecure_value).objects}")


def test_use_of_keys_is_granted_through_one_service() -> None:
    one, other = PublishedKey("arn:1"), PublishedKey("arn:2")
    assert grant_decrypt(one, other, one, through="s3") == {
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": ["arn:1", "arn:2"],
        "Condition": {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
    }
    assert grant_encrypt_decrypt(one, through="sqs")["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_a_shorter_window_reaches_the_keys(synth: Synth) -> None:
    stack = synth(
        lambda scope: KeyRing(
            scope,
            "Keys",
            aliases={"logs": "alias/acme-logs"},
            account_id=ACCOUNT,
            region=REGION,
            parameter="/shared/keys/acme",
            deletion_window_days=7,
        )
    )
    assert stack.only("aws_kms_key")["deletion_window_in_days"] == 7


def test_fails_when_a_purpose_has_no_key(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        KeyRing(scope, "Keys", aliases={}, account_id=ACCOUNT, region=REGION, parameter="/shared/keys/acme")[
            "logs"
        ]

    with pytest.raises(KeyError, match="logs"):
        synth(build)


def test_both_regions_have_every_key_under_the_same_alias(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    prefix = fleet.shared.organisation.prefix
    expected = {naming.key_alias(prefix, purpose) for purpose in PURPOSES}
    found: dict[str, set[str]] = {"aws": set(), "aws.dr": set(), "dr": set()}
    for name, here in ((fleet.shared.name, "aws"), (fleet.dr.name, "dr")):
        for body in stacks[name].all("aws_kms_alias").values():
            found[body.get("provider", here)].add(body["name"])
    assert found["aws"] == expected
    # The hub makes the secrets key of the second region, because copies of secrets need it first.
    assert found["aws.dr"] == {naming.key_alias(prefix, "secrets")}
    assert found["dr"] == expected - found["aws.dr"]


def test_flow_logs_of_every_environment_are_encrypted_with_the_logs_key_of_their_region(
    stacks: dict[str, Synthesized], fleet: schema.Fleet, exchange: Exchange
) -> None:
    for name in fleet.environments:
        stack = stacks[name]
        key = stack.all("aws_cloudwatch_log_group")["FlowLogs/LogGroup"]["kms_key_id"]
        if name in fleet.workloads:
            publisher, key = exchange.resolve(stack, key)
            assert publisher == fleet.shared.name
            stack = stacks[publisher]
        assert stack.follow(key) == "Keys/logs/Key"
