"""ImageRepository and RegistryReplication: images that never change, kept tidy, and copied."""

import json

import pytest
from cdktf import TerraformStack

from hybrid_constructs.aws import aws_provider
from hybrid_constructs.compute.repository import ImageRepository, RegistryReplication
from tests.synth import builders
from tests.synth.builders import ACCOUNT, Synth
from tests.synth.synthesized import EMULATOR, Synthesized, statements


def repository(scope: TerraformStack, **options: int) -> ImageRepository:
    return ImageRepository(
        scope, "Images", name="files", key=builders.key(scope), account_id=ACCOUNT, **options
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(repository)


def test_tags_never_move_and_images_are_scanned_and_encrypted(defaults: Synthesized) -> None:
    body = defaults.only("aws_ecr_repository")
    assert body["name"] == "files"
    assert body["image_tag_mutability"] == "IMMUTABLE"
    assert body["image_scanning_configuration"] == {"scan_on_push": True}
    (encryption,) = body["encryption_configuration"]
    assert encryption["encryption_type"] == "KMS"
    assert defaults.follow(encryption["kms_key"]) == "Key/Key"
    assert body["lifecycle"] == {"prevent_destroy": True}
    assert body["force_delete"] is False


def rules(stack: Synthesized) -> list[dict[str, object]]:
    policy = stack.only("aws_ecr_lifecycle_policy")
    assert stack.follow(policy["repository"]) == "Images/Repository"
    found: list[dict[str, object]] = [rule["selection"] for rule in json.loads(policy["policy"])["rules"]]
    return found


def test_untagged_images_go_and_the_newest_releases_stay(defaults: Synthesized) -> None:
    assert rules(defaults) == [
        {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
        {
            "tagStatus": "tagged",
            "tagPatternList": ["*"],
            "countType": "imageCountMoreThan",
            "countNumber": 50,
        },
    ]


def test_everything_configured(synth: Synth) -> None:
    assert rules(synth(lambda scope: repository(scope, keep_tagged=9)))[1]["countNumber"] == 9


def test_other_accounts_stay_outside(defaults: Synthesized) -> None:
    (statement,) = statements(defaults.only("aws_ecr_repository_policy")["policy"])
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "ecr:*")
    assert statement["Condition"]["StringNotEquals"] == {"aws:PrincipalAccount": ACCOUNT}


def test_pulling_is_no_pushing(synth: Synth) -> None:
    def check(scope: TerraformStack) -> None:
        made = repository(scope)
        log_in, pull = made.grant_pull()
        assert (log_in["Action"], log_in["Resource"]) == ("ecr:GetAuthorizationToken", "*")
        assert pull["Resource"] == made.arn
        assert set(pull["Action"]) == {
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:DescribeImages",
            "ecr:GetDownloadUrlForLayer",
        }
        _, push = made.grant_push()
        assert push["Resource"] == made.arn
        assert set(push["Action"]) - set(pull["Action"]) == {
            "ecr:CompleteLayerUpload",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
        }

    synth(check)


def test_on_the_emulator_a_repository_goes_with_its_images(synth: Synth) -> None:
    body = synth(repository, endpoint=EMULATOR).only("aws_ecr_repository")
    assert body["force_delete"] is True
    assert "lifecycle" not in body


def replication(scope: TerraformStack, *prefixes: str) -> None:
    near = aws_provider(scope, region="eu-west-1", account_id=ACCOUNT, tags={}, alias="near")
    RegistryReplication(
        scope, "Copies", region="eu-north-1", account_id=ACCOUNT, prefixes=prefixes, provider=near
    )


def test_registry_copies_the_named_repositories(synth: Synth) -> None:
    body = synth(lambda scope: replication(scope, "files", "mail")).only("aws_ecr_replication_configuration")
    assert body["provider"] == "aws.near"
    (rule,) = body["replication_configuration"]["rule"]
    assert rule["destination"] == [{"region": "eu-north-1", "registry_id": ACCOUNT}]
    assert rule["repository_filter"] == [
        {"filter": "files", "filter_type": "PREFIX_MATCH"},
        {"filter": "mail", "filter_type": "PREFIX_MATCH"},
    ]


@pytest.mark.parametrize("count", [0, 101])
def test_fails_when_a_rule_has_no_or_too_many_prefixes(count: int, synth: Synth) -> None:
    # Without a prefix ECR would copy every repository of the account.
    with pytest.raises(ValueError, match=f"prefixes: {count} given; name 1 to 100 prefixes"):
        synth(lambda scope: replication(scope, *map(str, range(count))))
