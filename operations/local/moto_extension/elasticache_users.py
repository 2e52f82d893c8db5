"""ElastiCache: users and user groups.

Moto 5.2.5 has no user groups and cannot change a user. It calls the authentication of a user without
password `no-password-required`, where AWS says `no-password`.
"""

from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.exceptions import ElastiCacheException, InvalidParameterCombinationException
from moto.elasticache.models import ElastiCacheBackend, User
from moto.elasticache.responses import ElastiCacheResponse

from operations.local.moto_extension.adopt import adopt

DEFAULT = "default"
_TYPES = {"no-password-required": "no-password"}

_create_user = ElastiCacheBackend.create_user
_delete_user = ElastiCacheBackend.delete_user


@dataclass
class UserGroup:
    """Users who may log in to the replication groups that name the group."""

    user_group_id: str
    engine: str
    user_ids: list[str]
    arn: str
    status: str = "active"
    minimum_engine_version: str = "6.0"
    replication_groups: list[str] = field(default_factory=list)


def install() -> None:
    """Register the fixes."""
    adopt(User, FixedUser)
    adopt(ElastiCacheBackend, Backend)
    adopt(ElastiCacheResponse, Responses)


class UserGroupNotFound(ElastiCacheException):
    """No group has this id."""

    code = "UserGroupNotFound"

    def __init__(self, id_: str):
        super().__init__(f"{id_} is not found.")


class UserGroupAlreadyExists(ElastiCacheException):
    """Ids are unique."""

    code = "UserGroupAlreadyExists"

    def __init__(self, id_: str):
        super().__init__(f"User Group {id_} already exists.")


class DefaultUserRequired(ElastiCacheException):
    """Redis always has a user of this name."""

    code = "DefaultUserRequired"
    message = "User group needs to contain a user with the user name default."


class InvalidUserGroupState(ElastiCacheException):
    """The group is in use."""

    code = "InvalidUserGroupState"


class FixedUser(User):
    """A user as AWS tells it."""

    @property
    def authentication(self) -> dict[str, str | int | None]:
        type_ = "no-password-required" if self.no_password_required else self.authentication_type
        answer: dict[str, str | int | None] = {"Type": _TYPES.get(str(type_), type_)}
        return answer | ({"PasswordCount": len(self.passwords)} if self.passwords else {})


class Backend(ElastiCacheBackend):
    """What AWS stores."""

    @property
    def user_groups(self) -> dict[str, UserGroup]:
        groups: dict[str, UserGroup] = vars(self).setdefault("_user_groups", {})
        return groups

    def create_user(self, **options: Any) -> User:  # type: ignore[override]
        if options["authentication_type"] == "iam" and options["user_id"] != options["user_name"]:
            raise InvalidParameterCombinationException(
                "User Id and User name must be same for authentication type: iam"
            )
        return _create_user(self, **options)

    def delete_user(self, user_id: str) -> User:
        user = _delete_user(self, user_id)
        for group in self.user_groups.values():
            group.user_ids = [one for one in group.user_ids if one != user_id]
        return user

    def change_user(self, user_id: str, changes: dict[str, Any]) -> User:
        """Apply a ModifyUser."""
        user = self.describe_users(user_id)[0]
        if access := changes.get("AccessString"):
            user.access_string = access
        if extra := changes.get("AppendAccessString"):
            user.access_string = f"{user.access_string} {extra}"
        if mode := changes.get("AuthenticationMode"):
            user.authentication_type = mode["Type"]
            user.passwords = mode.get("Passwords", [])
            user.no_password_required = mode["Type"] == "no-password-required"
        return user

    def make_user_group(self, id_: str, engine: str, user_ids: list[str]) -> UserGroup:
        """Create a group."""
        if id_ in self.user_groups:
            raise UserGroupAlreadyExists(id_)
        self._need_default(engine, user_ids)
        arn = f"arn:aws:elasticache:{self.region_name}:{self.account_id}:usergroup:{id_}"
        self.user_groups[id_] = UserGroup(id_, engine, list(user_ids), arn)
        self._tell_users()
        return self.user_groups[id_]

    def find_user_groups(self, id_: str | None = None) -> list[UserGroup]:
        """One group or all."""
        if id_ and id_ not in self.user_groups:
            raise UserGroupNotFound(id_)
        found = [self.user_groups[id_]] if id_ else list(self.user_groups.values())
        for group in found:
            group.replication_groups = self._used_by(group.user_group_id)
        return found

    def change_user_group(self, id_: str, add: list[str], remove: list[str]) -> UserGroup:
        """Add and remove users."""
        group = self.find_user_groups(id_)[0]
        kept = [one for one in group.user_ids if one not in remove]
        self._need_default(group.engine, [*kept, *add])
        group.user_ids = [*kept, *add]
        self._tell_users()
        return group

    def delete_user_group(self, id_: str) -> UserGroup:
        """Forget a group that no replication group uses."""
        group = self.find_user_groups(id_)[0]
        if group.replication_groups:
            raise InvalidUserGroupState(f"User group {id_} is associated with {group.replication_groups}.")
        del self.user_groups[id_]
        self._tell_users()
        return group

    def _used_by(self, id_: str) -> list[str]:
        return [name for name, group in self.replication_groups.items() if id_ in group.user_group_ids]

    def _need_default(self, engine: str, user_ids: list[str]) -> None:
        names = [self.describe_users(id_)[0].name for id_ in user_ids]
        if engine == "redis" and DEFAULT not in names:
            raise DefaultUserRequired

    def _tell_users(self) -> None:
        for user in self.users.values():
            user.user_group_ids = [
                id_ for id_, group in self.user_groups.items() if user.id in group.user_ids
            ]


class Responses(ElastiCacheResponse):
    """What AWS answers. A change is done at once, so its answer says `active`."""

    def modify_user(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        return ActionResult(backend.change_user(self._get_param("UserId"), self._get_params()))

    def create_user_group(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        engine = self._get_param("Engine").lower()
        group = backend.make_user_group(
            self._get_param("UserGroupId"), engine, self._get_param("UserIds", [])
        )
        if tags := self._get_param("Tags"):
            backend.add_tags_to_resource(group.arn, tags)
        return ActionResult(_told(group))

    def describe_user_groups(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        groups = backend.find_user_groups(self._get_param("UserGroupId"))
        return ActionResult({"UserGroups": [_told(group) for group in groups]})

    def modify_user_group(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        group = backend.change_user_group(
            self._get_param("UserGroupId"),
            self._get_param("UserIdsToAdd", []),
            self._get_param("UserIdsToRemove", []),
        )
        return ActionResult(_told(group))

    def delete_user_group(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        group = backend.delete_user_group(self._get_param("UserGroupId"))
        return ActionResult({**_told(group), "Status": "deleting"})


def _told(group: UserGroup) -> dict[str, Any]:
    return {
        "UserGroupId": group.user_group_id,
        "Status": group.status,
        "Engine": group.engine,
        "UserIds": group.user_ids,
        "MinimumEngineVersion": group.minimum_engine_version,
        "ReplicationGroups": group.replication_groups,
        "ARN": group.arn,
    }
