"""From what a person asks for to a run: reads the history, makes the plan, hands it to the engine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.console import err, out, print_json
from operations.engine.plan import Plan
from operations.engine.run import Manner, carry_out
from operations.errors import Breached, HybridError, Refused, UsageError
from operations.schema_migrations import changelog, flyway, plan
from operations.schema_migrations.liquibase import Liquibase, find_program, refused
from operations.schema_migrations.place import Place, find, tables, tool
from operations.schema_migrations.scripts import Script, read_scripts, version

PREVIEW_LIMIT = 300.0


@dataclass(frozen=True)
class Wanted:
    """How far back, and by which scripts."""

    to: str | None
    count: int | None
    tag: str | None
    migrations: Path | None
    changelog: Path | None
    liquibase: str | None
    driver: Path | None

    def __post_init__(self) -> None:
        given = [one for one in (self.to, self.count, self.tag) if one is not None]
        if len(given) != 1:
            raise UsageError(
                "say how far back with --to, --count or --tag; exactly one of them. Nothing was done"
            )


def place(service: str, environment: str, ca: Path, host: str | None, port: int | None) -> Place:
    """Where the service's database is."""
    return find(service, environment, ca, host, port)


def status(at: Place, migrations: Path | None, *, as_json: bool) -> None:
    """`hybrid db schema status`: exit code 4 if something failed, is locked, or differs from its script."""
    with at.session() as session:
        database = at.names.database
        by = tool(tables(session, database))
        if by == "flyway":
            shown = _flyway(
                flyway.read_history(session, database), read_scripts(migrations) if migrations else ()
            )
        elif by == "liquibase":
            shown = _liquibase(changelog.read_log(session, database))
        else:
            shown = {"applied": [], "current": None, "problems": []}
    found = {"database": database, "tool": by or None, **shown}
    if as_json:
        print_json(found)
    else:
        err.print(
            f"{database} on {at.endpoint}: {by or 'neither Flyway nor Liquibase has been here'}", markup=False
        )
        for one in found["applied"]:
            out.print("  ".join(str(part) for part in one.values() if part is not None), markup=False)
        for problem in found["problems"]:
            out.print(f"problem: {problem}", markup=False)
    if found["problems"]:
        raise Breached(f"{database}: {len(found['problems'])} problems")


def _flyway(history: flyway.History, scripts: tuple[Script, ...]) -> dict[str, Any]:
    failed = [f"{row.script} stopped in the middle ({row.type})" for row in history.failed]
    applied = [
        {"version": str(row.version), "script": row.script, "type": row.type, "checksum": row.checksum}
        for row in history.applied
    ]
    current = str(history.current) if history.current else None
    return {"applied": applied, "current": current, "problems": [*failed, *flyway.changed(history, scripts)]}


def _liquibase(log: changelog.Log) -> dict[str, Any]:
    applied = [vars(one) for one in log.sets]
    tag = next((one.tag for one in reversed(log.sets) if one.tag), None)
    locked = [f"Liquibase's lock is held by {log.locked_by}"] if log.locked_by else []
    return {"applied": applied, "current": tag, "problems": locked}


def rollback(at: Place, wanted: Wanted, how: Manner) -> None:
    """`hybrid db schema rollback`."""

    def make() -> Plan:
        database = at.names.database
        with at.session() as session:
            by = tool(tables(session, database))
            if by == "flyway":
                return _plan_flyway(at, wanted, flyway.read_history(session, database))
            log = changelog.read_log(session, database) if by else None
        if log is None:
            raise Refused(
                f"{database} has neither {flyway.TABLE} nor {changelog.TABLE}. Nothing was changed."
            )
        return _plan_liquibase(at, wanted, log)

    carry_out(plan.KIND, f"{at.names.environment}/{at.names.service}", make, how)


def _target(at: Place) -> plan.Target:
    named = at.names
    return plan.Target(named.service, named.environment, at.account, at.region, named.database, at.params())


def _plan_flyway(at: Place, wanted: Wanted, history: flyway.History) -> Plan:
    if wanted.tag is not None:
        raise UsageError("--tag is Liquibase's, and Flyway migrates this schema; use --to or --count")
    if wanted.migrations is None:
        raise UsageError("Flyway migrates this schema; name its scripts with --migrations. Nothing was done")
    to = version(wanted.to) if wanted.to is not None else None
    chosen = flyway.undos(history, read_scripts(wanted.migrations), to=to, count=wanted.count)
    flyway.guard_statements(chosen)
    return plan.plan_flyway(_target(at), chosen)


def _plan_liquibase(at: Place, wanted: Wanted, log: changelog.Log) -> Plan:
    if wanted.to is not None:
        raise UsageError("--to is Flyway's, and Liquibase migrates this schema; use --count or --tag")
    if wanted.changelog is None:
        raise UsageError("Liquibase migrates this schema; name its --changelog. Nothing was done")
    if at.endpoint.via_host:
        raise UsageError(
            "Liquibase's driver checks the certificate against the host it connects to, so it cannot use "
            f"--host; let {at.endpoint.name} lead to the tunnel (/etc/hosts). Nothing was done"
        )
    changelog.guard_lock(log.locked_by)
    program = Liquibase(
        program=find_program(wanted.liquibase),
        driver=str(wanted.driver.resolve()) if wanted.driver else None,
        root=str(Path.cwd()),
        changelog=str(wanted.changelog),
    )
    chosen = changelog.after(log, count=wanted.count, tag=wanted.tag)
    sql = _preview(at, program, wanted, chosen) if chosen else ""
    return plan.plan_liquibase(_target(at), program, chosen, wanted.tag, sql)


def _preview(at: Place, program: Liquibase, wanted: Wanted, chosen: tuple[changelog.ChangeSet, ...]) -> str:
    """What Liquibase would do; refuses if that is not what the table says."""
    failure: HybridError
    try:
        sql, sets = program.preview(
            at.params(), at.password(), count=wanted.count, tag=wanted.tag, limit=PREVIEW_LIMIT
        )
    except HybridError as error:
        failure = error
    else:
        expected = tuple(one.name for one in chosen)
        if sets == expected:
            return sql
        failure = HybridError(
            f"Liquibase would undo {', '.join(sets) or 'nothing'}, and the newest in the database are "
            f"{', '.join(expected)}; is {wanted.changelog} the change log, named as when it was applied?"
        )
    raise refused(str(failure))
