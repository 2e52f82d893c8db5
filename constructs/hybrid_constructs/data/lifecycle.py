"""Lifecycle rules of buckets, checked against S3's own rules before anything is deployed.

Sources are pages of the S3 user guide: "Transitioning objects" is "Transitioning objects using Amazon S3
Lifecycle", "Conflicts" is "Examples of conflicts between lifecycle rules".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, pairwise

TRANSITIONS = 'S3 user guide, "Transitioning objects"'
CONFLICTS = 'S3 user guide, "Examples of conflicts between lifecycle rules"'
ELEMENTS = 'S3 user guide, "Lifecycle configuration elements"'
CLASSES = 'S3 user guide, "Comparing the Amazon S3 storage classes"'


class StorageClass(StrEnum):
    """Where an object can lie, most expensive to store first."""

    STANDARD = "STANDARD"
    STANDARD_IA = "STANDARD_IA"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    ONEZONE_IA = "ONEZONE_IA"
    GLACIER_IR = "GLACIER_IR"
    GLACIER = "GLACIER"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"


_C = StorageClass
_BELOW: dict[StorageClass, tuple[StorageClass, ...]] = {
    _C.STANDARD: tuple(_C)[1:],
    _C.STANDARD_IA: tuple(_C)[2:],
    _C.INTELLIGENT_TIERING: (_C.ONEZONE_IA, _C.GLACIER_IR, _C.GLACIER, _C.DEEP_ARCHIVE),
    _C.ONEZONE_IA: (_C.GLACIER, _C.DEEP_ARCHIVE),
    _C.GLACIER_IR: (_C.GLACIER, _C.DEEP_ARCHIVE),
    _C.GLACIER: (_C.DEEP_ARCHIVE,),
    _C.DEEP_ARCHIVE: (),
}
"""The waterfall: where an object of each class may go (S3 user guide, "Transitioning objects")."""

_FIRST_DAY = {_C.STANDARD_IA: 30, _C.ONEZONE_IA: 30}
"""S3 takes no object into these classes earlier ("Transitioning objects", "Constraints")."""

_STAY = {_C.STANDARD_IA: 30, _C.ONEZONE_IA: 30, _C.GLACIER_IR: 90, _C.GLACIER: 90}
"""Days that are paid for in any case; moving on earlier is refused by S3, or costs more than it saves."""

_LONGEST_ID = 255
_MOST_RULES = 1000


class LifecycleError(ValueError):
    """Rules that S3 would refuse or that contradict each other, one line for each problem."""


@dataclass(frozen=True)
class Transition:
    """To which class an object moves, `days` after its creation."""

    days: int
    storage_class: StorageClass

    def __str__(self) -> str:
        return f"{self.storage_class} after {self.days} days"


@dataclass(frozen=True)
class LifecycleRule:
    """What happens to the objects below `prefix` that carry all of `tags`. All times are days."""

    id: str
    prefix: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()
    expiration_days: int | None = None
    """Deletes; in a versioned bucket the object becomes noncurrent and `noncurrent_expiration_days` count."""

    noncurrent_expiration_days: int | None = None
    noncurrent_versions_kept: int | None = None
    """Newest noncurrent versions that stay whatever their age."""

    abort_multipart_days: int | None = None
    arrives_in: StorageClass | None = None
    """Class that objects below `prefix` arrive in, if another than elsewhere in the bucket."""

    def overlaps(self, other: "LifecycleRule") -> bool:
        """Whether some object can match both rules."""
        nested = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        return nested and all(other.tags.get(key, value) == value for key, value in self.tags.items())


def way_down(
    days: Mapping[StorageClass, int], arrives_in: StorageClass = StorageClass.STANDARD
) -> tuple[Transition, ...]:
    """Transitions into the classes of `days`, as far as they lie below the one that objects arrive in."""
    below = [storage_class for storage_class in StorageClass if storage_class in _BELOW[arrives_in]]
    return tuple(Transition(days[found], found) for found in below if found in days)


def check(
    rules: Sequence[LifecycleRule], *, bucket: str, arrives_in: StorageClass = StorageClass.STANDARD
) -> None:
    """Refuse rules that S3 refuses, or that contradict each other for some object, all problems at once."""
    problems = [*_whole(rules)]
    broken: set[str] = set()
    for rule in rules:
        found = [*_rule(rule, rule.arrives_in or arrives_in)]
        problems += [f"rule {rule.id}: {problem}" for problem in found]
        broken |= {rule.id} if found else set()
    sound = [rule for rule in rules if rule.transitions and rule.id not in broken]
    for one, other in combinations(sound, 2):
        problems += _contradiction(one, other, arrives_in)
    if problems:
        raise LifecycleError("\n".join(f"lifecycle of {bucket}: {problem}" for problem in problems))


def _whole(rules: Sequence[LifecycleRule]) -> Iterator[str]:
    if len(rules) > _MOST_RULES:
        yield f"{len(rules)} rules; S3 takes {_MOST_RULES}, merge some ({ELEMENTS})"
    ids = [rule.id for rule in rules]
    for twice in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        yield f"rule {twice}: two rules have this id; rename one ({ELEMENTS})"


def _rule(rule: LifecycleRule, arrives_in: StorageClass) -> Iterator[str]:
    if not 0 < len(rule.id) <= _LONGEST_ID:
        yield f"an id of {len(rule.id)} characters; give 1 to {_LONGEST_ID} ({ELEMENTS})"
    if not rule.transitions and not any(days is not None for _, days in _ages(rule)):
        yield f"does nothing; give it a transition or an expiration ({ELEMENTS})"
    for name, days in _ages(rule):
        if days is not None and days < 1:
            yield f"{name} {days}: must be 1 day or more ({ELEMENTS})"
    if rule.tags and rule.abort_multipart_days is not None:
        yield (
            f"abort_multipart_days {rule.abort_multipart_days}: an upload has no tags yet; "
            f"move it to a rule without tags ({ELEMENTS})"
        )
    if rule.noncurrent_versions_kept is not None and rule.noncurrent_expiration_days is None:
        yield (
            f"noncurrent_versions_kept {rule.noncurrent_versions_kept}: limits nothing without "
            f"noncurrent_expiration_days; give both ({ELEMENTS})"
        )
    yield from _way_down(rule.transitions, arrives_in)
    last = max((transition.days for transition in rule.transitions), default=None)
    if last is not None and rule.expiration_days is not None and rule.expiration_days <= last:
        yield (
            f"expiration_days {rule.expiration_days}: must come after the last transition, day {last}; "
            f"use {last + 1} or more ({TRANSITIONS})"
        )


def _ages(rule: LifecycleRule) -> list[tuple[str, int | None]]:
    names = ("expiration_days", "noncurrent_expiration_days", "abort_multipart_days")
    return [(name, getattr(rule, name)) for name in names]


def _way_down(transitions: Sequence[Transition], arrives_in: StorageClass) -> Iterator[str]:
    for transition in transitions:
        first = _FIRST_DAY.get(transition.storage_class, 0)
        if transition.days < first:
            yield f"{transition}: S3 takes no object before day {first}; use {first} or more ({TRANSITIONS})"
    arrival = Transition(0, arrives_in)
    for before, after in pairwise([arrival, *transitions]):
        if before is not arrival and after.days <= before.days:
            yield f"{after}: not later than {before}; list them in the order of days ({TRANSITIONS})"
        else:
            yield from _step(before, after)


def _step(before: Transition, after: Transition) -> Iterator[str]:
    below = _BELOW[before.storage_class]
    if after.storage_class not in below:
        way = f"from there go to {', '.join(below)}" if below else "nothing lies below it"
        yield f"{after}: not reachable from {before.storage_class}; {way} ({TRANSITIONS})"
        return
    earliest = before.days + _STAY.get(before.storage_class, 0)
    if after.days < earliest and after.days >= _FIRST_DAY.get(after.storage_class, 0):
        yield (
            f"{after}: an object stays {earliest - before.days} days in {before.storage_class}, where it is "
            f"since day {before.days}; use {earliest} or more ({TRANSITIONS}, {CLASSES})"
        )


def _contradiction(one: LifecycleRule, other: LifecycleRule, arrives_in: StorageClass) -> Iterator[str]:
    if not one.overlaps(other):
        return
    together = sorted({*one.transitions, *other.transitions}, key=lambda step: step.days)
    if any(_way_down(together, one.arrives_in or other.arrives_in or arrives_in)):
        prefix = max(one.prefix, other.prefix, key=len)
        way = ", ".join(map(str, together))
        yield (
            f"rules {one.id} and {other.id}: both apply below {prefix!r} and contradict each other there "
            f"({way}); give them prefixes or tags that no object has both of ({CONFLICTS})"
        )
