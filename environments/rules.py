"""Rules across files. Each works on what is valid and stays silent where its input has a problem already."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from environments import rules_names, rules_recovery, rules_workloads
from environments.errors import Path, Problem, listed
from environments.source import Source, by_name

STACKS = ("bootstrap", "replication", "edge")
"""Stacks beside the environments' own; an environment of that name would share their state."""


def check(sources: Sequence[Source], directory: str) -> list[Problem]:
    """Run every rule; problems of a file are added to its document, the others are returned."""
    missing = list(_missing_kinds(sources, directory))
    _names(sources)
    _one_of_a_kind(sources)
    _one_account(sources)
    _networks_apart(sources)
    _attachments(sources)
    _hosts(sources)
    single = [source for source in sources if not source.document.is_reported(("kind",))]
    rules_names.check(single)
    rules_workloads.check(single)
    rules_recovery.check(sources)
    return missing


def _missing_kinds(sources: Sequence[Source], directory: str) -> Iterator[Problem]:
    for kind, purpose in (("shared", "the hub"), ("dr", "the second region")):
        # A file that cannot be read, or has no valid kind, is reported itself.
        present = any(source.kind == kind or (not source.kind and source.name == kind) for source in sources)
        if not present:
            message = f"missing; one file of kind: {kind} describes {purpose} (docs/configuration.md)"
            yield Problem(f"{directory}/{kind}.yaml", "", None, message)


def _names(sources: Sequence[Source]) -> None:
    first: dict[str, Source] = {}
    for source in sorted(sources, key=lambda source: source.name != source.document.stem):
        name = source.get("name")
        if name in first:
            other = first[name].document.file
            source.report(("name",), f"{other} has this name already; rename this environment and its file")
        elif name:
            first[name] = source
            if name in STACKS:
                source.report(("name",), f"is the name of a stack; use another than {listed(STACKS)}")
            elif name != source.document.stem:
                stem = source.document.stem
                source.report(
                    ("name",), f"differs from the file's name; rename the file to {name}.yaml or use {stem}"
                )


def _one_of_a_kind(sources: Sequence[Source]) -> None:
    for kind in ("shared", "dr"):
        alike = sorted(
            (s for s in sources if s.kind == kind), key=lambda source: source.document.stem != kind
        )
        for source in alike[1:]:
            source.report(("kind",), f"{alike[0].document.file} is of this kind already; keep one")


def _one_account(sources: Sequence[Source]) -> None:
    """State buckets, the Transit Gateway and replicas are made for one account."""
    hub = next((source for source in sources if source.kind == "shared"), None)
    account = hub.get("account_id") if hub else None
    for source in sources:
        theirs = source.get("account_id")
        if hub and account and theirs and theirs != account:
            message = f"differs from {account} of {hub.document.file}; the fleet lives in one account"
            source.report(("account_id",), f"{message}, use {account}")


def _networks_apart(sources: Sequence[Source]) -> None:
    path = ("network", "cidr")
    networks = [(source, IPv4Network(source.get(*path))) for source in sources if source.get(*path)]
    taken = [network for _, network in networks]
    for index, (source, network) in enumerate(networks):
        for other_source, other in networks[:index]:
            if network.overlaps(other):
                free = _free(network.prefixlen, taken)
                source.report(
                    path, f"overlaps {other} of {other_source.document.file}; use a free range{free}"
                )
                break


def _free(prefix: int, taken: Sequence[IPv4Network]) -> str:
    """The first range of this size in 10.0.0.0/8 that nobody has."""
    candidates = IPv4Network("10.0.0.0/8").subnets(new_prefix=prefix)
    free = next((net for net in candidates if not any(net.overlaps(other) for other in taken)), None)
    return f", e.g. {free}" if free else ""


def _attachments(sources: Sequence[Source]) -> None:
    known = by_name(sources)
    workloads = [source.name for source in sources if source.kind in ("workload", None)]
    for hub in sources:
        if hub.kind != "shared":
            continue
        for index, name in enumerate(hub.get("transit_gateway", "attach") or ()):
            where: Path = ("transit_gateway", "attach", index)
            other = known.get(name)
            if other is None:
                hub.report(where, f"no such environment; use {listed(workloads)}")
            elif other.kind and other.kind != "workload":
                hub.report(
                    where, f"is of kind {other.kind}; only workloads are attached, use {listed(workloads)}"
                )


def _hosts(sources: Sequence[Source]) -> None:
    domain = next(
        (source.get("organisation", "domain") for source in sources if source.kind == "shared"), None
    )
    origins = rules_names.origin_hosts(sources)
    used: dict[str, tuple[Source, str]] = {}
    for source in sources:
        for path, host in _host_names(source):
            if domain and not f".{host}".endswith(f".{domain}"):
                source.report(path, f"is outside the hosted zone; use a name that ends in .{domain}")
            elif host in origins:
                message = f"is what {origins[host]} makes for the load balancer of one region"
                source.report(path, f"{message}; use another name")
            elif path[0] == "edge" and path[-1] == "host":
                continue  # the failover record bears the name of the primary's service on purpose
            elif host in used:
                other, key = used[host]
                source.report(path, f"used by {key} of {other.document.file} already; give each its own name")
            else:
                used[host] = source, ".".join(path[:-1])


def _host_names(source: Source) -> Iterator[tuple[tuple[str, ...], str]]:
    candidates: list[tuple[str, ...]] = [("services", name, "host") for name in source.get("services") or ()]
    candidates += [("edge", "host"), ("edge", "cdn", "alias")]
    for path in candidates:
        if host := source.get(*path):
            yield path, host
