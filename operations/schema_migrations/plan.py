"""Plans of a rollback. Pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from operations.engine import Local, Plan, Step
from operations.schema_migrations.changelog import ChangeSet
from operations.schema_migrations.continuing import hopeless_from
from operations.schema_migrations.flyway import Undo
from operations.schema_migrations.liquibase import Liquibase
from operations.schema_migrations.statements import shortened, statements

KIND = "db-schema-rollback"
LIMIT = 3600.0
"""Seconds for one version: a large table is rebuilt row by row."""

SNAPSHOT = "what it drops is gone; a snapshot or hybrid db pitr brings it back, nothing else"


@dataclass(frozen=True)
class Target:
    """Whose schema, and how to reach it."""

    service: str
    environment: str
    account: str
    region: str
    database: str
    connection: dict[str, Any]

    def plan(self, steps: tuple[Step, ...], notes: tuple[str, ...], facts: dict[str, Any]) -> Plan:
        """A plan is agreed to by the database's name, because it drops."""
        return Plan(
            kind=KIND,
            target=f"{self.environment}/{self.service}",
            account=self.account,
            steps=steps,
            notes=notes,
            facts={"database": self.database, **facts},
            confirm=self.database,
            lock_region=self.region,
        )


def plan_flyway(target: Target, undos: tuple[Undo, ...]) -> Plan:
    """One version a step, newest first."""
    steps = tuple(_undo(target, one) for one in undos)
    versions = [str(one.row.version) for one in undos]
    notes = tuple(note for one in undos for note in _statements(one))
    if undos:
        notes += ("scripts without a version (R__) stay as they are",)
    return target.plan(steps, notes, {"tool": "flyway", "undone": versions})


def _statements(one: Undo) -> Iterator[str]:
    """What the script does, and whether it can be continued wherever it may stop."""
    name, todo = one.script.path.name, statements(one.script.text)
    lines = [
        f"\n  {number}  {shortened(text)}{'  (done before)' if number <= one.done else ''}"
        for number, text in enumerate(todo, 1)
    ]
    yield f"{name} has {len(todo)} statements{':' if todo else ''}{''.join(lines)}"
    if (number := hopeless_from(todo)) is not None:
        yield (
            f"{name} cannot be continued if it stops after statement {number}, which leaves something in its "
            f"connection alone: {shortened(todo[number - 1])}. Be ready to finish it by hand, as "
            "docs/runbooks/schema.md says"
        )


def _undo(target: Target, one: Undo) -> Step:
    row, script = one.row, one.script
    return Step(
        id=f"undo-{str(script.version).replace('.', '-')}",
        why=f"{script.path.name} undoes {row.script}",
        call=Local(
            "undo",
            {
                **target.connection,
                "script": str(script.path),
                "sha256": script.sha256,
                "version": str(script.version),
                "applied_version": str(row.version),
                "applied_script": row.script,
                "applied_checksum": row.checksum,
                "description": row.description,
            },
        ),
        limit_seconds=LIMIT,
        danger=SNAPSHOT,
    )


def plan_liquibase(
    target: Target, program: Liquibase, sets: tuple[ChangeSet, ...], tag: str | None, sql: str
) -> Plan:
    """By count one change set a step, as Liquibase would count again after a crash; by tag all at once."""
    groups = [sets] if tag is not None and sets else [(one,) for one in sets]
    steps = tuple(_roll_back(target, program, number, group, tag) for number, group in enumerate(groups, 1))
    notes = (f"Liquibase would run:\n{sql}",) if sets else ()
    return target.plan(steps, notes, {"tool": "liquibase", "undone": [one.name for one in sets]})


def _roll_back(
    target: Target, program: Liquibase, number: int, sets: tuple[ChangeSet, ...], tag: str | None
) -> Step:
    names = [one.name for one in sets]
    return Step(
        id=f"rollback-{number}",
        why=f"Liquibase undoes {', '.join(names)}",
        call=Local(
            "roll-back",
            {
                **target.connection,
                **vars(program),
                "sets": names,
                "count": None if tag is not None else 1,
                "tag": tag,
                "patient": True,
            },
        ),
        limit_seconds=LIMIT,
        danger=SNAPSHOT,
    )
