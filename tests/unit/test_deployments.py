"""A rolling deployment can replace tasks; and images are those of ECR."""

import pytest
from pydantic import ValidationError

from environments.service import ServiceConfig


def service(**changes: object) -> ServiceConfig:
    values = {"image": "orders:1", "port": 80, "host": "orders.example.com", **changes}
    return ServiceConfig.model_validate(values)


def percents(tasks: int, maximum: int, minimum: int, **changes: object) -> ServiceConfig:
    return service(tasks=tasks, maximum_percent=maximum, minimum_healthy_percent=minimum, **changes)


@pytest.mark.parametrize(
    ("tasks", "maximum", "minimum"),
    [(0, 150, 100), (1, 200, 100), (1, 100, 0), (2, 150, 100), (2, 100, 50), (4, 125, 100), (3, 100, 66)],
)
def test_a_rolling_deployment_progresses(tasks: int, maximum: int, minimum: int) -> None:
    assert percents(tasks, maximum, minimum).tasks == tasks


@pytest.mark.parametrize(
    ("tasks", "maximum", "minimum", "use"),
    [(1, 150, 100, 200), (4, 120, 100, 125), (1, 199, 1, 200), (3, 133, 100, 134), (3, 100, 67, 134)],
)
def test_fails_when_it_never_would(tasks: int, maximum: int, minimum: int, use: int) -> None:
    with pytest.raises(ValidationError, match=rf"maximum_percent: {maximum}: of .* use {use} or more"):
        percents(tasks, maximum, minimum)
    assert percents(tasks, use, minimum)


def test_the_fewest_tasks_of_scaling_are_replaced_too() -> None:
    with pytest.raises(ValidationError, match=r"150: of 1 task is 1, rounded down, .* use 200 or more"):
        percents(4, 150, 100, scaling={"minimum_tasks": 1})
    assert percents(4, 150, 100, scaling={"minimum_tasks": 2})
    assert percents(4, 150, 100, scaling={"minimum_tasks": 0})


def test_codedeploy_brings_a_second_set_of_tasks() -> None:
    assert percents(1, 150, 100, deployment="blue_green")


def test_fails_when_the_percentages_leave_no_room_at_all() -> None:
    with pytest.raises(ValidationError, match="is not above minimum_healthy_percent, 100") as caught:
        percents(1, 100, 100)
    assert "rounded" not in str(caught.value)


@pytest.mark.parametrize(
    "image", ["orders:1.4.2", "shop/orders:1", "a-b/c_d.e:latest", "ab:" + "x" * 128, f"{'r' * 256}:1"]
)
def test_images_of_ecr(image: str) -> None:
    assert f"{service(image=image).repository}:{service(image=image).tag}" == image


@pytest.mark.parametrize(
    "image",
    [
        *(
            "orders",
            "orders:",
            "orders/:1",
            "foo//bar:1",
            "foo-:1",
            "foo..bar:1",
            "/foo:1",
            "o:1",
            "Orders:1",
        ),
        *(f"{'r' * 257}:1", "ab:" + "x" * 129, "orders:.1", "orders@sha256:abc", "orders:1@sha256:abc"),
    ],
)
def test_fails_when_an_image_is_none_of_ecr(image: str) -> None:
    with pytest.raises(ValidationError, match="must be an ECR repository and a tag"):
        service(image=image)


@pytest.mark.parametrize(
    ("image", "use"),
    [
        ("123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/reports:1.0.0", "reports:1.0.0"),
        ("docker.io/library/nginx:1", "library/nginx:1"),
        ("localhost:5000/reports:1", "reports:1"),
    ],
)
def test_fails_when_an_image_names_a_registry(image: str, use: str) -> None:
    with pytest.raises(ValidationError, match=f"write repository and tag only: {use} "):
        service(image=image)
