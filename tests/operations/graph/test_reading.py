"""Reading what the committed fleet does not have."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.errors import UsageError
from operations.graph.model import Topology
from operations.graph.synthesis import Synthesis
from tests.operations.graph.written import HERE, THERE, network, topology

BUCKETS: dict[str, Any] = {
    "Source": {"bucket": "source"},
    "Copy": {"bucket": "copy", "provider": "aws.there"},
}


def _label(found: Topology, relation: str) -> str:
    (edge,) = [edge for edge in found.edges if edge.relation == relation]
    return edge.label


def _copied(destination: dict[str, Any]) -> Topology:
    rule = {"destination": {"bucket": "${aws_s3_bucket.Copy.arn}", **destination}}
    copy = {"bucket": "${aws_s3_bucket.Source.id}", "rule": [rule]}
    return topology(
        here=network("10.0.0.0/16")
        | {"aws_s3_bucket": BUCKETS, "aws_s3_bucket_replication_configuration": {"Rule": copy}}
    )


def test_copies_without_time_control_promise_nothing() -> None:
    assert _label(_copied({}), "objects") == "no time promised"
    disabled = {"replication_time": {"status": "Disabled", "time": {"minutes": 15}}}
    assert _label(_copied(disabled), "objects") == "no time promised"


def test_a_resource_is_in_the_region_of_its_provider() -> None:
    places = {node.name: node.region for node in _copied({}).nodes if node.kind == "aws_s3_bucket"}
    assert places == {"source": HERE, "copy": THERE}


def _replica(threshold: float | None) -> Topology:
    group = {"Group": {"subnet_ids": ["${aws_subnet.data.id}"]}}
    body = {"instance_class": "db.t4g.small", "db_subnet_group_name": "${aws_db_subnet_group.Group.name}"}
    source = "arn:aws:rds:eu-west-1:123456789012:db:one"
    alarm = {
        "metric_name": "ReplicaLag",
        "dimensions": {"DBInstanceIdentifier": "two"},
        "comparison_operator": "GreaterThanThreshold",
        "threshold": threshold,
    }
    return topology(
        here=network("10.0.0.0/16")
        | {
            "aws_db_subnet_group": group,
            "aws_db_instance": {
                "One": {**body, "identifier": "one", "engine": "mysql", "multi_az": True},
                "Two": {**body, "identifier": "two", "replicate_source_db": source},
            },
            "aws_cloudwatch_metric_alarm": ({"Lag": alarm} if threshold else {})
            | {"Stopped": {**alarm, "comparison_operator": "LessThanThreshold", "threshold": 9000}},
        }
    )


@pytest.mark.parametrize(
    ("threshold", "label"),
    [(900, "≤ 15 min"), (90, "≤ 90 s"), (None, "no limit watched")],
)
def test_the_limit_of_a_replica_is_what_its_alarm_waits_for(threshold: float | None, label: str) -> None:
    assert _label(_replica(threshold), "database") == label


def test_a_promoted_replica_follows_nobody() -> None:
    found = topology(
        here=network("10.0.0.0/16")
        | {"aws_db_instance": {"Two": {"identifier": "two", "instance_class": "db.t4g.small"}}}
    )
    assert not found.edges


def test_a_cache_is_off_while_only_its_subnets_exist() -> None:
    groups = {"Subnets": {"name": "cache", "subnet_ids": ["${aws_subnet.data.id}"]}}
    cache = {
        "replication_group_id": "cache",
        "node_type": "cache.t4g.small",
        "num_cache_clusters": 2,
        "subnet_group_name": "${aws_elasticache_subnet_group.Subnets.name}",
    }
    off = network("10.0.0.0/16") | {"aws_elasticache_subnet_group": groups}
    on = off | {"aws_elasticache_replication_group": {"Nodes": cache}}
    assert [(node.tier, node.standby) for node in topology(here=off).nodes if node.name == "cache"] == [
        ("data", True)
    ]
    assert [node.standby for node in topology(here=on).nodes if node.name == "cache"] == [False]


def test_a_stack_without_a_network_is_a_place_of_its_own() -> None:
    found = topology(alone={"aws_s3_bucket": BUCKETS})
    assert found.environments == ()
    assert {(place.name, place.region, place.vpc) for place in found.places} == {
        ("alone", HERE, None),
        ("alone", THERE, None),
    }


def test_images_are_copied_by_prefix() -> None:
    there = {"provider": "aws.there"}
    rule = {
        "destination": [{"region": THERE, "registry_id": "123456789012"}],
        "repository_filter": [{"filter": "web", "filter_type": "PREFIX_MATCH"}],
    }
    found = topology(
        here={
            "aws_ecr_repository": {
                "Web": {"name": "web"},
                "WebCopy": {"name": "web", **there},
                "Batch": {"name": "batch"},
                "BatchCopy": {"name": "batch", **there},
            },
            "aws_ecr_replication_configuration": {"All": {"replication_configuration": {"rule": [rule]}}},
        }
    )
    assert [(edge.source, edge.target) for edge in found.edges] == [("here/Web", "here/WebCopy")]


def test_fails_when_a_file_is_no_json(tmp_path: Path) -> None:
    file = tmp_path / "stacks" / "broken" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({})[:1])
    with pytest.raises(UsageError, match=r"broken/cdk\.tf\.json: is no JSON .*make synth"):
        Synthesis.of(tmp_path)
