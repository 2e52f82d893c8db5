"""What ECS makes of the requests for services: defaults, and refusals in its words."""

from typing import Any

from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import TaskDefinition
from moto.elbv2.models import ELBv2Backend

BY_CODEDEPLOY = (
    "services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
)

LEFT_TO_CODEDEPLOY = {
    "taskDefinition": "task definition",
    "loadBalancers": "load balancers",
    "networkConfiguration": "network parameters",
    "platformVersion": "platform version",
    "capacityProviderStrategy": "capacity provider strategy",
}
"""What a service of CodeDeploy refuses to change (API reference, UpdateService), and how AWS calls it."""


def complete(options: dict[str, Any], default_strategy: Any) -> None:
    """Fill in what AWS fills in."""
    if not options.get("launchType") and not options.get("capacityProviderStrategy"):
        options["capacityProviderStrategy"] = default_strategy
        options["launchType"] = None if default_strategy else "EC2"
    providers = [one["capacityProvider"] for one in options.get("capacityProviderStrategy") or ()]
    if options.get("launchType") == "FARGATE" or any(name.startswith("FARGATE") for name in providers):
        options.setdefault("platformVersion", "LATEST")
        options["platformFamily"] = "Linux"
    complete_members(options)
    for name in (
        "loadBalancers",
        "serviceRegistries",
        "tags",
        "placementConstraints",
        "placementStrategy",
    ):
        options[name] = options.get(name) or []
    controller = options.setdefault("deploymentController", {"type": "ECS"})
    defaults: dict[str, Any] = {"maximumPercent": 200, "minimumHealthyPercent": 100}
    if controller["type"] == "ECS":
        defaults["deploymentCircuitBreaker"] = {"enable": False, "rollback": False}
        defaults["strategy"] = "ROLLING"
    options["deploymentConfiguration"] = defaults | (options.get("deploymentConfiguration") or {})
    options["desiredCount"] = options.get("desiredCount") or 0
    options.setdefault("propagateTags", "NONE")
    options.setdefault("schedulingStrategy", "REPLICA")
    options.setdefault("availabilityZoneRebalancing", "DISABLED")
    options.setdefault("enableECSManagedTags", False)
    options.setdefault("enableExecuteCommand", False)
    if options["loadBalancers"]:
        options.setdefault("healthCheckGracePeriodSeconds", 0)


def check_capacity(options: dict[str, Any], associated: list[str] | None) -> None:
    """Refuse a strategy that the cluster cannot follow."""
    strategy = options.get("capacityProviderStrategy") or []
    if options.get("launchType") and strategy:
        raise InvalidParameterException(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if any(one["capacityProvider"] not in (associated or ()) for one in strategy):
        raise InvalidParameterException(
            "The specified capacity provider strategy cannot contain a capacity provider that is not "
            "associated with the cluster. Associate the capacity providers with the cluster and try "
            "again."
        )
    if sum(one.get("base", 0) > 0 for one in strategy) > 1:
        raise InvalidParameterException(
            "The specified capacity provider strategy cannot contain more than one capacity provider "
            "with a base value greater than zero."
        )


def check_load_balancers(
    load_balancing: ELBv2Backend, balancers: list[dict[str, Any]], definition: TaskDefinition
) -> None:
    """Refuse what no listener leads to, and what the task definition does not have."""
    for one in balancers:
        arn, name, port = one.get("targetGroupArn", ""), one["containerName"], one["containerPort"]
        if arn not in load_balancing.target_groups:
            raise InvalidParameterException(f"The specified target group does not exist: {arn}")
        if not load_balancing._any_listener_using(arn):
            raise InvalidParameterException(
                f"The target group with targetGroupArn {arn} does not have an associated load balancer."
            )
        described: list[dict[str, Any]] = definition.container_definitions
        containers = {str(container["name"]): container for container in described}
        if name not in containers:
            raise InvalidParameterException(f"The container {name} does not exist in the task definition.")
        if port not in [mapping["containerPort"] for mapping in containers[name].get("portMappings", [])]:
            raise InvalidParameterException(
                f"The container {name} did not have a container port {port} defined."
            )


def leave_to_codedeploy(changed: set[str], forced: bool) -> None:
    """Refuse what only CodeDeploy may change."""
    if forced:
        raise InvalidParameterException(f"Cannot force a new deployment on {BY_CODEDEPLOY}")
    for name, words in LEFT_TO_CODEDEPLOY.items():
        if name in changed:
            raise InvalidParameterException(f"Unable to update {words} on {BY_CODEDEPLOY}")


def complete_members(options: dict[str, Any]) -> None:
    """Fill in what lists and networks leave out."""
    for strategy in options.get("capacityProviderStrategy") or ():
        strategy.setdefault("weight", 0)
        strategy.setdefault("base", 0)
    if network := (options.get("networkConfiguration") or {}).get("awsvpcConfiguration"):
        network.setdefault("securityGroups", [])
        network.setdefault("assignPublicIp", "DISABLED")
