"""The image that a new revision will have. Reads only."""

import re
from dataclasses import dataclass
from typing import Any

from operations.aws import Aws, explained
from operations.deploy.place import Place
from operations.deploy.task_definition import IMAGE_TAG, Revision
from operations.errors import UsageError

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|sha256:[0-9a-f]{64}")
"""A tag (OCI distribution specification, "Pulling manifests") or a digest."""


@dataclass(frozen=True)
class Image:
    """The image that the new revision will have."""

    reference: str
    tag: str
    """Empty if the image is known by its digest only."""

    found: bool
    newest: tuple[str, ...] = ()
    """Newest tags of the repository; looked up if the one asked for is not there."""


def find_image(aws: Aws, place: Place, tag: str) -> Image:
    """The image of a tag or digest of the service's repository; `found` says whether it is there."""
    if not TAG.fullmatch(tag):
        raise UsageError(
            f"--image {tag}: give the tag alone, such as 1.4.2, or a digest; the repository is "
            f"{place.repository} (environments/{place.environment}.yaml)"
        )
    name = f"{place.registry}/{place.repository}"
    by_digest = tag.startswith("sha256:")
    found = describe_image(aws, place, place.repository, {"imageDigest" if by_digest else "imageTag": tag})
    if found is None:
        return Image(f"{name}{'@' if by_digest else ':'}{tag}", tag, False, _newest_tags(aws, place))
    tags: list[str] = sorted(found.get("imageTags", ()))
    shown = (tags[0] if tags else "") if by_digest else tag
    return Image(f"{name}@{found['imageDigest']}", shown, True)


def running_image(aws: Aws, place: Place, running: Revision) -> Image:
    """As the running revision names it."""
    reference = running.image(place.service)
    own, _, rest = reference.partition(f"{place.registry}/{place.repository}")
    found = True
    if not own and rest:
        key = "imageDigest" if rest[0] == "@" else "imageTag"
        found = describe_image(aws, place, place.repository, {key: rest[1:]}) is not None
    tag = rest[1:] if rest.startswith(":") else running.tags.get(IMAGE_TAG, "")
    return Image(reference, tag, found)


def describe_image(aws: Aws, place: Place, repository: str, image: dict[str, str]) -> dict[str, Any] | None:
    """What ECR says of an image; None if it is not there."""
    client = aws.client("ecr", place.region)
    with explained(f"ecr:DescribeImages of {repository}"):
        try:
            details = client.describe_images(repositoryName=repository, imageIds=[image])["imageDetails"]
        except (client.exceptions.ImageNotFoundException, client.exceptions.RepositoryNotFoundException):
            return None
    return dict(details[0]) if details else None


def _newest_tags(aws: Aws, place: Place, most: int = 5) -> tuple[str, ...]:
    client = aws.client("ecr", place.region)
    with explained(f"ecr:DescribeImages of {place.repository}"):
        try:
            pages = client.get_paginator("describe_images").paginate(
                repositoryName=place.repository, filter={"tagStatus": "TAGGED"}
            )
            images = [image for page in pages for image in page["imageDetails"]]
        except client.exceptions.RepositoryNotFoundException:
            return ()
    images.sort(key=lambda image: str(image.get("imagePushedAt", "")), reverse=True)
    return tuple(tag for image in images for tag in image.get("imageTags", ()))[:most]
