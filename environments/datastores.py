"""What services keep data in: the cache of an environment and the queue of a service."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from environments.base import Form, FrozenModel
from environments.errors import Finding
from environments.windows import DailyWindow, WeeklyWindow, overlap, span

NodeType = Annotated[str, Form(r"cache\.[a-z0-9]+\.[a-z0-9]+", "an ElastiCache node type", "cache.t4g.small")]

RETIRED_NODES = ("t1", "m1", "m2", "m3", "c1", "r3")
"""Families of which ElastiCache makes no new nodes (API reference, CreateReplicationGroup, CacheNodeType)."""

DEAD_LETTER_DAYS = 14
"""Days that a dead-letter queue keeps a message: SQS's maximum (API reference, SetQueueAttributes)."""


class CacheConfig(FrozenModel):
    """Redis of one environment. Encryption is fixed; this sizes it."""

    node_type: NodeType
    """ElastiCache node type, such as `cache.t4g.small`."""

    nodes: Annotated[int, Field(ge=1, le=6)] = 1
    """One primary and its replicas."""

    multi_az: bool = False
    """Replicas in other zones take over by themselves; needs two nodes."""

    eviction: Literal["allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-ttl", "noeviction"] = (
        "allkeys-lru"
    )
    """What makes room when memory is full (Redis `maxmemory-policy`); `noeviction` refuses writes."""

    snapshot_retention_days: Annotated[int, Field(ge=0, le=35)] = 1
    """Days that daily snapshots are kept, 0 for none; ElastiCache charges for the second and older ones."""

    snapshot_window: DailyWindow = "17:00-18:00"
    """Daily, UTC."""

    maintenance_window: WeeklyWindow = "sat:18:00-sat:19:00"
    """Weekly, UTC."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (
            self._multi_az_needs_replica(),
            self._node_is_sold(),
            self._window_lasts("snapshot_window"),
            self._window_lasts("maintenance_window"),
            self._windows_apart(),
        )

    def _multi_az_needs_replica(self) -> Iterator[Finding]:
        if self.multi_az and self.nodes < 2:
            message = f"needs nodes of 2 or more, got {self.nodes}; add one or set multi_az: false"
            yield Finding(("multi_az",), message, "true")

    def _node_is_sold(self) -> Iterator[Finding]:
        if self.node_type.split(".")[1] in RETIRED_NODES:
            message = (
                "is of a previous generation; ElastiCache makes no new nodes of it (API reference, "
                "CreateReplicationGroup), use e.g. cache.t4g.small"
            )
            yield Finding(("node_type",), message, self.node_type)

    def _window_lasts(self, key: str) -> Iterator[Finding]:
        minutes = span(getattr(self, key))[1]
        if minutes < 60:
            message = f"lasts {minutes} minutes; ElastiCache asks for 60 or more (ElastiCache user guide)"
            yield Finding((key,), message, getattr(self, key))

    def _windows_apart(self) -> Iterator[Finding]:
        if overlap(self.snapshot_window, self.maintenance_window):
            yield Finding(
                ("snapshot_window",),
                f"overlaps maintenance_window {self.maintenance_window}; a node that restarts takes no "
                "snapshot, move one of them (touching is fine)",
                self.snapshot_window,
            )


class QueueConfig(FrozenModel):
    """A service's work queue. Encryption and the dead-letter queue are fixed; this times it."""

    visibility_timeout_seconds: Annotated[int, Field(ge=1, le=43_200)] = 60
    """Longest that processing one message takes; after that it is delivered again."""

    max_receives: Annotated[int, Field(ge=1, le=1000)] = 5
    """Deliveries of one message before it goes to the dead-letter queue."""

    retention_days: Annotated[int, Field(ge=1, le=14)] = 4
    """Days that an unprocessed message is kept."""

    age_alarm_seconds: Annotated[int, Field(ge=60)] = 300
    """Age of the oldest message above which the alarm is raised."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._dead_letters_last_longer(), self._alarm_before_loss()

    def _dead_letters_last_longer(self) -> Iterator[Finding]:
        if self.retention_days >= DEAD_LETTER_DAYS:
            message = (
                f"leaves no time in the dead-letter queue, which keeps {DEAD_LETTER_DAYS} days counted from "
                f"the first sending (SQS developer guide); use {DEAD_LETTER_DAYS - 1} or less"
            )
            yield Finding(("retention_days",), message, str(self.retention_days))

    def _alarm_before_loss(self) -> Iterator[Finding]:
        kept = self.retention_days * 86_400
        if self.age_alarm_seconds >= kept:
            message = f"is not below retention_days, {self.retention_days} = {kept} seconds; lower it"
            yield Finding(("age_alarm_seconds",), message, str(self.age_alarm_seconds))
