"""FargateService: private, least privilege, deployed by others than Terraform."""

import json

import pytest
from cdktf import TerraformStack

from environments.scaling import OffHoursConfig
from hybrid_constructs.compute.fargate_service import FargateService
from tests.synth import services
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.services import CLUSTER, FAMILY, NAME, built, own
from tests.synth.synthesized import Body, Synthesized

SERVICE, TASK = "aws_ecs_service", "aws_ecs_task_definition"
INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(services.service)


def test_one_task_rolls_and_goes_back_by_itself(defaults: Synthesized) -> None:
    service = defaults.only(SERVICE)
    assert (service["name"], service["desired_count"]) == (NAME, 1)
    assert service["deployment_controller"] == {"type": "ECS"}
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert "alarms" not in service
    assert service["force_new_deployment"] is True
    percent = ("deployment_maximum_percent", "deployment_minimum_healthy_percent")
    assert [service[key] for key in percent] == [200, 100]
    assert service["health_check_grace_period_seconds"] == 60
    assert service["wait_for_steady_state"] is service["enable_execute_command"] is False
    assert (service["propagate_tags"], service["enable_ecs_managed_tags"]) == ("SERVICE", True)
    assert service["lifecycle"] == {"ignore_changes": ["task_definition", "desired_count"]}


def test_capacity_comes_from_the_mix_alone(defaults: Synthesized) -> None:
    service = defaults.only(SERVICE)
    assert service["capacity_provider_strategy"] == [
        {"capacity_provider": "FARGATE", "weight": 30, "base": 1},
        {"capacity_provider": "FARGATE_SPOT", "weight": 70, "base": 0},
    ]
    assert {"launch_type", "platform_version"}.isdisjoint(service)


def test_tasks_are_private_and_behind_the_load_balancer(defaults: Synthesized) -> None:
    service = defaults.only(SERVICE)
    assert defaults.follow(service["cluster"]) == "Cluster/Cluster"
    network = service["network_configuration"]
    assert network["assign_public_ip"] is False
    private = {"Network/Subnet-private-a", "Network/Subnet-private-b"}
    assert defaults.follow_all(network["subnets"]) == private
    assert defaults.follow_all(network["security_groups"]) == {"Service/Access/Group"}
    (target,) = service["load_balancer"]
    assert defaults.follow(target["target_group_arn"]) == "Targets-files/Blue"
    assert (target["container_name"], target["container_port"]) == ("files", 8080)


def test_a_service_waits_for_all_that_its_tasks_need(defaults: Synthesized) -> None:
    assert defaults.depends_on(defaults.only(SERVICE)) == {
        "Cluster/Capacity",
        "Targets-files/Rule",
        "Service/Access/To-Https",
        "Service/Roles/Execution/Policy",
        "Service/Roles/Task/Policy",
    }


def test_only_the_load_balancer_connects_and_only_https_goes_out(defaults: Synthesized) -> None:
    (ingress,) = own(defaults, INGRESS).values()
    assert (ingress["ip_protocol"], ingress["from_port"], ingress["to_port"]) == ("tcp", 8080, 8080)
    assert defaults.follow(ingress["referenced_security_group_id"]) == "LoadBalancer/Access"
    assert "cidr_ipv4" not in ingress
    (egress,) = own(defaults, EGRESS).values()
    assert (egress["from_port"], egress["to_port"], egress["cidr_ipv4"]) == (443, 443, "0.0.0.0/0")
    assert ingress["description"]
    assert egress["description"]


