"""States of RDS instances.

Moto 5.2.5 shows every instance as available at once, and lets it be changed in any state. On AWS a restored
instance
- is `creating`, without an endpoint;
- is `available`, while changes are refused for some moments more (terraform-provider-aws#31594);
- if it has backups, is `backing-up` until the first one is done, hours for a large disk (#44104);
- is `available`, and only now can be changed, renamed or snapshotted (RDS user guide, "Viewing Amazon RDS DB
  instance status": "available for modifications", and "Creating a DB snapshot").
It can be deleted at any time, but not with a final snapshot, which needs an available one (#46687).
Times are those of the emulated clock.
"""

from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, DBSnapshot, RDSBackend

from operations.local.moto_extension.adopt import adopt
from operations.local.moto_extension.ecs_clock import CLOCK

CREATING, SETTLING, BACKING_UP = 120.0, 60.0, 600.0
"""Seconds of AWS: until there is an endpoint, until the first backup begins, until it is done."""

AVAILABLE = "available"

_endpoint = DBInstance.endpoint
_modify_db_instance = RDSBackend.modify_db_instance
_create_db_snapshot = RDSBackend.create_db_snapshot


def install() -> None:
    """Register the fixes."""
    adopt(DBInstance, Instance)
    adopt(RDSBackend, Backend)


class Instance(DBInstance):
    """One instance. Those that were not restored are as moto has them: available from the beginning."""

    restored_at: float | None = None
    """Of the emulated clock."""

    @property
    def status(self) -> str:
        if self._status != AVAILABLE or self.restored_at is None:
            return self._status
        age = CLOCK.now - self.restored_at
        if age < CREATING:
            return "creating"
        backing_up = bool(self.backup_retention_period) and age >= CREATING + SETTLING
        return "backing-up" if backing_up and age < CREATING + SETTLING + BACKING_UP else AVAILABLE

    @status.setter
    def status(self, value: str) -> None:
        self._status = value

    @property
    def settling(self) -> bool:
        """Whether AWS still works on what it restored; it does not always show."""
        young = self.restored_at is not None and CLOCK.now - self.restored_at < CREATING + SETTLING
        return young or self.status == "backing-up"

    @property
    def endpoint(self) -> dict[str, Any] | None:  # type: ignore[override] # moto's is never without one
        found: dict[str, Any] = _endpoint.fget(self)  # type: ignore[attr-defined]
        return None if self.status == "creating" else found


class Backend(RDSBackend):
    """What AWS lets be done."""

    def modify_db_instance(self, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> DBInstance:
        database: Any = self.describe_db_instances(db_instance_identifier)[0]
        if database.settling:
            raise RDSClientError("InvalidDBInstanceState", "Database instance is not in available state.")
        return _modify_db_instance(self, db_instance_identifier, db_kwargs)

    def create_db_snapshot(
        self,
        db_instance_identifier: str,
        db_snapshot_identifier: str,
        snapshot_type: str = "manual",
        *more: Any,
        **named: Any,
    ) -> DBSnapshot:
        database: Any = self.databases.get(db_instance_identifier)
        if snapshot_type == "manual" and database is not None and database.settling:
            raise RDSClientError(
                "InvalidDBInstanceState",
                f"Cannot create a snapshot because the database instance {db_instance_identifier} is not "
                "currently in the available state.",
            )
        return _create_db_snapshot(
            self, db_instance_identifier, db_snapshot_identifier, snapshot_type, *more, **named
        )
