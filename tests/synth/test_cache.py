"""Cache: encrypted, without any password, one user for each service."""

from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from environments.datastores import CacheConfig
from hybrid_constructs.data import cache_watch
from hybrid_constructs.data.cache import Cache
from tests.synth import builders
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.synthesized import EMULATOR, Synthesized

NAME = "acme-test-redis"
GROUP = "aws_elasticache_replication_group"
USERS = {"files": "files-test", "mail": "mail-test"}
MULTI_AZ = {
    "node_type": "cache.r6g.xlarge",
    "nodes": 3,
    "multi_az": True,
    "eviction": "volatile-lru",
    "snapshot_retention_days": 7,
    "snapshot_window": "01:00-02:00",
    "maintenance_window": "mon:02:00-mon:03:00",
}


def cache(scope: TerraformStack, *, config: dict[str, Any] | None = None, **options: Any) -> Cache:
    return Cache(
        scope,
        "Cache",
        **{
            "name": NAME,
            "network": builders.network(scope),
            "key": builders.key(scope),
            "logs_key": builders.key(scope, "LogKey"),
            "config": CacheConfig.model_validate({"node_type": "cache.t3.micro", **(config or {})}),
            "users": USERS,
            "region": REGION,
            "account_id": ACCOUNT,
            **options,
        },
    )


def built(synth: Synth, **options: Any) -> tuple[Cache, Synthesized]:
    found: list[Cache] = []
    stack = synth(lambda scope: found.append(cache(scope, **options)))
    return found[0], stack


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(cache)


def test_nodes_are_encrypted_at_rest_and_in_transit(defaults: Synthesized) -> None:
    group = defaults.only(GROUP)
    assert group["replication_group_id"] == NAME
    assert group["at_rest_encryption_enabled"] == "true"
    assert defaults.follow(group["kms_key_id"]) == "Key/Key"
    assert (group["transit_encryption_enabled"], group["transit_encryption_mode"]) == (True, "required")
    assert (group["engine"], group["engine_version"]) == ("redis", "7.1")


def test_one_small_node_by_default(defaults: Synthesized) -> None:
    group = defaults.only(GROUP)
    assert (group["node_type"], group["num_cache_clusters"]) == ("cache.t3.micro", 1)
    assert group["automatic_failover_enabled"] is group["multi_az_enabled"] is False
    assert (group["snapshot_retention_limit"], group["final_snapshot_identifier"]) == (1, f"{NAME}-final")
    assert (group["snapshot_window"], group["maintenance_window"]) == ("17:00-18:00", "sat:18:00-sat:19:00")
    assert group["auto_minor_version_upgrade"] == "true"
    assert group["apply_immediately"] is False


def test_everything_configured(synth: Synth) -> None:
    stack = synth(lambda scope: cache(scope, config=MULTI_AZ, log_retention_days=90))
    group = stack.only(GROUP)
    assert group["num_cache_clusters"] == 3
    assert group["automatic_failover_enabled"] is group["multi_az_enabled"] is True
    assert (group["snapshot_retention_limit"], group["snapshot_window"]) == (7, "01:00-02:00")
    assert group["maintenance_window"] == "mon:02:00-mon:03:00"
    parameters = stack.only("aws_elasticache_parameter_group")["parameter"]
    assert {"name": "maxmemory-policy", "value": "volatile-lru"} in parameters
    assert {log["retention_in_days"] for log in stack.all("aws_cloudwatch_log_group").values()} == {90}


def test_nodes_stand_in_the_data_subnets_with_their_own_settings(defaults: Synthesized) -> None:
    group = defaults.only(GROUP)
    assert defaults.follow(group["subnet_group_name"]) == "Cache/Subnets"
    assert defaults.follow(group["parameter_group_name"]) == "Cache/Parameters"
    subnets = defaults.only("aws_elasticache_subnet_group")["subnet_ids"]
    assert defaults.follow_all(subnets) == {"Network/Subnet-data-a", "Network/Subnet-data-b"}
    parameters = defaults.only("aws_elasticache_parameter_group")
    assert parameters["family"] == "redis7"
    assert {one["name"]: one["value"] for one in parameters["parameter"]} == {
        "maxmemory-policy": "allkeys-lru",
        "slowlog-log-slower-than": "10000",
    }


def test_only_private_subnets_connect(defaults: Synthesized) -> None:
    (group_id,) = defaults.only(GROUP)["security_group_ids"]
    assert defaults.follow(group_id) == "Cache/Access"
    rules = defaults.all("aws_vpc_security_group_ingress_rule")
    private = builders.config().tiers["private"].values()
    assert {rule["cidr_ipv4"] for rule in rules.values()} == set(private)
    for rule in rules.values():
        assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 6379, 6379)
        assert defaults.follow(rule["security_group_id"]) == "Cache/Access"
    assert "aws_vpc_security_group_egress_rule" not in defaults.kinds()


def test_a_security_group_may_be_let_in(synth: Synth) -> None:
    stack = synth(lambda scope: cache(scope).allow_from("files", security_group_id="sg-1"))
    rule = stack.all("aws_vpc_security_group_ingress_rule")["Cache/From-files"]
    assert rule["referenced_security_group_id"] == "sg-1"
    assert "cidr_ipv4" not in rule


