"""Where variables of containers come from: is it there, and right? No value is kept or shown."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from environments.service import HOST
from operations.aws import Aws, error_code, explained
from operations.deploy.place import Place

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@dataclass(frozen=True)
class Source:
    """Where a variable of a container comes from, and what is wrong with it."""

    variable: str
    """Container and name, such as `orders.DB_HOST`."""

    reference: str
    fault: str = ""
    unchecked: str = ""
    """The right that is missing to look at it."""


def host_fault(value: str) -> str:
    """Why a value is no host name; empty if it is one. The value, which may hold more, is not in the text."""
    signs = {
        r"\s": "a space",
        "://": "a scheme (://)",
        "@": "a user (@)",
        "/": "a path (/)",
        ":": "a port (:)",
        r"\$\{": "a placeholder (${)",
    }
    found = [text for sign, text in signs.items() if re.search(sign, value)]
    if found:
        return f"must be a host name alone, but holds {found[0]}"
    return "" if re.fullmatch(HOST, value.lower()) else "must be a host name such as db.example.com"


def read_sources(aws: Aws, place: Place, containers: Iterable[Mapping[str, Any]]) -> Iterator[Source]:
    for container in containers:
        for one in container.get("environment", ()):
            if one["name"].endswith("_HOST"):
                fault = host_fault(one["value"])
                yield Source(f"{container['name']}.{one['name']}", "the task definition", fault)
        for one in container.get("secrets", ()):
            variable, reference = f"{container['name']}.{one['name']}", one["valueFrom"]
            is_host = one["name"].endswith("_HOST")
            is_secret = reference.startswith("arn:") and reference.split(":")[2] == "secretsmanager"
            try:
                if is_secret:
                    fault = _secret(aws, reference, is_host)
                else:
                    fault = _parameter(aws, place, reference, is_host)
                yield Source(variable, reference, fault)
            except PermissionError as error:
                yield Source(variable, reference, unchecked=str(error))


def _parameter(aws: Aws, place: Place, reference: str, is_host: bool) -> str:
    """`reference`: name or ARN (ECS developer guide, "Pass Systems Manager parameters"). Never decrypted."""
    region = reference.split(":")[3] if reference.startswith("arn:") else place.region
    client = aws.client("ssm", region)
    with explained(f"ssm:GetParameter of {reference}"):
        try:
            found = client.get_parameter(Name=reference, WithDecryption=False)["Parameter"]
        except client.exceptions.ParameterNotFound:
            return f"does not exist in Parameter Store of {region}"
        except client.exceptions.ClientError as error:
            raise denied(error, "ssm:GetParameter") from None
    if not found["Value"].strip():
        return "is empty"
    return host_fault(found["Value"]) if is_host and found["Type"] == "String" else ""


def _secret(aws: Aws, reference: str, is_host: bool) -> str:
    """`reference`: arn[:json-key[:stage[:version]]] (ECS developer guide, "Pass Secrets Manager secrets")."""
    parts = reference.split(":")
    arn, (key, stage, version) = ":".join(parts[:7]), (*parts[7:10], "", "", "")[:3]
    client = aws.client("secretsmanager", parts[3])
    with explained(f"secretsmanager:DescribeSecret of {arn}"):
        try:
            found = client.describe_secret(SecretId=arn)
        except client.exceptions.ResourceNotFoundException:
            return f"does not exist in Secrets Manager of {parts[3]}"
        except client.exceptions.ClientError as error:
            raise denied(error, "secretsmanager:DescribeSecret") from None
    if found.get("DeletedDate"):
        return f"is scheduled for deletion; restore {found['Name']}"
    stages: dict[str, list[str]] = found.get("VersionIdsToStages") or {}
    if version and version not in stages:
        return f"has no version {version}"
    if not version and not any((stage or "AWSCURRENT") in labels for labels in stages.values()):
        return f"has no value yet ({stage or 'AWSCURRENT'}); write one into {found['Name']}"
    if not key and not is_host:
        return ""
    wanted = {"VersionId": version} if version else {"VersionStage": stage or "AWSCURRENT"}
    return _value_fault(client, arn, key, wanted, is_host)


def _value_fault(client: Any, arn: str, key: str, wanted: dict[str, str], is_host: bool) -> str:
    """Looks at the value and forgets it: only what is wrong leaves this function."""
    with explained(f"secretsmanager:GetSecretValue of {arn}"):
        try:
            text = client.get_secret_value(SecretId=arn, **wanted).get("SecretString", "")
        except client.exceptions.ResourceNotFoundException:
            return "has no value yet"
        except client.exceptions.ClientError as error:
            raise denied(error, "secretsmanager:GetSecretValue") from None
    if key:
        try:
            fields = json.loads(text)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            return f"is no JSON object, so it has no key {key}"
        if key not in fields:
            return f"has no key {key}"
        text = fields[key] if isinstance(fields[key], str) else json.dumps(fields[key])
    if not text:
        return f"is empty at {key}" if key else "is empty"
    return host_fault(text) if is_host else ""


def denied(error: Any, action: str) -> Exception:
    """What to raise: a right that is missing here is no fault of the service."""
    return PermissionError(action) if error_code(error) in DENIED else error
