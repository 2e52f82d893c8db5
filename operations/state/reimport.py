"""`reimport`: in a copy, one resource leaves the state and is imported again; the bucket sees the result.

The copy is the way back when an import fails: until everything is right nothing has been written.
"""

import re
from collections.abc import Mapping
from typing import Any

from operations.engine import Local, Plan, Ref, Step
from operations.engine.context import Context
from operations.engine.report import Conclusion, Outcome
from operations.errors import HybridError, Refused, UsageError
from operations.state import configuration, locking, writing
from operations.state import place as places
from operations.state.changing import PLAN_SECONDS, Present
from operations.state.document import parse
from operations.state.importing import UNIMPORTABLE, import_id, tells_secret
from operations.state.writing import digest

KIND = "state-reimport"

IMPORTED = "imported.tfstate"
"""The copy with the resource imported, in the run's directory."""

_STATE = "terraform.tfstate"
_ADDRESS = re.compile(r'(?:module\.[\w-]+(?:\[[^]]+\])?\.)*(\w+)\.[\w-]+(?:\[(?:\d+|"[^"]*")\])?')


def plan_reimport(present: Present, address: str, given: str = "", *, source: str = "") -> Plan:
    """Pure: the import id comes from the state, before anything leaves it (guide, 2.1-3)."""
    kind = _kind(address)
    if present.document is None:
        raise Refused(
            f"{present.place} is deleted or damaged; restore or rebuild it first. Nothing was changed."
        )
    instance = present.document.instances.get(address)
    derived = import_id(kind, instance.attributes) if instance else ""
    if not (given or derived):
        why = "its state does not tell its import id" if instance else "it is not in the state"
        raise UsageError(f"{address}: {why}; name it with --id. Nothing was changed.")
    id_ = given or derived
    notes = [f"{address} is imported by the id {id_}"]
    if derived and given and derived != given:
        notes.append(f"the state tells another id: {derived}")
    if instance is None:
        notes.append(f"{address} is not in the state; it is only imported")
    place, serial = present.place, present.serial_above()
    lock, unlock = locking.steps(place, "hybrid state reimport")
    params: dict[str, Any] = {
        "place": place.plain,
        "from": source,
        "address": address,
        "id": id_,
        "present": instance is not None,
        **writing.saved_by(),
    }
    return Plan(
        kind=KIND,
        target=place.stack,
        account=place.account,
        steps=(
            lock,
            writing.save_step(place, present.etag),
            Step(
                id="import",
                why=f"in a copy of the state: {address} leaves it, and is imported by the id {id_}",
                call=Local("import", params, keep=("others",)),
                limit_seconds=PLAN_SECONDS,
            ),
            writing.write_step(
                place,
                {"file": IMPORTED, "sha256": Ref("import", "sha256")},
                serial,
                f"the copy becomes the state, serial {serial}",
            ),
            unlock,
        ),
        notes=tuple(notes),
        facts={"state": str(place), "address": address, "id": id_, "id in the state": derived},
        undo_on_failure=True,
    )


def import_(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Remove, import and plan in a copy with a local backend. Begins anew when it is repeated."""
    place, address = places.of(params), params["address"]
    before = writing.saved(context, place, params).data
    stack = configuration.prepare(context, place, params["from"])
    content, _ = configuration.read(stack, place)
    if tells_secret(configuration.addresses(content).get(address.partition("[")[0], {})):
        raise Refused(
            f"{address}: an import would write its secret into the state in plain text; the configuration "
            "keeps it out. The state is as it was."
        )
    local = configuration.with_backend(content, {"local": {"path": _STATE}})
    with configuration.folder(context, stack, "import", local) as terraform:
        (terraform.folder / _STATE).write_bytes(before)
        terraform.hidden.append(parse(before, writing.SAVED))
        terraform.init()
        if params["present"]:
            terraform.run("state", "rm", "-lock=false", "-backup=-", address)
        terraform.run("import", "-input=false", "-lock=false", "-backup=-", address, params["id"])
        data = (terraform.folder / _STATE).read_bytes()
        terraform.hidden.append(parse(data, "the copy"))
        changes = terraform.changes(f"-target={address}")
    if change := changes.pop(address, None):
        raise HybridError(
            f"{address} was imported by the id {params['id']}, but the plan for it is not empty: {change}. "
            "It is another one, or the configuration says what AWS does not keep. The state is as it was."
        )
    writing.keep_file(context, IMPORTED, data)
    others = [f"{other}: {change}" for other, change in sorted(changes.items())]
    return {"sha256": digest(data), "others": others}


def conclude(outcome: Outcome) -> Conclusion:
    """What was written, and what Terraform would do to resources that this one needs."""
    written = writing.written(outcome)
    if written is None:
        return writing.AS_BEFORE
    others = outcome.answer("import", "others") or []
    lines = [f"Version {written['version']}, serial {written['serial']}; the plan for the address is empty."]
    lines += [f"- {one}" for one in others]
    return Conclusion("\n".join(lines), {**written, "others": others})


release = locking.release
ACTIONS = locking.ACTIONS | writing.ACTIONS | {"import": import_}


def _kind(address: str) -> str:
    """The resource type of an address."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise UsageError(
            f"{address}: no address of a resource, such as aws_sqs_queue.orders; nothing was changed"
        )
    if found[1] in UNIMPORTABLE:
        raise UsageError(f"{address}: the provider cannot import {found[1]}; nothing was changed")
    return found[1]
