"""The AppSpec, without AWS."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from operations.deploy import appspec
from operations.deploy.service import Behind, Service

SERVICE = Service(
    controller="CODE_DEPLOY",
    desired=4,
    running=4,
    revision_arn="arn:1",
    steady=True,
    deployment=None,
    capacity=({"capacityProvider": "FARGATE", "weight": 30, "base": 1},),
    platform_version="1.4.0",
    behind=(Behind("arn:blue", "orders", 8080),),
    subnets=(),
    maximum_percent=200,
    alarms=(),
)


def properties(service: Service) -> dict[str, Any]:
    [resource] = json.loads(appspec.content(service, "arn:2"))["Resources"]
    assert resource["TargetService"]["Type"] == "AWS::ECS::Service"
    return dict(resource["TargetService"]["Properties"])


def test_the_service_stays_what_it_is_but_for_the_revision() -> None:
    assert properties(SERVICE) == {
        "TaskDefinition": "arn:2",
        "LoadBalancerInfo": {"ContainerName": "orders", "ContainerPort": 8080},
        "PlatformVersion": "1.4.0",
        "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE", "Base": 1, "Weight": 30}],
    }


def test_what_the_service_does_not_have_is_left_out() -> None:
    bare = replace(SERVICE, capacity=(), platform_version=None)
    assert properties(bare).keys() == {"TaskDefinition", "LoadBalancerInfo"}


def test_the_sum_is_that_of_the_content() -> None:
    sent = appspec.revision("text")["appSpecContent"]
    assert sent == {"content": "text", "sha256": hashlib.sha256(b"text").hexdigest()}
