# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Rules against different keys that make one name in AWS."""

from collections.abc import Callable
from pathlib import Path

import pytest

from environments import naming
from environments.loader import load_fleet

SERVICE = "\n  {name}:\n    image: {name}:1\n    port: 80\n    host: {name}.ryuqqq.com\n    needs: [{need}]\n\ncache:"


@pytest.fixture
def add(directory: Path) -> Callable[..., None]:
    """Add a workload with one service, all else as in dev."""

    def write(name: str, service: str, *, product: str = "fileflow", need: str = "queue") -> None:
        head, _, rest = (directory / "dev.yaml").read_text(encoding="utf-8").partition("services:")
        head = head.replace("name: dev", f"name: {name}").replace("10.10.0.0/16", "10.90.0.0/16")
        head = head.replace("service: fileflow", f"service: {product}")
        block = f"  {service}:\n    image: {service}:1\n    port: 80\n    host: {service}.{name}.ryuqqq.com\n"
        tail = rest.partition("cache:\n  node_type")[2]
        text = f"{head}services:\n{block}    needs: [{need}]\n\ncache:\n  node_type{tail}"
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def prod_has(edit: Callable[[str, str, str], None]) -> Callable[..., None]:
    """Add a service to prod."""
    return lambda name, need="queue": edit("prod.yaml", "\ncache:", SERVICE.format(name=name, need=need))


def test_two_services_make_one_name(
    add: Callable[..., None], prod_has: Callable[..., None], lines: Callable[[], list[str]]
) -> None:
    add("eu-prod", "orders")
    prod_has("orders-eu")
    assert lines() == [
        "environments/prod.yaml:32: services.orders-eu: makes names that start with orders-eu-prod, and so does services.orders of environments/eu-prod.yaml; rename the service or the environment"
    ]


def test_a_service_makes_the_name_of_one_in_the_second_region(
    add: Callable[..., None], prod_has: Callable[..., None], lines: Callable[[], list[str]]
) -> None:
    add("eu-dr", "orders")
    prod_has("orders-eu")
    assert lines() == [
        "environments/eu-dr.yaml:25: services.orders: makes names that start with orders-eu-dr, and so does services.orders-eu of environments/prod.yaml in dr; rename the service or the environment"
    ]


def test_two_products_make_one_load_balancer(
    add: Callable[..., None], edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    add("eu-prod", "orders")
    edit("prod.yaml", "service: fileflow", "service: fileflow-eu")
    assert lines() == [
        "environments/prod.yaml:7: tags.service: fileflow-eu: makes the cluster and the load balancer fileflow-eu-prod, and so does tags.service of environments/eu-prod.yaml; use another name here or there"
    ]


def test_two_services_make_one_bucket(
    add: Callable[..., None], prod_has: Callable[..., None], lines: Callable[[], list[str]]
) -> None:
    add("prod-eu", "orders", need="bucket")
    prod_has("eu-orders", "bucket")
    assert lines() == [
        "environments/prod.yaml:32: services.eu-orders: makes the bucket ryuqqq-prod-eu-orders-files, and so does services.orders of environments/prod-eu.yaml; rename one of the two"
    ]


@pytest.mark.parametrize(
    ("bucket", "key"),
    [
        ("ryuqqq-shared-logs", "log_archive of environments/shared.yaml"),
        ("ryuqqq-dr-access-logs", "name of environments/dr.yaml"),
        ("ryuqqq-prod-tfstate", "name of environments/prod.yaml"),
        ("ryuqqq-tfstate-replica-ap-northeast-1", "bootstrap of environments/shared.yaml"),
        ("ryuqqq-prod-fileflow-files", "services.fileflow of environments/prod.yaml"),
        ("ryuqqq-dr-fileflow-files", "services.fileflow of environments/prod.yaml in dr"),
    ],
)
def test_the_copies_have_a_bucket_that_is_taken(
    bucket: str, key: str, edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    edit("dr.yaml", "bucket: ryuqqq-dr-logs", f"bucket: {bucket}")
    assert lines() == [
        f"environments/dr.yaml:34: replication.bucket: {bucket}: is the bucket that {key} makes; use another"
    ]


@pytest.mark.parametrize("side", ["primary", "dr"])
def test_a_host_is_that_of_a_load_balancer(
    side: naming.Side, edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    host = naming.origin_host(load_fleet(), side)
    edit("dev.yaml", "host: reports.dev.ryuqqq.com", f"host: {host}")
    assert lines() == [
        f"environments/dev.yaml:38: services.reports.host: {host}: is what edge.host of environments/dr.yaml makes for the load balancer of one region; use another name"
    ]


def test_the_cdn_has_the_name_of_a_load_balancer(
    edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    host = naming.origin_host(load_fleet(), "dr")
    edit("dr.yaml", "alias: cdn.fileflow.ryuqqq.com", f"alias: {host}")
    assert lines() == [
        f"environments/dr.yaml:43: edge.cdn.alias: {host}: is what edge.host of environments/dr.yaml makes for the load balancer of one region; use another name"
    ]


def test_a_host_is_the_cdns(edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]) -> None:
    edit("dev.yaml", "host: reports.dev.ryuqqq.com", "host: cdn.fileflow.ryuqqq.com")
    assert lines() == [
        "environments/dr.yaml:43: edge.cdn.alias: cdn.fileflow.ryuqqq.com: used by services.reports of environments/dev.yaml already; give each its own name"
    ]
