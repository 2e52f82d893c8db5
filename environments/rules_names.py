"""Rules against different keys that make one name in AWS."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from environments import naming
from environments.errors import Path, join
from environments.source import Source, by_name


@dataclass(frozen=True)
class _Made:
    """A name, and the key that makes it."""

    name: str
    source: Source
    path: Path
    where: str = ""
    """Said after the key if the name is that of another environment."""

    @property
    def key(self) -> str:
        return f"{join(self.path)} of {self.source.document.file}{self.where}"


def check(sources: Sequence[Source]) -> None:
    """Compare the names that all files make."""
    for first, second in _twice(_of_services(sources)):
        message = (
            f"makes names that start with {second.name}{second.where}, and so does {first.key}; rename the "
            "service or the environment"
        )
        second.source.report(second.path, message)
    for first, second in _twice(_of_products(sources)):
        message = (
            f"makes the cluster and the load balancer {second.name}, and so does {first.key}; use another "
            "name here or there"
        )
        second.source.report(second.path, message)
    for first, second in _twice(_of_buckets(sources)):
        message = f"is the bucket that {first.key} makes; use another"
        if second.path != ("replication", "bucket"):
            message = f"makes the bucket {second.name}, and so does {first.key}; rename one of the two"
        second.source.report(second.path, message)


def origin_hosts(sources: Iterable[Source]) -> dict[str, str]:
    """Names of both regions' load balancers, with the key that makes each."""
    return {
        naming.origin_name(side, host): f"edge.host of {source.document.file}"
        for source in sources
        if (host := source.get("edge", "host"))
        for side in get_args(naming.Side)
    }


def _twice(made: Iterable[_Made]) -> Iterator[tuple[_Made, _Made]]:
    """Names that two keys make; environments with one name are reported themselves."""
    seen: dict[str, _Made] = {}
    for each in made:
        first = seen.setdefault(each.name, each)
        if first is not each and (first.source.name != each.source.name or first.source is each.source):
            yield first, each


def _workloads(sources: Sequence[Source]) -> list[Source]:
    return [source for source in sources if source.kind == "workload"]


def _standbys(sources: Sequence[Source]) -> Iterator[tuple[Source, Source]]:
    """The second region, with the workload whose services it runs."""
    known = by_name(sources)
    for source in sources:
        primary = known.get(source.get("primary")) if source.kind == "dr" else None
        if primary and primary.kind == "workload":
            yield source, primary


def _of_services(sources: Sequence[Source]) -> Iterator[_Made]:
    for standby, primary in _standbys(sources):
        for service in primary.get("services") or ():
            name = naming.task_family(service, standby.name)
            yield _Made(name, primary, ("services", service), f" in {standby.name}")
    for source in _workloads(sources):
        for service in source.get("services") or ():
            yield _Made(naming.task_family(service, source.name), source, ("services", service))


def _of_products(sources: Sequence[Source]) -> Iterator[_Made]:
    for source in sources:
        product = source.get("tags", "service")
        if product and source.kind in ("workload", "dr"):
            yield _Made(f"{product}-{source.name}", source, ("tags", "service"))


def _of_buckets(sources: Sequence[Source]) -> Iterator[_Made]:
    hub = next((source for source in sources if source.kind == "shared"), None)
    prefix = hub.get("organisation", "prefix") if hub else None
    if not hub or not prefix:
        return
    yield _Made(naming.log_archive_bucket(prefix, hub.name), hub, ("log_archive",))
    for region in sorted({source.get("region") for source in sources} - {None}):
        yield _Made(naming.state_replica_bucket(prefix, region), hub, ("bootstrap",))
    for source in sources:
        if not source.kind:
            continue
        yield _Made(naming.state_bucket(prefix, source.name), source, ("name",))
        yield _Made(naming.access_log_bucket(prefix, source.name), source, ("name",))
    for source in _workloads(sources):
        yield from _files(prefix, source, source)
    for standby, primary in _standbys(sources):
        yield from _files(prefix, primary, standby)
    for standby in sources:
        if bucket := standby.get("replication", "bucket"):
            yield _Made(bucket, standby, ("replication", "bucket"))


def _files(prefix: str, workload: Source, here: Source) -> Iterator[_Made]:
    """Buckets for files of a workload's services, in the workload or in the second region."""
    where = "" if here is workload else f" in {here.name}"
    for service in workload.get("services") or ():
        if "bucket" in (workload.get("services", service, "needs") or ()):
            name = naming.files_bucket(prefix, here.name, service)
            yield _Made(name, workload, ("services", service), where)
