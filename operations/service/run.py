"""What the commands do around their plans."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments.errors import ConfigError
from environments.loader import load_fleet
from operations.deploy.place import Place, find_place
from operations.engine.report import Outcome
from operations.engine.retry import Clients
from operations.engine.run import Manner, carry_out
from operations.errors import UsageError
from operations.service.rollback import KIND, STOP, plan_rollback, plan_stop
from operations.service.wanted import PREVIOUS, Ask, situation

if TYPE_CHECKING:
    from environments.schema import Fleet


@dataclass(frozen=True)
class Command:
    """How a command was told to go about its work."""

    manner: Manner
    limit_seconds: float


def fleet_of() -> "Fleet":
    """The configuration. A mistake in it is a usage error."""
    try:
        return load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None


def workplace(service: str, environment: str) -> tuple[Clients, Place]:
    """A service, and clients of its account; an unknown name is a usage error."""
    place = find_place(fleet_of(), environment, service)
    return Clients(place.account_id), place


def asked(to: str | None, image: str | None) -> Ask:
    """What the options mean together."""
    if to is not None and image is not None:
        raise UsageError("--to and --image: give one of them; an image has no revision of its own")
    # An empty text, as of a variable that is not set, is refused where it is read; it never means `previous`.
    return Ask(image=image) if image is not None else Ask(to=PREVIOUS if to is None else to)


def rollback(service: str, environment: str, ask: Ask, how: Command) -> Outcome:
    """Plan and carry out a return."""
    aws, place = workplace(service, environment)
    return carry_out(
        KIND,
        f"{environment}/{service}",
        lambda: plan_rollback(situation(aws, place, ask), how.limit_seconds),
        how.manner,
    )


def stop(service: str, environment: str, named: str | None, how: Command) -> Outcome:
    """End the deployment that is under way."""
    aws, place = workplace(service, environment)
    return carry_out(
        STOP,
        f"{environment}/{service}",
        lambda: plan_stop(situation(aws, place, Ask(stopped=True)), named, how.limit_seconds),
        how.manner,
    )
