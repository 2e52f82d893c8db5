"""Redis for the services of one environment."""

import re

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.elasticache_parameter_group import (
    ElasticacheParameterGroup,
    ElasticacheParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.elasticache_replication_group import (
    ElasticacheReplicationGroup,
    ElasticacheReplicationGroupLogDeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from cdktf_cdktf_provider_aws.elasticache_user import ElasticacheUser, ElasticacheUserAuthenticationMode
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from environments.datastores import CacheConfig
from hybrid_constructs.aws import on_emulator
from hybrid_constructs.data import cache_watch
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement

ENGINE = "redis"
ENGINE_VERSION = "7.1"
"""The last Redis that ElastiCache offers; IAM authentication needs 7.0 (ElastiCache user guide)."""

PORT = 6379
LOGS = ("slow-log", "engine-log")
SLOW_MICROSECONDS = 10_000
NOTHING = "off ~* -@all"
"""Access string of the default user, which nobody may be."""

_FAMILY = "redis7"
_NAME = r"(?=.{1,40}\Z)[a-z](-?[a-z0-9])*"


class Cache(Construct):
    """Redis, encrypted at rest and in transit, in the data subnets; no password exists anywhere.

    Each of `users` (service: user) logs in with a token that IAM signs, and reaches only the keys and
    channels that start with `<service>:`. With `running=False` all but the nodes stand ready, so that a
    failover only has to add them.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: Network,
        key: Key,
        logs_key: Key,
        config: CacheConfig,
        users: dict[str, str],
        region: str,
        account_id: str,
        log_retention_days: int = 14,
        running: bool = True,
    ) -> None:
        super().__init__(scope, id_)
        for identifier in (name, *users.values()):
            _check(identifier)
        self.name, self.port, self.config, self.running = name, PORT, config, running
        # Built, not read: roles exist before the nodes do.
        self._arns = f"arn:aws:elasticache:{region}:{account_id}"
        self._users, self._network = users, network
        self.security_group_id = self._access()
        subnet_group = ElasticacheSubnetGroup(
            self,
            "Subnets",
            name=name,
            description=f"Data subnets of {network.name}",
            subnet_ids=list(network.subnet_ids["data"].values()),
        ).name
        parameter_group = ElasticacheParameterGroup(
            self,
            "Parameters",
            name=name,
            family=_FAMILY,
            description=f"Settings of {name}",
            parameter=[
                ElasticacheParameterGroupParameter(name="maxmemory-policy", value=config.eviction),
                ElasticacheParameterGroupParameter(
                    name="slowlog-log-slower-than", value=str(SLOW_MICROSECONDS)
                ),
            ],
        ).name
        user_group = self._user_group()
        log_groups = {
            kind: CloudwatchLogGroup(
                self,
                f"Log-{kind}",
                name=f"/elasticache/{name}/{kind}",
                retention_in_days=log_retention_days,
                kms_key_id=logs_key.arn,
            ).name
            for kind in LOGS
        }
        self.primary_endpoint: str | None = None
        self.reader_endpoint: str | None = None
        if running:
            nodes = self._nodes(key, subnet_group, parameter_group, user_group, log_groups)
            self.primary_endpoint = nodes.primary_endpoint_address
            self.reader_endpoint = nodes.reader_endpoint_address

    def allow_from(self, id_: str, *, security_group_id: str) -> None:
        """Let the members of a security group connect."""
        VpcSecurityGroupIngressRule(
            self,
            f"From-{id_}",
            security_group_id=self.security_group_id,
            description=f"Redis over TLS from {id_}",
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            referenced_security_group_id=security_group_id,
        )

    def grant_connect(self, service: str) -> list[Statement]:
        """Log in as the user of `service`."""
        # Both must be named (ElastiCache user guide, "Authenticating with IAM").
        return [
            {
                "Effect": "Allow",
                "Action": "elasticache:Connect",
                "Resource": [
                    f"{self._arns}:replicationgroup:{self.name}",
                    f"{self._arns}:user:{self._users[service]}",
                ],
            }
        ]

    def alarms(self) -> list[Alarm]:
        """Nodes that run out of something; none while no node runs."""
        return cache_watch.alarms(self.name, self.config) if self.running else []

    def dashboard_rows(self) -> list[DashboardRow]:
        """Load, memory, evictions, connections and lag."""
        return cache_watch.dashboard_rows(self.name, self.config) if self.running else []

    def _access(self) -> str:
        group_id = SecurityGroup(
            self,
            "Access",
            name=self.name,
            description="Redis over TLS from the private subnets",
            vpc_id=self._network.vpc_id,
            tags={"Name": self.name},
        ).id
        for zone, cidr in self._network.config.tiers["private"].items():
            VpcSecurityGroupIngressRule(
                self,
                f"From-private-{zone[-1]}",
                security_group_id=group_id,
                description=f"Redis over TLS from private-{zone[-1]}",
                ip_protocol="tcp",
                from_port=PORT,
                to_port=PORT,
                cidr_ipv4=cidr,
            )
        return group_id

    def _user_group(self) -> str:
        # A group must have a user named "default"; ElastiCache's own may do everything without a password,
        # so this one, which may do nothing, takes its place (ElastiCache user guide, "Applying RBAC").
        default = ElasticacheUser(
            self,
            "User-default",
            user_id=f"{self.name}-default",
            user_name="default",
            engine=ENGINE,
            access_string=NOTHING,
            no_password_required=True,
        ).user_id
        users = [
            ElasticacheUser(
                self,
                f"User-{service}",
                user_id=user,
                user_name=user,  # IAM authentication asks for a name that is the same as the id
                engine=ENGINE,
                access_string=_access_string(service),
                authentication_mode=ElasticacheUserAuthenticationMode(type="iam"),
            ).user_id
            for service, user in self._users.items()
        ]
        return ElasticacheUserGroup(
            self, "Users", engine=ENGINE, user_group_id=self.name, user_ids=[default, *users]
        ).id

    def _nodes(
        self, key: Key, subnet_group: str, parameter_group: str, user_group: str, log_groups: dict[str, str]
    ) -> ElasticacheReplicationGroup:
        config = self.config
        final = f"{self.name}-final" if config.snapshot_retention_days and not on_emulator() else None
        return ElasticacheReplicationGroup(
            self,
            "Nodes",
            replication_group_id=self.name,
            description=f"Redis of {self._network.name}",
            engine=ENGINE,
            engine_version=ENGINE_VERSION,
            node_type=config.node_type,
            num_cache_clusters=config.nodes,
            automatic_failover_enabled=config.nodes > 1,
            multi_az_enabled=config.multi_az,
            port=PORT,
            subnet_group_name=subnet_group,
            parameter_group_name=parameter_group,
            security_group_ids=[self.security_group_id],
            at_rest_encryption_enabled="true",
            kms_key_id=key.arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[user_group],
            snapshot_retention_limit=config.snapshot_retention_days,
            snapshot_window=config.snapshot_window,
            final_snapshot_identifier=final,
            maintenance_window=config.maintenance_window,
            auto_minor_version_upgrade="true",
            apply_immediately=False,
            log_delivery_configuration=[
                ElasticacheReplicationGroupLogDeliveryConfiguration(
                    destination=group, destination_type="cloudwatch-logs", log_format="json", log_type=kind
                )
                for kind, group in log_groups.items()
            ],
        )


def _access_string(service: str) -> str:
    # INFO belongs to @dangerous, but health checks of common clients ask for it.
    return f"on ~{service}:* &{service}:* +@all -@admin -@dangerous +info"


def _check(identifier: str) -> None:
    if not re.fullmatch(_NAME, identifier):
        raise ValueError(
            f"{identifier}: not a name that ElastiCache takes; use up to 40 lower-case letters, digits and "
            "single hyphens, a letter first and no hyphen last (API reference, CreateReplicationGroup)"
        )
