"""How well users are served, against what was promised (service level objectives). Pure functions."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hybrid_constructs.observability.watch import DashboardRow, Expression, Metric


def objective_row(
    what: str,
    *,
    requests: Sequence[Metric],
    errors: Sequence[Metric],
    latency: Sequence[Metric],
    available_percent: float,
    latency_seconds: float,
) -> DashboardRow:
    """Share of good answers, what is left of the errors that are allowed, and share of fast answers.

    One metric for each target group. The budget counts over the time that the dashboard shows: 100 % is
    untouched, below 0 the objective is missed.
    """
    asked, failed = _named("requests", requests), _named("errors", errors)

    def share(counted: Callable[[str], str]) -> str:
        """Failures per request."""
        return f"{counted(_sum(failed))} / {counted(_sum(asked))}"

    allowed = f"{(100 - available_percent) / 100:.6g}"
    spent = f"{share('RUNNING_SUM({})'.format)} / {allowed}"
    metrics = {**asked, **failed}
    # The share of values up to a bound (CloudWatch user guide, "Statistics definitions", percentile rank).
    fast = [replace(metric, statistic=f"PR(:{latency_seconds:g})") for metric in latency]
    return DashboardRow(
        f"Objectives of {what}",
        {
            f"Answered, objective {available_percent:g} %": [
                Expression(f"100 * (1 - {share('({})'.format)})", metrics, "answered, %")
            ],
            "Error budget left, %": [Expression(f"100 * (1 - {spent})", metrics, "left, %")],
            f"Answered within {latency_seconds:g} s, %": [*fast],
        },
    )


def _named(prefix: str, metrics: Sequence[Metric]) -> dict[str, Metric]:
    return {f"{prefix}{n}": replace(metric, statistic="Sum") for n, metric in enumerate(metrics, 1)}


def _sum(metrics: dict[str, Metric]) -> str:
    # No data is no event: the load balancer reports nothing instead of zero.
    return " + ".join(f"FILL({name}, 0)" for name in metrics)
