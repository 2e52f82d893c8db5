"""The two task sets of a blue/green deployment, and the traffic between them."""

from typing import Any

from moto.ecs.models import TaskDefinition
from moto.elbv2.models import FakeListener

from operations.local.moto_extension import elbv2_traffic
from operations.local.moto_extension.ecs_fleets import Fleet
from operations.local.moto_extension.ecs_services import RunningService


class Switch:
    """Moves a service from one target group of a pair to the other, and back."""

    def __init__(
        self, service: RunningService, green_group: str, prod: list[FakeListener], test: list[str]
    ) -> None:
        self.service = service
        self.blue = service.primary
        self.green: Fleet | None = None
        self.percent = 0
        """Share of the production traffic on the green side."""
        self._arns = {self.blue.target_group_arn: "blue", green_group: "green"}
        self._green_group = green_group
        self._prod = prod
        self._test = test

    @classmethod
    def prepare(cls, service: RunningService, pair: dict[str, Any]) -> "Switch | None":
        """None if the production listener does not lead to the tasks that run now."""
        place = service.account_id, service.region_name
        names = [one["name"] for one in pair.get("targetGroups") or ()]
        arns = {elbv2_traffic.target_group_arn(*place, name) or "" for name in names}
        blue = service.primary.target_group_arn
        prod = elbv2_traffic.listeners(*place, pair.get("prodTrafficRoute", {}).get("listenerArns") or [])
        if blue not in arns or not any(elbv2_traffic.forwards(listener, arns) for listener in prod):
            return None
        test = pair.get("testTrafficRoute", {}).get("listenerArns") or []
        (green,) = arns - {blue}
        return cls(service, green, prod, test)

    def install(
        self, definition: TaskDefinition, options: dict[str, Any], balancer: dict[str, Any], at: float
    ) -> Fleet:
        """Make the green task set."""
        options = options | {"loadBalancers": [balancer | {"targetGroupArn": self._green_group}]}
        self.green = self.service.new_fleet(definition, at, options, "ACTIVE")
        self.service.fleets.append(self.green)
        self.service.step(at)
        return self.green

    def test(self) -> None:
        """Lead the test traffic to the green side."""
        place = self.service.account_id, self.service.region_name
        for listener in elbv2_traffic.listeners(*place, self._test):
            elbv2_traffic.route(listener, set(self._arns), {self._green_group: 100})

    def shift(self, percent: int) -> None:
        """Lead so much of the production traffic to the green side. With all of it the service is green."""
        self.percent = percent
        weights = {arn: percent if arn == self._green_group else 100 - percent for arn in self._arns}
        for listener in self._prod:
            elbv2_traffic.route(listener, set(self._arns), weights)
        if percent == 100 and self.green is not None:
            self.service.promote(self.green)

    def finish(self, at: float) -> None:
        """The blue task set ends."""
        if self.blue in self.service.fleets:
            self.service.discard(self.blue, at)

    def undo(self, at: float) -> None:
        """All traffic back to the blue side, and the green task set ends."""
        if self.blue not in self.service.fleets:
            return
        place = self.service.account_id, self.service.region_name
        self.shift(0)
        for listener in elbv2_traffic.listeners(*place, self._test):
            elbv2_traffic.route(listener, set(self._arns), {self.blue.target_group_arn: 100})
        self.service.promote(self.blue)
        if self.green is not None and self.green in self.service.fleets:
            self.service.discard(self.green, at)
