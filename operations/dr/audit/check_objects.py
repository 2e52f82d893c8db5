"""Buckets: copied, in time, readable in the second region."""

from collections.abc import Iterator
from dataclasses import dataclass

from environments import naming
from operations.dr.audit.blocks import Block, Body
from operations.dr.audit.findings import Finding, Gap, Held, View, objective

_REPLICATION = "aws_s3_bucket_replication_configuration"
_STREAM = "aws_kinesis_firehose_delivery_stream"


@dataclass(frozen=True)
class Rule:
    """One rule of a bucket's replication, and the stack that has it."""

    stack: str
    body: Body

    @property
    def enabled(self) -> bool:
        return bool(self.body.get("status") == "Enabled")

    @property
    def prefix(self) -> str:
        return str((self.body.get("filter") or {}).get("prefix") or "")

    @property
    def destination(self) -> Body:
        found: Body = self.body["destination"]
        return found


def bucket_replicated(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """S3 copies everything that does not get there by itself."""
    if twin is None:
        return
    if is_access_log(view, block):
        yield Held("each region's access logs stay there")
        return
    source, target = view.name(block), view.name(twin)
    rules = [
        Rule(found.stack, rule)
        for found in view.synthesis.attached(block)
        if found.kind == _REPLICATION
        for rule in found.body.get("rule", [])
        if rule.get("destination", {}).get("bucket") == f"arn:aws:s3:::{target}"
    ]
    streamed = _streamed_to(view, target)
    for prefix in _prefixes(view, block):
        what = f"{source}/{prefix}"
        if any(each.startswith(prefix) for each in streamed if prefix):
            yield Held(f"{prefix} by Firehose")
            continue
        covering = [each for each in rules if each.enabled and prefix.startswith(each.prefix)]
        if not covering:
            yield Gap(f"nothing copies {what} to {target}", "add an enabled replication rule for it")
            continue
        for rule in covering:
            yield from _in_time(view, what, rule.destination)
            yield from _readable(view, what, rule)
            yield from _watched(view, source, target, str(rule.body.get("id")))
    if rules:
        yield Held("replication with time control")


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
    return [each["prefix"] for each in configurations if each.get("bucket_arn") == f"arn:aws:s3:::{bucket}"]


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
    key = (rule.destination.get("encryption_configuration") or {}).get("replica_kms_key_id", "")
    regions = [found.region for found in view.synthesis.references(rule.stack, key)]
    if regions != [view.fleet.dr.region]:
        yield Gap(
            f"copies of {what} are encrypted with a key in {', '.join(regions) or 'no region of ours'}",
            f"name a key in {view.fleet.dr.region}: the standby cannot use another",
        )


def _watched(view: View, source: str, target: str, rule: str) -> Iterator[Finding]:
    wanted = objective(view, "objects")
    if wanted is None or wanted.rpo_minutes is None:
        return
    # S3 reports lateness in the region that copies arrive in (S3 user guide, "Using replication metrics").
    alarms = view.alarms(
        view.fleet.dr.region, "ReplicationLatency", SourceBucket=source, DestinationBucket=target, RuleId=rule
    )
    if not [alarm for alarm in alarms if alarm.body["threshold"] <= wanted.rpo_minutes * 60]:
        yield Gap(
            f"no alarm in {view.fleet.dr.region} on copies of {source} ({rule}) later than the RPO, "
            f"{wanted.rpo_minutes * 60} s",
            "add an alarm on ReplicationLatency (BucketReplication, alarms)",
        )
