"""When the number of a service's tasks changes by itself."""

from collections.abc import Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import AppautoscalingPolicy
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration as Tracking,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification as Customized,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics as Query,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStat as Stat,  # noqa: E501
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetric as CloudwatchMetric,  # noqa: E501
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetricDimensions as Dimension,  # noqa: E501
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification as Predefined,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from environments.scaling import OffHoursConfig, ScalingConfig

NAMESPACE = "ecs"
DIMENSION = "ecs:service:DesiredCount"


class ServiceScaling(Construct):
    """Target tracking on CPU, memory and requests per task, and no tasks in `off_hours`.

    Requests are counted over all of `target_groups`, because a blue/green deployment moves them from one to
    the other; AWS's predefined metric knows one only. While CodeDeploy replaces tasks, scaling goes on, and
    "the deployment might fail under some circumstances" (ECS developer guide, "CodeDeploy blue/green
    deployments"): deploy when load is steady.

    Off hours change the limits, so Terraform writes those once and then leaves them (docs/runtime-fields.md);
    new limits arrive with the next start.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: str,
        service: str,
        config: ScalingConfig,
        minimum_tasks: int,
        maximum_tasks: int,
        load_balancer: str,
        target_groups: Sequence[str],
        off_hours: OffHoursConfig | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._service, self._config = service, config
        target = AppautoscalingTarget(
            self,
            "Target",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=f"service/{cluster}/{service}",
            min_capacity=minimum_tasks,
            max_capacity=maximum_tasks,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["min_capacity", "max_capacity"])
            if off_hours
            else None,
        )
        self._resource_id = target.resource_id
        self._track("Cpu", config.cpu_percent, _predefined("CPU"))
        self._track("Memory", config.memory_percent, _predefined("Memory"))
        self._track("Requests", config.requests_per_target, _requests(load_balancer, target_groups))
        if off_hours:
            self._at("Stop", off_hours.stop, off_hours.timezone, 0, 0)
            self._at("Start", off_hours.start, off_hours.timezone, minimum_tasks, maximum_tasks)

    def _track(self, what: str, target_value: int, metric: Predefined | Customized) -> None:
        AppautoscalingPolicy(
            self,
            what,
            name=f"{self._service}-{what.lower()}",
            policy_type="TargetTrackingScaling",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=self._resource_id,
            target_tracking_scaling_policy_configuration=Tracking(
                target_value=target_value,
                scale_out_cooldown=self._config.scale_out_cooldown_seconds,
                scale_in_cooldown=self._config.scale_in_cooldown_seconds,
                predefined_metric_specification=metric if isinstance(metric, Predefined) else None,
                customized_metric_specification=metric if isinstance(metric, Customized) else None,
            ),
        )

    def _at(self, what: str, time: str, timezone: str, minimum: int, maximum: int) -> None:
        hour, minute = (int(part) for part in time.split(":"))
        AppautoscalingScheduledAction(
            self,
            what,
            name=f"{self._service}-{what.lower()}",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=self._resource_id,
            schedule=f"cron({minute} {hour} ? * MON-FRI *)",
            timezone=timezone,
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity=str(minimum), max_capacity=str(maximum)
            ),
        )


def _predefined(resource: str) -> Predefined:
    return Predefined(predefined_metric_type=f"ECSServiceAverage{resource}Utilization")


def _requests(load_balancer: str, target_groups: Sequence[str]) -> Customized:
    """Requests per task and minute, wherever they go (Application Auto Scaling guide, "metric math")."""
    groups = {f"group{number}": group for number, group in enumerate(target_groups, 1)}
    # A group without tasks reports nothing.
    total = " + ".join(f"FILL({id_}, 0)" for id_ in groups)
    return Customized(
        metrics=[
            Query(id="requests", label="Requests per task", expression=total, return_data=True),
            *(_of_group(id_, load_balancer, group) for id_, group in groups.items()),
        ]
    )


def _of_group(id_: str, load_balancer: str, target_group: str) -> Query:
    return Query(
        id=id_,
        return_data=False,
        metric_stat=Stat(
            stat="Sum",
            metric=CloudwatchMetric(
                namespace="AWS/ApplicationELB",
                metric_name="RequestCountPerTarget",
                dimensions=[
                    Dimension(name="LoadBalancer", value=load_balancer),
                    Dimension(name="TargetGroup", value=target_group),
                ],
            ),
        ),
    )
