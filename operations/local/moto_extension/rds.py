"""RDS.

Moto 5.2.5
- takes windows that only touch for windows that overlap;
- gives every instance the same resource id, by which the provider and IAM tell instances apart;
- forgets Performance Insights, and gives a new instance a certificate authority that does not exist;
- copies zone, Multi-AZ, protection, backups, tags and parameter group of the source into a read replica, also
  into a region that has none of them, and leaves source and replica linked after a promotion;
- cannot delete a replica in another region, and takes a final snapshot of a replica, which AWS refuses.
"""

import copy
import string
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.moto_api._internal import mock_random
from moto.rds import utils
from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    RDSClientError,
)
from moto.rds.models import DBInstance, RDSBackend

from operations.local.moto_extension.adopt import adopt

INSIGHTS_DAYS = 7
"""RDS's default."""

CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
"""RDS's default (RDS user guide, "Certificate authorities")."""

_init = DBInstance.__init__
_update = DBInstance.update
_delete_db_instance = RDSBackend.delete_db_instance
_overlap = utils.get_overlap_between_two_date_ranges


def install() -> None:
    """Register the fixes."""
    adopt(DBInstance, Instance)
    adopt(RDSBackend, Backend)
    DBInstance.__init__ = _init_instance  # type: ignore[method-assign]
    # Zero seconds are no overlap; moto asks for a negative number.
    utils.get_overlap_between_two_date_ranges = lambda *times: _overlap(*times) - 1


def _init_instance(self: Any, *args: Any, **kwargs: Any) -> None:
    _init(self, *args, **{"ca_certificate_identifier": CERTIFICATE_AUTHORITY, **kwargs})
    self.dbi_resource_id = _resource_id()
    _set_insights(self, kwargs)


def _resource_id() -> str:
    letters = string.ascii_uppercase + string.digits
    return "db-" + "".join(mock_random.choice(letters) for _ in range(26))


def _set_insights(instance: Any, asked: dict[str, Any]) -> None:
    """Keep what a request says about Performance Insights; answers and requests name it differently."""
    if (enabled := asked.get("enable_performance_insights")) is not None:
        instance.performance_insights_enabled = enabled
        instance.performance_insights_kms_key_id = None
        instance.performance_insights_retention_period = INSIGHTS_DAYS if enabled else None
    for key in ("performance_insights_kms_key_id", "performance_insights_retention_period"):
        if asked.get(key) is not None:
            setattr(instance, key, asked[key])


class Instance(DBInstance):
    """One instance as AWS keeps it."""

    restored_at: float | None = None
    """See `rds_states`."""

    performance_insights_enabled: bool = False
    performance_insights_kms_key_id: str | None = None
    performance_insights_retention_period: int | None = None

    def update(self, *args: Any, **kwargs: Any) -> None:
        _set_insights(self, kwargs)
        _update(self, *args, **kwargs)

    def remove_replica(self, replica: DBInstance) -> None:
        names = {replica.db_instance_identifier, replica.db_instance_arn}
        self.replicas = [name for name in self.replicas if name not in names]

    def forget_its_source(self) -> None:
        """Stop being a replica. The source may be gone already."""
        try:
            source = self.backend.find_db_from_id(str(self.source_db_instance_identifier))
        except DBInstanceNotFoundError:
            pass
        else:
            source.remove_replica(self)
        self.source_db_instance_identifier = None
        self.is_replica = False

    def begin_as_replica(self, backend: RDSBackend, asked: dict[str, Any]) -> None:
        """What a replica does not take from its source (RDS API reference, CreateDBInstanceReadReplica)."""
        abroad = backend.region_name != self.region
        self.backend = backend
        self.created = self.instance_create_time = utcnow()
        self.dbi_resource_id = _resource_id()
        self.restored_at = None
        self.tags = []
        self.multi_az = False
        self.deletion_protection = False
        self.copy_tags_to_snapshot = False
        self.enable_iam_database_authentication = False
        self.backup_retention_period = 0
        self.monitoring_interval, self.monitoring_role_arn = 0, None
        self.performance_insights_enabled = False
        self.performance_insights_kms_key_id = self.performance_insights_retention_period = None
        self.enabled_cloudwatch_logs_exports = list(asked.get("enable_cloudwatch_logs_exports") or [])
        self.availability_zone = f"{self.region}a"
        self._associated_roles = []
        if abroad:
            self.db_parameter_group_name = None
            ec2: Any = ec2_backends[self.account_id][self.region]
            self.vpc_security_group_ids = [ec2.get_default_security_group(ec2.default_vpc.id).id]


class Backend(RDSBackend):
    """What AWS stores."""

    def create_db_instance_read_replica(self, db_kwargs: dict[str, Any]) -> DBInstance:
        identifier = db_kwargs["db_instance_identifier"]
        if identifier in self.databases:
            raise DBInstanceAlreadyExists
        self._validate_db_identifier(identifier)
        source = self.find_db_from_id(db_kwargs["source_db_instance_identifier"])
        if not source.backup_retention_period:
            raise RDSClientError(
                "InvalidDBInstanceState", "Automated backups are not enabled for this database instance."
            )
        abroad = source.region != self.region_name
        if abroad and source.storage_encrypted and not db_kwargs.get("kms_key_id"):
            raise InvalidParameterCombination(
                "Cannot create a cross region unencrypted read replica from encrypted source."
            )
        replica = copy.copy(source)
        Instance.begin_as_replica(replica, self, db_kwargs)  # type: ignore[arg-type] # adopted
        replica.update(**db_kwargs)
        replica.set_as_replica()
        replica.source_db_instance_identifier = (
            source.db_instance_arn if abroad else source.db_instance_identifier
        )
        self.databases[identifier] = replica
        source.add_replica(replica)
        return replica

    def promote_read_replica(self, db_kwargs: dict[str, Any]) -> DBInstance:
        database = self.describe_db_instances(db_kwargs["db_instance_identifier"])[0]
        if not database.is_replica:
            raise RDSClientError("InvalidDBInstanceState", "DB Instance is not a read replica.")
        Instance.forget_its_source(database)  # type: ignore[arg-type] # adopted
        database.update(**db_kwargs)
        database.backup_retention_period = database.backup_retention_period or 1
        return database

    def delete_db_instance(self, db_instance_identifier: str, *args: Any, **kwargs: Any) -> DBInstance:
        database: Any = self.databases.get(db_instance_identifier)
        if database is not None and database.is_replica:
            if kwargs.get("final_db_snapshot_identifier") and not kwargs.get("skip_final_snapshot"):
                raise InvalidParameterCombination(
                    "FinalDBSnapshotIdentifier can not be specified when deleting a replica instance"
                )
            if not database.deletion_protection:
                database.forget_its_source()
        return _delete_db_instance(self, db_instance_identifier, *args, **kwargs)
