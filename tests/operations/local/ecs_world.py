"""What a service needs around it, made with boto3 in the emulator. Time stands still unless it is passed."""

import json
from typing import Any

from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients

ACCOUNT = "123456789012"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.ap-northeast-2.amazonaws.com/app"
STRATEGY = [
    {"capacityProvider": "FARGATE_SPOT", "weight": 70, "base": 0},
    {"capacityProvider": "FARGATE", "weight": 30, "base": 1},
]
PROD, TEST = 443, 8443


class World:
    """A network, a load balancer with two target groups, a cluster, an image and a secret."""

    def __init__(self, aws: Clients, emulator: Server) -> None:
        self.aws, self.emulator = aws, emulator
        control.set_speed(emulator, 0)
        self.ecs, self.elb, self.codedeploy = aws("ecs"), aws("elbv2"), aws("codedeploy")
        self._network()
        self.groups = {name: self._target_group(name) for name in ("blue", "green")}
        self.listeners = {port: self._listener(port) for port in (PROD, TEST)}
        self.ecs.create_cluster(clusterName="c")
        providers = ["FARGATE", "FARGATE_SPOT"]
        self.ecs.put_cluster_capacity_providers(
            cluster="c", capacityProviders=providers, defaultCapacityProviderStrategy=[]
        )
        aws("ecr").create_repository(repositoryName="app")
        self.push("1")
        made = aws("secretsmanager").create_secret(Name="db", SecretString=json.dumps({"password": "x"}))
        self.secret = made["ARN"]
        aws("logs").create_log_group(logGroupName="/ecs/app")

    def pass_time(self, seconds: float) -> None:
        control.pass_time(self.emulator, seconds)

    def push(self, tag: str) -> str:
        """An image; its digest."""
        layers = [{"digest": f"sha256:{tag}"}]
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = json.dumps(
            {"schemaVersion": 2, "mediaType": kind, "config": {"size": 1}, "layers": layers}
        )
        image = self.aws("ecr").put_image(repositoryName="app", imageManifest=manifest, imageTag=tag)["image"]
        return str(image["imageId"]["imageDigest"])

    def register(self, tag: str = "1", **container: Any) -> str:
        """A revision of the task definition; its ARN."""
        definition = {
            "name": "app",
            "image": f"{REPOSITORY}:{tag}",
            "essential": True,
            "portMappings": [{"containerPort": 8080}],
            "secrets": [{"name": "PASSWORD", "valueFrom": f"{self.secret}:password::"}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "/ecs/app",
                    "awslogs-region": "ap-northeast-2",
                    "awslogs-stream-prefix": "app",
                },
            },
        }
        made = self.ecs.register_task_definition(
            family="app",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[definition | container],
        )
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def create_service(self, definition: str, **members: Any) -> dict[str, Any]:
        created: dict[str, Any] = self.ecs.create_service(
            **{
                "cluster": "c",
                "serviceName": "s",
                "taskDefinition": definition,
                "desiredCount": 2,
                "capacityProviderStrategy": STRATEGY,
                "loadBalancers": [self.balancer("blue")],
                "networkConfiguration": {"awsvpcConfiguration": self.network},
                **members,
            }
        )["service"]
        return created

    def balancer(self, group: str) -> dict[str, Any]:
        return {"targetGroupArn": self.groups[group], "containerName": "app", "containerPort": 8080}

    def service(self) -> dict[str, Any]:
        described: dict[str, Any] = self.ecs.describe_services(cluster="c", services=["s"], include=["TAGS"])
        (service,) = described["services"]
        return dict(service)

    def tasks(self, status: str = "RUNNING") -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="c", serviceName="s", desiredStatus=status)["taskArns"]
        return list(self.ecs.describe_tasks(cluster="c", tasks=arns)["tasks"]) if arns else []

    def health(self, group: str) -> list[str]:
        answer = self.elb.describe_target_health(TargetGroupArn=self.groups[group])
        return [one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]]

    def messages(self) -> str:
        """The events of the service, one a line."""
        return "\n".join(event["message"] for event in self.service()["events"])

    def alarm(self, state: str) -> None:
        cloudwatch = self.aws("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName="errors",
            Namespace="N",
            MetricName="M",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.set_alarm_state(AlarmName="errors", StateValue=state, StateReason="test")

    def _network(self) -> None:
        ec2 = self.aws("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"ap-northeast-2{zone}"
            )
            for number, zone in enumerate("ac")
        ]
        group = ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
        self.vpc = vpc
        self.network = {
            "subnets": [one["Subnet"]["SubnetId"] for one in subnets],
            "securityGroups": [group],
        }
        self.balancer_arn = self.elb.create_load_balancer(Name="alb", Subnets=self.network["subnets"])[
            "LoadBalancers"
        ][0]["LoadBalancerArn"]

    def _target_group(self, name: str) -> str:
        made = self.elb.create_target_group(
            Name=name, Protocol="HTTP", Port=8080, VpcId=self.vpc, TargetType="ip"
        )
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def _listener(self, port: int) -> str:
        made = self.elb.create_listener(
            LoadBalancerArn=self.balancer_arn,
            Protocol="HTTP",
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.groups["blue"]}],
        )
        return str(made["Listeners"][0]["ListenerArn"])
