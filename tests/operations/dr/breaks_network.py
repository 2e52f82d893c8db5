"""Ways to break the network, and what the account and Terraform must allow."""

import json
from typing import Any

from tests.operations.dr.breaking import Break, Broken, Case, change, drop, named, path


def _setting(stack: str, *keys: str, value: Any) -> Break:
    def apply(stacks: Broken) -> None:
        place: Any = stacks[stack]
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return apply


def _second_provider(stacks: Broken) -> None:
    stacks["dr"]["provider"]["aws"].append({"alias": "primary", "region": "ap-northeast-2"})


def _more_addresses(stacks: Broken) -> None:
    addresses = stacks["dr"]["resource"]["aws_eip"]
    (body,) = addresses.values()
    addresses |= {f"More_{number}": json.loads(json.dumps(body)) for number in range(5)}


NETWORK: dict[str, list[Case]] = {
    "network": [
        (
            "other addresses",
            change("dr", "aws_vpc", path("Network/Vpc"), cidr_block="10.2.0.0/16"),
            "network ryuqqq-dr: cidr_block is '10.2.0.0/16', not '10.1.0.0/16'",
        )
    ],
    "subnet": [
        (
            "one zone only",
            drop("dr", "aws_subnet", named("ryuqqq-dr-private-c")),
            "no subnet ryuqqq-dr-private-c in ap-northeast-1",
        ),
        (
            "wrong zone",
            change("dr", "aws_subnet", named("ryuqqq-dr-private-c"), availability_zone="ap-northeast-1a"),
            "availability_zone is 'ap-northeast-1a', not 'ap-northeast-1c'",
        ),
    ],
    "route table": [
        (
            "no way out",
            drop("dr", "aws_route", path("Network/Nat-private-c")),
            "route table, route: no <aws_route_table ryuqqq-dr-private-c>.id 0.0.0.0/0",
        ),
        (
            "no way back over the peering",
            drop("replication", "aws_route", path("Peering/dr-data")),
            "no <aws_route_table ryuqqq-dr-data>.id 10.30.0.0/16",
        ),
    ],
    "internet gateway": [("deleted", drop("dr", "aws_internet_gateway"), "no internet gateway ryuqqq-dr")],
    "NAT gateway": [("deleted", drop("dr", "aws_nat_gateway"), "no NAT gateway ryuqqq-dr-nat-a")],
    "address of a NAT gateway": [
        ("deleted", drop("dr", "aws_eip"), "no address of a NAT gateway ryuqqq-dr-nat-a")
    ],
    "VPC endpoint": [
        (
            "deleted",
            drop("dr", "aws_vpc_endpoint", named("ryuqqq-dr-secretsmanager")),
            "no VPC endpoint ryuqqq-dr-secretsmanager",
        ),
        (
            "other service",
            change(
                "dr",
                "aws_vpc_endpoint",
                named("ryuqqq-dr-sqs"),
                service_name="com.amazonaws.ap-northeast-2.sqs",
            ),
            "service_name is 'com.amazonaws.ap-northeast-2.sqs'",
        ),
    ],
    "security group": [
        (
            "cannot reach the cache",
            drop("dr", "aws_vpc_security_group_egress_rule", path("Service-fileflow/Access/To-cache")),
            "security group, vpc_security_group_egress_rule: no <aws_security_group fileflow-dr-service>",
        ),
        (
            "database admits the primary only",
            drop("dr", "aws_vpc_security_group_ingress_rule", path("Database/From-dr-private-a")),
            "vpc_security_group_ingress_rule: no <aws_security_group ryuqqq-shared-rds-replica-access>",
        ),
    ],
}

CAPACITY: dict[str, list[Case]] = {
    "quota": [
        (
            "larger tasks",
            change("dr", "aws_ecs_task_definition", path("Service-fileflow/Task/Definition"), cpu="4096"),
            "fargate-on-demand-vcpu in ap-northeast-1: 16 needed, 6 allowed",
        ),
        (
            "more tasks",
            change("prod", "aws_ecs_service", path("Service-fileflow/Service"), desired_count=8),
            "fargate-spot-vcpu in ap-northeast-1: 11 needed, 6 allowed",
        ),
        ("more addresses", _more_addresses, "elastic-ips in ap-northeast-1: 6 needed, 5 allowed"),
    ],
    "Terraform state": [
        (
            "in the primary region",
            _setting("dr", "terraform", "backend", "s3", "region", value="ap-northeast-2"),
            "the state of the stack dr is in ap-northeast-2",
        ),
        (
            "of another stack",
            _setting("edge", "terraform", "backend", value={"local": {}}),
            "the state of the stack edge is in no bucket",
        ),
        ("asks the primary region", _second_provider, "the stack dr needs ap-northeast-2 to plan and apply"),
    ],
}
