"""What a block of YAML becomes: the services of each environment, and their standby."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from environments import naming
from environments.release import Deployment
from environments.schema import Fleet
from environments.service import PROVIDED, ServiceConfig
from hybrid_constructs.compute.fargate_service import FargateService
from hybrid_constructs.observability.watch import Alarm
from stacks import application
from tests.synth.synthesized import Body, Synthesized, statements, synthesize_fleet


@dataclass(frozen=True)
class Running:
    """One service in one environment, as configured and as synthesized."""

    name: str
    config: ServiceConfig
    environment: Any
    stack: Synthesized

    @property
    def service(self) -> Body:
        wanted = naming.ecs_service(self.name, self.environment.name)
        return next(body for body in self.stack.all("aws_ecs_service").values() if body["name"] == wanted)

    @property
    def task(self) -> Body:
        family = naming.task_family(self.name, self.environment.name)
        tasks = self.stack.all("aws_ecs_task_definition").values()
        return next(body for body in tasks if body["family"] == family)

    @property
    def container(self) -> Body:
        containers = json.loads(without_references(self.task["container_definitions"]))
        return next(each for each in containers if each["name"] == self.name)

    def variables(self, kind: str) -> dict[str, str]:
        value = {"environment": "value", "secrets": "valueFrom"}[kind]
        return {each["name"]: each[value] for each in self.container.get(kind, [])}


def without_references(text: str) -> str:
    """Expressions have quotes of their own, which Terraform takes out and JSON does not."""
    parts, depth, kept = text, 0, ""
    for position, char in enumerate(parts):
        depth += parts[position : position + 2] == "${"
        kept += char if depth == 0 else "#" if char == "$" else ""
        depth -= depth > 0 and char == "}"
    return kept


def everything(fleet: Fleet, stacks: dict[str, Synthesized]) -> list[Running]:
    sides = [(workload, workload) for workload in fleet.workloads.values()] + [(fleet.primary, fleet.dr)]
    return [
        Running(name, config, here, stacks[here.name])
        for workload, here in sides
        for name, config in workload.services.items()
    ]


@pytest.fixture
def running(fleet: Fleet, stacks: dict[str, Synthesized]) -> dict[str, Running]:
    """By names such as `fileflow-prod`."""
    return {f"{each.name}-{each.environment.name}": each for each in everything(fleet, stacks)}


def test_every_service_of_every_environment_and_its_standby_exists(
    fleet: Fleet, stacks: dict[str, Synthesized]
) -> None:
    for each in everything(fleet, stacks):
        assert each.service["capacity_provider_strategy"]
    made = sum(len(stack.all("aws_ecs_service")) for stack in stacks.values())
    assert made == len(everything(fleet, stacks)) == 5


def test_a_container_gets_exactly_what_its_needs_promise(running: dict[str, Running]) -> None:
    for each in running.values():
        promised = {name for need in ("always", *each.config.needs) for name in PROVIDED[need]}
        promised |= {*each.config.environment, *each.config.secrets}
        given = [*each.variables("environment"), *each.variables("secrets")]
        assert sorted(given) == sorted(promised)


def test_a_service_without_needs_reaches_nothing(running: dict[str, Running]) -> None:
    reports, fileflow = running["reports-dev"], running["fileflow-dev"]
    assert not set(reports.variables("secrets"))
    assert set(fileflow.variables("secrets")) > {"DB_PASSWORD", "CACHE_HOST"}
    ports = {
        name: {
            rule["from_port"]
            for path, rule in each.stack.all("aws_vpc_security_group_egress_rule").items()
            if path.startswith(f"Service-{each.name}/")
        }
        for name, each in running.items()
    }
    assert ports["reports-dev"] == {443}
    assert ports["fileflow-dev"] == {443, 3306, 6379}


def test_the_database_is_found_through_its_region_s_own_parameter(running: dict[str, Running]) -> None:
    found = {name: each.variables("secrets").get("DB_HOST") for name, each in running.items()}
    account = "123456789012"
    home = f"arn:aws:ssm:ap-northeast-2:{account}:parameter/shared/rds/prod/endpoint"
    assert found == {
        "fileflow-dev": home,
        "reports-dev": None,
        "fileflow-staging": home,
        "fileflow-prod": home,
        "fileflow-dr": f"arn:aws:ssm:ap-northeast-1:{account}:parameter/shared/rds/dr/endpoint",
    }


def test_every_parameter_that_a_container_names_is_made_by_a_stack_of_its_region(
    running: dict[str, Running], stacks: dict[str, Synthesized], fleet: Fleet
) -> None:
    made = {
        (fleet.environments[name].region, body["name"])
        for name in fleet.environments
        for body in stacks[name].all("aws_ssm_parameter").values()
    }
    for each in running.values():
        for value in each.variables("secrets").values():
            if ":ssm:" in value:
                _, _, _, region, _, name = value.split(":")
                assert (region, name.removeprefix("parameter")) in made


def test_the_execution_role_reads_what_the_container_names_and_no_more(running: dict[str, Running]) -> None:
    for each in running.values():
        policies = each.stack.all("aws_iam_role_policy")
        [policy] = [
            body["policy"]
            for path, body in policies.items()
            if path.startswith(f"Service-{each.name}/Roles/Execution/")
        ]
        readable = {
            resource
            for statement in statements(without_references(policy))
            if statement["Action"] in ("secretsmanager:GetSecretValue", "ssm:GetParameters")
            for resource in statement["Resource"]
        }
        named = {
            value.rsplit(":", 3)[0] + "-??????" if ":secretsmanager:" in value else value
            for value in each.variables("secrets").values()
        }
        assert readable == named


def test_deployments_follow_the_yaml(running: dict[str, Running]) -> None:
    for name, each in running.items():
        standby = name.endswith("-dr")
        blue_green = each.config.deployment is Deployment.BLUE_GREEN and not standby
        controller = each.service["deployment_controller"]["type"]
        assert controller == ("CODE_DEPLOY" if blue_green else "ECS")
        groups = [
            body["deployment_group_name"]
            for body in each.stack.all("aws_codedeploy_deployment_group").values()
        ]
        assert (name in groups) == blue_green
    assert running["fileflow-prod"].service["deployment_controller"]["type"] == "CODE_DEPLOY"
    assert running["fileflow-dev"].service["deployment_controller"]["type"] == "ECS"


def test_alarms_that_stop_a_deployment_exist(running: dict[str, Running]) -> None:
    for each in running.values():
        existing = {body["alarm_name"] for body in each.stack.all("aws_cloudwatch_metric_alarm").values()}
        groups = each.stack.all("aws_codedeploy_deployment_group").values()
        used = [group["alarm_configuration"]["alarms"] for group in groups]
        used += [each.service["alarms"]["alarm_names"]] if "alarms" in each.service else []
        assert used
        assert all(set(names) <= existing for names in used)


def test_the_standby_is_of_prod_size_with_images_of_its_own_region_and_off(
    running: dict[str, Running],
) -> None:
    prod, dr = running["fileflow-prod"], running["fileflow-dr"]
    assert dr.service["desired_count"] == 0
    assert "desired_count" in dr.service["lifecycle"]["ignore_changes"]
    for size in ("cpu", "memory"):
        assert dr.task[size] == prod.task[size]
    assert ".ecr.ap-northeast-1." in dr.container["image"]
    assert dr.container["image"] == prod.container["image"].replace("ap-northeast-2", "ap-northeast-1")
    assert not dr.stack.all("aws_appautoscaling_target")
    assert set(dr.variables("secrets")) == set(prod.variables("secrets"))


def test_hosts_lead_to_their_service_and_the_failover_host_to_both_regions(
    fleet: Fleet, stacks: dict[str, Synthesized]
) -> None:
    hosts = {
        name: {
            host
            for rule in stacks[name].all("aws_lb_listener_rule").values()
            for host in rule["condition"][0]["host_header"]["values"]
        }
        for name in ("dev", "staging", "prod", "dr")
    }
    assert hosts["dev"] == {service.host for service in fleet.workloads["dev"].services.values()}
    assert hosts["prod"] == {fleet.dr.edge.host, naming.origin_host(fleet, "primary")}
    assert hosts["dr"] == {fleet.dr.edge.host, naming.origin_host(fleet, "dr")}
    for name, served in hosts.items():
        certificate = stacks[name].only("aws_acm_certificate")
        assert served == {certificate["domain_name"], *certificate.get("subject_alternative_names", [])}


def test_more_hosts_than_a_certificate_has_names_get_another_one(fleet: Fleet, tmp_path: Path) -> None:
    dev = fleet.workloads["dev"]
    small = dev.services["reports"].model_copy(update={"needs": frozenset()})
    more = {f"s{n}": small.model_copy(update={"host": f"s{n}.dev.ryuqqq.com"}) for n in range(10)}
    dev = dev.model_copy(update={"services": {**dev.services, **more}})
    many = fleet.model_copy(update={"workloads": {**fleet.workloads, "dev": dev}})

    stack = synthesize_fleet(many, tmp_path)["dev"]

    names = [
        [body["domain_name"], *body.get("subject_alternative_names", [])]
        for body in stack.all("aws_acm_certificate").values()
    ]
    assert sorted(len(one) for one in names) == [2, 10]
    assert {name for one in names for name in one} == {one.host for one in dev.services.values()}
    added = stack.only("aws_lb_listener_certificate")
    https = next(body for body in stack.all("aws_lb_listener").values() if body["port"] == 443)
    assert stack.follow(added["listener_arn"]) == "LoadBalancer/Https"
    assert stack.follow(https["certificate_arn"]) == "Certificate/Validation"
    assert stack.follow(added["certificate_arn"]) == "Certificate-2/Validation"
    watched = [
        name
        for body in stack.all("aws_cloudwatch_metric_alarm").values()
        if "-load-balancer-certificate" in (name := body["alarm_name"])
    ]
    assert len(watched) == 2


def test_only_names_that_do_not_fail_over_are_written_by_an_environment(
    stacks: dict[str, Synthesized],
) -> None:
    written = {
        name: {body["name"] for body in stack.all("aws_route53_record").values() if "alias" in body}
        for name, stack in stacks.items()
    }
    assert written["dev"] == {"fileflow.dev.ryuqqq.com", "reports.dev.ryuqqq.com"}
    assert written["staging"] == {"fileflow.staging.ryuqqq.com"}
    assert written["prod"] == written["dr"] == set()
    assert "fileflow.ryuqqq.com" in written["edge"]


def test_a_special_service_is_made_by_its_own_class(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Quiet(FargateService):
        """A service that nobody is to be told about."""

        def alarms(self) -> list[Alarm]:
            return []

    monkeypatch.setitem(application.SPECIAL, "reports", Quiet)
    stacks = synthesize_fleet(fleet, tmp_path)
    alarms = [body["alarm_name"] for body in stacks["dev"].all("aws_cloudwatch_metric_alarm").values()]
    assert any(name.endswith("-service-cpu-fileflow") for name in alarms)
    assert not any(name.endswith("-service-cpu-reports") for name in alarms)
