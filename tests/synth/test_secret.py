"""ServiceSecret: encrypted in each region, and no value in any file."""

import re

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import aws_provider
from hybrid_constructs.data.secret import ServiceSecret, secret_arns
from tests.synth import builders
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.synthesized import EMULATOR, Synthesized

FAR = "eu-west-1"


def secret(scope: TerraformStack, **options: object) -> ServiceSecret:
    arguments = {"name": "files/test", "description": "d", "key": builders.key(scope), "region": REGION}
    return ServiceSecret(scope, "Secret", **{**arguments, **options})  # type: ignore[arg-type]


def everything(scope: TerraformStack) -> ServiceSecret:
    far = aws_provider(scope, region=FAR, account_id=ACCOUNT, tags={}, alias="far")
    key = builders.key(scope, "FarKey", provider=far)
    return secret(scope, replicas={FAR: key}, generate=("signing-key", "salt"), generation=3)


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(secret)


def test_secret_is_empty_encrypted_and_hard_to_lose(defaults: Synthesized) -> None:
    body = defaults.only("aws_secretsmanager_secret")
    assert body["name"] == "files/test"
    assert defaults.follow(body["kms_key_id"]) == "Key/Key"
    assert body["recovery_window_in_days"] == 30
    assert body["lifecycle"] == {"prevent_destroy": True}
    assert "replica" not in body
    assert "aws_secretsmanager_secret_version" not in defaults.kinds()
    assert "ephemeral" not in defaults.json


def test_everything_configured(synth: Synth) -> None:
    stack = synth(everything)
    (replica,) = stack.only("aws_secretsmanager_secret")["replica"]
    assert replica["region"] == FAR
    assert stack.follow(replica["kms_key_id"]) == "FarKey/Key"
    version = stack.only("aws_secretsmanager_secret_version")
    assert stack.follow(version["secret_id"]) == "Secret/Secret"
    assert version["secret_string_wo_version"] == 3


def test_generated_values_are_ephemeral(synth: Synth) -> None:
    stack = synth(everything)
    made = stack.json["ephemeral"]["aws_secretsmanager_random_password"]
    assert set(made) == {"test_Secret_signing-key", "test_Secret_salt"}
    assert all(block == {"password_length": 48, "exclude_punctuation": True} for block in made.values())
    version = stack.only("aws_secretsmanager_secret_version")
    # Only the write-only argument: the others would end up in the state.
    assert not {"secret_string", "secret_binary"} & set(version)
    written = re.findall(
        r'"([a-z-]+)" = ephemeral\.aws_secretsmanager_random_password\.([\w-]+)\.random_password',
        version["secret_string_wo"],
    )
    assert written == [("signing-key", "test_Secret_signing-key"), ("salt", "test_Secret_salt")]


def test_readers_read_the_value_and_use_the_key_through_the_service(synth: Synth) -> None:
    def check(scope: TerraformStack) -> None:
        made = secret(scope)
        read, decrypt = made.grant_read()
        assert read["Action"] == ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
        assert read["Resource"] == made.arn
        assert decrypt["Action"] == "kms:Decrypt"
        assert decrypt["Condition"] == {
            "StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
        }

    synth(check)


def test_a_copy_is_known_by_name_and_a_longer_name_is_another_secret() -> None:
    pattern = secret_arns("files/test", region=FAR, account_id=ACCOUNT)
    assert pattern == f"arn:aws:secretsmanager:{FAR}:{ACCOUNT}:secret:files/test-??????"


def test_on_the_emulator_the_name_is_free_at_once(synth: Synth) -> None:
    body = synth(secret, endpoint=EMULATOR).only("aws_secretsmanager_secret")
    assert body["recovery_window_in_days"] == 0
    assert "lifecycle" not in body


def test_fails_when_a_replica_is_in_the_region_of_the_secret(synth: Synth) -> None:
    with pytest.raises(ValueError, match=f"{REGION} is the region of the secret itself; name other regions"):
        synth(lambda scope: secret(scope, replicas={REGION: builders.key(scope, "Other")}))
