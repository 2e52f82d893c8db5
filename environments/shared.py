"""What the whole fleet shares: the organisation, the hub, keys, archive and bootstrap."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from environments.base import (
    Count,
    Form,
    FrozenModel,
    HostName,
    Name,
    NamedOnce,
)
from environments.errors import Finding, listed

RESERVED_PREFIXES = ("aws", "amzn-s3-demo-", "sg-", "sthree-", "xn--")
"""Starts of names that AWS keeps for itself: of buckets (S3 user guide, "Bucket naming rules"), of security
groups (EC2 API reference, CreateSecurityGroup), and of metrics and resource groups."""


def _not_of_aws(value: str) -> str:
    for reserved in RESERVED_PREFIXES:
        if f"{value}-".startswith(reserved):
            raise ValueError(
                f"makes names that begin with {reserved}, which AWS keeps for itself; use another "
                '(S3 user guide, "Bucket naming rules")'
            )
    return value


Prefix = Annotated[
    str,
    Form(
        r"(?!.*--)[a-z][a-z0-9-]{0,14}[a-z0-9]",
        "2 to 16 lower-case letters, digits and single hyphens, a letter first and no hyphen last",
        "acme",
    ),
    AfterValidator(_not_of_aws),
]
Operator = Annotated[
    str,
    Form(
        r"arn:aws:(iam|sts)::[0-9]{12}:[a-z-]+/[A-Za-z0-9+=,.@_*?/-]*[A-Za-z0-9+=,.@_-][A-Za-z0-9+=,.@_*?/-]*",
        "a pattern for ARNs of users or roles, not of everybody (IAM user guide, IAM ARNs)",
        "arn:aws:iam::123456789012:role/operators",
    ),
]
Repository = Annotated[
    str, Form(r"[A-Za-z0-9-]+/[A-Za-z0-9_.-]+", "a GitHub repository, owner and name", "acme/platform")
]
KeyPrefix = Annotated[
    str,
    Form(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/", "a prefix that ends in /", "access-logs/", max_length=255),
]
KeyPurpose = Literal["database", "objects", "secrets", "logs", "messaging", "cache", "audit"]


def _each_purpose(value: tuple[KeyPurpose, ...]) -> tuple[KeyPurpose, ...]:
    if missing := [purpose for purpose in get_args(KeyPurpose) if purpose not in value]:
        raise ValueError(f"has no key for {listed(missing, 'and')}, whose resources would find none; add it")
    return value


KeyPurposes = Annotated[tuple[KeyPurpose, ...], NamedOnce, AfterValidator(_each_purpose)]
StorageTier = Literal["STANDARD", "STANDARD_IA", "GLACIER"]


def _way_down(value: tuple[StorageTier, ...]) -> tuple[StorageTier, ...]:
    right = tuple(tier for tier in get_args(StorageTier) if tier in {"STANDARD", *value})
    if value != right:
        raise ValueError(
            "objects arrive in STANDARD and only move down from there (S3 user guide, "
            f'"Transitioning objects"); use [{", ".join(right)}]'
        )
    return value


StorageTiers = Annotated[tuple[StorageTier, ...], NamedOnce, AfterValidator(_way_down)]


class OrganisationConfig(FrozenModel):
    """Who runs this platform. Nothing of it is written anywhere else in the code."""

    prefix: Prefix
    """Start of every globally unique name, such as a bucket's."""

    domain: HostName
    """Public hosted zone; it must exist in the account, and every host name lies in it."""

    repository: Repository
    """GitHub repository (`owner/name`) whose workflows may assume the deploy roles."""


class BootstrapConfig(FrozenModel):
    """The stack that must exist before any other: state buckets and deploy roles."""

    state: Literal["local", "s3"] = "local"
    """Where its own state lives: `local` for the very first deployment, `s3` once the buckets exist."""

    noncurrent_versions_days: Annotated[int, Field(ge=30, le=3650)] = 365
    """Days that an overwritten state version stays restorable."""

    operators: Annotated[tuple[Operator, ...], NamedOnce] = ()
    """ARN patterns of people who operate, such as the role of a permission set; none: no operator roles."""

    def outside(self, account_id: str) -> Iterator[Finding]:
        """Rule of the environment that has the account."""
        for index, operator in enumerate(self.operators):
            if operator.split(":")[4] != account_id:
                arn = f"arn:aws:iam::{account_id}"
                message = f"is not of account {account_id}; use {arn}:role/... or {arn}:user/..."
                yield Finding(("bootstrap", "operators", index), message, operator)


