"""Rules between the second region and the environment that it stands by for."""

from collections.abc import Sequence

from environments.base import ZONES_BY_REGION
from environments.errors import listed
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
