"""ServiceScaling: targets, limits, off hours."""

from typing import Any

import pytest
from cdktf import TerraformStack

from environments.scaling import OffHoursConfig, ScalingConfig
from hybrid_constructs.compute.scaling import ServiceScaling
from tests.synth.builders import Synth
from tests.synth.synthesized import Body, Synthesized

TARGET, POLICY = "aws_appautoscaling_target", "aws_appautoscaling_policy"
ACTION = "aws_appautoscaling_scheduled_action"
BALANCER = "app/acme/1"


def scaling(scope: TerraformStack, **options: Any) -> ServiceScaling:
    return ServiceScaling(
        scope,
        "Scaling",
        **{
            "cluster": "acme-cluster",
            "service": "files-service",
            "config": ScalingConfig(),
            "minimum_tasks": 2,
            "maximum_tasks": 4,
            "load_balancer": BALANCER,
            "target_groups": ["targetgroup/blue/1"],
            **options,
        },
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(scaling)


def tracking(stack: Synthesized, what: str) -> Body:
    policy = stack.all(POLICY)[f"Scaling/{what}"]
    assert (policy["policy_type"], policy["name"]) == (
        "TargetTrackingScaling",
        f"files-service-{what.lower()}",
    )
    assert stack.follow(policy["resource_id"]) == "Scaling/Target"
    found: Body = policy["target_tracking_scaling_policy_configuration"]
    return found


def test_the_number_of_tasks_has_limits(defaults: Synthesized) -> None:
    target = defaults.only(TARGET)
    assert target["resource_id"] == "service/acme-cluster/files-service"
    assert (target["service_namespace"], target["scalable_dimension"]) == ("ecs", "ecs:service:DesiredCount")
    assert (target["min_capacity"], target["max_capacity"]) == (2, 4)
    assert "lifecycle" not in target
    assert ACTION not in defaults.kinds()


@pytest.mark.parametrize(
    ("what", "metric", "value"),
    [("Cpu", "ECSServiceAverageCPUUtilization", 60), ("Memory", "ECSServiceAverageMemoryUtilization", 75)],
)
def test_load_is_kept_at_a_target(defaults: Synthesized, what: str, metric: str, value: int) -> None:
    found = tracking(defaults, what)
    assert found["predefined_metric_specification"] == {"predefined_metric_type": metric}
    assert found["target_value"] == value
    assert (found["scale_out_cooldown"], found["scale_in_cooldown"]) == (60, 300)


def test_requests_are_counted_per_task(defaults: Synthesized) -> None:
    found = tracking(defaults, "Requests")
    total, group = found["customized_metric_specification"]["metrics"]
    assert (total["expression"], total["return_data"]) == ("FILL(group1, 0)", True)
    assert (group["id"], group["return_data"]) == ("group1", False)
    stat = group["metric_stat"]
    assert stat["stat"] == "Sum"
    assert (stat["metric"]["namespace"], stat["metric"]["metric_name"]) == (
        "AWS/ApplicationELB",
        "RequestCountPerTarget",
    )
    assert stat["metric"]["dimensions"] == [
        {"name": "LoadBalancer", "value": BALANCER},
        {"name": "TargetGroup", "value": "targetgroup/blue/1"},
    ]
    assert found["target_value"] == 1000


def test_everything_configured(synth: Synth) -> None:
    config = ScalingConfig(
        cpu_percent=50,
        memory_percent=55,
        requests_per_target=200,
        scale_out_cooldown_seconds=10,
        scale_in_cooldown_seconds=20,
    )
    stack = synth(lambda scope: scaling(scope, config=config))
    values = {what: tracking(stack, what)["target_value"] for what in ("Cpu", "Memory", "Requests")}
    assert values == {"Cpu": 50, "Memory": 55, "Requests": 200}
    requests = tracking(stack, "Requests")
    assert (requests["scale_out_cooldown"], requests["scale_in_cooldown"]) == (10, 20)


def test_requests_count_in_whichever_target_group_users_are(synth: Synth) -> None:
    groups = ["targetgroup/blue/1", "targetgroup/green/2"]
    stack = synth(lambda scope: scaling(scope, target_groups=groups))
    total, *each = tracking(stack, "Requests")["customized_metric_specification"]["metrics"]
    assert total["expression"] == "FILL(group1, 0) + FILL(group2, 0)"
    assert [one["metric_stat"]["metric"]["dimensions"][1]["value"] for one in each] == groups


def test_off_hours_take_the_tasks_and_give_them_back(synth: Synth) -> None:
    hours = OffHoursConfig(stop="21:30", start="07:05", timezone="Europe/Paris")
    stack = synth(lambda scope: scaling(scope, off_hours=hours))
    actions = stack.all(ACTION)
    stop, start = actions["Scaling/Stop"], actions["Scaling/Start"]
    assert stop["schedule"] == "cron(30 21 ? * MON-FRI *)"
    assert start["schedule"] == "cron(5 7 ? * MON-FRI *)"
    assert stop["scalable_target_action"] == {"min_capacity": "0", "max_capacity": "0"}
    assert start["scalable_target_action"] == {"min_capacity": "2", "max_capacity": "4"}
    for action in (stop, start):
        assert action["timezone"] == "Europe/Paris"
        assert stack.follow(action["resource_id"]) == "Scaling/Target"
    assert stack.only(TARGET)["lifecycle"] == {"ignore_changes": ["min_capacity", "max_capacity"]}
