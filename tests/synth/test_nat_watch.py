"""What is watched on NAT gateways."""

from cdktf import TerraformOutput, TerraformStack

from hybrid_constructs.network.nat_watch import alarms, dashboard_rows
from hybrid_constructs.observability.watch import Expression, Metric, MissingData, Severity
from tests.synth import builders
from tests.synth.builders import Synth

GATEWAYS = {"eu-central-1a": "nat-1", "eu-central-1b": "nat-2"}


def test_every_gateway_has_alarms() -> None:
    found = {alarm.id: alarm for alarm in alarms(GATEWAYS)}
    assert set(found) == {f"nat-{what}-{zone}" for what in ("ports", "drops") for zone in GATEWAYS}
    assert {alarm.runbook for alarm in found.values()} == {"runbooks/network.md"}
    assert {alarm.missing_data for alarm in found.values()} == {MissingData.FINE}
    ports = found["nat-ports-eu-central-1b"]
    assert isinstance(ports.metric, Metric)
    assert ports.metric.dimensions == {"NatGatewayId": "nat-2"}
    assert (ports.metric.name, ports.threshold) == ("ErrorPortAllocation", 0)
    assert ports.severity is Severity.CRITICAL


def test_dropped_packets_are_a_share_of_all() -> None:
    (alarm,) = [alarm for alarm in alarms(GATEWAYS) if alarm.id == "nat-drops-eu-central-1a"]
    assert isinstance(alarm.metric, Expression)
    assert {name: metric.name for name, metric in alarm.metric.metrics.items()} == {
        "dropped": "PacketsDropCount",
        "outbound": "PacketsInFromSource",
        "inbound": "PacketsInFromDestination",
    }
    assert {metric.period_seconds for metric in alarm.metric.metrics.values()} == {300}
    assert {metric.dimensions["NatGatewayId"] for metric in alarm.metric.metrics.values()} == {"nat-1"}
    assert (alarm.metric.expression, alarm.threshold) == ("100 * dropped / (outbound + inbound)", 0.01)


def test_a_graph_shows_all_gateways() -> None:
    (row,) = dashboard_rows("acme-test", GATEWAYS)
    for metrics in row.graphs.values():
        assert [metric.dimensions["NatGatewayId"] for metric in metrics if isinstance(metric, Metric)] == [
            "nat-1",
            "nat-2",
        ]


def test_a_network_watches_the_gateways_it_has(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        network = builders.network(scope, nat="per_az")
        for alarm in network.alarms():
            if isinstance(alarm.metric, Metric):
                TerraformOutput(scope, alarm.id, value=alarm.metric.dimensions["NatGatewayId"])
        assert len(network.dashboard_rows()) == 1

    stack = synth(build)
    watched = {id_: stack.follow(output["value"]) for id_, output in stack.json["output"].items()}
    assert watched == {
        "nat-ports-eu-central-1a": "Network/Nat-a",
        "nat-ports-eu-central-1b": "Network/Nat-b",
    }


def test_without_nat_there_is_nothing_to_watch(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        network = builders.network(scope, nat="none")
        assert (network.alarms(), network.dashboard_rows()) == ([], [])

    synth(build)
