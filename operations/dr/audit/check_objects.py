"""Buckets: copied, in time, readable in the second region."""

from collections.abc import Iterator
from dataclasses import dataclass

from environments import naming
from operations.dr.audit import alarms, check_copies, copy_rights
from operations.dr.audit.blocks import Block, Body
from operations.dr.audit.findings import Finding, Gap, Held, View, objective, objective_text

_REPLICATION = "aws_s3_bucket_replication_configuration"
_STREAM = "aws_kinesis_firehose_delivery_stream"


@dataclass(frozen=True)
class Rule:
    """One rule of a bucket's replication, and what configures it."""

    configuration: Block
    body: Body

    @property
    def name(self) -> str:
        return str(self.body.get("id"))

    @property
    def destination(self) -> Body:
        found: Body = self.body["destination"]
        return found

    def covers(self, prefix: str) -> bool:
        """Whether it copies everything below `prefix`; tags choose some of it only."""
        chosen = check_copies.scope(self.body)
        return self.body.get("status") == "Enabled" and chosen.includes(check_copies.Scope(prefix, ""))


def bucket_replicated(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """S3 copies everything that does not get there by itself."""
    if twin is None:
        return
    if is_access_log(view, block):
        yield Held("each region's access logs stay there")
        return
    rules = [
        Rule(found, rule)
        for found in view.synthesis.attached(block)
        if found.kind == _REPLICATION
        for rule in found.body.get("rule", [])
        if (rule.get("destination") or {}).get("bucket") == f"arn:aws:s3:::{view.name(twin)}"
    ]
    # What is wrong with a role or a rule is wrong with each of its prefixes; it is said once.
    yield from dict.fromkeys(_copied(view, block, twin, rules))
    yield from check_copies.versioned(view, block, twin)
    yield from check_copies.kept_as_long(view, block, twin)
    if rules:
        yield Held("replication with time control")


def _copied(view: View, block: Block, twin: Block, rules: list[Rule]) -> Iterator[Finding]:
    source, target = view.name(block), view.name(twin)
    streamed = _streamed_to(view, target)
    for prefix in _prefixes(view, block):
        what = f"{source}/{prefix}"
        if any(each.startswith(prefix) for each in streamed if prefix):
            yield Held(f"{prefix} by Firehose")
            continue
        covering = [rule for rule in rules if rule.covers(prefix)]
        if not covering:
            yield Gap(
                f"nothing copies {what} to {target}",
                "add an enabled replication rule for all of it, without tags",
            )
        for rule in covering:
            yield from _in_time(view, what, rule.destination)
            yield from _readable(view, what, rule)
            yield from _watched(view, source, target, rule)
            yield from copy_rights.allowed(
                view, (block, twin), rule.configuration, _replica_key(rule), prefix
            )


def objective_of(view: View, block: Block) -> str | None:
    """Access logs have none."""
    return None if is_access_log(view, block) else "objects"


def archive_receives(view: View, block: Block) -> dict[str, str]:
    """Services deliver to one archive; the other holds copies, and what its own region delivers."""
    return {"policy.Statement": "services deliver to one archive"} if is_archive(view, block) else {}


def is_archive(view: View, block: Block) -> bool:
    prefix, shared = view.fleet.shared.organisation.prefix, view.fleet.shared.name
    return view.name(block) == naming.log_archive_bucket(prefix, shared)


def is_access_log(view: View, block: Block) -> bool:
    prefix = view.fleet.shared.organisation.prefix
    return view.name(block) in {naming.access_log_bucket(prefix, name) for name in view.fleet.environments}


def _prefixes(view: View, block: Block) -> tuple[str, ...]:
    """What a bucket holds: for the archive the prefixes of its configuration."""
    if not is_archive(view, block):
        return ("",)
    archive = view.fleet.shared.log_archive
    return (*archive.prefixes, archive.access_logs_prefix)


def _streamed_to(view: View, bucket: str) -> list[str]:
    """Prefixes below which the primary's streams write into `bucket`."""
    configurations = [
        block.body.get("extended_s3_configuration") or {}
        for block in view.synthesis.all(_STREAM, region=view.fleet.primary.region)
    ]
    return [
        str(each.get("prefix") or "")
        for each in configurations
        if each.get("bucket_arn") == f"arn:aws:s3:::{bucket}"
    ]


def _in_time(view: View, what: str, destination: Body) -> Iterator[Finding]:
    wanted = objective(view, "objects")
    if wanted is None or wanted.rpo_minutes is None:
        return
    control = destination.get("replication_time") or {}
    minutes = control.get("time", {}).get("minutes")
    if control.get("status") != "Enabled" or minutes is None:
        yield Gap(
            f"copies of {what} have no time limit; the RPO is {wanted.rpo_minutes} min",
            "enable Replication Time Control (S3 user guide, 'Meeting compliance requirements')",
        )
    elif minutes > wanted.rpo_minutes:
        yield Gap(
            f"copies of {what} may take {minutes} min; the RPO is {wanted.rpo_minutes} min",
            "raise objectives.objects.rpo_minutes, or write to both regions: S3 promises no less",
        )


def _readable(view: View, what: str, rule: Rule) -> Iterator[Finding]:
    selection = rule.body.get("source_selection_criteria", {}).get("sse_kms_encrypted_objects", {})
    if selection.get("status") != "Enabled":
        yield Gap(
            f"S3 skips the encrypted objects of {what}",
            "enable source_selection_criteria (S3 user guide, 'Replicating encrypted objects')",
        )
    regions = [key.region for key in copy_rights.keys(view, rule.configuration, _replica_key(rule))]
    if regions != [view.fleet.dr.region]:
        yield Gap(
            f"copies of {what} are encrypted with a key in {', '.join(regions) or 'no region of ours'}",
            f"name a key in {view.fleet.dr.region}: the standby cannot use another",
        )
    if (storage := rule.destination.get("storage_class")) in check_copies.ARCHIVES:
        yield Gap(
            f"copies of {what} arrive in {storage}, which gives nothing back for hours; "
            f"{objective_text(view, 'objects')}",
            "set replication.storage_class to STANDARD, STANDARD_IA or GLACIER_IR",
        )
    if (rule.body.get("delete_marker_replication") or {}).get("status") != "Enabled":
        yield Gap(
            f"what is deleted in {what} stays in its copy, and is back after a failover",
            f"enable delete_marker_replication of the rule {rule.name}",
        )


def _watched(view: View, source: str, target: str, rule: Rule) -> Iterator[Finding]:
    wanted = objective(view, "objects")
    if wanted is None or wanted.rpo_minutes is None:
        return
    if (rule.destination.get("metrics") or {}).get("status") != "Enabled":
        yield Gap(
            f"S3 does not report how late copies of {source} ({rule.name}) are",
            "enable metrics of the rule's destination",
        )
    copies = {"SourceBucket": source, "DestinationBucket": target, "RuleId": rule.name}
    # S3 reports lateness in the region that copies arrive in (S3 user guide, "Using replication metrics").
    found = view.alarms(view.fleet.dr.region, "ReplicationLatency", **copies)
    if not alarms.above(found, wanted.rpo_minutes * 60):
        yield Gap(
            f"no alarm in {view.fleet.dr.region} on copies of {source} ({rule.name}) later than the RPO, "
            f"{wanted.rpo_minutes * 60} s, wakes anybody",
            "add a critical alarm on ReplicationLatency (BucketReplication, alarms)",
        )
    # What failed is not late: S3 does not try again, and counts it in the region that it came from.
    lost = view.alarms(view.fleet.primary.region, "OperationsFailedReplication", **copies)
    if not alarms.above(lost, 0):
        yield Gap(
            f"no alarm in {view.fleet.primary.region} on objects of {source} ({rule.name}) that are not "
            "copied wakes anybody",
            "add a critical alarm on OperationsFailedReplication (BucketReplication, alarms)",
        )


def _replica_key(rule: Rule) -> str:
    return str((rule.destination.get("encryption_configuration") or {}).get("replica_kms_key_id") or "")
