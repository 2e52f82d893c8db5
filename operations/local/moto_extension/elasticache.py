"""ElastiCache: replication groups, their member clusters, and subnet groups.

Moto 5.2.5
- ignores NumCacheClusters, so that a group has one node whatever was asked for;
- makes no member clusters, although the group names them and clients describe them;
- never finishes the deletion of a group or a cluster, so that waiting for it never ends;
- changes only six of a group's parameters, and does not tell its log delivery after a change;
- cannot change or delete a subnet group, nor add or remove replicas.
"""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import CacheSubnetGroupNotFound, ElastiCacheException
from moto.elasticache.models import CacheCluster, CacheSubnetGroup, ElastiCacheBackend, ReplicationGroup
from moto.elasticache.responses import ElastiCacheResponse

from operations.local.moto_extension.adopt import adopt

_create_replication_group = ElastiCacheBackend.create_replication_group
_delete_replication_group = ElastiCacheBackend.delete_replication_group
_delete_cache_cluster = ElastiCacheBackend.delete_cache_cluster

_CHANGEABLE = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CacheNodeType": "cache_node_type",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "Engine": "engine",
    "EngineVersion": "engine_version",
    "NotificationTopicArn": "notification_topic_arn",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "ReplicationGroupDescription": "description",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotRetentionLimit": "snapshot_retention_limit",
    "SnapshotWindow": "snapshot_window",
    "TransitEncryptionEnabled": "transit_encryption_enabled",
    "TransitEncryptionMode": "transit_encryption_mode",
}
"""Parameters of ModifyReplicationGroup, and the attributes that keep them."""


def install() -> None:
    """Register the fixes."""
    adopt(ElastiCacheBackend, Backend)
    adopt(ElastiCacheResponse, Responses)


class SubnetGroupInUse(ElastiCacheException):
    """A cluster still uses the group."""

    code = "CacheSubnetGroupInUse"

    def __init__(self, name: str):
        super().__init__(f"Cache subnet group {name} is currently in use by a cache cluster.")