class TransitGatewayConfig(FrozenModel):
    """The hub's router: every attached environment reaches the shared data tier, none reaches another."""

    attach: Annotated[tuple[Name, ...], NamedOnce]
    """Names of the workloads whose VPC is attached, in the order of deployment."""

    amazon_side_asn: Annotated[int, Field(ge=64512, le=65534)] = 64512
    """Private autonomous system number of the gateway's side."""


class LifecycleConfig(FrozenModel):
    """Days after which an object moves to a cheaper storage class, and is deleted."""

    standard_ia_days: Annotated[int, Field(ge=30)] = 90
    """S3 accepts STANDARD_IA from day 30 (S3 user guide, "Transitioning objects")."""

    glacier_days: int = 365
    """At least 30 days after `standard_ia_days` (S3 user guide, transition constraints)."""

    expiration_days: int = 2555
    """Seven years."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._glacier_after_ia(), self._expiry_last()

    def _glacier_after_ia(self) -> Iterator[Finding]:
        earliest = self.standard_ia_days + 30
        if self.glacier_days < earliest:
            yield Finding(
                ("glacier_days",),
                f"must be 30 days or more after standard_ia_days, {self.standard_ia_days}; use {earliest} "
                '(S3 user guide, "Transitioning objects")',
                str(self.glacier_days),
            )

    def _expiry_last(self) -> Iterator[Finding]:
        if self.expiration_days <= self.glacier_days:
            yield Finding(
                ("expiration_days",),
                f"must come after glacier_days, {self.glacier_days}; raise it "
                '(S3 user guide, "Transitioning objects")',
                str(self.expiration_days),
            )


LIFECYCLE_RULES = ("expiry", "noncurrent-versions")
"""Rules that the archive has beside one for each prefix."""


def rule_id(prefix: str) -> str:
    """Id of the lifecycle rule for a prefix of the archive."""
    return prefix.rstrip("/").replace("/", "-")


class LogArchiveConfig(FrozenModel):
    """The central bucket for logs that are kept for years."""

    lifecycle: LifecycleConfig = LifecycleConfig()
    prefixes: Annotated[tuple[KeyPrefix, ...], NamedOnce, Field(min_length=1)] = (
        *("application/", "cloudtrail/", "config/", "flow-logs/"),
    )
    """One for each kind of log: what lies below moves to cheaper classes by `lifecycle`."""

    access_logs_prefix: KeyPrefix = "access-logs/"
    """Objects below it go to INTELLIGENT_TIERING at once, and never to the classes of `lifecycle`."""

    noncurrent_versions_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days that a deleted or overwritten log stays restorable."""

    access_log_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """Days that access logs of buckets and load balancers are kept, in a bucket of each environment."""

    def rules(self) -> Iterable[Iterable[Finding]]:
        return self._prefixes_apart(), self._rules_apart()

    def _rules_apart(self) -> Iterator[Finding]:
        taken = dict.fromkeys(LIFECYCLE_RULES, "the platform itself")
        taken[rule_id(self.access_logs_prefix)] = self.access_logs_prefix
        for index, prefix in enumerate(self.prefixes):
            name = rule_id(prefix)
            if name in taken and taken[name] != prefix:
                yield Finding(
                    ("prefixes", index),
                    f"makes the lifecycle rule {name}, and so does {taken[name]}; use another "
                    '(S3 user guide, "Lifecycle configuration elements")',
                    prefix,
                )
            taken.setdefault(name, prefix)

    def _prefixes_apart(self) -> Iterator[Finding]:
        taken = [self.access_logs_prefix]
        for index, prefix in enumerate(self.prefixes):
            inside = [other for other in taken if prefix.startswith(other) or other.startswith(prefix)]
            if inside:
                yield Finding(
                    ("prefixes", index),
                    f"lies in one branch with {inside[0]}; S3 would move its objects by two rules that "
                    'contradict each other, use another (S3 user guide, "Examples of conflicts between '
                    'lifecycle rules")',
                    prefix,
                )
            taken.append(prefix)


class SharedUsageConfig(FrozenModel):
    """Expected use of the shared services per month: the input of the cost estimate."""

    database_backup_gb: Count = 0
    """Backups of the database, GB."""

    archive_standard_gb: Count = 0
    """Log archive in STANDARD, GB."""

    archive_glacier_gb: Count = 0
    """Log archive in GLACIER, GB."""
