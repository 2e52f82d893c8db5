"""The shared MySQL database."""

from constructs import Construct

from environments.database import DatabaseConfig
from hybrid_constructs.aws import protected
from hybrid_constructs.data.credentials import DatabaseCredentials
from hybrid_constructs.data.enhanced_monitoring import EnhancedMonitoring
from hybrid_constructs.data.mysql_instance import MysqlInstance
from hybrid_constructs.data.parameters import connection_parameters
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.key import Key


class SharedDatabase(MysqlInstance):
    """One RDS instance on which every service has a database and a user of its own.

    `client_cidrs` are the only ranges that reach it, each under a static key. `replica_keys` says which
    regions get a copy of the credentials, and a key there.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: DatabaseConfig,
        network: Network,
        key: Key,
        logs_key: Key,
        secrets_key: Key,
        monitoring: EnhancedMonitoring,
        region: str,
        account_id: str,
        client_cidrs: dict[str, str],
        secret_name: str,
        parameter_prefix: str,
        replica_keys: dict[str, Key] | None = None,
        log_retention_days: int = 14,
    ) -> None:
        super().__init__(
            scope,
            id_,
            identifier=config.identifier,
            instance_class=config.instance_class,
            settings=config,
            network=network,
            key=key,
            logs_key=logs_key,
            log_retention_days=log_retention_days,
            monitoring=monitoring,
            region=region,
            account_id=account_id,
            client_cidrs=client_cidrs,
        )
        self.credentials = DatabaseCredentials(
            self,
            "Credentials",
            secret_name=secret_name,
            region=region,
            key=secrets_key,
            username=config.master_username,
            database_name=config.database_name,
            port=self.port,
            version=config.password_version,
            replica_keys=replica_keys,
        )
        self._instance(
            standing=True,
            engine="mysql",
            engine_version=config.engine_version,
            allocated_storage=config.allocated_storage_gb,
            storage_type="gp3",
            db_name=config.database_name,
            username=self.credentials.username,
            password_wo=self.credentials.password,
            password_wo_version=self.credentials.version,
            backup_retention_period=config.backup_retention_days,
            backup_window=config.backup_window,
            maintenance_window=config.maintenance_window,
            lifecycle=protected(),
        )
        self.parameter_names = connection_parameters(
            self,
            prefix=parameter_prefix,
            address=self.address,
            port=self.port,
            secret_arn=self.credentials.secret_arn,
            resource_id=self.resource_id,
        )
