"""Task definitions as data: one revision, the same with another image, and what differs between two."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

IMAGE_TAG = "ImageTag"
"""Tag of a task definition with the image's tag. The image itself is named by its digest alone: ECS documents
`repository:tag` and `repository@digest`, not both in one (API reference, ContainerDefinition, "image")."""

RETURNED_FROM = "ReturnedFrom"
"""Tag of a revision that was registered for a return, such as `orders-prod:8`."""

DRILL = "Drill"
"""Tag of a revision that a drill registered, which is bad on purpose."""

RUN = "HybridRun"
"""Tag of a revision with the id of the run that registered it: how a crash finds it again."""

HIDDEN = "(not shown)"
_SECRETIVE = re.compile(r"PASSWORD|SECRET|TOKEN|CREDENTIAL|_KEY$")
_URL_WITH_PASSWORD = re.compile(r"://[^/\s]*:[^/\s]*@")

_NAMED_BY = {
    "containerDefinitions": "name",
    "dependsOn": "containerName",
    "environment": "name",
    "mountPoints": "containerPath",
    "portMappings": "containerPort",
    "secrets": "name",
    "ulimits": "name",
    "volumes": "name",
}
"""Lists whose order means nothing, and the member that tells their elements apart."""


@dataclass(frozen=True)
class Revision:
    """One registered task definition."""

    arn: str
    definition: Mapping[str, Any] = field(repr=False)
    """What RegisterTaskDefinition takes, except the tags."""

    tags: Mapping[str, str] = field(default_factory=dict)
    active: bool = True

    @property
    def name(self) -> str:
        """Family and number, such as `orders-prod:7`."""
        return self.arn.rpartition("/")[2]

    @property
    def makeshift(self) -> bool:
        """A return or a drill registered it: its configuration is not what somebody wants to have."""
        return RETURNED_FROM in self.tags or DRILL in self.tags

    @property
    def lasting_tags(self) -> dict[str, str]:
        """Those that hold for the next revision, too."""
        return {key: value for key, value in self.tags.items() if key not in (RETURNED_FROM, DRILL, RUN)}

    @property
    def number(self) -> int:
        return int(self.arn.rpartition(":")[2])

    def image(self, container: str) -> str:
        """Image of a container; empty if there is no such container."""
        containers = self.definition.get("containerDefinitions", ())
        return next((str(one["image"]) for one in containers if one["name"] == container), "")


class Change(NamedTuple):
    """A setting that differs. None: it is not there."""

    path: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"+ {self.path}: {self.new}"
        if self.new is None:
            return f"- {self.path}: {self.old}"
        return f"~ {self.path}: {self.old} -> {self.new}"


def newest_configuration(revisions: Sequence[Revision]) -> Revision:
    """What Terraform or a release registered last; `revisions` are the newest first.

    A return registers a copy of what ran. If that counted, a setting that was applied before and not deployed
    yet would never go live.
    """
    return next((one for one in revisions if not one.makeshift), revisions[0])


def with_image(definition: Mapping[str, Any], container: str, image: str) -> dict[str, Any]:
    """The same definition, with another image in one container."""
    containers = [
        {**one, "image": image} if one["name"] == container else one
        for one in definition["containerDefinitions"]
    ]
    return {**definition, "containerDefinitions": containers}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two definitions say the same, whatever the order of what has names."""
    return sorted(_leaves(one)) == sorted(_leaves(other))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs, by path. Values that may be secret are not in it."""
    before, after = _by_path(old), _by_path(new)
    return tuple(
        Change(path, _shown(path, before.get(path)), _shown(path, after.get(path)))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    )


def _by_path(definition: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, text in sorted(_leaves(definition)):
        found[path] = f"{found[path]}, {text}" if path in found else text
    return found


def _leaves(value: Any, path: str = "", list_name: str = "") -> Iterator[tuple[str, str]]:
    """Every single setting with its path. ECS leaves out what is empty, or shows it: both mean the same."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            # Containers are all that tasks are about: their names stand first.
            yield from _leaves(inner, "" if key == "containerDefinitions" else _joined(path, key), key)
    elif isinstance(value, list) and list_name in _NAMED_BY:
        for one in value:
            rest = {key: inner for key, inner in one.items() if key != _NAMED_BY[list_name]}
            here = _joined(path, str(one.get(_NAMED_BY[list_name])))
            match list(rest.values()):
                case []:
                    yield here, "(set)"
                case [str(text)]:
                    yield here, text
                case _:
                    yield from _leaves(rest, here)
    elif value is not None and value != []:
        yield path, value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(path: str, text: str | None) -> str | None:
    if text is None:
        return None
    _, in_environment, variable = path.partition(".environment.")
    if (in_environment and _SECRETIVE.search(variable)) or _URL_WITH_PASSWORD.search(text):
        return HIDDEN
    return text
