"""CloudFront: distributions.

Moto 5.2.5
- refuses a default behaviour whose target is an origin group, and lets any other behaviour name a target that
  does not exist;
- answers what only behaviours without a cache policy have, forwarded values and lifetimes, for all of them;
- says that a distribution with a certificate uses CloudFront's own as well;
- never looks at If-Match, so a client that missed an update overwrites it;
- deletes a distribution that is still enabled.
"""

from typing import Any

from moto.cloudfront.exceptions import CloudFrontException, InvalidIfMatchVersion, OriginDoesNotExist
from moto.cloudfront.models import CloudFrontBackend, Distribution, DistributionConfig, random_id

from operations.local.moto_extension.adopt import adopt

_init = DistributionConfig.__init__
_update_distribution = CloudFrontBackend.update_distribution
_delete_distribution = CloudFrontBackend.delete_distribution


def install() -> None:
    """Register the fixes."""
    DistributionConfig.__init__ = _init_with_groups  # type: ignore[method-assign]
    adopt(CloudFrontBackend, Backend)


class PreconditionFailed(CloudFrontException):
    """The distribution changed since the caller read it."""

    def __init__(self) -> None:
        super().__init__(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more header fields.",
        )


class DistributionNotDisabled(CloudFrontException):
    """It has to be switched off first."""

    def __init__(self) -> None:
        super().__init__(
            "DistributionNotDisabled", "The distribution you are trying to delete has not been disabled."
        )


class IllegalOriginGroupMethods(CloudFrontException):
    """An origin group takes reads only."""

    def __init__(self) -> None:
        super().__init__(
            "InvalidArgument",
            "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior "
            "associated with an origin group.",
        )


class Backend(CloudFrontBackend):
    """What AWS keeps and refuses."""

    def update_distribution(
        self, dist_config: dict[str, Any], _id: str, if_match: bool
    ) -> tuple[Distribution, str, str]:
        self._require_tag(_id, if_match)
        distribution, location, _ = _update_distribution(self, dist_config, _id, if_match)
        distribution.etag = random_id()
        return distribution, location, distribution.etag

    def delete_distribution(self, distribution_id: str, if_match: bool) -> None:
        self._require_tag(distribution_id, if_match)
        found = self.distributions.get(distribution_id)
        if found and vars(found.distribution_config)["Enabled"]:
            raise DistributionNotDisabled
        _delete_distribution(self, distribution_id, if_match)

    def _require_tag(self, distribution_id: str, if_match: Any) -> None:
        """Both callers check again that there is a tag and a distribution."""
        found = self.distributions.get(distribution_id)
        if not if_match:
            raise InvalidIfMatchVersion
        if found and if_match != found.etag:
            raise PreconditionFailed


def _init_with_groups(self: DistributionConfig, config: dict[str, Any]) -> None:
    """Moto compares the default target with origins only; it gets one of them while it looks."""
    groups = {group["Id"] for group in _items(config, "OriginGroups")}
    targets = {origin["Id"] for origin in _items(config, "Origins")} | groups
    default = config["DefaultCacheBehavior"]
    for behaviour in (default, *_items(config, "CacheBehaviors")):
        target = behaviour["TargetOriginId"]
        if target not in targets:
            raise OriginDoesNotExist
        methods = set(_items(behaviour, "AllowedMethods"))
        if target in groups and not methods <= {"GET", "HEAD", "OPTIONS"}:
            raise IllegalOriginGroupMethods
    target = default["TargetOriginId"]
    # A copy: the request's own parameters stay as they were sent.
    shown = config | {
        "DefaultCacheBehavior": default | {"TargetOriginId": _items(config, "Origins")[0]["Id"]}
    }
    _init(self, shown)
    kept = vars(self)
    kept["DefaultCacheBehavior"].target_origin_id = target
    for behaviour in (kept["DefaultCacheBehavior"], *_items(kept, "CacheBehaviors")):
        if behaviour.cache_policy_id:
            for legacy in ("forwarded_values", "min_ttl", "default_ttl", "max_ttl"):
                setattr(behaviour, legacy, None)
    certificate = kept["ViewerCertificate"]
    if certificate.acm_certificate_arn or certificate.iam_certificate_id:
        certificate.cloud_front_default_certificate = False


def _items(config: dict[str, Any], name: str) -> list[Any]:
    return (config.get(name) or {}).get("Items") or []
