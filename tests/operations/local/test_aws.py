"""The client helper that commands share: the account guard, and names of errors."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from operations.aws import Aws, error_code, explained
from operations.errors import HybridError, Refused
from operations.local.environment import variables
from operations.local.state import Server

ACCOUNT = "123456789012"


@pytest.fixture(autouse=True)
def _pointed_at_the_emulator(emulator: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables(emulator).items():
        monkeypatch.setenv(name, value)


def test_clients_work_in_the_right_account() -> None:
    aws = Aws(ACCOUNT)
    assert aws.client("ssm", "ap-northeast-2").describe_parameters()["Parameters"] == []
    assert aws.client("ssm", "ap-northeast-2") is aws.client("ssm", "ap-northeast-2")


def test_fails_when_the_account_is_another_however_often_one_asks() -> None:
    aws = Aws("210987654321")
    for _ in range(2):
        with pytest.raises(Refused, match=f"of account {ACCOUNT}, but the environment is in 210987654321"):
            aws.client("ssm", "ap-northeast-2")


def test_an_error_without_an_answer_has_no_code() -> None:
    refused = ClientError({"Error": {"Code": "ThrottlingException"}}, "GetParameter")
    assert error_code(refused) == "ThrottlingException"
    lost = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
    lost.response = None  # type: ignore[attr-defined] # as botocore's connection errors have it
    assert error_code(lost) == ""


def test_errors_of_the_sdk_name_the_call() -> None:
    ssm = Aws(ACCOUNT).client("ssm", "ap-northeast-2")
    failure = r"ssm:GetParameter of /nothing failed: .*ParameterNotFound"
    with pytest.raises(HybridError, match=failure), explained("ssm:GetParameter of /nothing"):
        ssm.get_parameter(Name="/nothing")
