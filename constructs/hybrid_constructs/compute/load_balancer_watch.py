"""What shows that a load balancer serves its clients (ELB guide, "CloudWatch metrics"). Pure functions."""

from collections.abc import Sequence

from hybrid_constructs.observability.watch import (
    Alarm,
    Comparison,
    DashboardRow,
    Expression,
    Metric,
    MissingData,
    Severity,
)

RUNBOOK = "runbooks/load-balancer.md"
ERRORS_PER_MINUTE = 10
"""Answers that no task gave; single ones happen while tasks come and go."""

CERTIFICATE_DAYS = 30
"""ACM renews earlier than that, and warns from then on (ACM user guide, "Amazon EventBridge support")."""

_DAY_SECONDS = 86_400


def alarms(load_balancer: str, certificate_arns: Sequence[str], *, stands_by: bool = False) -> list[Alarm]:
    """Alarms of the load balancer with this ARN suffix; metrics of errors are silent while there are none."""
    return [
        _alarm(
            "errors",
            f"The load balancer answers more than {ERRORS_PER_MINUTE} requests a minute with its own 5xx",
            _errors_while_serving(load_balancer) if stands_by else _errors(load_balancer),
            ERRORS_PER_MINUTE,
            severity=Severity.CRITICAL,
        ),
        _alarm(
            "rejected",
            "The load balancer has no connections left and turns clients away",
            _metric(load_balancer, "RejectedConnectionCount", "Sum"),
            0,
            severity=Severity.CRITICAL,
        ),
        _alarm(
            "targets-unreachable",
            f"The load balancer fails to connect to tasks more than {ERRORS_PER_MINUTE} times a minute",
            _metric(load_balancer, "TargetConnectionErrorCount", "Sum"),
            ERRORS_PER_MINUTE,
        ),
        *(_ends(number, arn) for number, arn in enumerate(certificate_arns, 1)),
    ]


def _errors(load_balancer: str) -> Metric:
    return _metric(load_balancer, "HTTPCode_ELB_5XX_Count", "Sum")


def _errors_while_serving(load_balancer: str) -> Expression:
    """Without a task every health check of Route 53 gets a 503, and that is no news.

    Only requests for which a target was found are counted as requests (ELB guide, "CloudWatch metrics").
    """
    metrics = {"errors": _errors(load_balancer), "requests": _metric(load_balancer, "RequestCount", "Sum")}
    return Expression("IF(FILL(requests, 0) > 0, errors, 0)", metrics, "5xx while tasks serve")


def _ends(number: int, certificate_arn: str) -> Alarm:
    return Alarm(
        id="load-balancer-certificate" if number == 1 else f"load-balancer-certificate-{number}",
        description=f"The certificate ends in less than {CERTIFICATE_DAYS} days and was not renewed",
        metric=Metric(
            "AWS/CertificateManager",
            "DaysToExpiry",
            {"CertificateArn": certificate_arn},
            "Minimum",
            _DAY_SECONDS,
        ),
        threshold=CERTIFICATE_DAYS,
        severity=Severity.CRITICAL,
        runbook=RUNBOOK,
        comparison=Comparison.BELOW,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        # ACM stops to report when the certificate has ended.
        missing_data=MissingData.KEEP,
    )


def dashboard_rows(name: str, load_balancer: str) -> list[DashboardRow]:
    """Traffic and answers in one row, connections in another."""

    def metrics(statistic: str, *names: str) -> list[Metric | Expression]:
        return [_metric(load_balancer, each, statistic) for each in names]

    latency = "TargetResponseTime"
    answers = ("Target_2XX", "Target_3XX", "Target_4XX", "Target_5XX", "ELB_4XX", "ELB_5XX")
    traffic = {
        "Requests": metrics("Sum", "RequestCount"),
        "Status codes": metrics("Sum", *(f"HTTPCode_{answer}_Count" for answer in answers)),
        "Latency": [
            metric for percentile in ("p50", "p95", "p99") for metric in metrics(percentile, latency)
        ],
    }
    connections = {
        "Connections": metrics(
            "Sum", "ActiveConnectionCount", "NewConnectionCount", "RejectedConnectionCount"
        ),
        "Failed connections": metrics("Sum", "ClientTLSNegotiationErrorCount", "TargetConnectionErrorCount"),
        "Capacity units": metrics("Sum", "ConsumedLCUs"),
    }
    return [
        DashboardRow(f"Load balancer {name}", traffic),
        DashboardRow(f"Load balancer {name}: connections", connections),
    ]


def _metric(load_balancer: str, name: str, statistic: str) -> Metric:
    return Metric("AWS/ApplicationELB", name, {"LoadBalancer": load_balancer}, statistic)


def _alarm(
    id_: str,
    description: str,
    metric: Metric | Expression,
    threshold: float,
    *,
    severity: Severity = Severity.WARNING,
) -> Alarm:
    return Alarm(
        id=f"load-balancer-{id_}",
        description=description,
        metric=metric,
        threshold=threshold,
        severity=severity,
        runbook=RUNBOOK,
        evaluation_periods=5,
        datapoints_to_alarm=3,
        missing_data=MissingData.FINE,
    )
