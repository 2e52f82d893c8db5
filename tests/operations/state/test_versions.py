"""What is in the bucket: versions, who wrote them, and what differs."""

import json

from tests.operations.engine.secrecy import CANARY, assert_nowhere
from tests.operations.state.stand import Stand


def test_versions_say_what_they_hold(stand: Stand) -> None:
    rows = json.loads(stand.state("versions", "--json").stdout)["versions"]

    assert [row["version"] for row in rows] == stand.versions()
    assert [row["serial"] for row in rows] == [3, 2, 1]
    assert [row["resources"] for row in rows] == [8, 7, 6]
    assert [row["current"] for row in rows] == [True, False, False]
    assert [row["size"] for row in rows] == [len(body) for body in reversed(stand.bodies)]
    assert all(row["terraform_version"].startswith("1.") for row in rows)
    assert "2 older ones: --limit 3" in stand.state("versions", "--limit", "1").stdout


def test_a_version_names_who_held_the_lock(stand: Stand) -> None:
    stand.lock(Who="jo@desk", Operation="OperationTypeApply")
    stand.put(json.dumps(json.loads(stand.bodies[-1]) | {"serial": 9}).encode())
    stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.lock_key)

    rows = json.loads(stand.state("versions", "--json").stdout)["versions"]

    assert rows[0]["by"] == "jo@desk (apply)"


def test_a_deletion_and_a_damaged_version_are_shown(stand: Stand) -> None:
    stand.put(b'{"version": 4')
    stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.key)

    rows = json.loads(stand.state("versions", "--json").stdout)["versions"]

    assert (rows[0]["deleted"], rows[0]["current"]) == (True, True)
    assert "ends in the middle" in rows[1]["problem"]
    shown = stand.state("versions").stdout.splitlines()
    assert "deleted" in shown[1]
    assert "serial    3     8 resources" in shown[3]


def test_fails_when_a_deleted_state_is_compared(stand: Stand) -> None:
    stand.s3.delete_object(Bucket=stand.at.bucket, Key=stand.at.key)

    refused = stand.state("diff", code=3).stderr

    assert "is deleted, so there is no current version" in refused
    assert "hybrid state restore dev --version previous" in refused
    oldest, newest = stand.versions()[-1], stand.versions()[0]
    assert "2 added" in stand.state("diff", oldest, "previous").stdout
    assert "2 added" in stand.state("diff", oldest, newest).stdout


def test_a_difference_names_resources_and_attributes(stand: Stand) -> None:
    shown = stand.state("diff", stand.versions()[-1][:8], "current").stdout
    assert "2 added, 0 removed, 0 changed" in shown
    assert "+ aws_ssm_parameter.two" in shown

    found = json.loads(stand.state("diff", "--json").stdout)
    assert found["added"] == ["aws_ssm_parameter.two"]
    assert found["serials"] == {"before": 2, "after": 3}


def test_values_are_shown_on_demand_and_sensitive_ones_never(stand: Stand) -> None:
    content = json.loads(stand.bodies[-1].replace(b"10.9.1.0/24", b"10.9.7.0/24"))
    text = json.dumps(content).replace(json.dumps(CANARY)[1:-1], "another")
    assert text != json.dumps(content)
    stand.put(text.encode())

    names = stand.state("diff").stdout
    assert "~ aws_subnet.A: cidr_block" in names
    assert "10.9" not in names
    values = [stand.state("diff", "--values").stdout, stand.state("diff", "--values", "--json").stdout]
    assert 'cidr_block: "10.9.1.0/24" -> "10.9.7.0/24"' in values[0]
    assert "value: <hidden> -> <hidden>" in values[0]
    assert_nowhere(*values)


def test_fails_when_there_is_no_state(stand: Stand) -> None:
    stand.empty()

    assert "never applied" in stand.state("versions", code=3).stderr


def test_fails_when_the_stack_is_unknown_or_local(stand: Stand) -> None:
    assert "use bootstrap, shared" in stand.hybrid("state", "versions", "nope", code=2).stderr
    assert "local file" in stand.hybrid("state", "versions", "bootstrap", code=3).stderr