class Backend(ElastiCacheBackend):
    """What AWS stores."""

    def create_replication_group(self, **options: Any) -> ReplicationGroup:  # type: ignore[override]
        # Moto counts by this parameter only, which is for groups with several shards.
        if nodes := options["num_cache_clusters"]:
            options["replicas_per_node_group"] = nodes - 1
        group = _create_replication_group(self, **options)
        self._make_members(group)
        return group

    def delete_replication_group(
        self, replication_group_id: str, retain_primary_cluster: bool | None
    ) -> ReplicationGroup:
        group = _delete_replication_group(self, replication_group_id, retain_primary_cluster)
        for member in group.member_clusters:
            self.cache_clusters.pop(member, None)
        return self.replication_groups.pop(replication_group_id)

    def delete_cache_cluster(self, cache_cluster_id: str) -> CacheCluster:
        _delete_cache_cluster(self, cache_cluster_id)
        cluster: CacheCluster = self.cache_clusters.pop(cache_cluster_id)
        return cluster

    def change_group(self, replication_group_id: str, changes: dict[str, Any]) -> ReplicationGroup:
        """Apply the parameters of a ModifyReplicationGroup."""
        group = self.describe_replication_groups(replication_group_id)[0]
        for parameter, attribute in _CHANGEABLE.items():
            if changes.get(parameter) is not None:
                setattr(group, attribute, changes[parameter])
        for parameter, attribute in (
            ("AutomaticFailoverEnabled", "automatic_failover"),
            ("MultiAZEnabled", "multi_az"),
        ):
            if changes.get(parameter) is not None:
                setattr(group, attribute, "enabled" if changes[parameter] else "disabled")
        for wanted in changes.get("LogDeliveryConfigurations") or ():
            rest = [one for one in group.log_delivery_configurations if one["LogType"] != wanted["LogType"]]
            added = group._get_log_delivery_configurations([wanted]) if wanted.get("Enabled", True) else []
            group.log_delivery_configurations = rest + added
        group.user_group_ids = [
            *(one for one in group.user_group_ids if one not in (changes.get("UserGroupIdsToRemove") or ())),
            *(changes.get("UserGroupIdsToAdd") or ()),
        ]
        self._make_members(group)
        return group

    def resize_group(self, replication_group_id: str, nodes: int) -> ReplicationGroup:
        """Give a group with one shard so many nodes."""
        group = self.describe_replication_groups(replication_group_id)[0]
        for member in group.member_clusters:
            self.cache_clusters.pop(member, None)
        group.member_clusters = []
        shard = group.node_groups[0]
        shard["node_group_members"] = []
        group._set_node_members_clusters_disabled(
            member_clusters=group.member_clusters,
            replication_group_id=replication_group_id,
            replication_group_domain=shard["primary_endpoint_address"].removeprefix("master."),
            node_group=shard,
            preferred_cache_cluster_azs=[],
            num_cache_clusters=nodes,
            replicas_per_node_group=nodes - 1,
        )
        self._make_members(group)
        return group

    def _make_members(self, group: ReplicationGroup) -> None:
        """The clusters that the group names, with what it passes on to them."""
        for shard in group.node_groups:
            shard["reader_endpoint"] = {"address": shard.get("reader_endpoint_address"), "port": group.port}
        for member in group.member_clusters:
            cluster = CacheCluster(
                account_id=self.account_id,
                region_name=self.region_name,
                cache_cluster_id=member,
                cache_node_type=group.cache_node_type,
                replication_group_id=group.replication_group_id,
                az_mode=None,
                preferred_availability_zone=f"{self.region_name}a",
                num_cache_nodes=1,
                engine=group.engine,
                engine_version=_full_version(group.engine_version),
                cache_parameter_group_name=group.cache_parameter_group_name,
                cache_subnet_group_name=group.cache_subnet_group_name,
                transit_encryption_enabled=group.transit_encryption_enabled,
                network_type=group.network_type,
                ip_discovery=group.ip_discovery,
                snapshot_name=None,
                preferred_maintenance_window=group.preferred_maintenance_window,
                port=group.port,
                notification_topic_arn=group.notification_topic_arn,
                auto_minor_version_upgrade=str(group.auto_minor_version_upgrade).lower() == "true",
                snapshot_retention_limit=group.snapshot_retention_limit,
                snapshot_window=group.snapshot_window,
                auth_token=None,
                outpost_mode=None,
                preferred_outpost_arn=None,
                preferred_availability_zones=None,
                cache_security_group_names=None,
                security_group_ids=group.security_group_ids,
                tags=None,
                snapshot_arns=None,
                preferred_outpost_arns=None,
                log_delivery_configurations=group.log_delivery_configurations,
                cache_node_ids_to_remove=None,
                cache_node_ids_to_reboot=None,
            )
            vars(cluster).update(
                at_rest_encryption_enabled=group.at_rest_encryption_enabled,
                transit_encryption_mode=group.transit_encryption_mode,
                cache_parameter_group={
                    "CacheParameterGroupName": group.cache_parameter_group_name,
                    "ParameterApplyStatus": "in-sync",
                },
                security_groups=[
                    {"SecurityGroupId": id_, "Status": "active"} for id_ in group.security_group_ids or ()
                ],
            )
            self.cache_clusters[member] = cluster

    def change_subnet_group(
        self, name: str, description: str | None, subnet_ids: list[str] | None
    ) -> CacheSubnetGroup:
        """Apply a ModifyCacheSubnetGroup."""
        old = self.describe_cache_subnet_groups(name)[0]
        self.cache_subnet_groups[name] = CacheSubnetGroup(
            self.account_id,
            self.region_name,
            name,
            description or old.cache_subnet_group_description,
            subnet_ids or old.subnet_ids,
            old.tags,
        )
        return self.cache_subnet_groups[name]

    def delete_subnet_group(self, name: str) -> None:
        """Forget a subnet group that no cluster uses."""
        if name not in self.cache_subnet_groups:
            raise CacheSubnetGroupNotFound(name)
        if any(cluster.cache_subnet_group_name == name for cluster in self.cache_clusters.values()):
            raise SubnetGroupInUse(name)
        del self.cache_subnet_groups[name]


class Responses(ElastiCacheResponse):
    """What AWS answers."""

    def modify_replication_group(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        return ActionResult(
            {
                "ReplicationGroup": backend.change_group(
                    self._get_param("ReplicationGroupId"), self._get_params()
                )
            }
        )

    def increase_replica_count(self) -> ActionResult:
        return self._resize()

    def decrease_replica_count(self) -> ActionResult:
        return self._resize()

    def _resize(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        nodes = self._get_int_param("NewReplicaCount") + 1
        return ActionResult(
            {"ReplicationGroup": backend.resize_group(self._get_param("ReplicationGroupId"), nodes)}
        )

    def modify_cache_subnet_group(self) -> ActionResult:
        backend: Any = self.elasticache_backend
        group = backend.change_subnet_group(
            self._get_param("CacheSubnetGroupName"),
            self._get_param("CacheSubnetGroupDescription"),
            self._get_param("SubnetIds"),
        )
        return ActionResult({"CacheSubnetGroup": group})

    def delete_cache_subnet_group(self) -> EmptyResult:
        backend: Any = self.elasticache_backend
        backend.delete_subnet_group(self._get_param("CacheSubnetGroupName"))
        return EmptyResult()


def _full_version(version: str | None) -> str:
    """Clusters tell the patch level too."""
    return f"{version or '7.1'}.0"
