"""What shows that NAT gateways carry the traffic (VPC user guide, "NAT gateway metrics and dimensions")."""

from hybrid_constructs.observability.watch import (
    Alarm,
    DashboardRow,
    Expression,
    Metric,
    MissingData,
    Severity,
)

RUNBOOK = "runbooks/network.md"
DROPPED_PERCENT = 0.01
"""AWS's own limit: above it something is wrong with the service (VPC user guide, as above)."""

_DROPPED_PERIOD_SECONDS = 300


def alarms(gateways: dict[str, str]) -> list[Alarm]:
    """The alarms of each NAT gateway; `gateways` are ids by zone."""
    return [alarm for zone, gateway in gateways.items() for alarm in _gateway_alarms(zone, gateway)]


def dashboard_rows(name: str, gateways: dict[str, str]) -> list[DashboardRow]:
    """One row; each graph shows all gateways."""
    if not gateways:
        return []
    graphs: dict[str, list[Metric | Expression]] = {
        "Connections": _all(gateways, "ActiveConnectionCount", "Maximum"),
        "To the internet": _all(gateways, "BytesOutToDestination", "Sum"),
        "From the internet": _all(gateways, "BytesInFromDestination", "Sum"),
        "No port free": _all(gateways, "ErrorPortAllocation", "Sum"),
        "Dropped packets": _all(gateways, "PacketsDropCount", "Sum"),
    }
    return [DashboardRow(f"NAT gateways of {name}", graphs)]


def _gateway_alarms(zone: str, gateway: str) -> list[Alarm]:
    return [
        Alarm(
            id=f"nat-ports-{zone}",
            description=f"The NAT gateway in {zone} has no port left for a destination: connections fail",
            metric=_metric(gateway, "ErrorPortAllocation", "Sum"),
            threshold=0,
            severity=Severity.CRITICAL,
            runbook=RUNBOOK,
            datapoints_to_alarm=3,
            missing_data=MissingData.FINE,
        ),
        Alarm(
            id=f"nat-drops-{zone}",
            description=f"The NAT gateway in {zone} drops more than {DROPPED_PERCENT:g} % of its packets",
            metric=_dropped(gateway),
            threshold=DROPPED_PERCENT,
            severity=Severity.WARNING,
            runbook=RUNBOOK,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            missing_data=MissingData.FINE,
        ),
    ]


def _dropped(gateway: str) -> Expression:
    def packets(name: str) -> Metric:
        return _metric(gateway, name, "Sum", _DROPPED_PERIOD_SECONDS)

    return Expression(
        "100 * dropped / (outbound + inbound)",
        {
            "dropped": packets("PacketsDropCount"),
            "outbound": packets("PacketsInFromSource"),
            "inbound": packets("PacketsInFromDestination"),
        },
        "Dropped packets, %",
    )


def _all(gateways: dict[str, str], name: str, statistic: str) -> list[Metric | Expression]:
    return [_metric(gateway, name, statistic) for gateway in gateways.values()]


def _metric(gateway: str, name: str, statistic: str, period_seconds: int = 60) -> Metric:
    return Metric("AWS/NATGateway", name, {"NatGatewayId": gateway}, statistic, period_seconds)
