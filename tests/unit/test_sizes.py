"""Sizes, windows and lifecycles: what AWS offers, at and beside every border."""

import pytest
from pydantic import ValidationError

from environments.base import RETENTION_DAYS
from environments.capacity import HALF_SPOT, MOSTLY_SPOT, CapacityConfig, CapacityShare, placement
from environments.database import DatabaseConfig
from environments.network import FlowLogsConfig
from environments.service import FARGATE_MEMORY_MIB, ServiceConfig
from environments.shared import LifecycleConfig
from environments.windows import overlap, span


def service(**changes: object) -> ServiceConfig:
    values = {"image": "orders:1", "port": 80, "host": "orders.example.com", **changes}
    return ServiceConfig.model_validate(values)


@pytest.mark.parametrize(
    ("cpu", "memory_mib"), [(cpu, size) for cpu, sizes in FARGATE_MEMORY_MIB.items() for size in sizes]
)
def test_fargate_sizes_are_accepted(cpu: int, memory_mib: int) -> None:
    assert service(cpu=cpu, memory_mib=memory_mib).memory_mib == memory_mib


@pytest.mark.parametrize(
    ("cpu", "memory_mib"),
    [
        (256, 256),
        (256, 1536),
        (256, 4096),
        (512, 512),
        (512, 5120),
        (1024, 1024),
        (1024, 2049),
        (4096, 31744),
    ],
)
def test_fails_when_fargate_offers_no_such_size(cpu: int, memory_mib: int) -> None:
    with pytest.raises(ValidationError, match=f"{memory_mib}: does not go with cpu {cpu}; Fargate offers"):
        service(cpu=cpu, memory_mib=memory_mib)


@pytest.mark.parametrize(
    ("tasks", "mostly_spot", "half_spot"),
    [
        (0, (0, 0), (0, 0)),
        (1, (1, 0), (1, 0)),  # the base takes the only task: no Spot at all
        (2, (1, 1), (2, 0)),
        (4, (2, 2), (3, 1)),
        (11, (4, 7), (6, 5)),
    ],
)
def test_placement(tasks: int, mostly_spot: tuple[int, int], half_spot: tuple[int, int]) -> None:
    assert placement(tasks, MOSTLY_SPOT) == mostly_spot
    assert placement(tasks, HALF_SPOT) == half_spot


def test_a_base_on_spot_comes_first() -> None:
    spot_first = CapacityConfig(
        fargate_spot=CapacityShare(weight=1, base=2), fargate=CapacityShare(weight=0, base=0)
    )
    assert placement(3, spot_first) == (0, 3)


def test_a_stateful_service_is_half_on_demand() -> None:
    assert service(stateful=True, tasks=4).placement == (3, 1)
    assert service(stateful=True, capacity=MOSTLY_SPOT, tasks=4).placement == (2, 2)


def test_a_stopped_service_keeps_its_base() -> None:
    assert service(tasks=0).mix.fargate.base == 1


@pytest.mark.parametrize(
    ("spot", "fargate", "tasks", "fits"), [(4, 0, 4, True), (5, 0, 4, False), (0, 5, 4, False)]
)
def test_base_and_tasks(spot: int, fargate: int, tasks: int, fits: bool) -> None:
    capacity = CapacityConfig(
        fargate_spot=CapacityShare(weight=70, base=spot), fargate=CapacityShare(weight=30, base=fargate)
    )
    if fits:
        assert service(tasks=tasks, capacity=capacity).tasks == tasks
    else:
        with pytest.raises(ValidationError, match="is above tasks, 4; lower the base or raise the tasks"):
            service(tasks=tasks, capacity=capacity)


