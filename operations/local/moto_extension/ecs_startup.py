"""Why a task cannot start: what AWS looks up before it runs a container.

The texts are AWS's (ECS developer guide, "Resolve Amazon ECS stopped task errors").
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from moto.ecr.models import ecr_backends
from moto.ecs.models import TaskDefinition
from moto.logs.models import logs_backends
from moto.secretsmanager.models import ReplicaSecret, secretsmanager_backends
from moto.ssm.models import ssm_backends

RESOURCES = "ResourceInitializationError: unable to pull secrets or registry auth: "
RETRIEVAL = RESOURCES + "execution resource retrieval failed: "

IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>.+))?"
)


def obstacle(definition: TaskDefinition, account: str, region: str) -> str | None:
    """The stopped reason of a task of this revision, or None if it starts."""
    return next(_obstacles(definition, account, region), None)


def image_digest(image: str, account: str) -> str | None:
    """The digest of an image in a registry of the account; None if it is elsewhere or does not exist."""
    match = IMAGE.fullmatch(image)
    if match is None or match["account"] != account:
        return None
    repository = ecr_backends[account][match["region"]].repositories.get(match["repository"])
    for found in repository.images if repository else ():
        digest: str = found.get_image_digest()
        if match["digest"] == digest or (
            not match["digest"] and (match["tag"] or "latest") in found.image_tags
        ):
            return digest
    return None


def _obstacles(definition: TaskDefinition, account: str, region: str) -> Iterator[str]:
    """In the order in which AWS meets them: secrets, images, logs."""
    containers: list[dict[str, Any]] = definition.container_definitions
    for container in containers:
        for secret in container.get("secrets") or ():
            yield from _secret(str(secret["valueFrom"]), account, region)
    for container in containers:
        yield from _image(str(container["image"]), account)
    for container in containers:
        yield from _log_group(container.get("logConfiguration") or {}, account, region)


def _secret(source: str, account: str, region: str) -> Iterator[str]:
    if source.startswith("arn:") and source.split(":")[2] == "secretsmanager":
        yield from _secret_version(source, account)
        return
    if source.startswith("arn:"):
        region = source.split(":")[3]
    if ssm_backends[account][region].get_parameter(source) is None:
        # An ARN names `/a/b` as `parameter/a/b`, and `b` as `parameter/b`.
        name = source.partition(":parameter")[2] or source
        yield (
            f"{RETRIEVAL}unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
            f"invalid parameters: {name}"
        )


def _secret_version(source: str, account: str) -> Iterator[str]:
    """`source`: arn:aws:secretsmanager:region:account:secret:name[:json-key[:stage[:version]]]."""
    parts = source.split(":")
    arn = ":".join(parts[:7])
    key, stage, version = [*parts[7:], "", "", ""][:3]
    failed = (
        f"{RETRIEVAL}unable to retrieve secret from asm: service call has been retried 1 time(s): "
        f"failed to fetch secret {arn} from secrets manager: "
    )
    secret = secretsmanager_backends[account][parts[3]].secrets.get(arn)
    if secret is None or secret.is_deleted():
        yield f"{failed}ResourceNotFoundException: Secrets Manager can't find the specified secret."
        return
    versions = (secret.source if isinstance(secret, ReplicaSecret) else secret).versions
    wanted = stage or "AWSCURRENT"
    found: list[dict[str, Any]] = [
        one
        for id_, one in versions.items()
        if (id_ == version if version else wanted in one["version_stages"])
    ]
    if not found:
        yield (
            f"{failed}ResourceNotFoundException: Secrets Manager can't find the specified secret value "
            f"for {f'VersionId: {version}' if version else f'staging label: {wanted}'}"
        )
    elif key and key not in _keys(found[0].get("secret_string")):
        yield (
            f"{RETRIEVAL}unable to retrieve secret from asm: "
            f"retrieved secret from Secrets Manager did not contain json key {key}"
        )


def _keys(text: str | None) -> list[str]:
    try:
        value = json.loads(text or "")
    except ValueError:
        return []
    return list(value) if isinstance(value, dict) else []


def _image(image: str, account: str) -> Iterator[str]:
    match = IMAGE.fullmatch(image)
    if match is None or match["account"] != account or image_digest(image, account):
        return
    failed = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{image}: "
    )
    if match["repository"] in ecr_backends[account][match["region"]].repositories:
        yield f"{failed}{image}: not found"
    else:
        yield f"{failed}pull access denied, repository does not exist or may require authorization"


def _log_group(logging: dict[str, Any], account: str, region: str) -> Iterator[str]:
    options = logging.get("options") or {}
    if logging.get("logDriver") != "awslogs" or options.get("awslogs-create-group") == "true":
        return
    if (
        options.get("awslogs-group")
        not in logs_backends[account][options.get("awslogs-region", region)].groups
    ):
        yield (
            "ResourceInitializationError: failed to validate logger args: create stream has been retried "
            "1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: "
            "The specified log group does not exist. : exit status 1"
        )
