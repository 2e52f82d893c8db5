"""Variables of containers that do not resolve, on the embedded AWS. No value is ever shown."""

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.deploy import sources, validation
from operations.deploy.sources import Source, host_fault
from operations.local import control
from operations.local.control import Kind
from tests.operations.deploy.world import CANARY, REGION, Change, World, only

PARAMETER = f"arn:aws:ssm:{REGION}:123456789012:parameter"


def variable(name: str, source: str) -> Change:
    """A definition with one more variable from a secret or parameter."""

    def change(definition: dict[str, Any]) -> None:
        definition["containerDefinitions"][0]["secrets"].append({"name": name, "valueFrom": source})

    return change


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (f"{PARAMETER}/nowhere", "does not exist in Parameter Store"),
        ("/nowhere", "does not exist in Parameter Store"),
        (f"{PARAMETER}/blank", "is empty"),
        (
            f"arn:aws:secretsmanager:{REGION}:123456789012:secret:nowhere-AbCdEf",
            "does not exist in Secrets Manager",
        ),
        ("{plain}:key::", "is no JSON object, so it has no key key"),
        ("{secret}:passwort::", "has no key passwort"),
        ("{hollow}:key::", "is empty at key"),
        ("{secret}:password:AWSPENDING:", "has no value yet (AWSPENDING)"),
        ("{secret}:password::11111111-2222-3333-4444-555555555555", "has no version 11111111"),
        ("{valueless}", "has no value yet (AWSCURRENT)"),
        ("{leaving}", "is scheduled for deletion; restore files/leaving"),
    ],
)
def test_fails_when_a_variable_does_not_resolve(rolling: World, source: str, fault: str) -> None:
    vault = rolling.aws("secretsmanager")
    arns = {"secret": rolling.names["secret"]}
    values = {"plain": CANARY, "hollow": '{"key": ""}', "valueless": None, "leaving": CANARY}
    for name, value in values.items():
        content = {"SecretString": value} if value else {}
        arns[name] = vault.create_secret(Name=f"files/{name}", **content)["ARN"]
    vault.delete_secret(SecretId=arns["leaving"])
    rolling.aws("ssm").put_parameter(Name="/blank", Value=" ", Type="String")
    problem = only(rolling.plan_with(variable("API", source.format(**arns))))
    assert problem.startswith(f"variable: fileflow.API from {source.format(**arns)} ")
    assert fault in problem


@pytest.mark.parametrize("source", ["{secret}:password::", "{secret}", f"{PARAMETER}/sealed", "/sealed"])
def test_variables_that_resolve(rolling: World, source: str) -> None:
    rolling.aws("ssm").put_parameter(Name="/sealed", Value=CANARY, Type="SecureString")
    plan = rolling.plan_with(variable("API", source.format(secret=rolling.names["secret"])))
    assert plan.problems == ()
    assert CANARY not in repr(plan)


def test_a_secret_is_read_only_where_a_key_of_it_is_named(rolling: World) -> None:
    control.forget_calls(rolling.emulator)
    rolling.plan_with(variable("API", rolling.names["secret"]))
    assert control.calls(rolling.emulator, Kind.READS)["secretsmanager:GetSecretValue"] == 1  # DB_PASSWORD


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("db.example.com", ""),
        ("10.0.0.7", ""),
        ("DB.Example.com", ""),
        ("db.example.com:3306", "holds a port (:)"),
        ("mysql://db.example.com", "holds a scheme (://)"),
        ("db.example.com/orders", "holds a path (/)"),
        ("db.example.com ", "holds a space"),
        ("orders:pw@db", "holds a user (@)"),
        ("${DB_HOST}", "holds a placeholder"),
        ("db_1.example.com", "must be a host name such as"),
        ("", "must be a host name such as"),
    ],
)
def test_host_names(value: str, fault: str) -> None:
    found = host_fault(value)
    assert fault in found if fault else not found


@pytest.mark.parametrize("kind", ["parameter", "secret", "environment"])
def test_fails_when_a_host_is_none(rolling: World, kind: str) -> None:
    wrong = f"mysql://{CANARY}.example.com:3306"
    if kind == "parameter":
        rolling.aws("ssm").put_parameter(Name="/shared/rds/endpoint", Value=wrong, Overwrite=True)
        plan = rolling.plan("1.1.0")
    elif kind == "secret":
        value = json.dumps({"host": wrong})
        arn = rolling.aws("secretsmanager").create_secret(Name="files/host", SecretString=value)["ARN"]
        plan = rolling.plan_with(variable("SEARCH_HOST", f"{arn}:host::"))
    else:
        host = {"name": "SEARCH_HOST", "value": wrong}
        plan = rolling.plan_with(lambda found: found["containerDefinitions"][1].update(environment=[host]))
    found = replace(plan, changes=())  # a plain variable is shown where it changes
    assert "must be a host name alone, but holds a scheme" in only(found)


def test_what_may_not_be_read_is_noted_and_no_problem(rolling: World) -> None:
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetSecretValue")
    other = ClientError({"Error": {"Code": "ThrottlingException", "Message": "no"}}, "GetSecretValue")
    assert isinstance(sources.denied(denied, "secretsmanager:GetSecretValue"), PermissionError)
    assert sources.denied(other, "secretsmanager:GetSecretValue") is other

    plan = rolling.plan("1.1.0")
    source = Source("fileflow.A", "arn", unchecked="secretsmanager:GetSecretValue")
    around = replace(rolling.at().around(plan.facts), sources=(source,))
    assert validation.problems(plan.facts, around) == ()
    [note] = validation.notes(plan.facts, around)
    assert note == "fileflow.A is not checked: secretsmanager:GetSecretValue of arn is not allowed"
