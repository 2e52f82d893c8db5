"""Faults on demand: throttling, server errors, lost answers and expired credentials, for tests and drills."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from wsgiref.types import WSGIEnvironment

from operations.local.emulator import failures
from operations.local.emulator.operation import Operation


class Fault(StrEnum):
    """What happens to a request."""

    THROTTLE = "throttle"
    ERROR = "500"
    EXPIRED = "expired"
    TIMEOUT = "timeout"
    """No answer comes, and the request is not carried out."""

    LOST = "lost"
    """The request is carried out, and then the connection ends without an answer."""


ANSWERS = {
    Fault.THROTTLE: ("400 Bad Request", "ThrottlingException", "Rate exceeded"),
    Fault.ERROR: ("500 Internal Server Error", "InternalFailure", "the server failed, as it was told to"),
    Fault.TIMEOUT: ("504 Gateway Timeout", "RequestTimeout", "never sent"),
    Fault.EXPIRED: ("403 Forbidden", "ExpiredTokenException", "The security token has expired"),
}
"""Status, code and message (AWS general reference, "Common errors")."""

SILENCE_SECONDS = 60.0
"""How long a request without an answer is held; clients give up before."""


@dataclass
class Rule:
    """Which requests meet a fault."""

    fault: Fault
    operation: str = ""
    """`ssm:PutParameter`, or `ssm` for all of a service; empty for all but STS."""

    region: str = ""
    nth: int = 1
    """The first one of those that match which meets it."""

    count: int = 1
    """How many meet it; 0 for all that follow."""

    writes: bool = False
    """Only requests that may change the account."""

    seen: int = 0

    def meets(self, operation: Operation) -> bool:
        """Whether this request meets the fault; it is counted."""
        if not self._matches(operation):
            return False
        self.seen += 1
        return self.nth <= self.seen and (self.count == 0 or self.seen < self.nth + self.count)

    def _matches(self, operation: Operation) -> bool:
        named = self.operation in ("", operation.service, str(operation))
        # Credentials are looked up before each command; a fault of STS must be asked for by name.
        named = named and (operation.service != "sts" or bool(self.operation))
        return named and self.region in ("", operation.region) and (operation.writes or not self.writes)


@dataclass
class Faults:
    """The rules in force."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, arguments: dict[str, str]) -> dict[str, str]:
        """A rule from a control request; ValueError and KeyError say what is wrong with it."""
        known = {"kind", "operation", "region", "nth", "count", "writes"}
        if unknown := arguments.keys() - known:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        self.rules.append(
            Rule(
                Fault(arguments["kind"]),
                operation=arguments.get("operation", ""),
                region=arguments.get("region", ""),
                nth=int(arguments.get("nth", "1")),
                count=int(arguments.get("count", "1")),
                writes=arguments.get("writes") == "true",
            )
        )
        return arguments

    def meet(self, operation: Operation) -> Fault | None:
        """The fault that this request meets, if any. Every rule counts it."""
        met = [rule.fault for rule in self.rules if rule.meets(operation)]
        return met[0] if met else None


def answer(environ: WSGIEnvironment, operation: Operation, fault: Fault | None) -> failures.Answer | None:
    """What is answered instead; None if the request is to be carried out."""
    if fault is None or fault is Fault.LOST:
        return None
    status, code, message = ANSWERS[fault]
    return failures.answer(environ, operation, code, message, status)


def withhold(fault: Fault | None) -> None:
    """End the connection without an answer, if that is the fault. The caller must hold no lock."""
    if fault is Fault.TIMEOUT:
        time.sleep(SILENCE_SECONDS)
    if fault in (Fault.TIMEOUT, Fault.LOST):
        # Werkzeug drops the connection on this error.
        raise ConnectionAbortedError("a fault that was asked for")
