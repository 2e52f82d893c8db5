"""ElastiCache as the extension makes it."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients

GROUP = {
    "ReplicationGroupId": "redis",
    "ReplicationGroupDescription": "d",
    "Engine": "redis",
    "EngineVersion": "7.1",
    "CacheNodeType": "cache.t3.micro",
    "NumCacheClusters": 2,
    "TransitEncryptionEnabled": True,
    "AtRestEncryptionEnabled": True,
}


@pytest.fixture
def cache(aws: Clients) -> Any:
    return aws("elasticache")


def user(cache: Any, id_: str, name: str, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = cache.create_user(
        UserId=id_, UserName=name, Engine="redis", **{"AccessString": "on ~* +@all", **options}
    )
    return made


@pytest.fixture
def users(cache: Any) -> list[str]:
    """A group with a disabled default user and one that IAM authenticates."""
    user(cache, "off", "default", AccessString="off ~* -@all", NoPasswordRequired=True)
    user(cache, "app", "app", AuthenticationMode={"Type": "iam"})
    cache.create_user_group(UserGroupId="group", Engine="redis", UserIds=["off", "app"])
    return ["off", "app"]


def nodes(cache: Any) -> list[str]:
    return [cluster["CacheClusterId"] for cluster in cache.describe_cache_clusters()["CacheClusters"]]


def fails(code: str, call: Callable[..., Any], **parameters: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == code


def test_group_has_as_many_nodes_as_asked_for(cache: Any) -> None:
    cache.create_replication_group(**GROUP, CacheParameterGroupName="p", SecurityGroupIds=["sg-1"])

    (group,) = cache.describe_replication_groups()["ReplicationGroups"]
    assert group["MemberClusters"] == ["redis-001", "redis-002"] == nodes(cache)
    (shard,) = group["NodeGroups"]
    assert shard["PrimaryEndpoint"]["Address"].startswith("master.")
    assert shard["ReaderEndpoint"]["Address"].startswith("replica.")
    node = cache.describe_cache_clusters(CacheClusterId="redis-002")["CacheClusters"][0]
    assert node["ReplicationGroupId"] == "redis"
    assert node["EngineVersion"] == "7.1.0"
    assert node["CacheParameterGroup"]["CacheParameterGroupName"] == "p"
    assert node["SecurityGroups"] == [{"SecurityGroupId": "sg-1", "Status": "active"}]
    assert node["TransitEncryptionEnabled"] is node["AtRestEncryptionEnabled"] is True


def test_replicas_come_and_go(cache: Any) -> None:
    cache.create_replication_group(**GROUP)

    cache.increase_replica_count(ReplicationGroupId="redis", NewReplicaCount=2, ApplyImmediately=True)
    assert nodes(cache) == ["redis-001", "redis-002", "redis-003"]

    cache.decrease_replica_count(ReplicationGroupId="redis", NewReplicaCount=0, ApplyImmediately=True)
    assert nodes(cache) == ["redis-001"]


def test_changes_reach_the_group_and_its_nodes(cache: Any, users: list[str]) -> None:
    log = {"DestinationType": "cloudwatch-logs", "LogFormat": "json"}
    details = {"DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "g"}}}
    cache.create_replication_group(
        **GROUP, LogDeliveryConfigurations=[{"LogType": "slow-log", **log, **details}]
    )

    cache.modify_replication_group(
        ReplicationGroupId="redis",
        SnapshotWindow="01:00-02:00",
        AutomaticFailoverEnabled=True,
        UserGroupIdsToAdd=["group"],
        LogDeliveryConfigurations=[
            {"LogType": "slow-log", "Enabled": False},
            {"LogType": "engine-log", **log, **details},
        ],
    )

    (group,) = cache.describe_replication_groups()["ReplicationGroups"]
    assert group["SnapshotWindow"] == "01:00-02:00"
    assert group["AutomaticFailover"] == "enabled"
    assert group["UserGroupIds"] == ["group"]
    (delivery,) = group["LogDeliveryConfigurations"]
    assert (delivery["LogType"], delivery["Status"]) == ("engine-log", "active")
    assert cache.describe_cache_clusters()["CacheClusters"][0]["SnapshotWindow"] == "01:00-02:00"
    assert cache.describe_user_groups()["UserGroups"][0]["ReplicationGroups"] == ["redis"]
    fails("InvalidUserGroupState", cache.delete_user_group, UserGroupId="group")


def test_deleted_group_is_gone_with_its_nodes(cache: Any) -> None:
    cache.create_replication_group(**GROUP)

    assert (
        cache.delete_replication_group(ReplicationGroupId="redis")["ReplicationGroup"]["Status"] == "deleting"
    )

    assert nodes(cache) == []
    fails("ReplicationGroupNotFoundFault", cache.describe_replication_groups, ReplicationGroupId="redis")


def test_deleted_cluster_is_gone(cache: Any) -> None:
    cache.create_cache_cluster(CacheClusterId="one", CacheNodeType="cache.t3.micro", Engine="redis")

    cache.delete_cache_cluster(CacheClusterId="one")

    fails("CacheClusterNotFound", cache.describe_cache_clusters, CacheClusterId="one")


def test_subnet_group_changes_and_goes_when_nobody_uses_it(aws: Clients, cache: Any) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    one, two = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    )
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="s", CacheSubnetGroupDescription="d", SubnetIds=[one]
    )
    cache.create_replication_group(**GROUP, CacheSubnetGroupName="s")

    cache.modify_cache_subnet_group(CacheSubnetGroupName="s", SubnetIds=[one, two])

    (group,) = cache.describe_cache_subnet_groups()["CacheSubnetGroups"]
    assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} == {one, two}
    assert group["CacheSubnetGroupDescription"] == "d"
    fails("CacheSubnetGroupInUse", cache.delete_cache_subnet_group, CacheSubnetGroupName="s")
    cache.delete_replication_group(ReplicationGroupId="redis")
    cache.delete_cache_subnet_group(CacheSubnetGroupName="s")
    fails("CacheSubnetGroupNotFoundFault", cache.delete_cache_subnet_group, CacheSubnetGroupName="s")


def test_users_authenticate_as_they_were_made(cache: Any, users: list[str]) -> None:
    found = {one["UserId"]: one for one in cache.describe_users()["Users"]}
    assert found["off"]["Authentication"] == {"Type": "no-password"}
    assert found["app"]["Authentication"] == {"Type": "iam"}
    assert found["app"]["UserGroupIds"] == ["group"]

    cache.modify_user(UserId="app", AccessString="on ~app:* +@read")
    assert cache.describe_users(UserId="app")["Users"][0]["AccessString"] == "on ~app:* +@read"
    fails(
        "InvalidParameterCombination",
        cache.create_user,
        UserId="a",
        UserName="b",
        Engine="redis",
        AccessString="on",
        AuthenticationMode={"Type": "iam"},
    )


def test_user_group_needs_a_default_user(cache: Any, users: list[str]) -> None:
    options = {"UserGroupId": "other", "Engine": "redis", "UserIds": ["app"]}
    fails("DefaultUserRequired", cache.create_user_group, **options)
    fails("DefaultUserRequired", cache.modify_user_group, UserGroupId="group", UserIdsToRemove=["off"])
    fails("UserGroupAlreadyExists", cache.create_user_group, **options | {"UserGroupId": "group"})


def test_user_group_changes_and_goes(cache: Any, users: list[str]) -> None:
    user(cache, "new", "new", AuthenticationMode={"Type": "iam"})

    cache.modify_user_group(UserGroupId="group", UserIdsToAdd=["new"], UserIdsToRemove=["app"])

    (group,) = cache.describe_user_groups()["UserGroups"]
    assert (group["UserIds"], group["Status"]) == (["off", "new"], "active")
    cache.delete_user(UserId="new")
    assert cache.describe_user_groups()["UserGroups"][0]["UserIds"] == ["off"]
    cache.delete_user_group(UserGroupId="group")
    fails("UserGroupNotFound", cache.describe_user_groups, UserGroupId="group")


def test_parameter_group_keeps_what_was_set(cache: Any) -> None:
    name = {"CacheParameterGroupName": "p"}
    cache.create_cache_parameter_group(**name, CacheParameterGroupFamily="redis7", Description="d")

    values = [
        {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"},
        {"ParameterName": "timeout", "ParameterValue": "60"},
    ]
    cache.modify_cache_parameter_group(**name, ParameterNameValues=values)
    cache.reset_cache_parameter_group(**name, ParameterNameValues=values[1:])

    (group,) = cache.describe_cache_parameter_groups(**name)["CacheParameterGroups"]
    assert (group["CacheParameterGroupFamily"], group["Description"]) == ("redis7", "d")
    (told,) = cache.describe_cache_parameters(**name, Source="user")["Parameters"]
    assert (told["ParameterName"], told["ParameterValue"]) == ("maxmemory-policy", "allkeys-lru")
    cache.reset_cache_parameter_group(**name, ResetAllParameters=True)
    assert cache.describe_cache_parameters(**name)["Parameters"] == []


def test_parameter_group_goes_when_nobody_uses_it(cache: Any) -> None:
    name = {"CacheParameterGroupName": "p"}
    family = {"CacheParameterGroupFamily": "redis7", "Description": "d"}
    cache.create_cache_parameter_group(**name, **family)
    cache.create_replication_group(**GROUP, **name)

    fails("CacheParameterGroupAlreadyExists", cache.create_cache_parameter_group, **name, **family)
    fails("InvalidCacheParameterGroupState", cache.delete_cache_parameter_group, **name)
    cache.delete_replication_group(ReplicationGroupId="redis")
    cache.delete_cache_parameter_group(**name)
    fails("CacheParameterGroupNotFound", cache.describe_cache_parameter_groups, **name)


def test_parameter_and_user_groups_have_tags(cache: Any, users: list[str]) -> None:
    tags = [{"Key": "a", "Value": "1"}]
    made = cache.create_cache_parameter_group(
        CacheParameterGroupName="p", CacheParameterGroupFamily="redis7", Description="d", Tags=tags
    )
    group = cache.create_user_group(UserGroupId="g2", Engine="redis", UserIds=["off"], Tags=tags)

    for arn in (made["CacheParameterGroup"]["ARN"], group["ARN"]):
        assert cache.list_tags_for_resource(ResourceName=arn)["TagList"] == tags
