"""Turns what constructs want watched into alarms."""

from collections.abc import Iterable, Mapping

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from hybrid_constructs.observability.alarms import (
    RESULT,
    AnyAlarm,
    alarm_arn,
    alarm_name,
    description,
    every_alarm,
    refuse_impossible,
    silent,
)
from hybrid_constructs.observability.watch import (
    Alarm,
    CompositeAlarm,
    Expression,
    LogMetric,
    Metric,
    Severity,
)
from hybrid_constructs.observability.watched import Watchable, watched

_PLAIN_STATISTICS = {"Average", "Maximum", "Minimum", "SampleCount", "Sum"}


class Monitoring(Construct):
    """The alarms of one stack in one region. Each tells the topic of its severity when it starts and ends.

    An alarm that a composite alarm of at least its severity contains tells nobody: a person hears of one
    trouble once. `alarms` has all of them by ARN, for dashboards.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name_prefix: str,
        watch: Iterable[Watchable],
        topic_arns: Mapping[Severity, str],
        region: str,
        account_id: str,
        runbook_url: str | None = None,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        found = watched(watch)
        refuse_impossible(found, prefix=name_prefix, region=region, runbook_url=runbook_url)
        self._prefix = name_prefix
        self._runbook_url = runbook_url
        self._topic_arns = topic_arns
        self._provider = provider
        self.alarms = {
            alarm_arn(name_prefix, alarm.id, region=region, account_id=account_id): alarm
            for alarm in every_alarm(found)
        }
        for log_metric in found.log_metrics:
            self._count(log_metric)
        quiet = silent(found)
        made = {alarm.id: self._alarm(alarm, tells=alarm.id not in quiet) for alarm in found.alarms}
        for composite in found.composites:
            self._composite(composite, [made[member] for member in composite.any_of])

    def alarm_name(self, id_: str) -> str:
        """Name of an alarm in CloudWatch."""
        return alarm_name(self._prefix, id_)

    def alarms_of(self, things: Iterable[Watchable]) -> dict[str, AnyAlarm]:
        """Those alarms that `things` asked for, by ARN, such as one service's for its dashboard."""
        ids = {alarm.id for alarm in every_alarm(watched(things))}
        return {arn: alarm for arn, alarm in self.alarms.items() if alarm.id in ids}

    def _count(self, log_metric: LogMetric) -> None:
        CloudwatchLogMetricFilter(
            self,
            f"Count-{log_metric.id}",
            name=self.alarm_name(log_metric.id),
            log_group_name=log_metric.log_group,
            pattern=log_metric.pattern,
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                namespace=log_metric.metric.namespace,
                name=log_metric.metric.name,
                value="1",
                # Lines that do not match say "none", so that silence means that nothing is logged at all.
                default_value="0",
            ),
            provider=self._provider,
        )

    def _alarm(self, alarm: Alarm, *, tells: bool) -> CloudwatchMetricAlarm:
        topics = [self._topic_arns[alarm.severity]] if tells else None
        metric = alarm.metric
        single = None if isinstance(metric, Expression) else metric
        plain = single is not None and single.statistic in _PLAIN_STATISTICS
        return CloudwatchMetricAlarm(
            self,
            f"Alarm-{alarm.id}",
            alarm_name=self.alarm_name(alarm.id),
            alarm_description=description(alarm, self._runbook_url),
            comparison_operator=alarm.comparison,
            threshold=alarm.threshold,
            evaluation_periods=alarm.evaluation_periods,
            datapoints_to_alarm=alarm.datapoints_to_alarm,
            treat_missing_data=alarm.missing_data,
            namespace=single.namespace if single else None,
            metric_name=single.name if single else None,
            dimensions=single.dimensions or None if single else None,
            period=single.period_seconds if single else None,
            statistic=single.statistic if single and plain else None,
            extended_statistic=single.statistic if single and not plain else None,
            # A percentile of a handful of requests is chance (CloudWatch user guide, "Percentile-based
            # alarms and low data samples").
            evaluate_low_sample_count_percentiles="ignore" if single and not plain else None,
            metric_query=_queries(metric) if isinstance(metric, Expression) else None,
            alarm_actions=topics,
            ok_actions=topics,
            tags={"Severity": alarm.severity},
            provider=self._provider,
        )

    def _composite(self, alarm: CompositeAlarm, members: list[CloudwatchMetricAlarm]) -> None:
        topics = [self._topic_arns[alarm.severity]]
        CloudwatchCompositeAlarm(
            self,
            f"Composite-{alarm.id}",
            alarm_name=self.alarm_name(alarm.id),
            alarm_description=description(alarm, self._runbook_url),
            alarm_rule=" OR ".join(f'ALARM("{self.alarm_name(member)}")' for member in alarm.any_of),
            alarm_actions=topics,
            ok_actions=topics,
            tags={"Severity": alarm.severity},
            # CloudWatch refuses a rule that names an alarm which does not exist; the text does not say so.
            depends_on=members,
            provider=self._provider,
        )


def _queries(expression: Expression) -> list[CloudwatchMetricAlarmMetricQuery]:
    result = CloudwatchMetricAlarmMetricQuery(
        id=RESULT, expression=expression.expression, label=expression.label, return_data=True
    )
    return [result, *(_query(name, metric) for name, metric in expression.metrics.items())]


def _query(name: str, metric: Metric) -> CloudwatchMetricAlarmMetricQuery:
    return CloudwatchMetricAlarmMetricQuery(
        id=name,
        metric=CloudwatchMetricAlarmMetricQueryMetric(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.dimensions or None,
            stat=metric.statistic,
            period=metric.period_seconds,
        ),
    )
