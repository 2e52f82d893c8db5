"""`restore` and `push`: another content in place of the present one, saved before and looked at after."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.engine import Local, Plan, Step
from operations.engine.context import Context
from operations.engine.report import Conclusion, Outcome
from operations.engine.retry import Clients
from operations.errors import Refused, UsageError
from operations.state import history, locking, writing
from operations.state import place as places
from operations.state.difference import compare
from operations.state.document import Document, parse
from operations.state.history import Copy, History
from operations.state.place import Place
from operations.state.writing import digest

RESTORE, PUSH = "state-restore", "state-push"

PLAN_SECONDS = 1800.0
"""A refresh of a large stack takes minutes; AWS throttles it."""


@dataclass(frozen=True)
class Present:
    """What is there now."""

    history: History
    copy: Copy | None
    """None after a deletion."""

    document: Document | None
    """None if it is deleted or damaged."""

    reference: Document | None
    """The newest version that is whole, usually the present one: its lineage and serial count.
    None if no version is, which only a push takes."""

    @property
    def place(self) -> Place:
        return self.history.place

    @property
    def etag(self) -> str:
        return self.copy.etag if self.copy else ""

    def serial_above(self, wanted: Document | None = None) -> int:
        """Above all that is known, because Terraform takes the higher one for the newer."""
        return max((one.serial for one in (self.reference, wanted) if one), default=0) + 1


def look(aws: Clients, place: Place, *, lost_too: bool = False) -> Present:
    """Facts of every change. Refuses a held lock; `lost_too`: not a state of which no version is whole."""
    locking.refuse_held(aws, place)
    found = (history.find if lost_too else history.gather)(aws, place)
    copy = history.read(aws, place)
    reference = history.newest_whole(aws, found)
    if reference is None and not lost_too:
        raise Refused(
            f"no version of {place} is whole; see `hybrid state rebuild --by-tags`. Nothing was changed."
        )
    return Present(found, copy, _readable(copy), reference)


def plan_restore(
    present: Present, version: str, wanted: Document, *, lineage: str = "", source: str = ""
) -> Plan:
    """Pure: write the content of an older version with a serial above the present one (guide, 2.1-1)."""
    _refuse_foreign(present, wanted, f"version {version}", lineage)
    serial = present.serial_above(wanted)
    why = f"the content of version {version} (serial {wanted.serial}) with serial {serial}"
    return _plan(RESTORE, present, wanted, written={"version": version}, why=why, source=source)


def plan_push(present: Present, path: Path, data: bytes, *, source: str = "") -> Plan:
    """Pure: write a file's content with a serial above the present one (guide, 2.1-2)."""
    wanted = parse(data, str(path))
    _refuse_foreign(present, wanted, str(path), "")
    known = present.reference.instances if present.reference else {}
    if known and not wanted.instances:
        raise Refused(
            f"{path} holds no resources, and the present state {len(known)}: Terraform "
            "would create all of them a second time. Nothing was changed."
        )
    serial = present.serial_above(wanted)
    why = f"the content of {path.name} (serial {wanted.serial}) with serial {serial}"
    written = {"file": str(path.resolve()), "sha256": digest(data)}
    return _plan(PUSH, present, wanted, written=written, why=why, source=source)


def read_file(path: Path) -> bytes:
    """The file to push."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def verify(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Ask Terraform in what the state differs from AWS. Differences are reported, and no failure."""
    from operations.state import configuration
    from operations.state import terraform as program

    program.require()
    place = places.of(params)
    stack = configuration.prepare(context, place, params["from"])
    content, _ = configuration.read(stack, place)
    copy = history.read(context.aws, place)
    if copy is None:
        raise Refused(f"{place} was deleted in the meantime")
    with configuration.folder(context, stack, "verify", content) as terraform:
        terraform.hidden.append(parse(copy.data, str(place)))
        terraform.init()
        drift = terraform.changes("-refresh-only", drift=True)
    return {"differs": [f"{address}: {change}" for address, change in sorted(drift.items())]}


def conclude(outcome: Outcome) -> Conclusion:
    """What was written, and in what it differs from AWS."""
    written = writing.written(outcome)
    if written is None:
        return writing.AS_BEFORE
    saved = outcome.answer("save", "version")
    differs = outcome.answer("verify", "differs")
    lines = [f"Version {written['version']}, serial {written['serial']}; before: version {saved}."]
    if differs is None:
        lines.append("It was not compared with AWS: see the step `verify`.")
    else:
        lines.append("AWS is as the state says." if not differs else "AWS differs from the state:")
        lines += [f"- {one}" for one in differs]
    return Conclusion("\n".join(lines), {**written, "replaced": saved, "differs": differs})


release = locking.release
ACTIONS = locking.ACTIONS | writing.ACTIONS | {"verify": verify}


def _plan(
    kind: str, present: Present, wanted: Document, *, written: Mapping[str, str], why: str, source: str
) -> Plan:
    place = present.place
    difference = compare(present.document, wanted)
    same = present.document is not None and {**present.document.content, "serial": 0} == {
        **wanted.content,
        "serial": 0,
    }
    lock, unlock = locking.steps(place, f"hybrid {kind.replace('-', ' ')}")
    steps: tuple[Step, ...] = (
        lock,
        writing.save_step(place, present.etag),
        writing.write_step(place, written, present.serial_above(wanted), why),
        Step(
            id="verify",
            why="terraform plan -refresh-only: in what the state differs from AWS",
            call=Local("verify", {"place": place.plain, "from": source}, keep=("differs",)),
            limit_seconds=PLAN_SECONDS,
            optional=True,
        ),
        unlock,
    )
    return Plan(
        kind=kind,
        target=place.stack,
        account=place.account,
        steps=() if same else steps,
        notes=(*_lineage_note(present), f"in the state: {difference.summary}", *difference.lines()),
        facts={
            "state": str(place),
            "present serial": present.document.serial if present.document else "none: deleted or damaged",
            "lineage": wanted.lineage,
            "difference": difference.describe(),
        },
        undo_on_failure=True,
    )


def _refuse_foreign(present: Present, wanted: Document, what: str, accepted: str) -> None:
    if present.reference and wanted.lineage not in (present.reference.lineage, accepted):
        raise Refused(
            f"{what} has the lineage {wanted.lineage}, and {present.place} {present.reference.lineage}: "
            "it is the state of something else. Nothing was changed."
        )


def _lineage_note(present: Present) -> tuple[str, ...]:
    if present.reference:
        return ()
    what = "damaged" if present.history.versions else "gone"
    return (
        f"every version of {present.place} is {what}: there is no lineage to compare with, so make sure that "
        "this is the state of this stack",
    )


def _readable(copy: Copy | None) -> Document | None:
    try:
        return parse(copy.data, "the present state") if copy else None
    except Refused:
        return None
