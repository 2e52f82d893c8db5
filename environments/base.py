"""Building blocks of every configuration model: the frozen base model and AWS's own value formats."""

from ipaddress import IPv4Network
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

ZONES_BY_REGION = {
    "ap-northeast-1": "acd",  # Tokyo: zone b is closed to accounts created after 2011
    "ap-northeast-2": "abcd",  # Seoul
    "us-east-1": "abcdef",  # N. Virginia: Route 53 metrics, CloudFront certificates
}
"""Zone letters of the regions this platform runs in (AWS documentation, "Regions and Zones")."""


class FrozenModel(BaseModel):
    """Configuration is read once and never changes; an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _quoted(value: Any) -> Any:
    """YAML reads an unquoted account id as a number, and one with a leading zero even as an octal one."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError('is a number; write it in quotes, such as "123456789012"')
    return value


def _known_region(value: str) -> str:
    if value not in ZONES_BY_REGION:
        raise ValueError(f"is not a region this platform knows; use one of {', '.join(ZONES_BY_REGION)}")
    return value


def _cidr(value: str) -> str:
    try:
        IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"is not an IPv4 network ({error}); write it like 10.30.0.0/16") from None
    return value


AccountId = Annotated[
    str, BeforeValidator(_quoted), StringConstraints(pattern=r"^\d{12}$"), Field(examples=["123456789012"])
]
Region = Annotated[str, AfterValidator(_known_region)]
Cidr = Annotated[str, AfterValidator(_cidr)]
ZoneName = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d[a-z]$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$")]
"""Lower case, digits and hyphens; becomes part of names that AWS limits to 32 characters (target groups)."""

HostName = Annotated[
    str, StringConstraints(max_length=253, pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")
]
RetentionDays = Annotated[
    int,
    Field(
        json_schema_extra={
            "enum": [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653]
        }
    ),
]
"""Days that CloudWatch Logs accepts (API reference, PutRetentionPolicy)."""
