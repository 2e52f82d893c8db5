"""What the shared database and its replica have in common: surroundings, settings, access and alarms."""

from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance, DbInstanceTimeouts
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from environments.database import DatabaseConfig
from hybrid_constructs.aws import on_emulator
from hybrid_constructs.data import database_watch
from hybrid_constructs.data.enhanced_monitoring import EnhancedMonitoring
from hybrid_constructs.data.parameter_group import MysqlParameters
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement

PORT = 3306
_TIMEOUTS = DbInstanceTimeouts(create="180m", update="120m", delete="90m")
"""A replica copies the whole disk to another region first; the provider's 40 minutes may not do."""


class MysqlInstance(Construct):
    """Base of `SharedDatabase` and `DatabaseReplica`; makes everything but the instance itself.

    Encrypted, TLS only, not public, open to nobody until `allow_from` is called, IAM authentication on.
    """

    port = PORT
    arn: str
    address: str
    """Host name, without the port."""

    resource_id: str

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        identifier: str,
        instance_class: str,
        settings: DatabaseConfig,
        network: Network,
        key: Key,
        logs_key: Key,
        log_retention_days: int,
        monitoring: EnhancedMonitoring,
        region: str,
        account_id: str,
        client_cidrs: dict[str, str],
    ) -> None:
        super().__init__(scope, id_)
        self.identifier = identifier
        self.instance_class = instance_class
        self.settings = settings
        self._network = network
        self._key_arn = key.arn
        self._monitoring = monitoring
        self._region = region
        self._account_id = account_id
        self.subnet_group = self._subnet_group()
        self.security_group_id = self._security_group()
        for name, cidr in client_cidrs.items():
            self.allow_from(name, cidr=cidr)
        self.parameter_group = MysqlParameters(self, "Parameters", name=identifier, config=settings).name
        self._log_groups = self._exported_logs(logs_key, log_retention_days)

    def allow_from(self, id_: str, *, cidr: str | None = None, security_group_id: str | None = None) -> None:
        """Open the port to a range, or to a security group of the same or a peered VPC; one of the two."""
        if (cidr is None) == (security_group_id is None):
            raise ValueError(
                f"allow_from {id_}: got cidr {cidr}, security_group_id {security_group_id}; give one of them"
            )
        VpcSecurityGroupIngressRule(
            self,
            f"From-{id_}",
            security_group_id=self.security_group_id,
            description=f"MySQL from {id_}",
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            cidr_ipv4=cidr,
            referenced_security_group_id=security_group_id,
        )

    def grant_connect(self, username: str) -> list[Statement]:
        """Log in as a database user that was made with IAM authentication; opens no port."""
        return connect(
            username, region=self._region, account_id=self._account_id, resource_id=self.resource_id
        )

    def alarms(self) -> list[Alarm]:
        """What must not stay unnoticed."""
        return database_watch.instance_alarms(
            self.identifier,
            instance_class=self.instance_class,
            storage_gib=self.settings.allocated_storage_gb,
        )

    def dashboard_rows(self) -> list[DashboardRow]:
        """Load and disk."""
        return database_watch.rows(self.identifier)

    def _instance(
        self, *, standing: bool, depends_on: list[ITerraformDependable] | None = None, **particular: Any
    ) -> DbInstance:
        """The instance. `standing` is one that holds the only copy: protected, with a last snapshot."""
        settings, emulator = self.settings, on_emulator()
        insights = settings.performance_insights
        last_snapshot = standing and not emulator
        instance = DbInstance(
            self,
            "Instance",
            identifier=self.identifier,
            instance_class=self.instance_class,
            storage_encrypted=True,
            kms_key_id=self._key_arn,
            max_allocated_storage=settings.max_allocated_storage_gb,
            multi_az=standing and settings.multi_az,
            port=PORT,
            publicly_accessible=False,
            db_subnet_group_name=self.subnet_group,
            vpc_security_group_ids=[self.security_group_id],
            parameter_group_name=self.parameter_group,
            ca_cert_identifier=settings.ca_certificate,
            iam_database_authentication_enabled=True,
            # "8.4" follows the minor versions, "8.4.6" stays there: one setting instead of two that fight.
            auto_minor_version_upgrade=settings.engine_version.count(".") == 1,
            copy_tags_to_snapshot=True,
            monitoring_interval=settings.monitoring_interval_seconds,
            monitoring_role_arn=self._monitoring.role_arn,
            performance_insights_enabled=insights,
            performance_insights_kms_key_id=self._key_arn if insights else None,
            performance_insights_retention_period=settings.performance_insights_days if insights else None,
            enabled_cloudwatch_logs_exports=list(settings.log_exports),
            # A replica too: losing it in an outage would be losing the way out.
            deletion_protection=not emulator,
            skip_final_snapshot=not last_snapshot,
            final_snapshot_identifier=f"{self.identifier}-final" if last_snapshot else None,
            # Backups outlive an instance that is deleted, until their days are over.
            delete_automated_backups=not last_snapshot,
            timeouts=_TIMEOUTS,
            # Made by RDS, the groups would be neither encrypted nor limited in time.
            depends_on=[*self._log_groups, *self._monitoring.ready, *(depends_on or [])],
            **particular,
        )
        self.arn = instance.arn
        self.address = instance.address
        self.resource_id = instance.resource_id
        return instance

    def _subnet_group(self) -> str:
        return DbSubnetGroup(
            self,
            "Subnets",
            name=self.identifier,
            description=f"Data subnets of {self._network.name}",
            subnet_ids=list(self._network.subnet_ids["data"].values()),
        ).name

    def _security_group(self) -> str:
        """No rule out: a database calls nobody."""
        name = f"{self.identifier}-access"
        return SecurityGroup(
            self,
            "Access",
            name=name,
            description=f"MySQL to {self.identifier}",
            vpc_id=self._network.vpc_id,
            tags={"Name": name},
        ).id

    def _exported_logs(self, key: Key, retention_days: int) -> list[CloudwatchLogGroup]:
        return [
            CloudwatchLogGroup(
                self,
                f"Log-{stream}",
                name=f"/aws/rds/instance/{self.identifier}/{stream}",
                retention_in_days=retention_days,
                kms_key_id=key.arn,
            )
            for stream in self.settings.log_exports
        ]


def connect(username: str, *, region: str, account_id: str, resource_id: str) -> list[Statement]:
    """Log in with IAM authentication (RDS user guide, "IAM policy for IAM database access")."""
    user = f"arn:aws:rds-db:{region}:{account_id}:dbuser:{resource_id}/{username}"
    return [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": user}]
