"""Makes what the stacks make of a service, with boto3."""

import json
from typing import Any

from environments.loader import load_fleet
from operations.deploy.place import find_place
from operations.local.state import Server
from tests.operations.deploy.world import CANARY, REGION, World
from tests.operations.local.conftest import Clients

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def make(aws: Clients, emulator: Server, environment: str) -> World:
    """Everything that the stacks make of a service, and version 1.0.0 of it running."""
    place = find_place(load_fleet(), environment, "fileflow")
    world = World(aws, emulator, place)
    _network(world)
    _supplies(world)
    world.push("1.0.0")
    world.push("1.1.0")
    world.names["revision"] = world.register(f"{place.registry}/fileflow:1.0.0")
    blue_green = load_fleet().workloads[environment].services["fileflow"].deployment == "blue_green"
    _service(world, blue_green)
    if blue_green:
        _deployment_group(world)
    world.wait_until_steady()
    return world


def _network(world: World) -> None:
    ec2, elb = world.aws("ec2"), world.aws("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ac")
    ]
    group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=vpc)["GroupId"]
    world.names |= {"subnets": ",".join(subnets), "group": group}
    for side in ("blue", "green"):
        made = elb.create_target_group(
            Name=f"{world.place.family}-{side}", Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip"
        )
        world.names[side] = made["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.create_load_balancer(Name="alb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    nothing = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    listener = elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[nothing]
    )["Listeners"][0]["ListenerArn"]
    rule = elb.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "host-header", "Values": ["files.example.com"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": world.names["blue"]}],
    )["Rules"][0]["RuleArn"]
    world.names |= {"listener": listener, "rule": rule}


def _supplies(world: World) -> None:
    aws, place = world.aws, world.place
    for role in ("execution", "task", "deploy"):
        made = aws("iam").create_role(RoleName=role, Path="/acme/", AssumeRolePolicyDocument=TRUST)
        world.names[role] = made["Role"]["Arn"]
    value = json.dumps({"username": "files", "password": CANARY})
    world.names["secret"] = aws("secretsmanager").create_secret(Name="files/db", SecretString=value)["ARN"]
    aws("ssm").put_parameter(Name="/shared/rds/endpoint", Value="db.example.com", Type="String")
    world.names["logs"] = f"/ecs/{place.family}/application"
    aws("logs").create_log_group(logGroupName=world.names["logs"])
    aws("ecr").create_repository(repositoryName=place.repository)


def _service(world: World, blue_green: bool) -> None:
    ecs, place = world.aws("ecs"), world.place
    ecs.create_cluster(clusterName=place.cluster, capacityProviders=["FARGATE", "FARGATE_SPOT"])
    network = {"subnets": world.names["subnets"].split(","), "securityGroups": [world.names["group"]]}
    behind = {"targetGroupArn": world.names["blue"], "containerName": place.service, "containerPort": 8080}
    breaker = {"enable": True, "rollback": True}
    percent: dict[str, Any] = {"maximumPercent": 200, "minimumHealthyPercent": 100}
    ecs.create_service(
        cluster=place.cluster,
        serviceName=place.ecs_service,
        taskDefinition=world.names["revision"],
        desiredCount=2,
        deploymentController={"type": "CODE_DEPLOY" if blue_green else "ECS"},
        deploymentConfiguration=percent if blue_green else {**percent, "deploymentCircuitBreaker": breaker},
        capacityProviderStrategy=[
            {"capacityProvider": "FARGATE_SPOT", "weight": 70, "base": 0},
            {"capacityProvider": "FARGATE", "weight": 30, "base": 1},
        ],
        loadBalancers=[behind],
        networkConfiguration={"awsvpcConfiguration": network},
    )


def _deployment_group(world: World) -> None:
    codedeploy, place = world.aws("codedeploy"), world.place
    world.aws("cloudwatch").put_metric_alarm(
        AlarmName="files-5xx",
        Namespace="Files",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    world.aws("cloudwatch").set_alarm_state(AlarmName="files-5xx", StateValue="OK", StateReason="test")
    codedeploy.create_application(applicationName=place.family, computePlatform="ECS")
    groups = [{"name": f"{place.family}-{side}"} for side in ("blue", "green")]
    codedeploy.create_deployment_group(
        applicationName=place.family,
        deploymentGroupName=place.family,
        serviceRoleArn=world.names["deploy"],
        deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        ecsServices=[{"clusterName": place.cluster, "serviceName": place.ecs_service}],
        blueGreenDeploymentConfiguration={
            "terminateBlueInstancesOnDeploymentSuccess": {
                "action": "TERMINATE",
                "terminationWaitTimeInMinutes": 5,
            },
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
        },
        loadBalancerInfo={
            "targetGroupPairInfoList": [
                {
                    "targetGroups": groups,
                    "prodTrafficRoute": {"listenerArns": [world.names["listener"]]},
                }
            ]
        },
        alarmConfiguration={"enabled": True, "alarms": [{"name": "files-5xx"}]},
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
        },
    )
