"""Gathers what constructs want watched, for one stack or for one dashboard."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hybrid_constructs.observability.watch import Alarm, CompositeAlarm, DashboardRow, LogMetric


@runtime_checkable
class HasAlarms(Protocol):
    """A construct with alarms."""

    def alarms(self) -> list[Alarm]: ...


@runtime_checkable
class HasCompositeAlarms(Protocol):
    """A construct some of whose alarms mean one thing."""

    def composite_alarms(self) -> list[CompositeAlarm]: ...


@runtime_checkable
class HasLogMetrics(Protocol):
    """A construct whose logs are counted."""

    def log_metrics(self) -> list[LogMetric]: ...


@runtime_checkable
class HasDashboardRows(Protocol):
    """A construct with graphs."""

    def dashboard_rows(self) -> list[DashboardRow]: ...


Watchable = HasAlarms | HasCompositeAlarms | HasLogMetrics | HasDashboardRows


@dataclass(frozen=True)
class Watched:
    """All that a group of constructs wants watched, in their order."""

    alarms: tuple[Alarm, ...] = ()
    composites: tuple[CompositeAlarm, ...] = ()
    log_metrics: tuple[LogMetric, ...] = ()
    rows: tuple[DashboardRow, ...] = ()


def watched(things: Iterable[Watchable]) -> Watched:
    """Ask each construct for what it has of the four."""
    things = list(things)
    for thing in things:
        if not isinstance(thing, Watchable):
            raise TypeError(
                f"{type(thing).__name__} has nothing to watch: give it alarms(), composite_alarms(), "
                "log_metrics() or dashboard_rows(), which return data of observability/watch.py"
            )
    return Watched(
        alarms=tuple(alarm for thing in things if isinstance(thing, HasAlarms) for alarm in thing.alarms()),
        composites=tuple(
            alarm
            for thing in things
            if isinstance(thing, HasCompositeAlarms)
            for alarm in thing.composite_alarms()
        ),
        log_metrics=tuple(
            metric for thing in things if isinstance(thing, HasLogMetrics) for metric in thing.log_metrics()
        ),
        rows=tuple(
            row for thing in things if isinstance(thing, HasDashboardRows) for row in thing.dashboard_rows()
        ),
    )
