"""Faults that are asked for."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients


def code(client: object, operation: str = "describe_parameters", **arguments: object) -> str:
    """The code of the answer; empty if it is a good one."""
    try:
        getattr(client, operation)(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


KINDS = {"throttle": "ThrottlingException", "500": "InternalFailure", "expired": "ExpiredTokenException"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ssm", "describe_parameters"),
        ("ec2", "describe_vpcs"),
        ("s3", "list_buckets"),
        ("rds", "describe_db_instances"),
        ("cloudwatch", "describe_alarms"),
        ("route53", "list_hosted_zones"),
        ("xray", "get_groups"),
    ],
)
def test_a_fault_in_the_protocol_of_the_service(
    emulator: Server, aws: Clients, kind: str, service: str, operation: str
) -> None:
    control.inject_fault(emulator, kind)
    assert [code(aws(service), operation) for _ in range(2)] == [KINDS[kind], ""]


def test_which_requests_meet_it(emulator: Server, aws: Clients) -> None:
    control.inject_fault(emulator, "500", "ssm:DescribeParameters", region="ap-northeast-1", nth=2, count=2)
    tokyo, seoul = aws("ssm", "ap-northeast-1"), aws("ssm")

    assert code(tokyo, "get_parameters_by_path", Path="/") == ""
    assert code(seoul) == code(seoul) == ""
    assert [bool(code(tokyo)) for _ in range(4)] == [False, True, True, False]


def test_writes_only_and_without_end_until_it_is_ended(emulator: Server, aws: Clients) -> None:
    control.inject_fault(emulator, "throttle", "ssm", count=0, writes=True)
    put = {"Name": "/a", "Value": "b", "Type": "String"}

    assert code(aws("ssm")) == ""
    assert [bool(code(aws("ssm"), "put_parameter", **put)) for _ in range(3)] == [True] * 3
    control.end_faults(emulator)
    assert code(aws("ssm"), "put_parameter", **put) == ""


def test_sts_must_be_named(emulator: Server, aws: Clients) -> None:
    control.inject_fault(emulator, "expired", count=0)
    assert code(aws("sts"), "get_caller_identity") == ""
    control.inject_fault(emulator, "expired", "sts")
    assert code(aws("sts"), "get_caller_identity") == "ExpiredTokenException"


@pytest.mark.parametrize(("kind", "carried_out"), [("lost", True), ("timeout", False)])
def test_no_answer(emulator: Server, aws: Clients, kind: str, carried_out: bool) -> None:
    control.inject_fault(emulator, kind, "ssm:PutParameter")
    if kind == "lost":
        with pytest.raises(ConnectionClosedError):
            aws("ssm").put_parameter(Name="/a", Value="b", Type="String")
    else:
        request = Request(emulator.url, method="POST", headers=_signed())  # noqa: S310
        with pytest.raises(TimeoutError):
            urlopen(request, timeout=1)  # noqa: S310 - on loopback

    assert bool(aws("ssm").get_parameters(Names=["/a"])["Parameters"]) == carried_out


def test_reset_ends_faults(emulator: Server, aws: Clients) -> None:
    control.inject_fault(emulator, "500", count=0)
    control.reset(emulator)
    assert code(aws("ssm")) == ""


@pytest.mark.parametrize("query", ["kind=flood", "operation=ssm", "kind=500&nth=x", "kind=500&tiems=2"])
def test_fails_when_the_order_is_wrong(emulator: Server, aws: Clients, query: str) -> None:
    with pytest.raises(HTTPError, match="400"):
        urlopen(Request(f"{emulator.url}/_hybrid/fault?{query}", method="POST"))  # noqa: S310 - on loopback
    assert code(aws("ssm")) == ""


def _signed() -> dict[str, str]:
    scope = "Credential=test/20260101/ap-northeast-2/ssm/aws4_request"
    target = "AmazonSSM.PutParameter"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}", "X-Amz-Target": target, "Content-Length": "0"}
