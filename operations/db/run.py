"""What every command does around its plan: look, show, ask, carry out, report."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from environments.errors import ConfigError
from environments.loader import load_fleet
from operations.aws import Aws
from operations.console import err, print_json
from operations.db import facts as reading
from operations.db import names
from operations.db.execute import execute
from operations.db.facts import Facts, Instance
from operations.db.plan import Plan, Step
from operations.db.server import Session, session
from operations.errors import Refused, UsageError

if TYPE_CHECKING:
    from environments.schema import Fleet

PATIENCE = "5"
"""Seconds to wait for another run on the same service."""


@dataclass(frozen=True)
class Platform:
    """The configuration, the account, and the way to the server."""

    fleet: "Fleet"
    aws: Aws
    ca: Path
    host: str | None
    port: int | None

    def instance(self) -> Instance:
        """The shared instance, as published."""
        return reading.instance(self.aws, self.fleet, self.ca, self.host, self.port)


@dataclass(frozen=True)
class Manner:
    """How a command was told to go about its work."""

    dry_run: bool
    agreed: bool
    as_json: bool
    typed: str | None = None
    """A name that a person must type; a mere yes is not enough."""


def platform(ca: Path, host: str | None, port: int | None, env: str | None) -> Platform:
    """Read the configuration. A mistake in it, or an environment without services, is a usage error."""
    try:
        fleet = load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None
    account = fleet.shared.account_id
    for name in [env] if env else fleet.workloads:
        other = names.workload(fleet, name).account_id
        if other != account:
            raise Refused(
                f"{name} is in account {other}, the shared instance in {account}; these commands need both "
                "in one account. Nothing was changed."
            )
    return Platform(fleet, Aws(account), ca, host, port)


def carry_out(on: Platform, wanted: names.Names, make: Callable[[Facts], Plan], how: Manner) -> None:
    """Look, plan, show, ask and do. Nothing is written in a dry run."""
    at = on.instance()
    with session(at.endpoint, at.admin, at.password) as admin, _alone(admin, wanted, how.dry_run):
        plan = make(reading.gather(on.aws, on.fleet, wanted, at.endpoint, admin))
        _show(plan)
        if plan.steps and not how.dry_run:
            _ask(plan, how)
            execute(plan, admin=admin, aws=on.aws, before=_say)
    for note in plan.notes:
        err.print(f"note: {note}", markup=False)
    if how.as_json:
        changed = bool(plan.steps) and not how.dry_run
        print_json({"changed": changed, "dry_run": how.dry_run, **plan.describe()})


@contextmanager
def _alone(admin: Session, wanted: names.Names, dry_run: bool) -> Iterator[None]:
    """Keep a second run off the same service. The server frees the lock when this connection ends."""
    if not dry_run:
        [(got,)] = admin.rows("SELECT GET_LOCK(%s, %s)", f"hybrid-db {wanted.database}", PATIENCE)
        if got != 1:
            raise Refused(f"another run works on {wanted.database}; wait for it. Nothing was changed.")
    yield


def _show(plan: Plan) -> None:
    at = plan.facts
    err.print(f"{at.names.database} on {at.endpoint}, {at.server.version}", markup=False)
    if not plan.steps:
        err.print("nothing to change")
    for number, step in enumerate(plan.steps, 1):
        err.print(f"{number:>3}  {step.id}: {step.why}\n     {step.does}", markup=False)


def _ask(plan: Plan, how: Manner) -> None:
    if how.agreed:
        return
    if not sys.stdin.isatty():
        option = f"--confirm {how.typed}" if how.typed else "--yes"
        raise Refused(f"nobody can answer here; add {option} to agree. Nothing was changed.")
    if how.typed:
        question = f"This deletes {plan.facts.names.database}. Type {how.typed} to go on"
        agreed = typer.prompt(question, err=True) == how.typed
    else:
        agreed = typer.confirm(f"Do these {len(plan.steps)} steps?", err=True)
    if not agreed:
        raise Refused("Nothing was changed.")


def _say(step: Step) -> None:
    err.print(f"{step.id} ...", markup=False)
