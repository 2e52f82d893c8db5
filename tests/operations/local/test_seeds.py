"""What the embedded account is given before services start: images and credentials, once."""

import json

import pytest

from environments import naming
from environments.loader import load_fleet
from operations.errors import UsageError
from operations.local import seeds
from operations.local.state import Server
from tests.operations.local.conftest import Clients

FLEET = load_fleet()
HOME, AWAY = FLEET.primary.region, FLEET.dr.region
KEY = naming.key_alias(FLEET.shared.organisation.prefix, "secrets")


def repositories(aws: Clients) -> None:
    for region in (HOME, AWAY):
        for name in naming.image_repositories(*FLEET.workloads.values()):
            aws("ecr", region).create_repository(repositoryName=name)


def keys(aws: Clients) -> None:
    for region in (HOME, AWAY):
        kms = aws("kms", region)
        kms.create_alias(AliasName=KEY, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def test_nothing_is_seeded_before_there_is_a_place_for_it(emulator: Server) -> None:
    assert seeds.seed_services(emulator, FLEET) == []


def test_every_service_gets_its_image_and_its_credentials_once(emulator: Server, aws: Clients) -> None:
    repositories(aws)
    keys(aws)
    made = seeds.seed_services(emulator, FLEET)
    assert f"image fileflow:1.0.0 in {AWAY}" in made
    assert "secret fileflow/prod/database" in made
    assert "secret reports/dev/database" not in made
    assert seeds.seed_services(emulator, FLEET) == []
    tags = aws("ecr", HOME).describe_images(repositoryName="reports")["imageDetails"][0]["imageTags"]
    assert tags == ["1.0.0"]


def test_credentials_are_what_containers_name_and_reach_the_standby(emulator: Server, aws: Clients) -> None:
    repositories(aws)
    keys(aws)
    seeds.seed_services(emulator, FLEET)
    for region in (HOME, AWAY):
        value = aws("secretsmanager", region).get_secret_value(SecretId="fileflow/prod/database")
        assert {"username", "password", "dbname"} <= json.loads(value["SecretString"]).keys()


def test_what_was_seeded_can_be_taken_back(emulator: Server, aws: Clients) -> None:
    keys(aws)
    assert seeds.seed_services(emulator, FLEET)
    seeds.withdraw(emulator, FLEET)
    for region in (HOME, AWAY):
        assert aws("secretsmanager", region).list_secrets()["SecretList"] == []
    seeds.withdraw(emulator, FLEET)


def test_two_images_differ(emulator: Server, aws: Clients) -> None:
    repositories(aws)
    assert seeds.push(emulator, "reports", "1", HOME)
    assert seeds.push(emulator, "reports", "2", HOME)
    assert not seeds.push(emulator, "reports", "2", HOME)
    found = aws("ecr", HOME).describe_images(repositoryName="reports")["imageDetails"]
    assert len({image["imageDigest"] for image in found}) == 2


def test_fails_when_there_is_no_repository(emulator: Server) -> None:
    with pytest.raises(UsageError, match=f"no repository orders in {HOME}; deploy the stack shared first"):
        seeds.push(emulator, "orders", "1", HOME, required=True)
