"""Rules across files about what AWS takes: how long names may be, and how early an object may move on."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from environments import naming
from environments.source import Source, by_name

GLACIER_IR_DAYS = 90
"""Days that are paid for in any case (S3 user guide, "Comparing the Amazon S3 storage classes")."""

COMMON_NAME = 64
"""As `environments.base.CertificateHost` says."""


class _Name(NamedTuple):
    """A name that an environment makes, and the most characters that AWS allows for its kind."""

    kind: str
    name: str
    limit: int
    others: str = "organisation.prefix"
    """What it is made of beside the environment's name."""

    @property
    def excess(self) -> int:
        return len(self.name) - self.limit


def check(sources: Sequence[Source]) -> None:
    """Look at what the hub's prefix and the names of environments and services make together."""
    hub = next((source for source in sources if source.kind == "shared"), None)
    known = by_name(sources)
    for source in sources:
        if hub and source.get("name"):
            primary = known.get(source.get("primary")) if source.kind == "dr" else None
            _short_names(hub, source, primary)
        if source.kind == "dr":
            _short_alias(source)
        if hub and source.kind == "dr":
            _not_too_early(hub, source)


def _short_names(hub: Source, source: Source, primary: Source | None) -> None:
    prefix = hub.get("organisation", "prefix")
    made = [*_of_standby_services(source, primary)] if primary else []
    if prefix:
        made += [*_of_environment(prefix, hub, source), *_of_files(prefix, source, primary or source)]
    worst = max(made, key=lambda name: name.excess, default=None)
    if worst and worst.excess > 0:
        message = (
            f"makes the {worst.kind} {worst.name}, {len(worst.name)} characters; AWS allows {worst.limit}, "
            f"shorten this name or {worst.others} by {worst.excess}"
        )
        source.report(("name",), message)


def _of_environment(prefix: str, hub: Source, source: Source) -> Iterator[_Name]:
    name = source.name
    if source.kind in ("workload", "dr"):
        # X-Ray's 32 characters for `<prefix>-<name>` follow from this.
        yield _Name("ElastiCache user", f"{naming.cache(prefix, name)}-default", 40)
        archive = source if source.kind == "dr" else hub
        yield _Name(
            "role",
            f"{naming.log_stream(prefix, name, archive.name)}-subscription",
            64,
            f"organisation.prefix or {archive.name}",
        )
    elif region := source.get("region"):
        # Both regions are written alike.
        yield _Name("role", f"{prefix}-{name}-state-replication-{region}", 64)


def _of_files(prefix: str, here: Source, workload: Source) -> Iterator[_Name]:
    others = "organisation.prefix"
    for service in workload.get("services") or ():
        if "bucket" in (workload.get("services", service, "needs") or ()):
            bucket = naming.files_bucket(prefix, here.name, service)
            yield _Name("bucket", bucket, 63, f"{others} or {service}")
            if here is not workload:
                yield _Name("role", f"{bucket}-replication", 64, f"{others} or {service}")


def _of_standby_services(standby: Source, primary: Source) -> Iterator[_Name]:
    for service in primary.get("services") or ():
        yield _Name("target group", naming.target_groups(service, standby.name)[0], 32, service)


def _not_too_early(hub: Source, standby: Source) -> None:
    days = hub.get("log_archive", "lifecycle", "glacier_days")
    if standby.get("replication", "storage_class") == "GLACIER_IR" and days and days < GLACIER_IR_DAYS:
        message = (
            f"copies lie in GLACIER_IR, as replication.storage_class of {standby.document.file} says, and "
            f"stay there {GLACIER_IR_DAYS} days; use {GLACIER_IR_DAYS} or more, or another class there "
            '(S3 user guide, "Comparing the Amazon S3 storage classes")'
        )
        hub.report(("log_archive", "lifecycle", "glacier_days"), message, str(days))


def _short_alias(standby: Source) -> None:
    alias = standby.get("edge", "cdn", "alias")
    if alias and len(alias) > COMMON_NAME:
        message = (
            f"has {len(alias)} characters; ACM takes {COMMON_NAME} for the first name of a certificate, use "
            "a shorter one (ACM user guide, domain names)"
        )
        standby.report(("edge", "cdn", "alias"), message)
