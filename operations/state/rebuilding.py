"""What a rebuild does: a new state under a key of its own, imports into it, a look at the plan."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from operations.engine.context import Context
from operations.engine.report import Conclusion, Outcome
from operations.engine.retry import CallFailed, judged
from operations.errors import HybridError
from operations.state import configuration, history, locking, writing
from operations.state import place as places
from operations.state.document import VERSION, Document, address, parse
from operations.state.locking import REFUSALS
from operations.state.place import Place
from operations.state.terraform import Terraform
from operations.state.writing import digest

ONLY_WHAT_IS_SET = {"aws_nat_gateway"}
"""Kinds whose provider code refuses arguments that nobody set, and that `all` fills in from what was imported
(provider 5.100, resourceNATGatewayCustomizeDiff: secondary_private_ip_address_count)."""

REBUILT = "rebuilt.tfstate"
"""The new state once it is checked, in the run's directory."""

META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner", "//"}
"""What is Terraform's in a resource, and not the provider's."""


def new_place(context: Context, place: Place) -> Place:
    """Where the new state of a run grows."""
    return replace(place, key=f"{place.stack}/rebuild/{context.run}.tfstate")


def seed(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Write the new state with what cannot be imported, unless it is there."""
    place = places.of(params)
    locking.hold(context, place)
    new = new_place(context, place)
    old = history.document(context.aws, place, params["version"]) if params["version"] else None
    kept = set(params["kept"])
    content = {
        "version": VERSION,
        "terraform_version": locking.terraform_version(),
        "serial": 1,
        "lineage": old.lineage if old else context.token("lineage"),
        "outputs": {},
        "resources": [one for one in old.content["resources"] if address(one, None) in kept] if old else [],
    }
    try:
        with judged(f"s3:PutObject {new}", context.redactor):
            context.aws.client("s3", new.region).put_object(
                Bucket=new.bucket,
                Key=new.key,
                Body=json.dumps(content, indent=2).encode(),
                IfNoneMatch="*",
                ContentType="application/json",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=new.kms_key,
            )
    except CallFailed as error:
        if error.code not in REFUSALS:
            raise
    return {"key": new.key}


def import_all(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Import what is not there yet. The configuration ignores all differences, so nothing is changed."""
    place = places.of(params)
    locking.hold(context, place)
    stack = configuration.prepare(context, place, params["from"], params["digest"])
    content, _ = configuration.read(stack, place)
    resources = {
        kind: {
            name: {**body, "lifecycle": {"ignore_changes": _ignored(kind, body)}}
            for name, body in bodies.items()
        }
        for kind, bodies in content["resource"].items()
    }
    blocks = [{"to": to, "id": _literal(id_)} for to, id_ in params["imports"].items()]
    passive = {**content, "resource": resources, "import": blocks}
    # Without targets Terraform would create what is left out.
    targets = [f"-target={to}" for to in params["imports"]] if params["left_out"] else []
    with _terraform(context, place, "import", passive) as terraform:
        context.say(f"importing {len(blocks)} resources")
        planned = terraform.plan("-out=import.plan", *targets).changes()
        others = {to: action for to, action in planned.items() if action != "import"}
        if others:
            raise HybridError(
                f"importing would do more than import:\n{_lines(others)}\nNothing in AWS was changed."
            )
        terraform.run("apply", "-json", "-input=false", "-lock=false", "import.plan")
    return {}


def _ignored(kind: str, body: Mapping[str, Any]) -> str | list[str]:
    return "all" if kind not in ONLY_WHAT_IS_SET else sorted(name for name in body if name not in META)


def check(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Plan with the new state and the real configuration."""
    place = places.of(params)
    stack = configuration.prepare(context, place, params["from"], params["digest"])
    content, _ = configuration.read(stack, place)
    with _terraform(context, place, "check", content) as terraform:
        changes = terraform.changes()
    left_out = set(params["left_out"])
    updates = {to: change for to, change in changes.items() if change.action == "update"}
    wrong = {to: one.action for to, one in changes.items() if to not in updates and to not in left_out}
    if wrong:
        raise HybridError(
            f"with the new state Terraform would create or destroy:\n{_lines(wrong)}\n"
            f"The old state is in its place; the new one is at {new_place(context, place)}."
        )
    _, data = _new(context, place)
    writing.keep_file(context, REBUILT, data)
    names = [f"{to}: {change}" for to, change in sorted(updates.items())]
    return {"sha256": digest(data), "updates": names}


def discard(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Delete the new state's own object with all of its versions: nobody goes back to one of them."""
    new = new_place(context, places.of(params))
    client = context.aws.client("s3", new.region)
    for one in history.find(context.aws, new).versions:
        with judged(f"s3:DeleteObjectVersion {new}", context.redactor):
            client.delete_object(Bucket=new.bucket, Key=new.key, VersionId=one.id)
    return {}


def conclude(outcome: Outcome) -> Conclusion:
    """What was written, and what the next apply would update in place."""
    written = writing.written(outcome)
    if written is None:
        return writing.AS_BEFORE
    updates = outcome.answer("check", "updates") or []
    lines = [
        f"Version {written['version']}, serial {written['serial']}; the plan creates and destroys nothing."
    ]
    lines += [f"- the next apply: {one}" for one in updates]
    return Conclusion("\n".join(lines), {**written, "updates": updates})


release = locking.release
ACTIONS = (
    locking.ACTIONS
    | writing.ACTIONS
    | {
        "seed": seed,
        "import-all": import_all,
        "check": check,
        "discard": discard,
    }
)


@contextmanager
def _terraform(context: Context, place: Place, name: str, content: Mapping[str, Any]) -> Iterator[Terraform]:
    """Terraform whose backend is the new state."""
    backend = {**content["terraform"]["backend"]["s3"], "key": new_place(context, place).key}
    moved = configuration.with_backend(content, {"s3": backend})
    with configuration.folder(context, context.directory / "stack", name, moved) as terraform:
        terraform.hidden.append(_new(context, place)[0])
        if (old := history.read(context.aws, place)) and (known := _readable(old.data)):
            terraform.hidden.append(known)
        terraform.init()
        yield terraform


def _new(context: Context, place: Place) -> tuple[Document, bytes]:
    new = new_place(context, place)
    copy = history.read(context.aws, new)
    if copy is None:
        raise HybridError(f"{new} was deleted; `hybrid runs undo` this run, and run the command again")
    return parse(copy.data, str(new)), copy.data


def _readable(data: bytes) -> Document | None:
    try:
        return parse(data, "")
    except HybridError:
        return None


def _literal(text: str) -> str:
    """A text that Terraform's JSON syntax takes as it is."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _lines(changes: Mapping[str, str]) -> str:
    return "\n".join(f"  {to}: {action}" for to, action in sorted(changes.items()))
