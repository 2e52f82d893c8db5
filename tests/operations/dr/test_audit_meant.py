"""What is meant to differ may differ in the way that is meant, and in no other."""

from typing import Any

import pytest

from environments.schema import Fleet
from operations.dr.audit.blocks import Stacks
from operations.dr.audit.meant import CACHE_OFF
from operations.dr.audit.report import gap_lines
from operations.dr.audit.run import audit
from tests.operations.dr.breaking import Break, Broken, broken, change, named, path

SERVICE = path("Service-fileflow/Service")
NAT = path("Network/Nat-private-c")
DATABASE = path("Database/Instance")
FILES = path("Files-fileflow/Lifecycle")
LOGS = path("LogCopies/Lifecycle")


def _service(**values: Any) -> Break:
    return change("dr", "aws_ecs_service", SERVICE, **values)


def _database(**values: Any) -> Break:
    return change("dr", "aws_db_instance", DATABASE, **values)


def _endpoint(value: str) -> Break:
    return change("dr", "aws_ssm_parameter", named("/dr/cache/endpoint"), value=value)


def _backend(stack: str, **values: str) -> Break:
    def apply(stacks: Broken) -> None:
        stacks[stack]["terraform"]["backend"]["s3"] |= values

    return apply


def _lifecycle(chosen: Any, **rule: Any) -> Break:
    """One more rule, for everything in the bucket."""

    def apply(stacks: Broken) -> None:
        (body,) = filter(chosen, stacks["dr"]["resource"]["aws_s3_bucket_lifecycle_configuration"].values())
        body["rule"].append({"id": "more", "status": "Enabled", "filter": [{"prefix": ""}], **rule})

    return apply


def _boundary(stacks: Broken) -> None:
    (body,) = filter(named("ryuqqq-dr-boundary"), stacks["bootstrap"]["resource"]["aws_iam_policy"].values())
    body["policy"] = body["policy"].replace(
        "arn:aws:s3:::ryuqqq-prod-tfstate", "arn:aws:s3:::ryuqqq-dr-tfstate"
    )


