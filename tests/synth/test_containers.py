"""Containers: what is fixed, what is rendered, what is refused."""

import json
from typing import Any

import pytest

from hybrid_constructs.compute.containers import (
    MOST_CHARACTERS,
    Container,
    HealthCheck,
    LogDestination,
    Parameter,
    Port,
    Secret,
    literal,
    render,
)
from hybrid_constructs.compute.side_cars import tracing
from hybrid_constructs.compute.task_definition import health_check_command, service_containers
from tests.synth import services

LOGS = LogDestination("/ecs/files", "eu-central-1")
SECRET = Secret("arn:secret", "api_key", "arn:key")


def container(name: str = "files", **changes: Any) -> Container:
    return Container(**{"name": name, "image": "files:1", "user": "1000", "logs": LOGS, **changes})


def rendered(*containers: Container) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render("files", containers))
    return found


def test_a_plain_container_may_do_nothing_special() -> None:
    assert rendered(container()) == [
        {
            "name": "files",
            "image": "files:1",
            "user": "1000",
            "essential": True,
            "privileged": False,
            "readonlyRootFilesystem": True,
            "linuxParameters": {"capabilities": {"drop": ["ALL"]}},
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "/ecs/files",
                    "awslogs-region": "eu-central-1",
                    "awslogs-stream-prefix": "ecs",
                    "mode": "non-blocking",
                    "max-buffer-size": "25m",
                },
            },
        }
    ]


def test_everything_configured() -> None:
    side_car = container("side-car", essential=False)
    full = container(
        command=("serve", "--all"),
        ports=(Port(8080), Port(8125, "udp")),
        environment={"B": "2", "A": "1"},
        secrets={"HOST": Parameter("arn:parameter"), "API_KEY": SECRET},
        health_check=HealthCheck(("CMD", "check"), 900),
        after=("side-car",),
        cpu=224,
        memory_mib=256,
        scratch_mib=64,
        stop_timeout_seconds=90,
        exec=True,
    )
    found = rendered(full, side_car)[0]
    assert found["command"] == ["serve", "--all"]
    assert found["portMappings"] == [
        {"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"},
        {"containerPort": 8125, "hostPort": 8125, "protocol": "udp"},
    ]
    assert found["environment"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert found["secrets"] == [
        {"name": "API_KEY", "valueFrom": "arn:secret:api_key::"},
        {"name": "HOST", "valueFrom": "arn:parameter"},
    ]
    assert found["healthCheck"] == {
        "command": ["CMD", "check"],
        "interval": 15,
        "timeout": 5,
        "retries": 3,
        "startPeriod": 300,
    }
    assert found["dependsOn"] == [{"containerName": "side-car", "condition": "START"}]
    assert (found["cpu"], found["memory"], found["stopTimeout"]) == (224, 256, 90)
    assert found["linuxParameters"] == {
        "capabilities": {"drop": ["ALL"]},
        "initProcessEnabled": True,
        "tmpfs": [{"containerPath": "/tmp", "size": 64}],  # noqa: S108
    }
    assert found["readonlyRootFilesystem"] is False, "the agent of ECS Exec must write"
    assert found["privileged"] is False


def test_the_order_of_variables_does_not_matter() -> None:
    one = container(environment={"A": "1", "B": "2"}, secrets={"C": SECRET, "D": SECRET})
    other = container(environment={"B": "2", "A": "1"}, secrets={"D": SECRET, "C": SECRET})
    assert render("files", [one]) == render("files", [other])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${name} %{if}", "$${name} %%{if}"),
        ("${TfToken[TOKEN.7]}", "${TfToken[TOKEN.7]}"),
        ("x-${TfToken[TOKEN.7]}-${y}", "x-${TfToken[TOKEN.7]}-$${y}"),
    ],
)
def test_terraform_takes_values_as_they_are(text: str, expected: str) -> None:
    assert literal(text) == expected
    (found,) = rendered(container(environment={"A": text}, health_check=HealthCheck(("CMD-SHELL", text), 0)))
    assert found["environment"][0]["value"] == expected
    assert found["healthCheck"]["command"][1] == expected


