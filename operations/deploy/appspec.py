"""The AppSpec of an ECS deployment by CodeDeploy (user guide, "AppSpec 'resources' section"). Pure."""

import hashlib
import json
from typing import Any

from operations.deploy.service import Service


def content(service: Service, revision_arn: str) -> str:
    """The AppSpec as JSON. What it does not name (subnets, security groups) stays as the service has it."""
    [behind] = service.behind
    properties: dict[str, Any] = {
        "TaskDefinition": revision_arn,
        "LoadBalancerInfo": {"ContainerName": behind.container, "ContainerPort": behind.port},
    }
    if service.platform_version:
        properties["PlatformVersion"] = service.platform_version
    if service.capacity:
        # Without it the new tasks would run on the launch type FARGATE, all of them on demand.
        properties["CapacityProviderStrategy"] = [
            {
                "CapacityProvider": one["capacityProvider"],
                "Base": one.get("base", 0),
                "Weight": one.get("weight", 0),
            }
            for one in service.capacity
        ]
    resources = [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}]
    return json.dumps({"version": 0.0, "Resources": resources}, indent=2)


def revision(text: str) -> dict[str, Any]:
    """`text` as CreateDeployment takes it; the sum tells CodeDeploy that it arrived whole."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": text, "sha256": sha256}}
