"""How a new revision of a service replaces the running one."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from environments.base import FrozenModel


class Deployment(StrEnum):
    """Who replaces tasks."""

    ROLLING = "rolling"
    BLUE_GREEN = "blue_green"


TrafficShift = Literal["all_at_once", "canary_10_5m", "canary_10_15m", "linear_10_1m", "linear_10_3m"]

DEPLOYMENT_CONFIGS: dict[TrafficShift, str] = {
    "all_at_once": "CodeDeployDefault.ECSAllAtOnce",
    "canary_10_5m": "CodeDeployDefault.ECSCanary10Percent5Minutes",
    "canary_10_15m": "CodeDeployDefault.ECSCanary10Percent15Minutes",
    "linear_10_1m": "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
    "linear_10_3m": "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
}
"""CodeDeploy user guide, "Predefined deployment configurations for an Amazon ECS compute platform"."""


class BlueGreenConfig(FrozenModel):
    """Blue/green by CodeDeploy; it counts where `deployment` is `blue_green`."""

    traffic: TrafficShift = "all_at_once"
    """How users move: all at once, or 10 % first (canary), or 10 % every so many minutes (linear)."""

    termination_wait_minutes: Annotated[int, Field(ge=0, le=2880)] = 5
    """Time that the old tasks stay after success, so that a rollback is instant."""
