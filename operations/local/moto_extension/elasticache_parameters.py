"""ElastiCache: cache parameter groups, and the tags of what moto does not tag.

Moto 5.2.5 has no parameter groups, and refuses to list the tags of a parameter group or a user group.
"""

from dataclasses import dataclass, field
from re import compile as re_compile
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from operations.local.moto_extension.adopt import adopt

TAGGED = re_compile(
    r"^arn:aws:elasticache:[^:]*:[0-9]*:"
    r"(cluster|parametergroup|replicationgroup|snapshot|subnetgroup|user|usergroup):.+$"
)

_list_tags_for_resource = ElastiCacheBackend.list_tags_for_resource


@dataclass
class ParameterGroup:
    """Parameters that differ from those of the family."""

    cache_parameter_group_name: str
    cache_parameter_group_family: str
    description: str
    arn: str
    is_global: bool = False
    values: dict[str, str] = field(default_factory=dict)


def install() -> None:
    """Register the fixes."""
    adopt(ElastiCacheBackend, Backend)
    adopt(ElastiCacheResponse, Responses)


class ParameterGroupNotFound(ElastiCacheException):
    """No group has this name."""

    code = "CacheParameterGroupNotFound"

    def __init__(self, name: str):
        super().__init__(f"CacheParameterGroup {name} not found.")


class ParameterGroupAlreadyExists(ElastiCacheException):
    """Names are unique."""

    code = "CacheParameterGroupAlreadyExists"

    def __init__(self, name: str):
        super().__init__(f"CacheParameterGroup {name} already exists.")


class InvalidParameterGroupState(ElastiCacheException):
    """The group is in use."""

    code = "InvalidCacheParameterGroupState"


class Backend(ElastiCacheBackend):
    """What AWS stores."""

    @property
    def parameter_groups(self) -> dict[str, ParameterGroup]:
        groups: dict[str, ParameterGroup] = vars(self).setdefault("_parameter_groups", {})
        return groups

    def list_tags_for_resource(self, arn: str) -> dict[str, list[dict[str, str]]]:
        self.arn_regex = TAGGED
        return _list_tags_for_resource(self, arn)

    def make_parameter_group(self, name: str, family: str, description: str) -> ParameterGroup:
        """Create a group."""
        if name in self.parameter_groups:
            raise ParameterGroupAlreadyExists(name)
        arn = f"arn:aws:elasticache:{self.region_name}:{self.account_id}:parametergroup:{name}"
        self.parameter_groups[name] = ParameterGroup(name, family, description, arn)
        return self.parameter_groups[name]

    def find_parameter_groups(self, name: str | None = None) -> list[ParameterGroup]:
        """One group or all."""
        if name and name not in self.parameter_groups:
            raise ParameterGroupNotFound(name)
        return [self.parameter_groups[name]] if name else list(self.parameter_groups.values())

    def delete_parameter_group(self, name: str) -> None:
        """Forget a group that no cluster uses."""
        self.find_parameter_groups(name)
        if any(cluster.cache_parameter_group_name == name for cluster in self.cache_clusters.values()):
            raise InvalidParameterGroupState(f"One or more cache clusters are still members of {name}.")
        del self.parameter_groups[name]


class Responses(ElastiCacheResponse):
    """What AWS answers."""

    def create_cache_parameter_group(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        group = backend.make_parameter_group(
            self._get_param("CacheParameterGroupName"),
            self._get_param("CacheParameterGroupFamily"),
            self._get_param("Description"),
        )
        if tags := self._get_param("Tags"):
            backend.add_tags_to_resource(group.arn, tags)
        return ActionResult({"CacheParameterGroup": group})

    def describe_cache_parameter_groups(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        groups = backend.find_parameter_groups(self._get_param("CacheParameterGroupName"))
        return ActionResult({"CacheParameterGroups": groups})

    def describe_cache_parameters(self) -> ActionResult:
        parameters = [
            {"ParameterName": name, "ParameterValue": value, "Source": "user", "IsModifiable": True}
            for name, value in self._group().values.items()
        ]
        # The family's own values are not known here, and nobody may mistake them for changed ones.
        return ActionResult({"Parameters": parameters if self._get_param("Source") != "system" else []})

    def modify_cache_parameter_group(self) -> ActionResult:
        group = self._group()
        for one in self._get_param("ParameterNameValues"):
            group.values[one["ParameterName"]] = one["ParameterValue"]
        return ActionResult({"CacheParameterGroupName": group.cache_parameter_group_name})

    def reset_cache_parameter_group(self) -> ActionResult:
        group = self._group()
        if self._get_bool_param("ResetAllParameters"):
            group.values.clear()
        for one in self._get_param("ParameterNameValues", []):
            group.values.pop(one["ParameterName"], None)
        return ActionResult({"CacheParameterGroupName": group.cache_parameter_group_name})

    def delete_cache_parameter_group(self) -> EmptyResult:
        backend: Any = self.elasticache_backend
        backend.delete_parameter_group(self._get_param("CacheParameterGroupName"))
        return EmptyResult()

    def _group(self) -> ParameterGroup:
        backend: Any = self.elasticache_backend
        group: ParameterGroup = backend.find_parameter_groups(self._get_param("CacheParameterGroupName"))[0]
        return group
