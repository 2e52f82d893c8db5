"""How bad an incident is, and what follows from it. Data: change it here, and everything says the same."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Of an incident."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


@dataclass(frozen=True)
class Rules:
    """What a severity means."""

    impact: str
    """On users; whoever declares compares with this."""

    acknowledge_minutes: int
    """From the alarm, or from the beginning where nobody noticed, until somebody works on it."""

    update_minutes: int
    """Between two messages to those who wait."""

    who: str
    """Has to be called."""


RULES = {
    Severity.P0: Rules(
        "nobody can use the service, or data is lost or exposed",
        acknowledge_minutes=5,
        update_minutes=15,
        who="on-call, their deputy and the head of the team, at any hour",
    ),
    Severity.P1: Rules(
        "some users or an important function do not work, and there is no way around it",
        acknowledge_minutes=15,
        update_minutes=30,
        who="on-call, at any hour",
    ),
    Severity.P2: Rules(
        "slow, or a function does not work, and there is a way around it",
        acknowledge_minutes=60,
        update_minutes=240,
        who="on-call, in working hours",
    ),
}
"""The operations guide names P0 and P1 (section 2.4) and defines neither."""


def described() -> str:
    """One line for each severity."""
    return "\n".join(
        f"{name}  {one.impact}; acknowledge in {one.acknowledge_minutes} min, tell every "
        f"{one.update_minutes} min; call {one.who}"
        for name, one in RULES.items()
    )
