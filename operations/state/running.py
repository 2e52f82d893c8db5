"""What each changing command looks at before it plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from operations.engine import Plan
from operations.engine.retry import Clients
from operations.engine.run import Manner, carry_out
from operations.errors import UsageError
from operations.state import changing, configuration, discovery, history, locking, place, terraform
from operations.state import rebuild as rebuilds
from operations.state import reimport as reimporting
from operations.state.place import Place


@dataclass(frozen=True)
class Asked:
    """What every changing command is asked."""

    stack: str
    source: Path | None
    """What CDKTF wrote; None synthesizes."""

    how: Manner

    @classmethod
    def of(cls, stack: str, source: Path | None, *, dry_run: bool, yes: bool, as_json: bool) -> "Asked":
        return cls(stack, source, Manner(dry_run=dry_run, agreed=yes, as_json=as_json))

    @property
    def text(self) -> str:
        """The source as a plan holds it."""
        return str(self.source.resolve()) if self.source else ""

    def at(self) -> tuple[Place, Clients]:
        found = place.find(self.stack)
        return found, Clients(found.account)


def restore(asked: Asked, version: str, lineage: str) -> None:
    """`hybrid state restore`."""
    at, aws = asked.at()

    def plan() -> Plan:
        present = changing.look(aws, at)
        chosen = present.history.choose(version)
        wanted = history.document(aws, at, chosen.id)
        return changing.plan_restore(present, chosen.id, wanted, lineage=lineage, source=asked.text)

    carry_out(changing.RESTORE, asked.stack, plan, asked.how)


def push(asked: Asked, file: Path) -> None:
    """`hybrid state push`."""
    at, aws = asked.at()
    data = changing.read_file(file)

    def plan() -> Plan:
        return changing.plan_push(changing.look(aws, at, lost_too=True), file, data, source=asked.text)

    carry_out(changing.PUSH, asked.stack, plan, asked.how)


def reimport(asked: Asked, address: str, id_: str) -> None:
    """`hybrid state reimport`."""
    terraform.require()
    at, aws = asked.at()

    def plan() -> Plan:
        return reimporting.plan_reimport(changing.look(aws, at), address, id_, source=asked.text)

    carry_out(reimporting.KIND, asked.stack, plan, asked.how)


def rebuild(asked: Asked, version: str, ids: Sequence[str], left_out: Sequence[str]) -> None:
    """`hybrid state rebuild`. Without a version, ids come from the account."""
    terraform.require()
    at, aws = asked.at()
    named = dict(_pair(one) for one in ids)

    def plan() -> Plan:
        sources = _sources(aws, at, version, asked.source)
        return rebuilds.plan_rebuild(sources, named, left_out, source=asked.text)

    carry_out(rebuilds.KIND, asked.stack, plan, asked.how)


def _sources(aws: Clients, at: Place, version: str, given: Path | None) -> rebuilds.Sources:
    """The present state may be lost or damaged: only its ETag counts, and the highest serial known."""
    locking.refuse_held(aws, at)
    known = history.find(aws, at)
    present = history.read(aws, at)
    content, digest = configuration.look(at, given)
    chosen = known.choose(version) if version else None
    old = history.document(aws, at, chosen.id) if chosen else None
    found = None if old else discovery.discover(aws, content)
    newest = history.newest_whole(aws, known)
    return rebuilds.Sources(
        place=at,
        etag=present.etag if present else "",
        serial=max((one.serial for one in (newest, old) if one), default=0),
        old=old,
        old_version=chosen.id if chosen else "",
        found=found.ids if found else {},
        reasons=found.missing if found else {},
        content=content,
        digest=digest,
    )


def _pair(text: str) -> tuple[str, str]:
    address, equals, id_ = text.partition("=")
    if not (equals and address and id_):
        raise UsageError(f"--id {text}: write ADDRESS=ID; nothing was changed")
    return address, id_
