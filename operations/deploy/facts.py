"""What is there: the service, its revisions, the image asked for, its deployment group. Reads only."""

from dataclasses import dataclass

from operations.aws import Aws
from operations.deploy.group import Group, read_group
from operations.deploy.images import Image, find_image, running_image
from operations.deploy.place import Place
from operations.deploy.service import Service, newest_revisions, read_revision, read_service
from operations.deploy.task_definition import Revision, newest_configuration


@dataclass(frozen=True)
class Facts:
    """All that a plan depends on."""

    place: Place
    service: Service
    running: Revision
    revisions: tuple[Revision, ...]
    """The newest active ones, newest first."""

    image: Image
    group: Group | None

    @property
    def newest(self) -> Revision:
        """The newest configuration. Terraform registers a revision when the configuration changes."""
        return newest_configuration(self.revisions)


def gather(aws: Aws, place: Place, tag: str | None) -> Facts:
    """Everything about the service. `tag` is a tag or digest of its repository; None: the running image."""
    service = read_service(aws, place)
    revisions = newest_revisions(aws, place)
    running = next((one for one in revisions if one.arn == service.revision_arn), None)
    running = running or read_revision(aws, place, service.revision_arn)
    return Facts(
        place=place,
        service=service,
        running=running,
        revisions=revisions,
        image=find_image(aws, place, tag) if tag is not None else running_image(aws, place, running),
        group=read_group(aws, place) if service.blue_green else None,
    )
