"""Reading a state, and what differs between two."""

import json
from typing import Any

import pytest

from operations.errors import Refused
from operations.state.difference import compare
from operations.state.document import Document, address, parse

RESOURCE = {"mode": "managed", "type": "aws_db_instance", "name": "this"}


def state(*instances: dict[str, Any], **fields: Any) -> Document:
    content = {"version": 4, "serial": 3, "lineage": "l", "terraform_version": "1.11.4"}
    resource = {**RESOURCE, "instances": [*instances]}
    return parse(json.dumps({**content, "resources": [resource], **fields}).encode(), "a state")


@pytest.mark.parametrize(
    ("resource", "index", "wanted"),
    [
        (RESOURCE, None, "aws_db_instance.this"),
        (RESOURCE, 0, "aws_db_instance.this[0]"),
        (RESOURCE | {"module": "module.a"}, "k", 'module.a.aws_db_instance.this["k"]'),
        (RESOURCE | {"mode": "data"}, None, "data.aws_db_instance.this"),
    ],
)
def test_an_address_is_written_as_terraform_does(resource: dict[str, Any], index: Any, wanted: str) -> None:
    assert address(resource, index) == wanted


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        parse(b'{"version": 5, "serial": -1, "resources": 1}', "it")

    for text in (
        "version is 5",
        "serial is -1",
        "lineage is missing",
        "terraform_version",
        "resources is no",
    ):
        assert text in str(refused.value)


def test_another_serial_changes_nothing_else() -> None:
    before = state({"attributes": {"name": "ä"}})

    assert json.loads(before.written(9)) == {**before.content, "serial": 9}


def test_secrets_are_what_terraform_marks_and_what_names_say() -> None:
    marked = [[{"type": "get_attr", "value": "tags"}, {"type": "index", "value": "x"}]]
    attributes = {"password": "by-its-name", "tags": {"x": "marked-one"}, "identifier": "shared-one"}
    found = state(
        {"attributes": attributes, "sensitive_attributes": marked},
        outputs={"a": {"value": "an-output", "sensitive": True}, "b": {"value": "plain-output"}},
    )

    assert set(found.secrets()) == {"by-its-name", "marked-one", "an-output"}


def test_a_difference_hides_what_either_side_marks() -> None:
    sensitive = [[{"type": "get_attr", "value": "endpoint"}]]
    before = state({"attributes": {"endpoint": "a", "port": 1, "tags": None}})
    after = state({"attributes": {"endpoint": "b", "port": 2, "tags": {}}, "sensitive_attributes": sensitive})

    found = compare(before, after)

    assert found.changed == {
        "aws_db_instance.this": {"endpoint": ("<hidden>", "<hidden>"), "port": (1, 2)},
    }
    assert not compare(before, before)
    assert compare(None, after).added == ("aws_db_instance.this",)


def test_outputs_are_compared_as_well() -> None:
    before = state(outputs={"key": {"value": "a", "sensitive": True}, "old": {"value": 1}})
    after = state(outputs={"key": {"value": "b", "sensitive": True}})

    found = compare(before, after)

    assert (found.removed, [*found.changed]) == (("output.old",), ["output.key"])
    assert found.changed["output.key"] == {"value": ("<hidden>", "<hidden>")}
