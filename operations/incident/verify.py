"""One verdict: all tasks run, the health path answers at the load balancer, and no alarm rings."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from environments import naming
from operations.aws import Aws, explained
from operations.deploy.service import read_service
from operations.errors import HybridError
from operations.incident.health import Address, ask
from operations.incident.scene import Scene

PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Part:
    """One of the three."""

    name: str
    ok: bool
    text: str


@dataclass(frozen=True)
class Verdict:
    parts: tuple[Part, ...]

    @property
    def ok(self) -> bool:
        return all(part.ok for part in self.parts)

    @property
    def text(self) -> str:
        return "; ".join(f"{part.name} {'ok' if part.ok else 'NOT OK'}: {part.text}" for part in self.parts)

    def describe(self) -> dict[str, Any]:
        """For `--json`."""
        return {"ok": self.ok, "parts": {one.name: {"ok": one.ok, "text": one.text} for one in self.parts}}


def wait(look: Callable[[], Verdict], seconds: float, said: Callable[[Verdict], None]) -> Verdict:
    """Look until all is well, or the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        verdict = look()
        left = deadline - time.monotonic()
        if verdict.ok or left <= 0:
            return verdict
        said(verdict)
        time.sleep(min(PAUSE_SECONDS, left))


def look(aws: Aws, at: Scene, address: Address | None) -> Verdict:
    """All three, whatever becomes of the others."""
    checks = {"tasks": lambda: _tasks(aws, at), "health": lambda: _health(aws, at, address)}
    checks["alarms"] = lambda: _alarms(aws, at)
    return Verdict(tuple(_part(name, check) for name, check in checks.items()))


def _part(name: str, check: Callable[[], Part]) -> Part:
    try:
        return check()
    except HybridError as error:
        return Part(name, False, f"not known: {error}")


def _tasks(aws: Aws, at: Scene) -> Part:
    service = read_service(aws, at.place)
    text = f"{service.running} of {service.desired} run"
    if service.desired == 0:
        return Part("tasks", False, f"{text}: nobody is served")
    if service.running == service.desired and not service.steady:
        return Part("tasks", False, f"{text}, and a deployment is under way")
    return Part("tasks", service.running == service.desired, text)


def _health(aws: Aws, at: Scene, address: Address | None) -> Part:
    answer = ask(address or _load_balancer(aws, at), at.service.host, at.service.health_check_path)
    return Part("health", answer.ok, answer.text)


def _load_balancer(aws: Aws, at: Scene) -> Address:
    client = aws.client("elbv2", at.place.region)
    with explained(f"elasticloadbalancing:DescribeLoadBalancers of {at.load_balancer}"):
        found = client.describe_load_balancers(Names=[at.load_balancer])["LoadBalancers"]
    return Address(found[0]["DNSName"])


def _alarms(aws: Aws, at: Scene) -> Part:
    """Every alarm of the environment: a database that suffers is no good end either."""
    with explained("cloudwatch:DescribeAlarms"):
        pages = (
            aws.client("cloudwatch", at.place.region)
            .get_paginator("describe_alarms")
            .paginate(AlarmNamePrefix=at.alarm_prefix, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        )
        every = [one for page in pages for one in (*page["MetricAlarms"], *page["CompositeAlarms"])]
    # That traffic has been switched over is a state, not a trouble.
    switch = naming.failover_switch(at.fleet)
    states = {one["AlarmName"]: one["StateValue"] for one in every if one["AlarmName"] != switch}
    if not states:
        return Part("alarms", False, f"there is none named {at.alarm_prefix}*: nobody watches")
    ringing = sorted(name for name, state in states.items() if state == "ALARM")
    unknown = sum(state == "INSUFFICIENT_DATA" for state in states.values())
    text = f"{len(ringing)} of {len(states)} ring" + (f": {', '.join(ringing)}" if ringing else "")
    return Part("alarms", not ringing, text + (f"; {unknown} have no data" if unknown else ""))
