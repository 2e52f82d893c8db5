"""Secrets Manager as the extension makes it: replicas with a key of their own."""

import json

from tests.operations.local.conftest import Clients

SEOUL, TOKYO = "ap-northeast-2", "ap-northeast-1"


def test_a_replica_has_its_own_key(aws: Clients) -> None:
    seoul, tokyo = aws("secretsmanager", SEOUL), aws("secretsmanager", TOKYO)
    seoul.create_secret(
        Name="acme/db",
        SecretString="value",
        KmsKeyId="arn:aws:kms:ap-northeast-2:123456789012:key/near",
        AddReplicaRegions=[{"Region": TOKYO, "KmsKeyId": "arn:aws:kms:ap-northeast-1:123456789012:key/far"}],
    )
    source, replica = (client.describe_secret(SecretId="acme/db") for client in (seoul, tokyo))
    assert source["KmsKeyId"].endswith("key/near")
    assert source["ReplicationStatus"][0]["KmsKeyId"].endswith("key/far")
    assert replica["KmsKeyId"].endswith("key/far")
    assert replica["ARN"] == source["ARN"].replace(SEOUL, TOKYO)
    assert tokyo.get_secret_value(SecretId=replica["ARN"])["SecretString"] == "value"


def test_a_later_replica_without_a_key_has_awss_own(aws: Clients) -> None:
    seoul = aws("secretsmanager", SEOUL)
    seoul.create_secret(Name="acme/db")
    status = seoul.replicate_secret_to_regions(SecretId="acme/db", AddReplicaRegions=[{"Region": TOKYO}])
    assert status["ReplicationStatus"][0]["KmsKeyId"] == "alias/aws/secretsmanager"


def test_the_policy_of_a_replica_can_be_read(aws: Clients) -> None:
    seoul, tokyo = aws("secretsmanager", SEOUL), aws("secretsmanager", TOKYO)
    seoul.create_secret(Name="acme/db", AddReplicaRegions=[{"Region": TOKYO}])
    assert "ResourcePolicy" not in tokyo.get_resource_policy(SecretId="acme/db")
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    seoul.put_resource_policy(SecretId="acme/db", ResourcePolicy=policy)
    for client in (seoul, tokyo):
        assert client.get_resource_policy(SecretId="acme/db")["ResourcePolicy"] == policy


def test_who_names_no_version_gets_the_one_that_is_current(aws: Clients) -> None:
    secrets = aws("secretsmanager")
    secrets.create_secret(Name="moving", SecretString="one")
    first = secrets.get_secret_value(SecretId="moving")["VersionId"]
    second = secrets.put_secret_value(SecretId="moving", SecretString="two", VersionStages=["AWSPENDING"])
    assert secrets.get_secret_value(SecretId="moving")["SecretString"] == "one"

    secrets.update_secret_version_stage(
        SecretId="moving",
        VersionStage="AWSCURRENT",
        MoveToVersionId=second["VersionId"],
        RemoveFromVersionId=first,
    )

    assert secrets.get_secret_value(SecretId="moving")["SecretString"] == "two"