@pytest.mark.parametrize(
    ("containers", "problem"),
    [
        ([], r"none of its containers is essential \(it has none\); make one so"),
        ([container(essential=False)], r"none of its containers is essential \(files\)"),
        ([container(), container()], "has two containers named files; rename one"),
        (
            [container(environment={"A": "1"}, secrets={"A": SECRET})],
            "container files has A as a variable and as a secret; keep one",
        ),
        ([container(user="0")], "container files runs as user 0, which is root; give another"),
        ([container(user="00:5")], "container files runs as user 00:5, which is root"),
        ([container(user="root")], "container files runs as user root, which is root"),
        (
            [container(ports=(Port(80),)), container("b", ports=(Port(80),))],
            "containers files and b both listen on tcp port 80, and share one network; move one",
        ),
        (
            [container(after=("x",))],
            "container files starts after x, which is no other container",
        ),
        ([container(after=("files",))], "container files starts after files, which is no other container"),
        (
            [container(environment={"A": "x" * MOST_CHARACTERS})],
            rf"has \d+ characters of container definitions; keep it below {MOST_CHARACTERS}",
        ),
    ],
)
def test_fails_when_ecs_would_refuse_the_task(containers: list[Container], problem: str) -> None:
    with pytest.raises(ValueError, match=f"task files: {problem}"):
        render("files", containers)


def test_udp_and_tcp_are_different_ports() -> None:
    assert rendered(container(ports=(Port(80), Port(80, "udp"))))


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ValueError, match="root") as told:
        render("files", [container(user="0", essential=False)])
    assert len(str(told.value).splitlines()) == 2


@pytest.mark.parametrize(("kind", "ports"), [("xray", {2000}), ("adot", {4317, 4318})])
def test_a_side_car_is_small_and_may_fail(kind: Any, ports: set[int]) -> None:
    side_car = tracing(kind, LOGS)
    assert side_car is not None
    found, _ = rendered(side_car, container())
    assert found["essential"] is False
    assert found["readonlyRootFilesystem"] is True
    assert found["image"].startswith("public.ecr.aws/")
    assert found["image"].rpartition(":")[2] not in {"latest", ""}
    assert found["cpu"] <= 64
    assert found["memory"] <= 256
    assert {port["containerPort"] for port in found["portMappings"]} == ports


def own(**changes: Any) -> list[Container]:
    return service_containers(
        "files",
        services.config(**changes),
        image="files:1",
        logs=LOGS,
        environment={"A": "1"},
        secrets={"B": SECRET},
    )


def test_a_service_shares_its_task_with_the_side_car() -> None:
    service, side_car = own()
    assert (service.name, service.image, service.user) == ("files", "files:1", "1000:1000")
    assert (service.environment, service.secrets) == ({"A": "1"}, {"B": SECRET})
    assert service.after == (side_car.name,) == ("xray-daemon",)
    assert service.cpu == 256 - 32
    assert service.scratch_mib == 128
    assert (service.stop_timeout_seconds, service.exec) == (60, False)


def test_a_service_without_tracing_has_the_task_for_itself() -> None:
    (service,) = own(tracing="off", exec=True, user="7", stop_timeout_seconds=30)
    assert (service.after, service.cpu, service.exec, service.user) == ((), 256, True, "7")
    assert service.stop_timeout_seconds == 30


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        (
            {"health_check_path": "/a?b=1&c"},
            (
                "CMD-SHELL",
                "curl -fsS -o /dev/null 'http://127.0.0.1:8080/a?b=1&c' || "
                "wget -q -O /dev/null 'http://127.0.0.1:8080/a?b=1&c' || exit 1",
            ),
        ),
        ({"health_check_command": ["/check", "-v"]}, ("CMD", "/check", "-v")),
        ({"health_check_command": ["CMD-SHELL", "a || b"]}, ("CMD-SHELL", "a || b")),
        ({"health_check_command": []}, ()),
    ],
)
def test_health_check_command(changes: dict[str, Any], command: tuple[str, ...]) -> None:
    assert health_check_command(services.config(**changes)) == command
    check = own(**changes)[0].health_check
    assert check == (HealthCheck(command, 60) if command else None)
