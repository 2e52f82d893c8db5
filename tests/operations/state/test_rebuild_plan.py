"""What a rebuild would import, kept, left out or refused: pure planning."""

import json
from typing import Any

import pytest

from operations.engine.codec import encode
from operations.errors import Refused, UsageError
from operations.state.document import Document
from operations.state.place import Place
from operations.state.rebuild import Sources, plan_rebuild

PLACE = Place("dev", "b", "dev/terraform.tfstate", "ap-northeast-2", "123456789012", "arn:aws:kms:x")
VALIDATION = "aws_acm_certificate_validation.Valid"


def document(**resources: dict[str, Any]) -> Document:
    """A state of resources by address, with `__` for the dot."""
    listed = []
    for name, attributes in resources.items():
        kind, _, own = name.partition("__")
        listed.append(
            {
                "mode": "managed",
                "type": kind,
                "name": own,
                "instances": [{"attributes": attributes, "sensitive_attributes": []}],
            }
        )
    return Document(
        {"version": 4, "serial": 7, "lineage": "l", "terraform_version": "1", "resources": listed}
    )


def sources(old: Document | None, *configured: str, **more: Any) -> Sources:
    given: dict[str, Any] = {"found": {}, "reasons": {}, "bodies": {}} | more
    content: dict[str, Any] = {"resource": {}}
    for address in configured:
        kind, _, name = address.partition(".")
        content["resource"].setdefault(kind, {})[name] = given["bodies"].get(address, {})
    return Sources(
        PLACE, "etag", 7, old, "v1" if old else "", given["found"], given["reasons"], content, "digest"
    )


def test_what_cannot_be_imported_is_kept_from_the_old_state() -> None:
    old = document(aws_vpc__Vpc={"id": "vpc-1"}, aws_acm_certificate_validation__Valid={"id": "x"})

    plan = plan_rebuild(sources(old, "aws_vpc.Vpc", VALIDATION), {}, [])

    assert plan.step("seed").call.params["kept"] == [VALIDATION]  # type: ignore[union-attr]
    assert plan.step("import").call.params["imports"] == {"aws_vpc.Vpc": "vpc-1"}  # type: ignore[union-attr]
    assert any("serial 8" in step.why for step in plan.steps)
    json.dumps(encode(plan))


def test_without_a_state_it_is_left_out_on_demand_only() -> None:
    lost = sources(None, "aws_vpc.Vpc", VALIDATION, found={"aws_vpc.Vpc": "vpc-1"})

    with pytest.raises(Refused, match=f"{VALIDATION}: the provider cannot import"):
        plan_rebuild(lost, {}, [])
    assert f"leave out {VALIDATION}" in plan_rebuild(lost, {}, [VALIDATION]).notes


def test_an_id_that_is_given_wins() -> None:
    old = document(aws_vpc__Vpc={"id": "vpc-1"})

    plan = plan_rebuild(sources(old, "aws_vpc.Vpc"), {"aws_vpc.Vpc": "vpc-2"}, [])

    assert plan.notes == ("import aws_vpc.Vpc = vpc-2",)


def test_fails_with_every_resource_that_has_no_id() -> None:
    old = document(aws_ecs_service__S={"id": "arn", "name": "s"}, aws_vpc__Gone={"id": "vpc-9"})

    with pytest.raises(Refused) as refused:
        plan_rebuild(sources(old, "aws_ecs_service.S", "aws_vpc.New"), {}, [])

    for text in (
        "3 resources of dev",
        "aws_ecs_service.S: the old state does not tell its import id",
        "aws_vpc.New: in the configuration, and not in the old state",
        "aws_vpc.Gone: in the old state, and not in the configuration",
        "--id ADDRESS=ID",
    ):
        assert text in str(refused.value)


def test_fails_when_an_option_names_what_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"aws_vpc\.Typo"):
        plan_rebuild(sources(document(), "aws_vpc.Vpc"), {"aws_vpc.Typo": "vpc-1"}, [])


DATABASE, SECRET = "aws_db_instance.Db", "aws_secretsmanager_secret_version.Master"
BODIES = {DATABASE: {"password_wo": "${x}"}, SECRET: {"secret_string_wo": "${y}"}}


def test_what_has_write_only_arguments_is_kept_from_the_old_state() -> None:
    old = document(
        aws_db_instance__Db={"identifier": "db"}, aws_secretsmanager_secret_version__Master={"id": "arn|v"}
    )

    plan = plan_rebuild(sources(old, DATABASE, SECRET, bodies=BODIES), {}, [])

    assert plan.step("seed").call.params["kept"] == [DATABASE, SECRET]  # type: ignore[union-attr]
    assert plan.step("import").call.params["imports"] == {}  # type: ignore[union-attr]
    named = plan_rebuild(sources(old, DATABASE, SECRET, bodies=BODIES), {DATABASE: "other", SECRET: "z"}, [])
    assert named.step("seed").call.params["kept"] == [SECRET]  # type: ignore[union-attr]
    assert named.step("import").call.params["imports"] == {DATABASE: "other"}  # type: ignore[union-attr]


def test_a_password_that_aws_tells_nobody_is_imported_without_a_state() -> None:
    lost = sources(None, DATABASE, SECRET, bodies=BODIES, found={DATABASE: "db", SECRET: "arn|v"})

    with pytest.raises(Refused, match=f"1 resources of dev .*\n  {SECRET}: without a state only an import"):
        plan_rebuild(lost, {}, [])
    plan = plan_rebuild(lost, {}, [SECRET])
    assert plan.step("import").call.params["imports"] == {DATABASE: "db"}  # type: ignore[union-attr]


def test_fails_when_a_secret_is_not_in_the_old_state() -> None:
    with pytest.raises(Refused, match=f"{SECRET}: it is not in the old state, and only an import is left"):
        plan_rebuild(sources(document(), SECRET, bodies=BODIES), {SECRET: "arn|v"}, [])
