"""Terraform JSON written by hand, for what the committed fleet does not have."""

from typing import Any

from operations.graph.model import Topology
from operations.graph.read import read
from operations.graph.synthesis import Synthesis

HERE, THERE = "eu-west-1", "eu-central-1"


def stack(name: str, resources: dict[str, dict[str, Any]], *, data: dict[str, Any] | None = None) -> Any:
    """A stack in HERE, with a provider `aws.there` in THERE; resources by kind and key."""
    tags = [{"tags": {"Environment": name}}]
    return {
        "provider": {
            "aws": [
                {"region": HERE, "default_tags": tags},
                {"region": THERE, "alias": "there", "default_tags": tags},
            ]
        },
        "resource": _with_paths(name, resources),
        "data": _with_paths(name, data or {}),
    }


def topology(**stacks: Any) -> Topology:
    """What is read from stacks by name."""
    return read(Synthesis({name: stack(name, resources) for name, resources in stacks.items()}))


def network(cidr: str) -> dict[str, dict[str, Any]]:
    """A VPC with a private and a data subnet."""
    vpc = "${aws_vpc.Vpc.id}"
    subnets = {
        tier: {"availability_zone": f"{HERE}a", "vpc_id": vpc, "tags": {"Tier": tier}}
        for tier in ("private", "data")
    }
    return {"aws_vpc": {"Vpc": {"cidr_block": cidr}}, "aws_subnet": subnets}


def many_to_one(count: int) -> Topology:
    """`count` environments whose buckets are all copied into one bucket of another region."""
    sources = {
        f"from-{number}": network(f"10.{number}.0.0/16")
        | {
            "aws_s3_bucket": {"Bucket": {"bucket": f"from-{number}"}},
            "aws_s3_bucket_replication_configuration": {
                "Rule": {"bucket": f"from-{number}", "rule": [{"destination": {"bucket": "arn:aws:s3:::to"}}]}
            },
        }
        for number in range(count)
    }
    away = {"provider": "aws.there"}
    target = {
        "aws_vpc": {"Vpc": {"cidr_block": "10.99.0.0/16", **away}},
        "aws_s3_bucket": {"Bucket": {"bucket": "to", **away}},
    }
    return topology(**sources, to=target)


def _with_paths(name: str, resources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        kind: {key: {"//": {"metadata": {"path": f"{name}/{key}"}}, **body} for key, body in bodies.items()}
        for kind, bodies in resources.items()
    }
