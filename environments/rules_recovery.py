"""Rules between the second region and the environment that it stands by for."""

from collections.abc import Sequence
from typing import get_args

from environments.base import ZONES_BY_REGION
from environments.errors import listed
from environments.exposure import TLS_1_3_ONLY, TlsPolicy
from environments.source import Source, by_name


def check(sources: Sequence[Source]) -> None:
    """Compare every file of kind `dr` with its primary."""
    known = by_name(sources)
    for standby in sources:
        name = standby.get("primary") if standby.kind == "dr" else None
        if not name:
            continue
        primary = known.get(name)
        if primary is None or primary.kind in ("shared", "dr"):
            workloads = [source.name for source in sources if source.kind in ("workload", None)]
            wrong = "no such environment" if primary is None else f"is of kind {primary.kind}"
            standby.report(("primary",), f"{wrong}; use {listed(workloads)}")
            continue
        _other_region(standby, primary)
        _served_host(standby, primary)
        _health_check_path(standby, primary)
        _tls_of_the_cdn(standby, primary)
        _never_off(standby, primary)


def _other_region(standby: Source, primary: Source) -> None:
    region = standby.get("region")
    if region and region == primary.get("region"):
        others = listed(other for other in ZONES_BY_REGION if other != region)
        standby.report(("region",), f"is the region of its primary, {primary.name}, too; use {others}")
        # The zones are those of the region that was meant.
        standby.document.withdraw(("network", "zones"))


def _served_host(standby: Source, primary: Source) -> None:
    host = standby.get("edge", "host")
    services = (primary.document.data or {}).get("services")
    if not host or not isinstance(services, dict):
        return
    served = [primary.get("services", name, "host") for name in services]
    if None not in served and host not in served:
        message = f"no service of {primary.name} has this host; use {listed(served)}"
        standby.report(("edge", "host"), message)


def _health_check_path(standby: Source, primary: Source) -> None:
    """Route 53 asks by the failover host, so the service that answers to it must know the path."""
    path, host = standby.get("edge", "health_check", "path"), standby.get("edge", "host")
    for name in primary.get("services") or ():
        answered = primary.get("services", name, "health_check_path")
        serves = host and primary.get("services", name, "host") == host
        if serves and path and answered and path != answered:
            message = (
                f"services.{name} of {primary.document.file}, which has edge.host, answers its health check "
                f"at {answered}; use that, or Route 53 takes the region for dead"
            )
            standby.report(("edge", "health_check", "path"), message, path)


def _tls_of_the_cdn(standby: Source, primary: Source) -> None:
    policy = primary.get("load_balancer", "tls_policy")
    if policy == TLS_1_3_ONLY:
        message = (
            f"speaks TLS 1.3 only, and the CDN asks {primary.name}, the primary of {standby.document.file}, "
            f"with TLS 1.2: it would answer 502; use {listed(p for p in get_args(TlsPolicy) if p != policy)}"
        )
        primary.report(("load_balancer", "tls_policy"), message, policy)


def _never_off(standby: Source, primary: Source) -> None:
    if primary.get("off_hours") is not None:
        message = (
            f"stops every task of {primary.name}, the primary of {standby.document.file}; users and the "
            "failover check need it at night, remove it"
        )
        primary.report(("off_hours",), message)
