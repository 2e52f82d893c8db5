"""When the number of tasks changes by itself, and when a service asks for a person."""

from collections.abc import Iterable, Iterator
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from environments.base import Form, FrozenModel, TaskCount
from environments.errors import Finding

Percent = Annotated[int, Field(ge=1, le=100)]
ClockTime = Annotated[str, Form(r"([01][0-9]|2[0-3]):[0-5][0-9]", "a time of day in quotes", '"20:00"')]


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("no time zone of the IANA database; use one such as Asia/Seoul")
    return value


TimeZone = Annotated[str, AfterValidator(_known_zone), Field(examples=["Asia/Seoul"])]


class ScalingConfig(FrozenModel):
    """Target tracking: tasks are added when one of the targets is exceeded, removed when all are undercut."""

    minimum_tasks: TaskCount | None = None
    """Fewest tasks; `tasks` if left out."""

    maximum_tasks: TaskCount | None = None
    """Most tasks; twice `tasks` if left out."""

    cpu_percent: Percent = 60
    """Average CPU of the service's tasks to aim at."""

    memory_percent: Percent = 75
    """Average memory of the service's tasks to aim at."""

    requests_per_target: Annotated[int, Field(ge=1)] = 1000
    """Requests per task and minute to aim at."""

    scale_out_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """Rest after tasks were added."""

    scale_in_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Rest after tasks were removed; longer, because a missing task harms and a spare one only costs."""


class OffHoursConfig(FrozenModel):
    """Hours in which nobody needs the services of an environment: no task runs then."""

    stop: ClockTime = "21:00"
    """Time of day at which the tasks go, Monday to Friday."""

    start: ClockTime = "08:00"
    """Time of day at which they come back, Monday to Friday."""

    timezone: TimeZone = "Asia/Seoul"
    """Time zone of both (IANA name)."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (self._stop_after_start(),)

    def _stop_after_start(self) -> Iterator[Finding]:
        if self.stop <= self.start:
            message = f"is not after start, {self.start}; give the working day's end, such as 21:00"
            yield Finding(("stop",), message, self.stop)


class ServiceAlarmsConfig(FrozenModel):
    """Thresholds of a service's alarms, and what its users are promised."""

    available_percent: Annotated[float, Field(ge=90, lt=100)] = 99.9
    """Service level objective: share of requests that is answered without a 5xx."""

    error_percent: Annotated[float, Field(gt=0, le=100)] = 5
    """Share of answers with a 5xx status."""

    p95_seconds: Annotated[float, Field(gt=0)] = 1
    """Response time that 95 % of the requests stay below."""

    p99_seconds: Annotated[float, Field(gt=0)] = 3
    """Response time that 99 % of the requests stay below."""

    cpu_percent: Percent = 85
    """Average CPU, above what scaling aims at: it has nothing left to add."""

    memory_percent: Percent = 90
    """Average memory; at 100 a task is killed."""

    log_errors_per_minute: Annotated[int, Field(ge=1)] = 20
    """Log lines of level ERROR."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (self._p99_not_below_p95(),)

    def _p99_not_below_p95(self) -> Iterator[Finding]:
        if self.p99_seconds < self.p95_seconds:
            message = f"is below p95_seconds, {self.p95_seconds:g}, which is impossible; raise it"
            yield Finding(("p99_seconds",), message, f"{self.p99_seconds:g}")
