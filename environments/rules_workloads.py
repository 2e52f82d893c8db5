"""Rules between the workloads and the hub that they use."""

from collections.abc import Sequence

from environments.errors import Path
from environments.source import Source

ATTACH = ("transit_gateway", "attach")

LOG_POLICIES = 10
"""CloudWatch Logs resource policies of an account in a region, a fixed quota (CloudWatch Logs quotas)."""

LOG_POLICIES_PER_WORKLOAD = 2
"""One for the log of Spot interruptions, one for the log of the load balancer's web ACL."""

LOG_POLICIES_ELSEWHERE = {"us-east-1": 2}
"""What the stack `edge` makes: one for the CDN's access log, one for its web ACL's. The hub makes none."""


def check(sources: Sequence[Source]) -> None:
    """Compare every workload with the hub."""
    hub = next((source for source in sources if source.kind == "shared"), None)
    if hub is None:
        return
    workloads = [source for source in sources if source.kind == "workload"]
    _in_the_region_of(hub, workloads)
    _few_enough(hub, workloads)
    _reach_the_database(hub, workloads)


def room(region: str) -> int:
    """Workloads that a region has room for. Cost anomaly detection would take 8: see `CostAnomalies`."""
    return (LOG_POLICIES - LOG_POLICIES_ELSEWHERE.get(region, 0)) // LOG_POLICIES_PER_WORKLOAD


def _in_the_region_of(hub: Source, workloads: Sequence[Source]) -> None:
    home = hub.get("region")
    for source in workloads:
        region = source.get("region")
        if home and region and region != home:
            message = (
                f"differs from {home} of {hub.document.file}; a workload uses the hub's keys, images and "
                f"Transit Gateway, which are in that region only, use {home}"
            )
            source.report(("region",), message)
            # The zones are those of the region that was meant.
            source.document.withdraw(("network", "zones"))


def _few_enough(hub: Source, workloads: Sequence[Source]) -> None:
    home = hub.get("region")
    if not home:
        return
    attached = [*(hub.get(*ATTACH) or ())]
    here = [source for source in workloads if source.get("region") == home]
    # In the order of deployment, so that the newest one is told.
    here.sort(key=lambda source: attached.index(source.name) if source.name in attached else len(attached))
    for index, source in enumerate(here[room(home) :], start=room(home) + 1):
        message = (
            f"is workload {index}; {home} has room for {room(home)}, because each makes "
            f"{LOG_POLICIES_PER_WORKLOAD} of the {LOG_POLICIES} resource policies of CloudWatch Logs in a "
            "region (CloudWatch Logs quotas, fixed); move its services to another workload"
        )
        source.report(("name",), message)


def _reach_the_database(hub: Source, workloads: Sequence[Source]) -> None:
    attached = hub.get(*ATTACH)
    if attached is None or any(path[: len(ATTACH)] == ATTACH for path in hub.document.reported):
        return
    for source in workloads:
        if source.name in attached or source.get("name") in attached:
            continue
        for service in source.get("services") or ():
            needs = source.get("services", service, "needs") or ()
            if "database" in needs:
                where: Path = ("services", service, "needs", needs.index("database"))
                message = (
                    f"{source.name} has no route to it; add {source.name} to transit_gateway.attach of "
                    f"{hub.document.file}, or remove this need"
                )
                source.report(where, message, "database")