@pytest.mark.parametrize(
    ("daily", "weekly", "expected"),
    [
        ("03:00-04:00", "sun:04:00-sun:05:00", False),  # touching
        ("03:00-04:01", "sun:04:00-sun:05:00", True),
        ("05:00-06:00", "sun:04:00-sun:05:00", False),
        ("04:30-04:45", "wed:04:00-wed:05:00", True),  # inside
        ("23:30-00:30", "mon:00:00-mon:01:00", True),  # over midnight
        ("23:30-00:30", "mon:00:30-mon:01:30", False),
        ("00:00-01:00", "sun:23:30-mon:00:30", True),  # over the end of the week
        ("23:00-23:45", "sun:23:30-mon:00:30", True),
        ("00:30-01:30", "sun:23:30-mon:00:30", False),
        ("12:00-13:00", "fri:18:00-sat:18:00", True),  # a whole day long
    ],
)
def test_windows_overlap(daily: str, weekly: str, expected: bool) -> None:
    assert overlap(daily, weekly) is expected


def test_windows_know_their_length() -> None:
    assert span("23:30-00:30") == (23 * 60 + 30, 60)
    assert span("sun:23:30-mon:00:30") == (6 * 24 * 60 + 23 * 60 + 30, 60)


def database(**changes: object) -> DatabaseConfig:
    values = {
        "identifier": "acme",
        "instance_class": "db.t3.medium",
        "allocated_storage_gb": 100,
        "database_name": "acme",
        **changes,
    }
    return DatabaseConfig.model_validate(values)


@pytest.mark.parametrize(
    ("size", "largest", "fits"), [(100, 110, True), (100, 109, False), (25, 28, True), (25, 27, False)]
)
def test_a_disk_grows_by_ten_percent_or_more(size: int, largest: int, fits: bool) -> None:
    changes = {"allocated_storage_gb": size, "max_allocated_storage_gb": largest}
    if fits:
        assert database(**changes).max_allocated_storage_gb == largest
    else:
        with pytest.raises(
            ValidationError, match=f"{largest}: is not 10 % above allocated_storage_gb, {size}"
        ):
            database(**changes)


@pytest.mark.parametrize("days", [7, 31, 62, 713, 731])
def test_insights_are_kept(days: int) -> None:
    assert database(performance_insights_days=days).performance_insights_days == days


@pytest.mark.parametrize(("days", "use"), [(8, 31), (32, 62), (714, 713), (730, 713)])
def test_fails_when_insights_are_kept_otherwise(days: int, use: int) -> None:
    with pytest.raises(ValidationError, match=f"{days}: RDS keeps them .* use {use}"):
        database(performance_insights_days=days)


@pytest.mark.parametrize(
    ("instance_class", "has"),
    [
        ("db.t2.medium", False),
        ("db.t3.micro", False),
        ("db.t4g.small", False),
        ("db.t3.medium", True),
        ("db.m6g.large", True),
    ],
)
def test_classes_with_performance_insights(instance_class: str, has: bool) -> None:
    assert database(instance_class=instance_class, performance_insights=False)
    if has:
        assert database(instance_class=instance_class).performance_insights
    else:
        with pytest.raises(ValidationError, match="RDS has none for MySQL on"):
            database(instance_class=instance_class)


def test_a_lifecycle_needs_thirty_days_between_classes() -> None:
    assert LifecycleConfig(standard_ia_days=30, glacier_days=60, expiration_days=61).glacier_days == 60
    with pytest.raises(ValidationError, match="glacier_days: 59: must be 30 days or more after"):
        LifecycleConfig(standard_ia_days=30, glacier_days=59)
    with pytest.raises(ValidationError, match="expiration_days: 60: must come after glacier_days, 60"):
        LifecycleConfig(standard_ia_days=30, glacier_days=60, expiration_days=60)
    with pytest.raises(ValidationError):
        LifecycleConfig(standard_ia_days=29)


def test_retention_is_one_that_cloudwatch_offers() -> None:
    assert [FlowLogsConfig(retention_days=days).retention_days for days in RETENTION_DAYS] == [
        *RETENTION_DAYS
    ]
    with pytest.raises(ValidationError, match="use 14"):
        FlowLogsConfig(retention_days=10)
