"""The variables of a service's container: which the platform sets, and what may not stand in the open."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from environments.base import Form
from environments.errors import Finding

Need = Literal["database", "cache", "queue", "bucket"]

PROVIDED: dict[str, tuple[str, ...]] = {
    "always": ("ENVIRONMENT", "SERVICE_NAME", "PORT", "AWS_XRAY_TRACING_NAME", "OTEL_SERVICE_NAME"),
    "database": ("DB_HOST", "DB_PORT", "DB_NAME", "DB_USERNAME", "DB_PASSWORD"),
    "cache": ("CACHE_HOST", "CACHE_PORT", "CACHE_NAME", "CACHE_USER"),
    "queue": ("QUEUE_URL",),
    "bucket": ("BUCKET_NAME",),
}
"""Variables that a container gets, for each of its needs."""

HOST = r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
"""A host name in lower case, or an IPv4 address; no scheme, no port, no path (RFC 1123, section 2.1)."""

MOST_CHARACTERS = 57_344
"""ECS takes 64 KiB for a task definition (developer guide, "Service quotas"); 8 KiB stay for what the
platform writes: side-cars, logs, health checks and its own variables."""

_CHARACTERS_OF_AN_ARN = 180
"""What each secret takes in the task definition, beside its name and key."""

_SECRET_NAME = re.compile(
    r"(^|_)(PASS(PHRASE)?|PWD|SECRET(_KEY)?|TOKEN|API_?KEY|ACCESS_KEY(_ID)?|PRIVATE_KEY|CREDENTIALS?)$"
    r"|PASSWORDS?$"
)
_SECRET_VALUE = re.compile(
    r"(AKIA|ASIA)[0-9A-Z]{16}"
    # Not a placeholder that the application fills in, such as ${DB_PASSWORD}.
    r"|://[^/\s:@]*:(?!\$\{)[^/\s@]+@"
    # Certificates and public keys are for everybody.
    r"|-----BEGIN (?!CERTIFICATE|([A-Z]+ )?PUBLIC KEY)"
)
_IN_THE_OPEN = (
    "and what is written here can be read in the task definition; write it into the service's secret and "
    "name its key under secrets"
)
HIDDEN = "(hidden)"
"""Shown instead of what may be a secret."""

VariableName = Annotated[
    str, Form(r"[A-Z][A-Z0-9_]*", "capital letters, digits and _, a letter first", "LOG_LEVEL")
]
SecretKey = Annotated[
    str, Form(r"[A-Za-z][A-Za-z0-9_.-]*", "a key of the service's secret", "api_key", max_length=128)
]


def variable_findings(
    environment: Mapping[str, str], secrets: Mapping[str, str], needs: Sequence[Need]
) -> Iterator[Finding]:
    """All that is wrong with the variables of a service; never shows what may be a secret."""
    yield from _once(environment, secrets, needs)
    for name, value in environment.items():
        if name.endswith("_HOST") and not _secret(name, value) and not re.fullmatch(HOST, value):
            yield Finding(("environment", name), "is no host name; write it like db.example.com", value)
    yield from _fit(environment, secrets)


def _once(
    environment: Mapping[str, str], secrets: Mapping[str, str], needs: Sequence[Need]
) -> Iterator[Finding]:
    provided = {name: need for need in ("always", *needs) for name in PROVIDED[need]}
    for block, variables in (("environment", environment), ("secrets", secrets)):
        for name, value in variables.items():
            secret = _secret(name, value) if block == "environment" else None
            shown = HIDDEN if secret else None
            if name in provided:
                need = provided[name]
                source = "by the platform" if need == "always" else f"by needs: {need}"
                yield Finding((block, name), f"is set {source} already; use another name", shown)
            elif block == "secrets" and name in environment:
                yield Finding((block, name), "is in environment too; keep it in one of the two")
            elif secret:
                yield Finding((block, name), f"{secret}, {_IN_THE_OPEN}", shown)


def _secret(name: str, value: str) -> str | None:
    if _SECRET_NAME.search(name):
        return "looks like a secret"
    return "holds what looks like a credential" if _SECRET_VALUE.search(value) else None


def _fit(environment: Mapping[str, str], secrets: Mapping[str, str]) -> Iterator[Finding]:
    plain = [{"name": name, "value": _escaped(value)} for name, value in environment.items()]
    named = [{"name": name, "valueFrom": key} for name, key in secrets.items()]
    size = len(json.dumps([*plain, *named], separators=(",", ":"))) + len(named) * _CHARACTERS_OF_AN_ARN
    if size > MOST_CHARACTERS:
        yield Finding(
            ("environment" if environment else "secrets",),
            f"takes {size} characters of the task definition; keep it below {MOST_CHARACTERS}, move values "
            'into a file of the image or a bucket (ECS developer guide, "Service quotas")',
        )


def _escaped(value: str) -> str:
    return value.replace("${", "$${").replace("%{", "%%{")
