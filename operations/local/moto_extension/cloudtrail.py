"""CloudTrail.

Moto 5.2.5 deletes a trail by its name only, and ignores the ARN, by which Terraform deletes. It keeps the
tags, and is content when the trail does not exist.
"""

from moto.cloudtrail.models import CloudTrailBackend

from operations.local.moto_extension.adopt import adopt


def install() -> None:
    """Register the fixes."""
    adopt(CloudTrailBackend, Backend)


class Backend(CloudTrailBackend):
    """What AWS stores."""

    def delete_trail(self, name: str) -> None:
        trail = self.get_trail(name)
        del self.trails[trail.trail_name]
        self.tagging_service.delete_all_tags_for_resource(trail.arn)
