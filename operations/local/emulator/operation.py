"""Which AWS operation a request asks for, told from the request alone."""

import io
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from moto.core.request import Request
from moto.core.routing import get_service_router

MODEL_NAMES = {
    "aps": "amp",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""Botocore's names of the services that sign with another name."""

READ_VERBS = (
    "BatchGet",
    "Check",
    "Decode",
    "Describe",
    "Estimate",
    "Filter",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Preview",
    "Query",
    "Scan",
    "Search",
    "Select",
    "Simulate",
    "Test",
    "Validate",
)
READ_ACTIONS = {
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncrypt",
    "logs:StartQuery",
    "logs:StopQuery",
}
"""Verbs and actions that leave every resource of the account as it was."""


@dataclass(frozen=True)
class Operation:
    """One AWS API operation, as IAM writes it: `ec2:CreateVpc`."""

    service: str
    action: str
    region: str
    token: str = field(default="", compare=False)
    """EC2's ClientToken: AWS carries out requests with the same token once, and answers all of them alike."""

    invocation: str = field(default="", compare=False)
    """Id that an SDK gives all attempts of one call."""

    def __str__(self) -> str:
        return f"{self.service}:{self.action}"

    @property
    def writes(self) -> bool:
        """Whether the operation may change the account. When in doubt it does."""
        if self.service == "sts" or str(self) in READ_ACTIONS:
            return False
        return not self.action.startswith((*READ_VERBS, "GET /", "HEAD /"))


def identify(environ: WSGIEnvironment) -> Operation:
    """Name the operation. A form body is read for that, and put back for moto to read again."""
    service, region = _scope(environ)
    if service == "s3" and environ["PATH_INFO"].startswith("/v20180820/"):
        service = "s3control"
    token = _form(environ).get("ClientToken", "")
    invocation = str(environ.get("HTTP_AMZ_SDK_INVOCATION_ID", ""))
    return Operation(service, _action(environ, service), region, token, invocation)


def _scope(environ: WSGIEnvironment) -> tuple[str, str]:
    """Service and region of the signature; unsigned requests are S3's, as in moto."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    _, found, credential = header.partition("Credential=")
    if not found:
        credential = _query(environ).get("X-Amz-Credential", "")
    scope = credential.split(",")[0].split("/")
    if len(scope) == len(("key", "date", "region", "service", "aws4_request")):
        return scope[3].lower(), scope[2]
    form = _form(environ)
    if form.get("Action", "").startswith("AssumeRoleWith"):
        return "sts", "us-east-1"
    return "s3", "us-east-1"


def _action(environ: WSGIEnvironment, service: str) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET", ""):
        return str(target).rsplit(".", 1)[-1]
    if action := _form(environ).get("Action") or _query(environ).get("Action"):
        return action
    path = str(environ["PATH_INFO"])
    if "/operation/" in path and path.startswith("/service/"):  # Smithy RPC v2
        return path.rsplit("/", 1)[-1]
    try:
        model = MODEL_NAMES.get(service, service)
        operation, _ = get_service_router(model).match(Request(environ, populate_request=False))
    except Exception:  # An unknown service or path: the raw request still names it.
        return f"{environ['REQUEST_METHOD']} {path}"
    return str(operation.name)


def _query(environ: WSGIEnvironment) -> dict[str, str]:
    return _first_values(environ.get("QUERY_STRING", ""))


def _form(environ: WSGIEnvironment) -> dict[str, str]:
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return {}
    length = int(environ.get("CONTENT_LENGTH") or 0)
    stream: Any = environ["wsgi.input"]
    body = stream.read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return _first_values(body.decode("utf-8", "replace"))


def _first_values(encoded: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(encoded, keep_blank_values=True).items()}
