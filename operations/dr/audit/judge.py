"""One row for each thing that services depend on."""

from collections.abc import Iterator

from environments import naming
from operations.dr.audit.attached import ATTACHED
from operations.dr.audit.blocks import Block
from operations.dr.audit.compare import Difference
from operations.dr.audit.findings import Accepted, Finding, Gap, Row, View, evidence, gaps, objective_text
from operations.dr.audit.guard import guarded, guarded_rows
from operations.dr.audit.kinds import KINDS, Kind
from operations.dr.audit.meant import PARTS, MayDiffer, Meant
from operations.dr.audit.strays import extra_parts
from operations.dr.audit.walk import Named

Verdict = Accepted | Finding


def rows(view: View) -> Iterator[Row]:
    """Of everything that was found; parts are judged with what they belong to."""
    for node, services in view.needs.items():
        needed_by = tuple(sorted(services))
        if isinstance(node, Named):
            yield from _named(view, node, needed_by)
        elif node.region != view.fleet.dr.region and node.kind not in ATTACHED:
            yield from guarded_rows(view, "unknown", needed_by, _judged(view, node, needed_by))


def _judged(view: View, block: Block, needed_by: tuple[str, ...]) -> Iterator[Row]:
    kind = KINDS.get(block.kind)
    if kind is None:
        what = f"the audit does not know what stands by for {block.kind} {view.name(block)}"
        gap = Gap(what, "say in operations/dr/audit/kinds.py how it is kept in step")
        yield Row("unknown", block.kind, needed_by, view.name(block), None, "-", None, (gap,))
        return
    twin = kind.twin(view, block)
    what = f"{kind.label} {view.name(block)}"
    verdicts = list(guarded(what, _verdicts(view, kind, block, twin)))
    for check in kind.checks:
        verdicts += guarded(what, check(view, block, twin))
    found = [each for each in verdicts if not isinstance(each, Accepted)]
    yield Row(
        kind.group,
        kind.label,
        needed_by,
        view.name(block),
        view.name(twin) if twin else None,
        "; ".join([kind.step, *dict.fromkeys(evidence(found))]),
        _objective(view, kind, block),
        gaps(found),
        tuple(each for each in verdicts if isinstance(each, Accepted)),
    )


def _objective(view: View, kind: Kind, block: Block) -> str | None:
    name = kind.objective(view, block) if callable(kind.objective) else kind.objective
    return objective_text(view, name)


def _verdicts(view: View, kind: Kind, block: Block, twin: Block | None) -> Iterator[Verdict]:
    if twin is not None and twin is not block:
        if twin is view.twin(block):
            allowed = {**kind.may_differ, **kind.may_differ_here(view, block)}
            yield from _compared(view, block, twin, kind.label, allowed)
            yield from _parts(view, kind, block)
    elif kind.required and twin is None:
        name = view.counterparts.of(view.name(block))
        yield Gap(
            f"no {kind.label} {name} in {view.fleet.dr.region}",
            f"add it to the stack {view.fleet.dr.name}, made as the primary's is",
        )
    yield from _unpublished(view, kind.label, block, twin)


def _unpublished(view: View, label: str, block: Block, twin: Block | None) -> Iterator[Gap]:
    """Both sides may miss the same, and look alike."""
    for each in dict.fromkeys(one for one in (block, twin) if one is not None):
        for value in view.synthesis.unpublished(each):
            yield Gap(
                f"{label} {view.name(each)} looks up {value}, which no stack publishes",
                "publish it in an SSM parameter with a value, or correct the name",
            )


def _parts(view: View, kind: Kind, block: Block) -> Iterator[Verdict]:
    """What belongs to `block` and is needed, such as the rules of a security group."""
    yield from extra_parts(view, kind.label, block)
    for part in view.synthesis.attached(block):
        if part not in view.needs or not ATTACHED[part.kind].part:
            continue
        label = f"{kind.label}, {part.kind.removeprefix('aws_')}"
        twin = view.twin(part)
        if twin is not None:
            allowed = {**PARTS.get(part.kind, {}), **kind.may_differ_here(view, block)}
            yield from _compared(view, part, twin, label, allowed)
            yield from _unpublished(view, label, part, twin)
            yield from _parts(view, kind, part)
        elif not _local(view, part):
            yield Gap(
                f"{label}: no {view.counterparts.of(view.name(part))}",
                f"add it in {view.fleet.dr.region}, made as the primary's is",
            )


def _local(view: View, part: Block) -> bool:
    """Routes to the hub have no counterpart where database and services share a network."""
    if part.kind != "aws_route":
        return False
    target = view.counterparts.of(str(part.body.get("destination_cidr_block")))
    return target in {cidr for tier in view.fleet.dr.network.tiers.values() for cidr in tier.values()}


def _compared(view: View, block: Block, twin: Block, label: str, allowed: MayDiffer) -> Iterator[Verdict]:
    name = f"{label} {view.name(twin)}"
    for path, meant in allowed.items():
        if isinstance(meant, Meant) and not meant.holds(view, block, twin):
            found = "not as it is meant" if "." in path else _short(twin.body.get(path))
            yield Gap(f"{name}: {path} is {found}", f"it must be {meant.only}: {meant.why}")
    for difference in view.comparison.differences(block, twin):
        reason = next((why for path, why in allowed.items() if _below(difference, path)), None)
        if reason is not None:
            yield Accepted(difference, reason.why if isinstance(reason, Meant) else reason)
        else:
            yield Gap(
                f"{name}: {difference.path} is {_short(difference.found)}, "
                f"not {_short(difference.expected)} as at the primary",
                f"make {view.fleet.dr.name} follow {view.fleet.primary.name}, or say why not in "
                "operations/dr/audit/meant.py",
            )


def _below(difference: Difference, path: str) -> bool:
    return difference.path == path or difference.path.startswith((f"{path}.", f"{path}["))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _named(view: View, node: Named, needed_by: tuple[str, ...]) -> Iterator[Row]:
    fleet = view.fleet
    if node.kind == "aws_s3_bucket" and node.name.endswith("-starport-layer-bucket"):
        return  # layers of images; AWS has one in each region (ECR user guide, "Interface VPC endpoints")
    kind = KINDS[node.kind]
    objective = kind.objective if isinstance(kind.objective, str) else None
    logins = {naming.service_secret_database(name, fleet.primary.name) for name in fleet.primary.services}
    if node.kind == "aws_secretsmanager_secret" and node.name in logins:
        step = "Secrets Manager replication; made and copied by `hybrid db provision`"
        yield Row(
            kind.group, kind.label, needed_by, node.name, node.name, step, objective_text(view, objective)
        )
        return
    gap = Gap(f"{kind.label} {node.name} is needed, but no stack makes it", "add it, or correct the name")
    yield Row(
        kind.group, kind.label, needed_by, node.name, None, "-", objective_text(view, objective), (gap,)
    )
