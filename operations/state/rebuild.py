"""`rebuild`: every resource of a stack is imported into a new state, which then replaces the old one.

The new state grows under a key of its own, so that an interruption loses nothing, and the old one stays what
it is until a plan with the new one creates and destroys nothing (guide, 2.1-4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operations.engine import Local, Plan, Ref, Step
from operations.errors import Refused, UsageError
from operations.state import locking, writing
from operations.state.configuration import addresses
from operations.state.document import Document
from operations.state.importing import UNIMPORTABLE, import_id, tells_secret, write_only
from operations.state.place import Place
from operations.state.rebuilding import REBUILT

KIND = "state-rebuild"

IMPORT_SECONDS = 3600.0


@dataclass(frozen=True)
class Sources:
    """What a rebuild rests on."""

    place: Place
    etag: str
    """Of the present state; empty if there is none."""

    serial: int
    """Of the newest state known."""

    old: Document | None
    """Where ids and unimportable resources come from; None: from the account, by names and tags."""

    old_version: str
    found: Mapping[str, str]
    """Import ids of the account, where `old` is None."""

    reasons: Mapping[str, str]
    content: Mapping[str, Any]
    """The stack's JSON."""

    digest: str


def plan_rebuild(on: Sources, given: Mapping[str, str], left_out: Sequence[str], *, source: str = "") -> Plan:
    """Pure. Refuses with everything that has no import id."""
    configured = addresses(on.content)
    old = on.old.instances if on.old else {}
    unknown = sorted({*given, *left_out} - {*configured, *old})
    if unknown:
        raise UsageError(f"neither in the configuration nor in the old state: {', '.join(unknown)}")
    wanted = [address for address in configured if address not in left_out]
    kept = [address for address in wanted if address in old and _is_kept(address, configured, given)]
    ids = {**_ids(on, wanted), **given}
    barred = {address for address in wanted if tells_secret(configured[address])}
    ids = {address: id_ for address, id_ in ids.items() if address not in barred and address not in kept}
    problems = [
        f"{address}: {_secret_reason(on) if address in barred else _reason(on, address)}"
        for address in wanted
        if address not in ids and address not in kept
    ]
    problems += [
        f"{address}: in the old state, and not in the configuration"
        for address in old
        if address.partition("[")[0] not in configured and address not in left_out
    ]
    imports = {address: ids[address] for address in wanted if address in ids}
    problems += _twice(imports)
    if problems:
        raise Refused(
            "\n".join(
                [
                    f"{len(problems)} resources of {on.place.stack} cannot be brought into a new state:",
                    *(f"  {problem}" for problem in sorted(problems)),
                    "Name the id with --id ADDRESS=ID, or leave it to the next apply: --leave-out ADDRESS.",
                    "Nothing was changed.",
                ]
            )
        )
    return Plan(
        kind=KIND,
        target=on.place.stack,
        account=on.place.account,
        steps=_steps(on, imports, kept, left_out, source),
        notes=(
            *(f"import {address} = {id_}" for address, id_ in imports.items()),
            *(f"keep {address}: {_why_kept(address)}" for address in kept),
            *(f"leave out {address}" for address in left_out),
        ),
        facts={"state": str(on.place), "imports": len(imports), "kept": kept, "left out": [*left_out]},
    )


def _steps(
    on: Sources, imports: Mapping[str, str], kept: Sequence[str], left_out: Sequence[str], source: str
) -> tuple[Step, ...]:
    place = on.place.plain
    lock, unlock = locking.steps(on.place, "hybrid state rebuild")
    common: dict[str, Any] = {"place": place, "from": source, "digest": on.digest}
    seed: dict[str, Any] = {"place": place, "version": on.old_version, "kept": [*kept]}
    return (
        lock,
        writing.save_step(on.place, on.etag),
        Step(
            id="seed",
            why="a new state, beside the old one"
            + (f", with {len(kept)} that cannot be imported" if kept else ""),
            call=Local("seed", seed, keep=("key",)),
            undo=Local("discard", {"place": place}),
        ),
        Step(
            id="import",
            why=f"{len(imports)} resources are imported into the new state; nothing in AWS changes",
            call=Local("import-all", {**common, "imports": dict(imports), "left_out": [*left_out]}),
            limit_seconds=IMPORT_SECONDS,
        ),
        Step(
            id="check",
            why="a plan with the new state creates and destroys nothing",
            call=Local("check", {**common, "left_out": [*left_out]}, keep=("updates",)),
            limit_seconds=IMPORT_SECONDS,
        ),
        writing.write_step(
            on.place,
            {"file": REBUILT, "sha256": Ref("check", "sha256")},
            on.serial + 1,
            f"the new state takes the place of the old one, serial {on.serial + 1}",
        ),
        Step(id="discard", why="the new state is in its place", call=Local("discard", {"place": place})),
        unlock,
    )


def _is_kept(address: str, configured: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> bool:
    """Copied from the old state, because an import fails, or would tell a secret.

    One with a write-only password can be imported, and loses its version by that: only if it is asked for.
    """
    body = configured[address]
    return (
        _kind(address) in UNIMPORTABLE
        or tells_secret(body)
        or bool(write_only(body) and address not in given)
    )


def _why_kept(address: str) -> str:
    if _kind(address) in UNIMPORTABLE:
        return "the provider cannot import it"
    return "its secret is not in the state, and an import could write it there"


def _ids(on: Sources, wanted: Sequence[str]) -> dict[str, str]:
    if on.old is None:
        return {address: on.found[address] for address in wanted if address in on.found}
    known = {
        address: import_id(instance.type, instance.attributes)
        for address, instance in on.old.instances.items()
        if address in wanted
    }
    return {address: id_ for address, id_ in known.items() if id_}


def _twice(imports: Mapping[str, str]) -> list[str]:
    """Resources of one type that would become the same one."""
    first: dict[tuple[str, str], str] = {}
    problems = []
    for address, id_ in imports.items():
        other = first.setdefault((_kind(address), id_), address)
        if other != address:
            problems.append(f"{address}: {other} has the same id, {id_}")
    return problems


def _secret_reason(on: Sources) -> str:
    missing = "without a state" if on.old is None else "it is not in the old state, and"
    return (
        f"{missing} only an import is left, which would write its secret into the state in plain text; "
        "--leave-out has the next apply write a new secret, and who uses the old one must take it over"
    )


def _reason(on: Sources, address: str) -> str:
    if _kind(address) in UNIMPORTABLE:
        return f"the provider cannot import {_kind(address)}"
    if on.old is None:
        return on.reasons.get(address, "not found in the account")
    known = address in on.old.instances
    return (
        "the old state does not tell its import id"
        if known
        else "in the configuration, and not in the old state"
    )


def _kind(address: str) -> str:
    return address.partition(".")[0]
