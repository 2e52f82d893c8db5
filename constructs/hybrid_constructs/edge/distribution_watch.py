"""What shows how a distribution serves (CloudFront guide, "Monitor CloudFront metrics")."""

from hybrid_constructs.observability.watch import Alarm, DashboardRow, Metric, MissingData, Severity

RUNBOOK = "runbooks/cdn.md"
METRIC_REGION = "us-east-1"
"""CloudFront reports there and nowhere else."""

ERROR_PERCENT = 5


def alarms(distribution_id: str) -> list[Alarm]:
    """CloudFront reports no rate while nobody asks."""
    return [
        Alarm(
            id="cdn-errors",
            description=f"More than {ERROR_PERCENT} % of the CDN's answers are server errors: neither region "
            "gives what users ask for",
            metric=_metric("5xxErrorRate", distribution_id, "Average"),
            threshold=ERROR_PERCENT,
            severity=Severity.CRITICAL,
            runbook=RUNBOOK,
            missing_data=MissingData.FINE,
        )
    ]


def dashboard_rows(name: str, distribution_id: str) -> list[DashboardRow]:
    """Requests, the share of errors, and bytes."""
    return [
        DashboardRow(
            f"CDN {name}",
            {
                "Requests": [_metric("Requests", distribution_id, "Sum")],
                "Errors, %": [
                    _metric(rate, distribution_id, "Average") for rate in ("4xxErrorRate", "5xxErrorRate")
                ],
                "Bytes": [
                    _metric(volume, distribution_id, "Sum") for volume in ("BytesDownloaded", "BytesUploaded")
                ],
            },
        )
    ]


def _metric(what: str, distribution_id: str, statistic: str) -> Metric:
    dimensions = {"DistributionId": distribution_id, "Region": "Global"}
    return Metric("AWS/CloudFront", what, dimensions, statistic, region=METRIC_REGION)
