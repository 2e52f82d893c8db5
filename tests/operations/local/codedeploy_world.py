"""A service that CodeDeploy deploys, made with boto3 in the emulator."""

import json
from typing import Any

from tests.operations.local.ecs_world import PROD, World

ROLLBACK = {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]}
TERMINATION = 5
"""Minutes that the old tasks are kept."""
INSTALLED = 200
"""Seconds of AWS after which new tasks have got the traffic, all at once."""


class Release:
    """A service of CodeDeploy with its deployment group."""

    def __init__(self, world: World) -> None:
        self.world, self.api = world, world.codedeploy
        self.first = world.register()
        world.create_service(
            self.first, deploymentController={"type": "CODE_DEPLOY"}, healthCheckGracePeriodSeconds=60
        )
        world.pass_time(INSTALLED)
        self.api.create_application(applicationName="a", computePlatform="ECS")
        self.api.create_deployment_group(**group_members(world))

    def deploy(self, definition: str, **members: Any) -> str:
        content = appspec(definition, **members.pop("properties", {}))
        made = self.api.create_deployment(
            applicationName="a",
            deploymentGroupName="g",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
            **members,
        )
        return str(made["deploymentId"])

    def info(self, id_: str) -> dict[str, Any]:
        info: dict[str, Any] = self.api.get_deployment(deploymentId=id_)["deploymentInfo"]
        return info

    def target(self, id_: str) -> dict[str, Any]:
        (target,) = self.api.list_deployment_targets(deploymentId=id_)["targetIds"]
        shown = self.api.get_deployment_target(deploymentId=id_, targetId=target)["deploymentTarget"]
        assert self.api.batch_get_deployment_targets(deploymentId=id_, targetIds=[target])[
            "deploymentTargets"
        ] == [shown]
        return dict(shown["ecsTarget"])

    def traffic(self, port: int = PROD) -> dict[str, int]:
        """Weight by target group of the listener's default action."""
        listener = self.world.elb.describe_listeners(ListenerArns=[self.world.listeners[port]])["Listeners"][
            0
        ]
        action = listener["DefaultActions"][0]
        names = {arn: name for name, arn in self.world.groups.items()}
        if action.get("TargetGroupArn"):
            return {names[action["TargetGroupArn"]]: 100}
        return {
            names[one["TargetGroupArn"]]: one["Weight"] for one in action["ForwardConfig"]["TargetGroups"]
        }

    def group(self, application: str = "a", name: str = "g") -> dict[str, Any]:
        shown = self.api.get_deployment_group(applicationName=application, deploymentGroupName=name)
        return dict(shown["deploymentGroupInfo"])

    def change_group(self, **changes: Any) -> None:
        self.api.update_deployment_group(applicationName="a", currentDeploymentGroupName="g", **changes)


def group_members(world: World) -> dict[str, Any]:
    return {
        "applicationName": "a",
        "deploymentGroupName": "g",
        "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
        "serviceRoleArn": "arn:aws:iam::123456789012:role/deploy",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "blueGreenDeploymentConfiguration": blue_green(),
        "ecsServices": [{"clusterName": "c", "serviceName": "s"}],
        "loadBalancerInfo": {"targetGroupPairInfoList": [pair(world)]},
        "alarmConfiguration": {
            "enabled": True,
            "ignorePollAlarmFailure": False,
            "alarms": [{"name": "errors"}],
        },
        "autoRollbackConfiguration": ROLLBACK,
        "tags": [{"Key": "Name", "Value": "g"}],
    }


def pair(world: World, **more: Any) -> dict[str, Any]:
    return {
        "targetGroups": [{"name": "blue"}, {"name": "green"}],
        "prodTrafficRoute": {"listenerArns": [world.listeners[PROD]]},
        **more,
    }


def blue_green(**ready: Any) -> dict[str, Any]:
    return {
        "terminateBlueInstancesOnDeploymentSuccess": {
            "action": "TERMINATE",
            "terminationWaitTimeInMinutes": TERMINATION,
        },
        "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0, **ready},
    }


def appspec(definition: str, **properties: Any) -> str:
    service = {
        "Type": "AWS::ECS::Service",
        "Properties": {
            "TaskDefinition": definition,
            "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 8080},
            **properties,
        },
    }
    return json.dumps({"version": 0.0, "Resources": [{"TargetService": service}]})