REFUSED: dict[str, tuple[Break, str]] = {
    "no way out": (
        change("dr", "aws_route", NAT, nat_gateway_id=None),
        "nat_gateway_id is None; it must be a NAT gateway of the standby",
    ),
    "NAT gateway of nobody": (
        change("dr", "aws_route", NAT, nat_gateway_id="nat-0000"),
        "nat_gateway_id is 'nat-0000'; it must be a NAT gateway of the standby",
    ),
    "CodeDeploy": (
        _service(deployment_controller={"type": "CODE_DEPLOY"}),
        "deployment_controller is {'type': 'CODE_DEPLOY'}; it must be absent, or",
    ),
    "another controller": (
        _service(deployment_controller={"type": "EXTERNAL"}),
        "deployment_controller is {'type': 'EXTERNAL'}; it must be absent, or",
    ),
    "alarms that do not exist": (_service(alarms__alarm_names=["none"]), "name alarms of the second region"),
    "no alarms": (_service(alarms__alarm_names=[]), "name alarms of the second region"),
    "alarms that are off": (_service(alarms__enable=False), "alarms is {"),
    "no way back": (
        _service(deployment_circuit_breaker__rollback=False),
        "it must be enabled, with rollback: rolling deployments roll back by themselves",
    ),
    "no circuit breaker": (_service(deployment_circuit_breaker=None), "deployment_circuit_breaker is None"),
    "tasks that wait": (_service(desired_count=7), "desired_count is 7; it must be standby.service_tasks"),
    "deployments undone": (
        _service(lifecycle__ignore_changes=["desired_count"]),
        "put task_definition into ignore_changes of the service",
    ),
    "tasks undone": (
        _service(lifecycle__ignore_changes=["task_definition"]),
        "put desired_count into ignore_changes of the service",
    ),
    "unprotected replica": (_database(deletion_protection=False), "deletion_protection is False, not True"),
    "other version": (_database(engine_version="8.0"), "engine_version is '8.0'; it must be absent, or the"),
    "smaller storage": (_database(allocated_storage=5), "allocated_storage is 5; it must be absent, or the"),
    "final snapshot": (_database(skip_final_snapshot=False), "skip_final_snapshot is False; it must be true"),
    "cache elsewhere": (_endpoint("redis.example.com"), f"it must be {CACHE_OFF}"),
    "no state of its own": (_boundary, "it must be the state of others, not its own"),
    "state of another environment": (
        _backend("dr", bucket="ryuqqq-prod-tfstate"),
        "the state of the stack dr is in ap-northeast-1, ryuqqq-prod-tfstate; keep it in ryuqqq-dr-tfstate",
    ),
    "state of another environment, edge": (
        _backend("edge", bucket="ryuqqq-shared-tfstate"),
        "the state of the stack edge is in ap-northeast-1, ryuqqq-shared-tfstate",
    ),
    "copies expire": (
        _lifecycle(FILES, expiration=[{"days": 1}]),
        "at least the days of ryuqqq-",
    ),
    "copies expire by date": (
        _lifecycle(FILES, expiration=[{"date": "2030-01-01T00:00:00Z"}]),
        "at least the days of ryuqqq-",
    ),
    "old versions of copies expire": (
        _lifecycle(FILES, noncurrent_version_expiration=[{"noncurrent_days": 1}]),
        "at least the days of ryuqqq-",
    ),
    "copies go into an archive at once": (
        _lifecycle(FILES, transition=[{"days": 0, "storage_class": "DEEP_ARCHIVE"}]),
        "at least the days of ryuqqq-",
    ),
    "old versions go into an archive": (
        _lifecycle(FILES, noncurrent_version_transition=[{"noncurrent_days": 1, "storage_class": "GLACIER"}]),
        "it must be the primary's where nothing is copied, and archive old versions as the primary does",
    ),
    "access logs expire": (
        _lifecycle(path("AccessLogs/Lifecycle"), expiration=[{"days": 1}]),
        "it must be the primary's where nothing is copied",
    ),
    "some copies of logs expire": (
        _lifecycle(
            LOGS,
            filter=[{"and": [{"prefix": "cloudtrail/x/", "tags": {"a": "b"}}]}],
            expiration=[{"days": 9}],
        ),
        "at least the days of ryuqqq-",
    ),
}


@pytest.mark.parametrize(("edit", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_fails_when_a_difference_is_not_the_one_that_is_meant(
    fleet: Fleet, stacks: Stacks, edit: Break, said: str
) -> None:
    lines = gap_lines(audit(fleet, broken(stacks, edit)))
    assert [line for line in lines if said in line], lines
    # The hub's and the primary's have one counterpart, and one thing to say about it.
    assert len({line.partition(": ")[2] for line in lines}) == 1


ACCEPTED: dict[str, Break] = {
    "the default controller": _service(deployment_controller=None),
    "a controller in a list": _service(deployment_controller=[{"type": "ECS"}]),
    "the source's version": _database(engine_version="8.4"),
    "everything ignored": _service(lifecycle__ignore_changes=["task_definition", "desired_count", "alarms"]),
    "copies that expire later": _lifecycle(LOGS, expiration=[{"days": 9000}]),
    "an archive later": _lifecycle(FILES, transition=[{"days": 365, "storage_class": "DEEP_ARCHIVE"}]),
    "a cheaper class that is read at once": _lifecycle(
        FILES, transition=[{"days": 30, "storage_class": "GLACIER_IR"}]
    ),
    "a rule that is off": _lifecycle(FILES, status="Disabled", expiration=[{"days": 1}]),
    "markers of what is gone": _lifecycle(FILES, expiration=[{"expired_object_delete_marker": True}]),
}


@pytest.mark.parametrize("edit", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_is_meant_is_no_gap(fleet: Fleet, stacks: Stacks, edit: Break) -> None:
    assert gap_lines(audit(fleet, broken(stacks, edit))) == []


def test_the_value_of_a_cache_that_is_off_is_the_one_that_is_published() -> None:
    from hybrid_constructs.data import parameters

    assert parameters.CACHE_OFF == CACHE_OFF
