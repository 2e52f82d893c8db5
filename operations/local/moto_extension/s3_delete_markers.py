"""S3 delete markers.

Moto 5.2.5 frees the body of every version that it removes, but a delete marker has none: removing one for
good fails, so a versioned bucket in which something was deleted cannot be emptied.
"""

from moto.s3.models import FakeDeleteMarker

from operations.local.moto_extension.adopt import adopt


def install() -> None:
    """Register the fix."""
    adopt(FakeDeleteMarker, DeleteMarkers)


class DeleteMarkers(FakeDeleteMarker):
    """What removing a delete marker takes."""

    def dispose(self, garbage: bool = False) -> None:
        """Nothing to free."""
