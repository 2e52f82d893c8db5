"""How a service that moto lacks altogether becomes one of moto's."""

import re
import sys
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.tagging_service import TaggingService


class NewBackend(BaseBackend):
    """A region's store of a service that moto lacks; `paths` are its URLs, as in moto's `urls.py`."""

    name: str
    """As its clients sign requests, and as moto names its module."""

    paths: Mapping[str, Any]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.tagger = TaggingService()

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=[_host(self.name)], url_paths=self.paths)

    def tags(self, arn: str) -> dict[str, str]:
        """Tags of a resource."""
        return self.tagger.get_tag_dict_for_resource(arn)

    def tag(self, arn: str, tags: Mapping[str, str] | None) -> None:
        """Add or change tags."""
        self.tagger.tag_resource(arn, TaggingService.convert_dict_to_tags_input(dict(tags or {})))


def register(backends: BackendDict[Any]) -> None:
    """Let moto find the service by its name and by the host that its clients call."""
    name = backends.backend.name
    module = ModuleType(f"moto.{name}")
    vars(module)[f"{name}_backends"] = backends
    sys.modules[module.__name__] = module
    patterns = backend_index.backend_url_patterns
    patterns.append((name, re.compile(_host(name))))


def _host(name: str) -> str:
    return rf"https?://{name}\.(.+)\.amazonaws\.com"
