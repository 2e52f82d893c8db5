"""Buckets on both ends of a replication: versions, and how long and how readable copies stay."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from operations.dr.audit.blocks import Block, Body
from operations.dr.audit.findings import Gap, View, objective_text
from operations.synthesis import blocks

ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
"""Storage classes that answer after hours only (S3 user guide, "Understanding archival storage classes")."""


@dataclass(frozen=True)
class Scope:
    """Objects that a rule is about."""

    prefix: str
    rest: str
    """What else narrows it: tags and sizes, as JSON."""

    def includes(self, other: "Scope") -> bool:
        return other.prefix.startswith(self.prefix) and self.rest in ("", other.rest)


def scope(rule: Body) -> Scope:
    """Of a rule of a lifecycle or of a replication, in any of the forms that S3 knows."""
    chosen: Body = next(iter(blocks(rule.get("filter"))), {})
    both: Body = next(iter(blocks(chosen.get("and"))), {})
    joined = {**{key: value for key, value in chosen.items() if key != "and"}, **both}
    prefix = str(joined.pop("prefix", None) or rule.get("prefix") or "")
    rest = {key: value for key, value in joined.items() if value}
    return Scope(prefix, json.dumps(rest, sort_keys=True) if rest else "")


def versioned(view: View, block: Block, twin: Block) -> Iterator[Gap]:
    """S3 copies between buckets with versions only (S3 user guide, "Requirements for replication")."""
    for bucket in (block, twin):
        states = [
            (found.body.get("versioning_configuration") or {}).get("status")
            for found in view.synthesis.attached(bucket)
            if found.kind == "aws_s3_bucket_versioning"
        ]
        if "Enabled" not in states:
            yield Gap(
                f"{view.name(bucket)} in {bucket.region} keeps no versions: S3 then copies nothing",
                "enable aws_s3_bucket_versioning of the bucket",
            )


def kept_as_long(view: View, block: Block, twin: Block) -> Iterator[Gap]:
    """Copies may not go, nor go out of reach, before the originals do."""
    originals, copies = _lifecycle(view, block), _lifecycle(view, twin)
    scopes = sorted(
        {scope(rule) for rule in (*originals, *copies)}, key=lambda each: (each.prefix, each.rest)
    )
    for what, days_of in (
        ("expire", _expiry),
        ("become archives", _archive),
        ("lose old versions", _versions),
    ):
        said: list[tuple[Scope, float]] = []
        for each in scopes:
            wanted, found = _earliest(originals, each, days_of), _earliest(copies, each, days_of)
            # What is said of a prefix holds for all below it.
            if found >= wanted or any(outer.includes(each) and days == found for outer, days in said):
                continue
            said.append((each, found))
            after = "never" if wanted == math.inf else f"after {wanted:g} days"
            yield Gap(
                f"copies in {view.name(twin)}/{each.prefix} {what} after {found:g} days, those in "
                f"{view.name(block)} {after}; {objective_text(view, 'objects')}",
                f"give the lifecycle of {view.name(twin)} at least the days of {view.name(block)}",
            )


def _lifecycle(view: View, bucket: Block) -> list[Body]:
    return [
        rule
        for found in view.synthesis.attached(bucket)
        if found.kind == "aws_s3_bucket_lifecycle_configuration"
        for rule in found.body.get("rule") or ()
        if rule.get("status") == "Enabled"
    ]


def _earliest(rules: list[Body], about: Scope, days_of: Callable[[Body], float]) -> float:
    """Days until the first of the rules that concern all of `about`."""
    return min((days_of(rule) for rule in rules if scope(rule).includes(about)), default=math.inf)


def _expiry(rule: Body) -> float:
    return min((_days(each) for each in blocks(rule.get("expiration"))), default=math.inf)


def _archive(rule: Body) -> float:
    found = [each for each in blocks(rule.get("transition")) if each.get("storage_class") in ARCHIVES]
    return min(map(_days, found), default=math.inf)


def _versions(rule: Body) -> float:
    found = blocks(rule.get("noncurrent_version_expiration"))
    return min((float(each.get("noncurrent_days") or math.inf) for each in found), default=math.inf)


def _days(block: Body) -> float:
    if block.get("date"):
        return 0  # a date comes sooner or later, for new objects at once
    return math.inf if block.get("days") is None else float(block["days"])
