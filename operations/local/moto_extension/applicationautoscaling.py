"""Application Auto Scaling.

Moto 5.2.5 has no tags: ListTagsForResource, TagResource and UntagResource are missing, RegisterScalableTarget
drops `Tags` and returns no ARN. The Terraform provider reads the tags of every target, by its ARN.
"""

import json
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeScalableTarget
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import AWSError
from moto.utilities.tagging_service import TaggingService

from operations.local.moto_extension.adopt import adopt

_register_scalable_target = ApplicationAutoScalingResponse.register_scalable_target
_deregister_scalable_target = ApplicationAutoScalingResponse.deregister_scalable_target
_describe_scalable_targets = ApplicationAutoScalingResponse.describe_scalable_targets


def install() -> None:
    """Register the fixes."""
    adopt(ApplicationAutoScalingResponse, Responses)


class ResourceNotFound(AWSError):
    """The ARN names no scalable target."""

    TYPE = "ResourceNotFoundException"


def tagger(backend: ApplicationAutoscalingBackend) -> TaggingService:
    """The backend's tags; created on first use, so that a reset of the backend forgets them."""
    tags: TaggingService = vars(backend).setdefault("tagger", TaggingService())
    return tags


def arn_of(target: FakeScalableTarget, backend: ApplicationAutoscalingBackend) -> str:
    """The target's ARN. AWS ends it with a random id; its three names are as unique, and need no state."""
    scope = f"{backend.partition}:application-autoscaling:{backend.region_name}:{backend.account_id}"
    suffix = "/".join((target.service_namespace, target.resource_id, target.scalable_dimension))
    return f"arn:{scope}:scalable-target/{suffix.replace('/', '-').replace(':', '-')}"


class Responses(ApplicationAutoScalingResponse):
    """What AWS answers."""

    def register_scalable_target(self) -> str:
        _register_scalable_target(self)
        arn = arn_of(self._target(), self.applicationautoscaling_backend)
        if tags := self._get_param("Tags"):
            self._tagger.tag_resource(arn, TaggingService.convert_dict_to_tags_input(tags))
        return json.dumps({"ScalableTargetARN": arn})

    def deregister_scalable_target(self) -> str:
        arn = arn_of(self._target(), self.applicationautoscaling_backend)
        answer = _deregister_scalable_target(self)
        self._tagger.delete_all_tags_for_resource(arn)
        return answer

    def describe_scalable_targets(self) -> str:
        answer = json.loads(_describe_scalable_targets(self))
        for described in answer["ScalableTargets"]:
            target = self._find(described["ResourceId"], described["ScalableDimension"])
            described["ScalableTargetARN"] = arn_of(target, self.applicationautoscaling_backend)
        return json.dumps(answer)

    def list_tags_for_resource(self) -> str:
        return json.dumps({"Tags": self._tagger.get_tag_dict_for_resource(self._existing_arn())})

    def tag_resource(self) -> str:
        tags = TaggingService.convert_dict_to_tags_input(self._get_param("Tags"))
        self._tagger.tag_resource(self._existing_arn(), tags)
        return "{}"

    def untag_resource(self) -> str:
        self._tagger.untag_resource_using_names(self._existing_arn(), self._get_param("TagKeys"))
        return "{}"

    @property
    def _tagger(self) -> TaggingService:
        return tagger(self.applicationautoscaling_backend)

    def _target(self) -> FakeScalableTarget:
        return self._find(self._get_param("ResourceId"), self._get_param("ScalableDimension"))

    def _find(self, resource_id: str, dimension: str) -> FakeScalableTarget:
        targets: Any = self.applicationautoscaling_backend.targets
        try:
            found: FakeScalableTarget = targets[dimension][resource_id]
        except KeyError:
            raise ResourceNotFound(f"No scalable target found for {resource_id} ({dimension})") from None
        return found

    def _existing_arn(self) -> str:
        arn: str = self._get_param("ResourceARN")
        backend = self.applicationautoscaling_backend
        known = (target for by_id in backend.targets.values() for target in by_id.values())
        if arn not in (arn_of(target, backend) for target in known):
            raise ResourceNotFound(f"The specified ARN does not exist: {arn}")
        return arn
