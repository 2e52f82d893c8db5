"""Elastic Load Balancing as the extension makes it: a target group's load balancers are those that use it."""

from typing import Any

from tests.operations.local.conftest import Clients


def test_a_target_group_belongs_to_who_forwards_to_it_now(aws: Clients) -> None:
    ec2, elb = aws("ec2"), aws("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    blue, green = (
        elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0][
            "TargetGroupArn"
        ]
        for name in ("blue", "green")
    )
    balancer = elb.create_load_balancer(Name="front", Subnets=[subnet])["LoadBalancers"][0]["LoadBalancerArn"]

    def users(arn: str) -> list[Any]:
        found = elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        return list(found["LoadBalancerArns"])

    def forward(arn: str) -> list[dict[str, str]]:
        return [{"Type": "forward", "TargetGroupArn": arn}]

    assert users(blue) == []
    listener = elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward(blue)
    )["Listeners"][0]["ListenerArn"]
    assert (users(blue), users(green)) == ([balancer], [])
    elb.modify_listener(ListenerArn=listener, DefaultActions=forward(green))
    assert (users(blue), users(green)) == ([], [balancer])
    used = elb.describe_target_groups(LoadBalancerArn=balancer)["TargetGroups"]
    assert [group["TargetGroupName"] for group in used] == ["green"]

    rule = elb.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
        Actions=forward(blue),
    )["Rules"][0]["RuleArn"]
    assert users(blue) == [balancer]
    elb.delete_rule(RuleArn=rule)
    assert users(blue) == []
