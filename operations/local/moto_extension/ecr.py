"""ECR.

Moto 5.2.5
- keeps the replication configuration of a registry and does nothing with it. AWS copies each image that is
  pushed after the configuration was made; a repository that is missing in the destination is made, with
  default settings;
- gives images with the same layers the same digest, whatever else their manifests say. The digest is that of
  the manifest (OCI image specification, "Content Descriptors").
"""

import hashlib
from typing import Any

from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, Image, ecr_backends

from operations.local.moto_extension.adopt import adopt

_put_image = ECRBackend.put_image


def install() -> None:
    """Register the fixes."""
    adopt(ECRBackend, Backend)
    adopt(Image, PushedImage)


class PushedImage(Image):
    """An image that is told from others by its manifest."""

    def _create_digest(self) -> None:
        self._image_digest = f"sha256:{hashlib.sha256(self.image_manifest.encode()).hexdigest()}"


class Backend(ECRBackend):
    """What AWS stores."""

    def put_image(
        self,
        repository_name: str,
        image_manifest: str,
        image_tag: str,
        image_manifest_mediatype: str | None = None,
        digest: str | None = None,
    ) -> Image:
        manifest = (image_manifest, image_tag, image_manifest_mediatype)
        image = _put_image(self, repository_name, *manifest, digest)
        for account_id, region in self._destinations(repository_name):
            _copy(ecr_backends[account_id][region], repository_name, manifest, image.get_image_digest())
        return image

    def _destinations(self, repository_name: str) -> list[tuple[str, str]]:
        """Account and region of each registry that gets a copy. Copies are not copied on."""
        found = []
        for rule in self.replication_config["rules"]:
            filters = [one["filter"] for one in rule.get("repositoryFilters") or ()]
            if not filters or repository_name.startswith(tuple(filters)):
                found += [(one["registryId"], one["region"]) for one in rule["destinations"]]
        return found


def _copy(target: ECRBackend, name: str, manifest: tuple[str, str, str | None], digest: str) -> None:
    if name not in target.repositories:
        defaults: Any = None
        target.create_repository(name, defaults, defaults, defaults, defaults, tags=[])
    try:
        _put_image(target, name, *manifest, digest)
    except ImageAlreadyExistsException:
        return  # a repeated push of the same image
