"""Questions and orders to a running server, through its own endpoints beside the AWS APIs."""

import json
from enum import StrEnum
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from operations.errors import HybridError
from operations.local.environment import HasUrl

Inventory = dict[str, dict[str, dict[str, int]]]
"""Service, region, kind, count."""

# A proxy of the caller's environment must never see, or answer, what is meant for this machine.
_opener = build_opener(ProxyHandler({}))


class Kind(StrEnum):
    """Which API calls to count."""

    ALL = "all"
    READS = "reads"
    WRITES = "writes"


def health(url: str, timeout: float = 2.0) -> dict[str, Any] | None:
    """What the server says of itself; None if nothing of ours answers there."""
    try:
        value = _ask("GET", f"{url}/_hybrid/health", timeout)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def calls(server: HasUrl, kind: Kind = Kind.ALL) -> dict[str, int]:
    """Calls by operation (`ec2:CreateVpc`) since the start, the last reset or `forget_calls`."""
    counts = _tell("GET", server, "calls")
    wanted = {Kind.ALL: (True, False), Kind.WRITES: (True,), Kind.READS: (False,)}[kind]
    return {count["operation"]: count["count"] for count in counts if count["writes"] in wanted}


def forget_calls(server: HasUrl) -> None:
    """Count calls from zero again, and leave every resource."""
    _tell("POST", server, "forget-calls")


def resources(server: HasUrl) -> Inventory:
    """Count what was created. What every new account has (default VPCs, managed policies) is not counted."""
    inventory: Inventory = _tell("GET", server, "resources")
    return inventory


def reset(server: HasUrl) -> None:
    """Empty the account, and start counting anew."""
    _tell("POST", server, "reset")


def fail_tasks(server: HasUrl, match: str) -> None:
    """Make tasks fail their health checks: those of a revision (`family:number`), image, tag or digest."""
    _tell("POST", server, "fail-tasks", match=match)


def heal_tasks(server: HasUrl, match: str = "") -> None:
    """End what `fail_tasks` began with the same `match`, or all of it."""
    _tell("POST", server, "heal-tasks", match=match)


def inject_fault(
    server: HasUrl,
    kind: str,
    operation: str = "",
    *,
    region: str = "",
    nth: int = 1,
    count: int = 1,
    writes: bool = False,
) -> None:
    """Let requests meet a fault: `throttle`, `500`, `expired`, `timeout` or `lost` (emulator/faults.py).

    `operation`: `ssm:PutParameter`, or `ssm` for all of it. From the `nth` request on, `count` of them, 0 for
    all; `writes` spares those that only read.
    """
    how = {"nth": str(nth), "count": str(count), "writes": str(writes).lower()}
    _tell("POST", server, "fault", kind=kind, operation=operation, region=region, **how)


def end_faults(server: HasUrl) -> None:
    """End what `inject_fault` began."""
    _tell("POST", server, "end-faults")


def set_speed(server: HasUrl, factor: float) -> None:
    """How many seconds of AWS pass in one here while tasks start and deployments run; 0 stops them."""
    _tell("POST", server, "speed", factor=str(factor))


def pass_time(server: HasUrl, seconds: float) -> None:
    """Let so many seconds of AWS pass for tasks and deployments at once."""
    _tell("POST", server, "pass", seconds=str(seconds))


def _tell(method: str, server: HasUrl, endpoint: str, **arguments: str) -> Any:
    query = f"?{urlencode(arguments)}" if arguments else ""
    try:
        return _ask(method, f"{server.url}/_hybrid/{endpoint}{query}", timeout=60)
    except (URLError, OSError, ValueError) as error:
        raise HybridError(
            f"the embedded AWS at {server.url} did not answer ({error}); see `hybrid local status`"
        ) from error


def _ask(method: str, url: str, timeout: float) -> Any:
    with _opener.open(Request(url, method=method), timeout=timeout) as response:  # noqa: S310 - always http
        return json.loads(response.read())
