"""What is watched on a load balancer."""

from hybrid_constructs.compute.load_balancer_watch import alarms, dashboard_rows
from hybrid_constructs.observability.watch import Alarm, Comparison, Expression, Metric, MissingData, Severity

BALANCER = "app/acme-test-alb/50dc6c495c0c9188"
CERTIFICATE = "arn:aws:acm:eu-central-1:111122223333:certificate/1"
ERRORS = {
    "load-balancer-errors": ("HTTPCode_ELB_5XX_Count", 10, Severity.CRITICAL),
    "load-balancer-rejected": ("RejectedConnectionCount", 0, Severity.CRITICAL),
    "load-balancer-targets-unreachable": ("TargetConnectionErrorCount", 10, Severity.WARNING),
}


def found() -> dict[str, Alarm]:
    return {alarm.id: alarm for alarm in alarms(BALANCER, [CERTIFICATE])}


def test_its_own_errors_wake_somebody() -> None:
    assert set(found()) == {*ERRORS, "load-balancer-certificate"}
    assert {alarm.runbook for alarm in found().values()} == {"runbooks/load-balancer.md"}
    for id_, (metric, threshold, severity) in ERRORS.items():
        alarm = found()[id_]
        assert alarm.metric == Metric("AWS/ApplicationELB", metric, {"LoadBalancer": BALANCER}, "Sum")
        assert (alarm.threshold, alarm.severity, alarm.comparison) == (threshold, severity, Comparison.ABOVE)
        # ELB reports no zero.
        assert alarm.missing_data is MissingData.FINE
        assert (alarm.datapoints_to_alarm, alarm.evaluation_periods) == (3, 5)


def test_standby_without_tasks_is_no_error() -> None:
    """Route 53 asks it every few seconds and gets a 503, which ELB answers without counting a request."""
    standby = {alarm.id: alarm for alarm in alarms(BALANCER, [CERTIFICATE], stands_by=True)}
    assert {**standby, "load-balancer-errors": None} == {**found(), "load-balancer-errors": None}
    metric = standby["load-balancer-errors"].metric
    assert isinstance(metric, Expression)
    assert metric.expression == "IF(FILL(requests, 0) > 0, errors, 0)"
    assert metric.metrics["errors"] == found()["load-balancer-errors"].metric
    assert metric.metrics["requests"].name == "RequestCount"


def test_a_certificate_that_is_not_renewed_is_noticed() -> None:
    alarm = found()["load-balancer-certificate"]
    assert alarm.metric == Metric(
        "AWS/CertificateManager", "DaysToExpiry", {"CertificateArn": CERTIFICATE}, "Minimum", 86_400
    )
    assert (alarm.comparison, alarm.threshold) == (Comparison.BELOW, 30)
    assert (alarm.evaluation_periods, alarm.datapoints_to_alarm) == (1, 1)
    assert alarm.missing_data is MissingData.KEEP


def test_the_dashboard_shows_traffic_and_connections() -> None:
    traffic, connections = dashboard_rows("acme-test-alb", BALANCER)
    shown = {
        title: [(metric.name, metric.statistic) for metric in metrics if isinstance(metric, Metric)]
        for row in (traffic, connections)
        for title, metrics in row.graphs.items()
    }
    assert shown["Requests"] == [("RequestCount", "Sum")]
    assert shown["Latency"] == [("TargetResponseTime", each) for each in ("p50", "p95", "p99")]
    assert ("HTTPCode_Target_5XX_Count", "Sum") in shown["Status codes"]
    assert ("HTTPCode_ELB_5XX_Count", "Sum") in shown["Status codes"]
    assert ("ActiveConnectionCount", "Sum") in shown["Connections"]
    assert ("ClientTLSNegotiationErrorCount", "Sum") in shown["Failed connections"]
