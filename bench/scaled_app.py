"""A fleet of N typical services (15 resources each), to fit what one resource costs: `--services N`."""

import argparse
import json
import os

import hybrid_constructs  # noqa: F401 - its shims must be in place before jsii starts Node

# isort: split
from cdktf import App, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

RESOURCES_PER_SERVICE = 15
REGION = "us-east-1"
VPC, SUBNETS = "vpc-1", ["subnet-1", "subnet-2"]
CLUSTER = "bench"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/bench/1/1"


class Service(Construct):
    """One service behind a load balancer, with logs, roles and alarms."""

    def __init__(self, scope: Construct, id_: str, *, name: str, priority: int) -> None:
        super().__init__(scope, id_)
        logs = CloudwatchLogGroup(self, "Logs", name=f"/ecs/{name}", retention_in_days=30)
        execution, task = (self._role(role, name, logs.arn) for role in ("Execution", "Task"))
        definition = EcsTaskDefinition(
            self,
            "Definition",
            family=name,
            cpu="256",
            memory="512",
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            execution_role_arn=execution,
            task_role_arn=task,
            container_definitions=json.dumps([{"name": name, "image": "example", "essential": True}]),
        )
        target = LbTargetGroup(
            self,
            "Target",
            name=name,
            port=8080,
            protocol="HTTP",
            target_type="ip",
            vpc_id=VPC,
            health_check=LbTargetGroupHealthCheck(path="/health", interval=15),
        ).arn
        LbListenerRule(
            self,
            "Rule",
            listener_arn=LISTENER,
            priority=priority,
            action=[LbListenerRuleAction(type="forward", target_group_arn=target)],
            condition=[
                LbListenerRuleCondition(
                    host_header=LbListenerRuleConditionHostHeader(values=[f"{name}.example.com"])
                )
            ],
        )
        EcsService(
            self,
            "Service",
            name=name,
            cluster=CLUSTER,
            desired_count=2,
            task_definition=definition.arn,
            load_balancer=[
                EcsServiceLoadBalancer(container_name=name, container_port=8080, target_group_arn=target)
            ],
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=SUBNETS, security_groups=[self._security_group(name)]
            ),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["task_definition", "desired_count"]),
        )
        for metric in ("CPUUtilization", "MemoryUtilization", "RunningTaskCount"):
            self._alarm(name, metric)

    def _role(self, id_: str, name: str, log_group: str) -> str:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks"}}
        role = IamRole(
            self, id_, name=f"{name}-{id_}", assume_role_policy=json.dumps({"Statement": [statement]})
        )
        policy = {"Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": log_group}]}
        IamRolePolicy(self, f"{id_}Policy", role=role.id, policy=json.dumps(policy))
        return role.arn

    def _security_group(self, name: str) -> str:
        group = SecurityGroup(self, "Access", name=name, vpc_id=VPC, tags={"Name": name}).id
        VpcSecurityGroupIngressRule(
            self, "In", security_group_id=group, ip_protocol="tcp", from_port=8080, to_port=8080,
            cidr_ipv4="10.0.0.0/16",
        )  # fmt: skip
        VpcSecurityGroupEgressRule(
            self, "Out", security_group_id=group, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
        )
        return group

    def _alarm(self, name: str, metric: str) -> None:
        CloudwatchMetricAlarm(
            self,
            f"{metric}Alarm",
            alarm_name=f"{name}-{metric}",
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=3,
            threshold=80,
            namespace="AWS/ECS",
            metric_name=metric,
            period=60,
            statistic="Average",
            dimensions={"ClusterName": CLUSTER, "ServiceName": name},
        )


def main() -> None:
    """Synthesise the fleet into CDKTF_OUTDIR."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=1)
    services = parser.parse_args().services
    app = App(outdir=os.environ.get("CDKTF_OUTDIR", "cdktf.out"))
    stack = TerraformStack(app, "scaled")
    AwsProvider(stack, "Aws", region=REGION)
    for number in range(1, services + 1):
        Service(stack, f"Service{number}", name=f"service-{number}", priority=number)
    app.synth()


if __name__ == "__main__":
    main()