def test_each_service_has_a_user_that_reaches_its_own_keys(defaults: Synthesized) -> None:
    user = defaults.all("aws_elasticache_user")["Cache/User-files"]
    # ElastiCache refuses IAM authentication where the two differ.
    assert user["user_id"] == user["user_name"] == "files-test"
    assert user["authentication_mode"] == {"type": "iam"}
    assert user["access_string"] == "on ~files:* &files:* +@all -@admin -@dangerous +info"


def test_nobody_logs_in_without_a_name(defaults: Synthesized) -> None:
    users = defaults.all("aws_elasticache_user")
    default = users["Cache/User-default"]
    assert (default["user_name"], default["user_id"]) == ("default", f"{NAME}-default")
    assert default["access_string"] == "off ~* -@all"
    assert default["no_password_required"] is True
    group = defaults.only("aws_elasticache_user_group")
    assert defaults.follow_all(group["user_ids"]) == set(users)
    (used,) = defaults.only(GROUP)["user_group_ids"]
    assert defaults.follow(used) == "Cache/Users"


def test_there_is_no_password(defaults: Synthesized) -> None:
    assert not {"auth_token", "passwords"} & {key for kind in _bodies(defaults) for key in kind}


def test_logs_are_delivered_to_encrypted_groups(defaults: Synthesized) -> None:
    groups = defaults.all("aws_cloudwatch_log_group")
    for kind in ("slow-log", "engine-log"):
        group = groups[f"Cache/Log-{kind}"]
        assert group["name"] == f"/elasticache/{NAME}/{kind}"
        assert defaults.follow(group["kms_key_id"]) == "LogKey/Key"
        assert group["retention_in_days"] == 14
    delivery = {one["log_type"]: one for one in defaults.only(GROUP)["log_delivery_configuration"]}
    assert {kind: defaults.follow(one["destination"]) for kind, one in delivery.items()} == {
        "slow-log": "Cache/Log-slow-log",
        "engine-log": "Cache/Log-engine-log",
    }
    for one in delivery.values():
        assert (one["destination_type"], one["log_format"]) == ("cloudwatch-logs", "json")


def test_standing_by_everything_but_the_nodes_is_there(synth: Synth) -> None:
    made, stack = built(synth, running=False, config=MULTI_AZ)
    assert GROUP not in stack.kinds()
    assert {kind for kind in stack.kinds() if "elasticache" in kind} == {
        "aws_elasticache_parameter_group",
        "aws_elasticache_subnet_group",
        "aws_elasticache_user",
        "aws_elasticache_user_group",
    }
    assert made.primary_endpoint is made.reader_endpoint is None
    assert not made.alarms()
    assert not made.dashboard_rows()
    # The right to connect is there before the nodes are.
    assert made.grant_connect("files")


def test_running_it_tells_its_end_points(synth: Synth) -> None:
    def check(scope: TerraformStack) -> None:
        made = cache(scope)
        assert made.port == 6379
        TerraformOutput(scope, "primary", value=made.primary_endpoint)
        TerraformOutput(scope, "reader", value=made.reader_endpoint)

    output = synth(check).json["output"]
    assert output["primary"]["value"].endswith(".primary_endpoint_address}")
    assert output["reader"]["value"].endswith(".reader_endpoint_address}")


def test_a_service_logs_in_as_its_own_user_only(synth: Synth) -> None:
    made, _ = built(synth)
    prefix = f"arn:aws:elasticache:{REGION}:{ACCOUNT}"
    assert made.grant_connect("mail") == [
        {
            "Effect": "Allow",
            "Action": "elasticache:Connect",
            "Resource": [f"{prefix}:replicationgroup:{NAME}", f"{prefix}:user:mail-test"],
        }
    ]


def test_running_it_is_watched(synth: Synth) -> None:
    made, _ = built(synth, config=MULTI_AZ)
    assert made.alarms() == cache_watch.alarms(NAME, made.config)
    assert made.dashboard_rows() == cache_watch.dashboard_rows(NAME, made.config)


def test_on_the_emulator_no_snapshot_stays_behind(synth: Synth) -> None:
    assert "final_snapshot_identifier" not in synth(cache, endpoint=EMULATOR).only(GROUP)


def test_without_snapshots_there_is_no_last_one_either(synth: Synth) -> None:
    group = synth(lambda scope: cache(scope, config={"snapshot_retention_days": 0})).only(GROUP)
    assert group["snapshot_retention_limit"] == 0
    assert "final_snapshot_identifier" not in group


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a" * 41},
        {"name": "acme--redis"},
        {"name": "1-redis"},
        {"users": {"files": "files_test"}},
        {"users": {"files": "files-"}},
    ],
)
def test_fails_when_elasticache_takes_no_such_name(synth: Synth, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a name that ElastiCache takes; use up to 40"):
        synth(lambda scope: cache(scope, **wrong))


def _bodies(stack: Synthesized) -> list[dict[str, Any]]:
    return [body for kind in stack.kinds() for body in stack.all(kind).values()]
