"""Container images: repositories, and their copies in another region."""

import json

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_replication_configuration import (
    EcrReplicationConfiguration,
    EcrReplicationConfigurationReplicationConfiguration,
    EcrReplicationConfigurationReplicationConfigurationRule,
    EcrReplicationConfigurationReplicationConfigurationRuleDestination,
    EcrReplicationConfigurationReplicationConfigurationRuleRepositoryFilter,
)
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from cdktf_cdktf_provider_aws.ecr_repository_policy import EcrRepositoryPolicy
from constructs import Construct

from hybrid_constructs.aws import on_emulator, policy, protected
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement

KEEP_TAGGED = 50
"""Releases that a rollback can reach."""

UNTAGGED_DAYS = 7
"""An image loses its tag only by a failed or repeated push."""

MOST_FILTERS = 100
"""Filters that one replication rule takes (ECR API reference, ReplicationRule)."""


class ImageRepository(Construct):
    """Images that never change under their tag, are scanned on push, encrypted with `key`, and tidied up.

    A copy in another region is a repository of the same name, made there with a key of that region: ECR
    replicates images but no settings, and would make a missing one without any.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: Key,
        account_id: str,
        keep_tagged: int = KEEP_TAGGED,
    ) -> None:
        super().__init__(scope, id_)
        repository = EcrRepository(
            self,
            "Repository",
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[
                EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=key.arn)
            ],
            force_delete=on_emulator(),
            lifecycle=protected(),
        )
        self.name = name
        self.arn = repository.arn
        self.url = repository.repository_url
        EcrLifecyclePolicy(self, "Lifecycle", repository=repository.name, policy=_lifecycle(keep_tagged))
        EcrRepositoryPolicy(
            self, "Policy", repository=repository.name, policy=policy(_own_account_only(account_id))
        )

    def grant_pull(self) -> list[Statement]:
        """Run containers from the images. ECR uses the key by itself, so nobody else needs it."""
        return [_LOG_IN, {"Effect": "Allow", "Action": _PULL, "Resource": self.arn}]

    def grant_push(self) -> list[Statement]:
        """Publish images, and look at what is there already."""
        return [_LOG_IN, {"Effect": "Allow", "Action": _PULL + _PUSH, "Resource": self.arn}]


class RegistryReplication(Construct):
    """Copies every new image of the repositories whose names start with one of `prefixes` to `region`.

    A registry, that is an account in a region, has one such configuration, so the fleet has this once.
    `provider` works in the region that the images are pushed to.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: str,
        account_id: str,
        prefixes: tuple[str, ...],
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        if not 1 <= len(prefixes) <= MOST_FILTERS:
            raise ValueError(
                f"prefixes: {len(prefixes)} given; name 1 to {MOST_FILTERS} prefixes of repositories "
                "(ECR API reference, ReplicationRule)"
            )
        rule = EcrReplicationConfigurationReplicationConfigurationRule(
            destination=[
                EcrReplicationConfigurationReplicationConfigurationRuleDestination(
                    region=region, registry_id=account_id
                )
            ],
            repository_filter=[
                EcrReplicationConfigurationReplicationConfigurationRuleRepositoryFilter(
                    filter=prefix, filter_type="PREFIX_MATCH"
                )
                for prefix in prefixes
            ],
        )
        EcrReplicationConfiguration(
            self,
            "Replication",
            replication_configuration=EcrReplicationConfigurationReplicationConfiguration(rule=[rule]),
            provider=provider,
        )


_LOG_IN: Statement = {
    "Effect": "Allow",
    "Action": "ecr:GetAuthorizationToken",
    "Resource": "*",  # the action knows no resource (Service Authorization Reference, ECR)
}
_PULL = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
]
_PUSH = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]


def _own_account_only(account_id: str) -> Statement:
    # Nobody else is allowed in either; as a denial it also holds against a statement added later.
    return {
        "Sid": "OwnAccountOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "ecr:*",
        "Condition": {
            "StringNotEquals": {"aws:PrincipalAccount": account_id},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        },
    }


def _lifecycle(keep_tagged: int) -> str:
    expire = {"type": "expire"}
    untagged = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": UNTAGGED_DAYS,
    }
    tagged = {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": keep_tagged,
    }
    rules = [
        {"rulePriority": 1, "description": "untagged images", "selection": untagged, "action": expire},
        {"rulePriority": 2, "description": "oldest releases", "selection": tagged, "action": expire},
    ]
    return json.dumps({"rules": rules}, separators=(",", ":"))
