"""Waits for a deployment, and says how it ended."""

import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.aws import Aws
from operations.deploy import blue_green, hints, reasons, rolling
from operations.deploy.group import Group
from operations.deploy.place import Place
from operations.deploy.watch import Outcome, Sight, TimedOut, watch
from operations.errors import HybridError

KEPT = timedelta(hours=1)
"""ECS shows stopped tasks for about that long (ECS API reference, ListTasks)."""


class Interrupted(HybridError):
    """Somebody stopped waiting; the deployment goes on. 130 is what shells say after Ctrl-C."""

    exit_code = 130


@dataclass(frozen=True)
class Patience:
    """How long to wait, and for what."""

    limit_minutes: float
    until_done: bool


@dataclass(frozen=True)
class Deployment:
    """One that runs by itself."""

    id: str
    group: Group | None
    """With CodeDeploy."""

    revision_arn: str | None = None
    began: datetime | None = None


@dataclass(frozen=True)
class End:
    """How a deployment ended."""

    sight: Sight
    seconds: float
    causes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return self.sight.outcome is Outcome.FAILED

    @property
    def over(self) -> bool:
        """Whether nothing of the deployment is left to come."""
        return self.sight.over

    def describe(self, deployment: str) -> dict[str, Any]:
        """For `--json`."""
        return {
            "id": deployment,
            "reason": self.sight.reason,
            "causes": list(self.causes),
            "events": list(self.sight.news),
            "seconds": round(self.seconds),
        }


def follow(aws: Aws, place: Place, deployment: Deployment, patience: Patience) -> End:
    """Wait for the end. Whatever ends the waiting says that the deployment does not."""
    began = time.monotonic()

    def look() -> Sight:
        if deployment.group:
            return blue_green.look(aws, place, deployment.id, until_done=patience.until_done)
        return rolling.look(aws, place, deployment.id)

    goes_on = hints.goes_on(place, deployment.id, blue_green=deployment.group is not None)
    failure: HybridError | None = None
    # A CI job that is cancelled ends as Ctrl-C does.
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sight = watch(look, patience.limit_minutes * 60)
    except KeyboardInterrupt:
        failure = Interrupted(f"nobody waits any longer. {goes_on}")
    except TimedOut as error:
        failure = TimedOut(f"{error}\n{goes_on}")
    except HybridError as error:
        failure = HybridError(f"{error}\n{goes_on}")
    finally:
        signal.signal(signal.SIGTERM, former)
    if failure:
        raise failure
    causes = _causes(aws, place, deployment) if sight.outcome is Outcome.FAILED else ()
    return End(sight, time.monotonic() - began, causes)


def _causes(aws: Aws, place: Place, deployment: Deployment) -> tuple[str, ...]:
    since = deployment.began or datetime.now(UTC) - KEPT
    tasks = reasons.stopped_tasks(aws, place, deployment.revision_arn, since)
    ringing = reasons.ringing_alarms(aws, place, deployment.group.alarms if deployment.group else ())
    return (*(f"stopped tasks: {text}" for text in tasks), *(f"in ALARM: {text}" for text in ringing))
