"""CloudFront: cache policies and response headers policies.

Moto 5.2.5 has neither. AWS keeps a policy as it was given, refuses a second one of the same name, and deletes
none that a distribution uses.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudfront import urls
from moto.cloudfront.exceptions import CloudFrontException
from moto.cloudfront.models import CloudFrontBackend, random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.common_models import BaseModel
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

_KINDS = {"CachePolicy": "cache-policy", "ResponseHeadersPolicy": "response-headers-policy"}
"""Paths by the name that operations, errors and answers share."""


@dataclass
class Policy(BaseModel):
    """A policy and its configuration, as it was given."""

    config: dict[str, Any]
    id: str = field(default_factory=lambda: str(mock_random.uuid4()))
    etag: str = field(default_factory=random_id)
    changed: datetime = field(default_factory=utcnow)


def install() -> None:
    """Register paths and operations of each kind."""
    for kind, path in _KINDS.items():
        base = "{0}/2020-05-31/" + path
        for pattern in (f"{base}$", f"{base}/(?P<policy_id>[^/]+)$", f"{base}/(?P<policy_id>[^/]+)/config$"):
            urls.url_paths[pattern] = CloudFrontResponse.dispatch
        operations = _Operations(kind)
        snake = path.replace("-", "_")
        for verb in ("create", "get", "update", "delete"):
            setattr(CloudFrontResponse, f"{verb}_{snake}", _method(getattr(operations, verb)))
        setattr(CloudFrontResponse, f"get_{snake}_config", _method(operations.get_config))


def _method(operation: Callable[[CloudFrontResponse], ActionResult]) -> Any:
    """A function, because a class hands its instance to functions only."""

    def method(self: CloudFrontResponse) -> ActionResult:
        return operation(self)

    return method


@dataclass(frozen=True)
class _Operations:
    """What CloudFront does with policies of one kind."""

    kind: str

    def create(self, request: CloudFrontResponse) -> ActionResult:
        config = request._get_param(f"{self.kind}Config")
        if any(policy.config["Name"] == config["Name"] for policy in self._all(request).values()):
            raise CloudFrontException(
                f"{self.kind}AlreadyExists", f"A policy with this name already exists: {config['Name']}"
            )
        policy = Policy(self._completed(config))
        self._all(request)[policy.id] = policy
        path = f"https://cloudfront.amazonaws.com/2020-05-31/{_KINDS[self.kind]}/{policy.id}"
        return ActionResult({**self._shown(policy), "Location": path})

    def get(self, request: CloudFrontResponse) -> ActionResult:
        return ActionResult(self._shown(self._found(request)))

    def get_config(self, request: CloudFrontResponse) -> ActionResult:
        policy = self._found(request)
        return ActionResult({f"{self.kind}Config": policy.config, "ETag": policy.etag})

    def update(self, request: CloudFrontResponse) -> ActionResult:
        policy = self._current(request)
        policy.config = self._completed(request._get_param(f"{self.kind}Config"))
        policy.etag, policy.changed = random_id(), utcnow()
        return ActionResult(self._shown(policy))

    def delete(self, request: CloudFrontResponse) -> ActionResult:
        policy = self._current(request)
        for distribution in request.backend.distributions.values():
            config = vars(distribution.distribution_config)
            behaviours = [config["DefaultCacheBehavior"], *(config["CacheBehaviors"].get("Items") or [])]
            if any(policy.id in vars(behaviour).values() for behaviour in behaviours):
                raise CloudFrontException(
                    f"{self.kind}InUse", "The policy is attached to one or more distributions."
                )
        del self._all(request)[policy.id]
        return EmptyResult()

    def _shown(self, policy: Policy) -> dict[str, Any]:
        body = {
            "Id": policy.id,
            "LastModifiedTime": policy.changed,
            f"{self.kind}Config": policy.config,
        }
        return {self.kind: body, "ETag": policy.etag}

    def _completed(self, config: dict[str, Any]) -> dict[str, Any]:
        return {"Comment": "", **config}

    def _current(self, request: CloudFrontResponse) -> Policy:
        """The policy, if the caller has seen its last change."""
        policy = self._found(request)
        if not (tag := request._get_param("IfMatch")):
            raise CloudFrontException(
                "InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource."
            )
        if tag != policy.etag:
            raise CloudFrontException("PreconditionFailed", "The policy changed since it was read.")
        return policy

    def _found(self, request: CloudFrontResponse) -> Policy:
        policy = self._all(request).get(request._get_param("Id"))
        if policy is None:
            raise CloudFrontException(f"NoSuch{self.kind}", f"The specified {self.kind} does not exist.")
        return policy

    def _all(self, request: CloudFrontResponse) -> dict[str, Policy]:
        backend: CloudFrontBackend = request.backend
        found: dict[str, Policy] = vars(backend).setdefault(_KINDS[self.kind], {})
        return found
