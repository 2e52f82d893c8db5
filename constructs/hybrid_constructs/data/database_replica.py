"""The shared database's replica in another region, which a failover turns into a primary."""

from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from constructs import Construct

from environments.database import DatabaseConfig
from environments.recovery import ReplicaConfig, ReplicaRole
from hybrid_constructs.aws import protected
from hybrid_constructs.data import database_watch
from hybrid_constructs.data.enhanced_monitoring import EnhancedMonitoring
from hybrid_constructs.data.mysql_instance import MysqlInstance
from hybrid_constructs.data.parameters import connection_parameters
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.security.key import Key


class DatabaseReplica(MysqlInstance):
    """Read replica across regions, known by its source's ARN, so that nothing here asks the other region.

    `config.role` decides what it is. As `replica` it has one zone and no final snapshot, which RDS would
    refuse. As `primary` it is what the source was: Multi-AZ, protected, with a final snapshot. The switch
    replaces nothing, because engine, user and storage are left to RDS. Settings are those of `source`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: ReplicaConfig,
        source: DatabaseConfig,
        source_arn: str,
        network: Network,
        key: Key,
        logs_key: Key,
        monitoring: EnhancedMonitoring,
        region: str,
        account_id: str,
        client_cidrs: dict[str, str],
        secret_name: str,
        parameter_prefix: str,
        log_retention_days: int = 14,
    ) -> None:
        _refuse_same_region(config.identifier, source_arn, region)
        super().__init__(
            scope,
            id_,
            identifier=config.identifier,
            instance_class=config.instance_class,
            settings=source,
            network=network,
            key=key,
            logs_key=logs_key,
            log_retention_days=log_retention_days,
            monitoring=monitoring,
            region=region,
            account_id=account_id,
            client_cidrs=client_cidrs,
        )
        self._config = config
        promoted = config.role is ReplicaRole.PRIMARY
        self._instance(
            standing=promoted,
            replicate_source_db=None if promoted else source_arn,
            backup_retention_period=config.backup_retention_days,
            backup_window=config.backup_window,
            maintenance_window=config.maintenance_window,
            # Nobody works on a replica, and a promoted one must not wait for Saturday to become Multi-AZ.
            apply_immediately=True,
            lifecycle=protected() if promoted else None,
        )
        # The copy in this region: it can be read, and planned with, while the source's region is gone.
        secret = DataAwsSecretsmanagerSecret(self, "Secret", name=secret_name)
        self.secret_arn = secret.arn
        self.parameter_names = connection_parameters(
            self,
            prefix=parameter_prefix,
            address=self.address,
            port=self.port,
            secret_arn=self.secret_arn,
            resource_id=self.resource_id,
        )

    def alarms(self) -> list[Alarm]:
        """Those of every instance; the lag as long as it is a replica."""
        alarms = super().alarms()
        if self._config.role is ReplicaRole.REPLICA:
            alarms += database_watch.replica_alarms(
                self.identifier, lag_seconds=self._config.lag_alarm_seconds
            )
        return alarms

    def dashboard_rows(self) -> list[DashboardRow]:
        """Load, disk and, of a replica, its lag."""
        return database_watch.rows(self.identifier, replica=self._config.role is ReplicaRole.REPLICA)


def _refuse_same_region(identifier: str, source_arn: str, region: str) -> None:
    parts = source_arn.split(":")
    if len(parts) != 7 or parts[2] != "rds":
        raise ValueError(
            f"replica {identifier}: source_arn {source_arn} is not the ARN of a database; "
            'give arn:aws:rds:REGION:ACCOUNT:db:NAME (RDS user guide, "Cross-Region read replicas")'
        )
    if parts[3] == region:
        raise ValueError(
            f"replica {identifier}: {region} is the region of its source, {source_arn}; it would be lost "
            'together with it; use another region (RDS user guide, "Cross-Region read replicas")'
        )
