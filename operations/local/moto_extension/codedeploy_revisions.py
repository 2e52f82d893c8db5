"""AppSpec: which task definition a deployment brings, and what else it changes.

CodeDeploy user guide, "AppSpec 'resources' section for Amazon ECS deployments". JSON is YAML too.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import yaml
from moto.codedeploy.exceptions import CodeDeployException


class InvalidRevision(CodeDeployException):
    """The revision cannot be deployed to ECS."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidRevisionException", message)


class RevisionRequired(CodeDeployException):
    """CreateDeployment names no revision."""

    def __init__(self) -> None:
        super().__init__("RevisionRequiredException", "The revision was not specified.")


@dataclass(frozen=True)
class Target:
    """What TargetService says."""

    definition: str
    container: str
    port: int
    options: dict[str, Any]
    """Members of a task set that differ from the service."""


def completed(revision: dict[str, Any] | None) -> dict[str, Any]:
    """The revision as AWS shows it: with the hash of its content."""
    if not revision:
        raise RevisionRequired
    kind = revision.get("revisionType")
    if kind not in ("AppSpecContent", "String"):
        raise InvalidRevision(f"the embedded AWS reads AppSpecContent only, got revisionType {kind}")
    member = "appSpecContent" if kind == "AppSpecContent" else "string"
    content = str((revision.get(member) or {}).get("content") or "")
    digest = sha256(content.encode()).hexdigest()
    if (revision[member].get("sha256") or digest) != digest:
        raise InvalidRevision("The sha256 of the AppSpec content does not match its content.")
    return {"revisionType": kind, member: {"content": content, "sha256": digest}}


def target_of(revision: dict[str, Any]) -> Target:
    """Read a completed revision."""
    content = (revision.get("appSpecContent") or revision.get("string") or {})["content"]
    try:
        (resource,) = yaml.safe_load(content)["Resources"]
        service = resource["TargetService"]
        properties = service["Properties"]
        balancer = properties["LoadBalancerInfo"]
        if service["Type"] != "AWS::ECS::Service":
            raise InvalidRevision(f"The AppSpec resource has type {service['Type']}, not AWS::ECS::Service.")
        return Target(
            definition=str(properties["TaskDefinition"]),
            container=str(balancer["ContainerName"]),
            port=int(balancer["ContainerPort"]),
            options=_options(properties),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise InvalidRevision(
            "The AppSpec must have one entry under Resources: TargetService with Type AWS::ECS::Service and "
            f"Properties TaskDefinition and LoadBalancerInfo (ContainerName, ContainerPort); {error!r}"
        ) from error


def of_task_definition(arn: str, container: str, port: int) -> dict[str, Any]:
    """The revision that stands for a task set which no deployment made: the one of CreateService."""
    properties = {
        "TaskDefinition": arn,
        "LoadBalancerInfo": {"ContainerName": container, "ContainerPort": port},
    }
    service = {"Type": "AWS::ECS::Service", "Properties": properties}
    content = json.dumps({"version": 0.0, "Resources": [{"TargetService": service}]})
    return completed({"revisionType": "AppSpecContent", "appSpecContent": {"content": content}})


def _options(properties: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if version := properties.get("PlatformVersion"):
        options["platformVersion"] = str(version)
    if strategy := properties.get("CapacityProviderStrategy"):
        options["capacityProviderStrategy"] = [
            {
                "capacityProvider": one["CapacityProvider"],
                "weight": int(one.get("Weight", 0)),
                "base": int(one.get("Base", 0)),
            }
            for one in strategy
        ]
        options["launchType"] = None
    if network := (properties.get("NetworkConfiguration") or {}).get("AwsvpcConfiguration"):
        options["networkConfiguration"] = {
            "awsvpcConfiguration": {
                "subnets": network["Subnets"],
                "securityGroups": network.get("SecurityGroups") or [],
                "assignPublicIp": network.get("AssignPublicIp") or "DISABLED",
            }
        }
    return options