def test_peers_are_reached_by_group_or_by_range(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        access = services.service(scope).access
        access.reach_group("cache", port=6379, security_group_id="sg-1")
        access.reach_ranges("database", port=3306, cidrs={"a": "10.0.96.0/20", "c": "10.0.112.0/20"})

    rules = own(synth(build), EGRESS)
    cache = rules["Service/Access/To-cache"]
    assert (cache["from_port"], cache["referenced_security_group_id"]) == (6379, "sg-1")
    assert {rules[f"Service/Access/To-database-{zone}"]["cidr_ipv4"] for zone in "ac"} == {
        "10.0.96.0/20",
        "10.0.112.0/20",
    }
    assert rules["Service/Access/To-database-a"]["to_port"] == 3306


def test_the_task_definition_stays_for_rollbacks(defaults: Synthesized, synth: Synth) -> None:
    task = defaults.only(TASK)
    assert task["family"] == FAMILY
    assert (task["cpu"], task["memory"]) == ("256", "512")
    assert (task["network_mode"], task["requires_compatibilities"]) == ("awsvpc", ["FARGATE"])
    platform = {"operating_system_family": "LINUX", "cpu_architecture": "X86_64"}
    assert task["runtime_platform"] == platform
    assert defaults.follow(task["execution_role_arn"]) == "Service/Roles/Execution/Role"
    assert defaults.follow(task["task_role_arn"]) == "Service/Roles/Task/Role"
    assert task["skip_destroy"] is True
    files, _ = json.loads(task["container_definitions"])
    group = files["logConfiguration"]["options"]["awslogs-group"]
    assert defaults.follow(group) == "Service/Log"


def test_logs_are_encrypted_and_end(defaults: Synthesized) -> None:
    log = defaults.all("aws_cloudwatch_log_group")["Service/Log"]
    assert (log["name"], log["retention_in_days"]) == ("/ecs/files-test/application", 14)
    assert defaults.follow(log["kms_key_id"]) == "LogKey/Key"


def test_everything_configured(synth: Synth) -> None:
    changes = {
        "tasks": 4,
        "cpu": 1024,
        "memory_mib": 4096,
        "maximum_percent": 150,
        "minimum_healthy_percent": 50,
        "health_check_grace_seconds": 120,
        "capacity": {"fargate_spot": {"weight": 1, "base": 2}, "fargate": {"weight": 0}},
    }
    _, stack = built(
        synth,
        changes,
        environment={"LOG_LEVEL": "info"},
        deployment_alarms=["acme-errors"],
        log_retention_days=90,
    )
    service = stack.only(SERVICE)
    assert service["desired_count"] == 4
    assert (service["deployment_maximum_percent"], service["deployment_minimum_healthy_percent"]) == (150, 50)
    assert service["health_check_grace_period_seconds"] == 120
    assert service["alarms"] == {"alarm_names": ["acme-errors"], "enable": True, "rollback": True}
    assert service["capacity_provider_strategy"] == [
        {"capacity_provider": "FARGATE", "weight": 0, "base": 0},
        {"capacity_provider": "FARGATE_SPOT", "weight": 1, "base": 2},
    ]
    task = stack.only(TASK)
    assert (task["cpu"], task["memory"]) == ("1024", "4096")
    assert {"name": "LOG_LEVEL", "value": "info"} in json.loads(task["container_definitions"])[0][
        "environment"
    ]
    assert stack.all("aws_cloudwatch_log_group")["Service/Log"]["retention_in_days"] == 90


def test_codedeploy_owns_what_only_it_may_change(synth: Synth) -> None:
    _, stack = built(synth, {"tasks": 4}, blue_green=True, deployment_alarms=["acme-errors"])
    service = stack.only(SERVICE)
    assert service["deployment_controller"] == {"type": "CODE_DEPLOY"}
    assert {"deployment_circuit_breaker", "alarms"}.isdisjoint(service)
    assert service["force_new_deployment"] is False
    assert set(service["lifecycle"]["ignore_changes"]) == {
        *("task_definition", "desired_count", "load_balancer", "capacity_provider_strategy"),
    }


def test_the_arn_is_known_before_the_service_exists(synth: Synth) -> None:
    made, _ = built(synth)
    assert made.arn == f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{CLUSTER}/{NAME}"


def scaled(stack: Synthesized) -> bool:
    return "aws_appautoscaling_target" in stack.kinds()


def test_a_standby_waits_without_scaling(synth: Synth) -> None:
    made, stack = built(synth, {"tasks": 4}, tasks=0)
    assert stack.only(SERVICE)["desired_count"] == 0
    assert not scaled(stack)
    assert made.composite_alarms() == []


def test_a_service_scales_from_its_tasks_to_twice_as_many(synth: Synth) -> None:
    _, stack = built(synth, {"tasks": 3})
    target = stack.only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (3, 6)


def test_limits_of_scaling_may_be_given(synth: Synth) -> None:
    _, stack = built(synth, {"tasks": 3, "scaling": {"minimum_tasks": 0, "maximum_tasks": 10}})
    target = stack.only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (0, 10)


def test_a_service_without_tasks_does_not_scale(synth: Synth) -> None:
    assert not scaled(built(synth, {"tasks": 0})[1])


def warnings(made: FargateService) -> list[str]:
    return [entry.data for entry in made.node.metadata if entry.type == "@cdktf/warn"]


@pytest.mark.parametrize(
    ("changes", "tasks", "expected"),
    [
        ({"tasks": 1}, None, "files runs 1 task, none of them on Fargate Spot: the base of 1 on demand"),
        ({"tasks": 2, "stateful": True}, None, "files runs 2 tasks, none of them on Fargate Spot"),
        ({"tasks": 4}, 1, "files runs 1 task, none of them on Fargate Spot"),
        ({"tasks": 2}, None, None),
        ({"tasks": 4}, 0, None),
        ({"tasks": 1, "capacity": {"fargate_spot": {"weight": 0}}}, None, None),
    ],
)
def test_a_warning_tells_that_spot_saves_nothing(
    synth: Synth, changes: Body, tasks: int | None, expected: str | None
) -> None:
    made, _ = built(synth, changes, tasks=tasks)
    found = warnings(made)
    assert len(found) == (1 if expected else 0)
    assert expected is None or found[0].startswith(expected)


@pytest.mark.parametrize(
    ("options", "down"), [({}, True), ({"off_hours": OffHoursConfig()}, False), ({"tasks": 2}, False)]
)
def test_what_is_meant_to_stop_is_never_down(synth: Synth, options: Body, down: bool) -> None:
    made, _ = built(synth, **options)
    assert bool(made.composite_alarms()) is down
    assert any(alarm.id == "service-no-healthy-files" for alarm in made.alarms()) is down
    assert len(made.log_metrics()) == len(made.dashboard_rows()) == 2
