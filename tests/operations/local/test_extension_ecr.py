"""ECR as the extension makes it: an image is told from others by its manifest."""

import json

from tests.operations.local.conftest import Clients


def manifest(config: str) -> str:
    kind = "application/vnd.oci.image.manifest.v1+json"
    described = {"digest": f"sha256:{config * 64}"}
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "config": described, "layers": []})


def test_images_that_differ_in_their_configuration_only_have_different_digests(aws: Clients) -> None:
    ecr = aws("ecr")
    ecr.create_repository(repositoryName="orders")
    digests = [
        ecr.put_image(repositoryName="orders", imageTag=tag, imageManifest=manifest(config))["image"][
            "imageId"
        ]["imageDigest"]
        for tag, config in (("1", "a"), ("2", "b"))
    ]
    assert digests[0] != digests[1]
    found = ecr.describe_images(repositoryName="orders", imageIds=[{"imageTag": "1"}])["imageDetails"][0]
    assert found["imageDigest"] == digests[0]
    by_digest = ecr.describe_images(repositoryName="orders", imageIds=[{"imageDigest": digests[1]}])
    assert by_digest["imageDetails"][0]["imageTags"] == ["2"]
