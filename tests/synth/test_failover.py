"""FailoverDns and its switch: the primary until a person says otherwise."""

from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from environments.recovery import HealthCheckConfig
from hybrid_constructs.edge.failover import FailoverDns, LoadBalancer
from hybrid_constructs.edge.switch import FailoverSwitch
from hybrid_constructs.observability.watch import Alarm, Comparison, Metric, MissingData, Severity
from tests.synth.alarms import metric_of
from tests.synth.builders import REGION, Synth
from tests.synth.synthesized import Body, Synthesized

HOST = "files.example.com"
PRIMARY = LoadBalancer(f"origin-primary.{HOST}", "one.elb.example", "ZONE1")
DR = LoadBalancer(f"origin-dr.{HOST}", "two.elb.example", "ZONE2")
CHECKS = "aws_route53_health_check"


def switch(scope: TerraformStack) -> FailoverSwitch:
    return FailoverSwitch(
        scope,
        "Switch",
        name="acme-switch",
        namespace="acme/Recovery",
        metric="SwitchedOver",
        dimensions={"Host": HOST},
        region=REGION,
    )


def failover(scope: TerraformStack, config: HealthCheckConfig | None = None, **options: Any) -> FailoverDns:
    return FailoverDns(
        scope,
        "Failover",
        host=HOST,
        zone_id="Z0",
        primary=PRIMARY,
        dr=DR,
        switch=switch(scope),
        health_check=config or HealthCheckConfig(),
        **options,
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(failover)


def watched(synth: Synth, **options: Any) -> tuple[Synthesized, dict[str, Alarm], dict[str, str]]:
    """The stack, its alarms, and the health check that each looks at; ids are known in the output only."""
    found: list[FailoverDns] = []

    def build(scope: TerraformStack) -> None:
        found.append(failover(scope, **options))
        for alarm in found[0].alarms():
            TerraformOutput(scope, alarm.id, value=metric_of(alarm).dimensions["HealthCheckId"])

    stack = synth(build)
    checks = {id_: stack.follow(output["value"]) for id_, output in stack.json["output"].items()}
    return stack, {alarm.id: alarm for alarm in found[0].alarms()}, checks


def record(stack: Synthesized, name: str) -> Body:
    return stack.all("aws_route53_record")[f"Failover/{name}"]


def test_each_endpoint_is_asked_over_https_by_the_name_its_certificate_covers(
    defaults: Synthesized,
) -> None:
    for id_, side in (("PrimaryEndpoint", PRIMARY), ("DrEndpoint", DR)):
        check = defaults.all(CHECKS)[f"Failover/{id_}"]
        assert (check["type"], check["port"], check["resource_path"]) == ("HTTPS", 443, "/actuator/health")
        assert (check["failure_threshold"], check["request_interval"]) == (3, 30)
        assert (check["fqdn"], check["enable_sni"]) == (side.host, True)
        assert "regions" not in check, "from everywhere"


def test_everything_configured(synth: Synth) -> None:
    config = HealthCheckConfig(
        path="/up",
        interval_seconds=10,
        failure_threshold=1,
        checker_regions=("us-east-1", "eu-west-1", "ap-northeast-1"),
    )
    stack = synth(lambda scope: failover(scope, config, ipv6=True))
    check = stack.all(CHECKS)["Failover/DrEndpoint"]
    assert (check["resource_path"], check["port"]) == ("/up", 443)
    assert (check["failure_threshold"], check["request_interval"]) == (1, 10)
    assert check["regions"] == ["us-east-1", "eu-west-1", "ap-northeast-1"]
    types = [body["type"] for body in stack.all("aws_route53_record").values()]
    assert sorted(types) == ["A"] * 4 + ["AAAA"] * 4
    for name in ("primary", "dr"):
        four, six = record(stack, f"{name}-A"), record(stack, f"{name}-AAAA")
        assert {**four, "type": "AAAA", "//": None} == {**six, "//": None}


def test_the_primary_record_holds_while_it_is_healthy_and_nobody_switched(defaults: Synthesized) -> None:
    body = record(defaults, "primary-A")
    assert (body["name"], body["set_identifier"]) == (HOST, "primary")
    assert body["failover_routing_policy"] == {"type": "PRIMARY"}
    assert body["alias"] == {"name": "one.elb.example", "zone_id": "ZONE1", "evaluate_target_health": True}
    assert defaults.follow(body["health_check_id"]) == "Failover/LeadsToPrimary"
    check = defaults.all(CHECKS)["Failover/LeadsToPrimary"]
    assert (check["type"], check["child_health_threshold"]) == ("CALCULATED", 2)
    assert [defaults.follow(child) for child in check["child_healthchecks"]] == [
        "Failover/PrimaryEndpoint",
        "Switch/Check",
    ]


def test_the_secondary_record_takes_traffic_when_it_is_healthy_and_not_before(defaults: Synthesized) -> None:
    body = record(defaults, "dr-A")
    assert (body["name"], body["set_identifier"]) == (HOST, "dr")
    assert body["failover_routing_policy"] == {"type": "SECONDARY"}
    assert body["alias"] == {"name": "two.elb.example", "zone_id": "ZONE2", "evaluate_target_health": True}
    assert defaults.follow(body["health_check_id"]) == "Failover/DrEndpoint"


def test_each_load_balancer_has_a_name_that_never_moves(defaults: Synthesized) -> None:
    for side in (PRIMARY, DR):
        body = record(defaults, f"{side.host}-A")
        assert body["name"] == side.host
        assert body["alias"]["name"] == side.dns_name
        assert not {"health_check_id", "failover_routing_policy", "set_identifier"} & set(body)


def test_silence_leaves_the_switch_as_it_is(defaults: Synthesized) -> None:
    alarm = defaults.only("aws_cloudwatch_metric_alarm")
    assert alarm["treat_missing_data"] == "ignore"
    check = defaults.all(CHECKS)["Switch/Check"]
    assert check["insufficient_data_health_status"] == "LastKnownStatus"
    assert "invert_healthcheck" not in check, "a check that never saw data is healthy: not switched"


def test_one_published_minute_moves_the_switch(defaults: Synthesized) -> None:
    alarm = defaults.only("aws_cloudwatch_metric_alarm")
    metric = alarm["namespace"], alarm["metric_name"], alarm["dimensions"]
    assert metric == ("acme/Recovery", "SwitchedOver", {"Host": HOST})
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("GreaterThanOrEqualToThreshold", 1)
    assert (alarm["period"], alarm["evaluation_periods"], alarm["statistic"]) == (60, 1, "Maximum")
    assert "datapoints_to_alarm" not in alarm, "Route 53 does not know M of N"
    assert "alarm_actions" not in alarm, "a switch, not an alert"


def test_route_53_reads_the_alarm_in_its_region_after_it_is_made(defaults: Synthesized) -> None:
    check = defaults.all(CHECKS)["Switch/Check"]
    assert check["type"] == "CLOUDWATCH_METRIC"
    assert (check["cloudwatch_alarm_name"], check["cloudwatch_alarm_region"]) == ("acme-switch", REGION)
    assert defaults.depends_on(check) == {"Switch/Alarm"}
    assert check["triggers"] == {"metric": "acme/Recovery/SwitchedOver", "Host": HOST}


def test_alarms_tell_a_pilot_light_from_a_standby_that_should_answer(synth: Synth) -> None:
    stack, alarms, checks = watched(synth)
    served = stack.all(CHECKS)["Failover/Served"]
    assert (served["type"], served["child_health_threshold"]) == ("CALCULATED", 1)
    assert [stack.follow(child) for child in served["child_healthchecks"]] == [
        "Failover/LeadsToPrimary",
        "Failover/DrEndpoint",
    ]
    assert checks == {
        "failover-unserved": "Failover/Served",
        "failover-primary-unhealthy": "Failover/PrimaryEndpoint",
        "failover-switched": "Switch/Check",
    }
    for alarm in alarms.values():
        metric = metric_of(alarm)
        assert (metric.namespace, metric.name) == ("AWS/Route53", "HealthCheckStatus")
        assert (metric.region, metric.statistic) == ("us-east-1", "Minimum")
        assert (alarm.comparison, alarm.threshold) == (Comparison.BELOW, 1)
        assert alarm.missing_data is MissingData.BREACHING
        assert alarm.evaluation_periods == alarm.datapoints_to_alarm == 1
    assert alarms["failover-unserved"].severity is Severity.CRITICAL
    assert alarms["failover-switched"].severity is Severity.WARNING


def test_a_warm_standby_has_an_alarm_of_its_own(synth: Synth) -> None:
    _, _, checks = watched(synth, standby_is_warm=True)
    assert checks["failover-dr-unhealthy"] == "Failover/DrEndpoint"


def test_the_dashboard_shows_both_regions_and_where_the_name_leads(synth: Synth) -> None:
    found: list[FailoverDns] = []
    synth(lambda scope: found.append(failover(scope)))
    [row] = found[0].dashboard_rows()
    assert [*row.graphs] == [
        "Primary healthy",
        "Standby healthy",
        "Not switched over",
        "Leads to the primary",
    ]
    shown = [metric for graph in row.graphs.values() for metric in graph]
    assert {metric.region for metric in shown if isinstance(metric, Metric)} == {"us-east-1"}
