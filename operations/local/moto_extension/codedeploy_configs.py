"""How fast traffic moves: the deployment configurations that AWS predefines for ECS."""

from typing import Any

from moto.codedeploy.exceptions import CodeDeployException

PREFIX = "CodeDeployDefault.ECS"

STEPS: dict[str, tuple[int, int]] = {
    "AllAtOnce": (100, 0),
    "Canary10Percent5Minutes": (10, 5),
    "Canary10Percent15Minutes": (10, 15),
    "Linear10PercentEvery1Minutes": (10, 1),
    "Linear10PercentEvery3Minutes": (10, 3),
}
"""Percent and minutes (user guide, "Deployment configurations on an Amazon ECS compute platform")."""


class ConfigDoesNotExist(CodeDeployException):
    """No configuration of this name. Own ones are not implemented."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "DeploymentConfigDoesNotExistException", f"No Deployment Configuration found for name: {name}"
        )


def step_of(name: str) -> tuple[int, int]:
    """Percent of a step, and minutes to the next one."""
    try:
        return STEPS[name.removeprefix(PREFIX)]
    except KeyError:
        raise ConfigDoesNotExist(name) from None


def shares(name: str) -> list[tuple[int, float]]:
    """Percent of the traffic on the new tasks, and the seconds of AWS for which it stays so."""
    percent, minutes = step_of(name)
    if "Linear" in name:
        return [(share, minutes * 60.0) for share in range(percent, 100, percent)] + [(100, 0.0)]
    return [(percent, minutes * 60.0), (100, 0.0)] if percent < 100 else [(100, 0.0)]


def view(name: str) -> dict[str, Any]:
    """As GetDeploymentConfig shows it."""
    percent, minutes = step_of(name)
    routing: dict[str, Any] = {"type": "AllAtOnce"}
    if "Canary" in name:
        canary = {"canaryPercentage": percent, "canaryInterval": minutes}
        routing = {"type": "TimeBasedCanary", "timeBasedCanary": canary}
    if "Linear" in name:
        linear = {"linearPercentage": percent, "linearInterval": minutes}
        routing = {"type": "TimeBasedLinear", "timeBasedLinear": linear}
    return {
        "deploymentConfigId": name,
        "deploymentConfigName": name,
        "computePlatform": "ECS",
        "trafficRoutingConfig": routing,
    }
