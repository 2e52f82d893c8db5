"""Building blocks of every configuration model: the frozen base model and AWS's own value formats."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from environments.errors import Finding, RuleError, listed

ZONES_BY_REGION = {
    "ap-northeast-1": "acd",  # Tokyo: zone b is closed to accounts created after 2011
    "ap-northeast-2": "abcd",  # Seoul
    "us-east-1": "abcdef",  # N. Virginia: Route 53 metrics, CloudFront certificates
}
"""Zone letters of the regions this platform runs in (AWS documentation, "Regions and Zones")."""


class FrozenModel(BaseModel):
    """Configuration is read once and never changes; an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def rules(self) -> Iterable[Iterable[Finding]]:
        """Rules between the fields of this model. Each is a generator, so that one never hides another."""
        return ()

    @model_validator(mode="after")
    def _obeys_its_rules(self) -> Self:
        findings = [finding for rule in self.rules() for finding in rule]
        if findings:
            raise RuleError(findings)
        return self


@dataclass(frozen=True)
class Form:
    """The form of a text: a pattern for machines, a rule and an example for people."""

    pattern: str
    rule: str
    """Completes "must be ..."."""

    example: str
    max_length: int | None = None

    def check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value) or len(value) > (self.max_length or len(value)):
            raise ValueError(f"must be {self.rule}, e.g. {self.example}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        limit = {"maxLength": self.max_length} if self.max_length else {}
        return {**handler(schema), "pattern": f"^{self.pattern}$", "examples": [self.example], **limit}


def _known_region(value: str) -> str:
    if value not in ZONES_BY_REGION:
        raise ValueError(f"not a region this platform knows; use {listed(ZONES_BY_REGION)}")
    return value


def _network_address(value: str) -> str:
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        raise ValueError("not an IPv4 network; write it like 10.30.0.0/16") from None
    if str(network) != value:
        raise ValueError(f"has bits set behind its prefix; use {network}")
    return value


RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that CloudWatch Logs accepts (API reference, PutRetentionPolicy)."""


def _known_retention(value: int) -> int:
    if value not in RETENTION_DAYS:
        nearest = next((days for days in RETENTION_DAYS if days > value), RETENTION_DAYS[-1])
        raise ValueError(f"CloudWatch Logs offers {listed(RETENTION_DAYS)}; use {nearest}")
    return value


def _once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a list that names something twice."""
    twice = [value for index, value in enumerate(values) if value in values[:index]]
    if twice:
        raise ValueError(f"names {listed(twice, 'and')} twice; name each once")
    return values


NamedOnce = AfterValidator(_once)
"""For a list in which nothing may stand twice."""

AccountId = Annotated[str, Form(r"[0-9]{12}", "the 12 digits of an AWS account, in quotes", '"123456789012"')]
Region = Annotated[
    str,
    AfterValidator(_known_region),
    Field(examples=["ap-northeast-2"], json_schema_extra={"enum": [*ZONES_BY_REGION]}),
]
Cidr = Annotated[
    str,
    Form(r"[0-9]+(\.[0-9]+){3}/[0-9]{1,2}", "an IPv4 network", "10.30.0.0/16"),
    AfterValidator(_network_address),
]
ZoneName = Annotated[
    str, Form(r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]", "a zone: a region and a letter", "ap-northeast-2a")
]
Name = Annotated[
    str,
    Form(
        r"(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]",
        "2 to 32 lower-case letters, digits and single hyphens, a letter first and no hyphen last",
        "orders",
    ),
]
"""Lower case, digits and hyphens; becomes part of names that AWS limits to 32 characters (target groups)."""

HostName = Annotated[
    str,
    Form(
        r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        "a full DNS name in lower case",
        "orders.example.com",
        max_length=253,
    ),
]
CertificateHost = Annotated[
    str,
    Form(
        r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        "a full DNS name in lower case, 64 characters at most (ACM user guide, domain names)",
        "orders.example.com",
        max_length=64,
    ),
]
"""A host that a certificate may name first, where ACM takes 64 characters."""

UrlPath = Annotated[str, Form(r"/[!-~]*", "a path that starts with /", "/actuator/health")]
DatabaseIdentifier = Annotated[
    str,
    Form(
        r"[a-z](-?[a-z0-9])*",
        "lower-case letters, digits and single hyphens, a letter first, 63 characters at most",
        "shared-rds",
        max_length=63,
    ),
]
DatabaseClass = Annotated[str, Form(r"db\.[a-z0-9-]+\.[a-z0-9]+", "an RDS instance class", "db.t3.medium")]
RetentionDays = Annotated[
    int, AfterValidator(_known_retention), Field(json_schema_extra={"enum": [*RETENTION_DAYS]})
]
Count = Annotated[int, Field(ge=0)]
TaskCount = Annotated[int, Field(ge=0, le=5000)]
"""Tasks of one service (ECS developer guide, "Service quotas")."""
