"""Task definitions compared, without AWS."""

from typing import Any

import pytest

from operations.deploy.task_definition import HIDDEN, differences, same, with_image

BASE: dict[str, Any] = {
    "family": "orders-prod",
    "cpu": "256",
    "volumes": [{"name": "tmp"}],
    "containerDefinitions": [
        {
            "name": "orders",
            "image": "orders:1",
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:x"}],
            "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
            "command": ["a", "b"],
        },
        {"name": "xray", "image": "xray:1"},
    ],
}


def changed(**settings: Any) -> dict[str, Any]:
    first, *rest = BASE["containerDefinitions"]
    return {**BASE, "containerDefinitions": [{**first, **settings}, *rest]}


def test_another_image_changes_one_container_only() -> None:
    new = with_image(BASE, "orders", "orders:2")
    assert [str(one) for one in differences(BASE, new)] == ["~ orders.image: orders:1 -> orders:2"]
    assert BASE["containerDefinitions"][0]["image"] == "orders:1"


@pytest.mark.parametrize(
    "other",
    [
        changed(environment=[{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]),
        changed(mountPoints=[], linuxParameters={}, dockerLabels=None),
        {**BASE, "containerDefinitions": BASE["containerDefinitions"][::-1]},
    ],
    ids=["order of variables", "empty settings", "order of containers"],
)
def test_the_same_said_differently(other: dict[str, Any]) -> None:
    assert same(BASE, other)
    assert differences(BASE, other) == ()


@pytest.mark.parametrize(
    ("other", "line"),
    [
        (changed(environment=[{"name": "A", "value": "1"}]), "- orders.environment.B: 2"),
        (changed(command=["b", "a"]), '~ orders.command: ["a", "b"] -> ["b", "a"]'),
        ({**BASE, "cpu": "512"}, "~ cpu: 256 -> 512"),
        ({**BASE, "volumes": []}, "- volumes.tmp: (set)"),
        (
            changed(portMappings=[{"containerPort": 8080, "protocol": "udp"}]),
            "~ orders.portMappings.8080: tcp -> udp",
        ),
        (
            changed(secrets=[{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:y"}]),
            "~ orders.secrets.DB_PASSWORD: arn:aws:ssm:x -> arn:aws:ssm:y",
        ),
    ],
)
def test_a_difference_is_one_line(other: dict[str, Any], line: str) -> None:
    assert not same(BASE, other)
    assert [str(one) for one in differences(BASE, other)] == [line]


@pytest.mark.parametrize(
    "variable",
    [
        {"name": "API_TOKEN", "value": "canary"},
        {"name": "SIGNING_KEY", "value": "canary"},
        {"name": "DB_URL", "value": "mysql://orders:canary@db/orders"},
    ],
)
def test_what_may_be_secret_is_not_shown(variable: dict[str, str]) -> None:
    found = differences(
        BASE, changed(environment=[*BASE["containerDefinitions"][0]["environment"], variable])
    )
    assert [(one.path, one.new) for one in found] == [(f"orders.environment.{variable['name']}", HIDDEN)]
    assert "canary" not in str(found)


def test_ports_of_two_protocols_are_two() -> None:
    tcp, udp = ({"containerPort": 8080, "protocol": protocol} for protocol in ("tcp", "udp"))
    assert not same(BASE, changed(portMappings=[tcp, udp]))
