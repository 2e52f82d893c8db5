"""`hybrid env`: check the environment files and show what they amount to. Reads files, never AWS."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from environments.errors import ConfigError, Problem, listed
from environments.loader import DIRECTORY, Reading, read_environments
from operations import console
from operations.errors import UsageError

if TYPE_CHECKING:
    from environments.schema import DrEnvironment, SharedEnvironment, WorkloadEnvironment
    from environments.source import Source

    AnyEnvironment = SharedEnvironment | WorkloadEnvironment | DrEnvironment

app = typer.Typer(
    no_args_is_help=True,
    help="Check and show the environments' configuration (environments/*.yaml).",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Directory = Annotated[
    Path, typer.Option(help="Directory that holds the environment files.", show_default="environments/")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, problems too, on stdout.")]


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="Environment to report on; all if left out.")] = None,
    directory: Directory = DIRECTORY,
    as_json: AsJson = False,
) -> None:
    """Check every environment file, alone and against the others. Exits with 2 if anything is wrong.

    All problems come at once, one line each: file and line, key, the value given, what to do.
    Environments are checked together, so a mistake in another file fails too; with NAME it is only counted.

    \b
    Examples:
      hybrid env check
      hybrid env check prod
      hybrid env check --json --directory other/environments
    """
    reading = _read(directory, name, as_json)
    if reading.fleet is None:
        shown = [problem for problem in reading.problems if name is None or _concerns(reading, name, problem)]
        _fail(shown, as_json, others=[problem for problem in reading.problems if problem not in shown])
        return
    chosen = [env for env in reading.fleet.environments.values() if name in (None, env.name)]
    notes = [*_unheard(chosen)]
    if as_json:
        found = {"environments": [_summary(env) for env in chosen], "problems": [], "notes": notes}
        console.print_json(found)
        return
    for env in chosen:
        facts = _summary(env)
        line = "ok  {name:<10} {kind:<9} {region:<15} {cidr:<14} {holds}".format(**facts)
        console.out.print(line, markup=False)
    for note in notes:
        console.err.print(f"note: {note}", markup=False)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Environment to show, such as prod.")],
    directory: Directory = DIRECTORY,
    as_json: AsJson = False,
) -> None:
    """Show every effective value of an environment, and whether its file, a default or a rule set it.

    \b
    Examples:
      hybrid env show prod
      hybrid env show dr --json | jq .computed.subnets
    """
    reading = _read(directory, name, as_json)
    if reading.fleet is None:
        _fail(reading.problems, as_json)
        return
    env = reading.fleet.environments[name]
    source = next(source for source in reading.sources if source.name == name)
    values, computed = env.model_dump(mode="json"), _computed(env)
    rows = [(path, value, *_origin(source, keys)) for keys, path, value in _flat(values)]
    if as_json:
        origins = {path: {"source": origin, "line": line} for path, _, origin, line in rows}
        facts = {"name": name, "file": source.document.file, "values": values}
        console.print_json({**facts, "computed": computed, "sources": origins})
        return
    lines = [
        (path, value, f"{origin}, line {line}" if line else origin) for path, value, origin, line in rows
    ]
    lines += [(path, value, "computed") for _, path, value in _flat(computed)]
    _table(f"{name} ({source.document.file})", lines)


def _unheard(environments: "Sequence[AnyEnvironment]") -> Iterator[str]:
    """No rule, as a trial needs nobody; but not what anybody wants of a platform that is in use."""
    silent = [
        env.name
        for env in environments
        if not env.notifications.critical_emails and env.notifications.slack is None
    ]
    if silent:
        yield (
            f"nobody hears critical alarms of {listed(silent, 'and')}; "
            "set notifications.critical_emails or notifications.slack"
        )


def _read(directory: Path, name: str | None, as_json: bool) -> Reading:
    reading = read_environments(directory)
    if name is not None and reading.names and name not in reading.names:
        message = f"no such environment; use {listed(reading.names)}"
        if as_json:
            _fail([Problem("command line", "NAME", name, message)], as_json)
        raise UsageError(f"{name}: {message}")
    return reading


def _concerns(reading: Reading, name: str, problem: Problem) -> bool:
    files = [source.document.file for source in reading.sources if source.name == name]
    return not files or problem.file in files


def _fail(problems: Sequence[Problem], as_json: bool, others: Sequence[Problem] = ()) -> None:
    """Report and exit with 2. `others` are in files that were not asked for, but prevent any use as well."""
    files = sorted({problem.file for problem in others})
    if as_json:
        console.print_json({"problems": [asdict(problem) for problem in problems], "other_files": files})
        raise typer.Exit(UsageError.exit_code)
    lines = [str(ConfigError(problems))] if problems else []
    if others:
        lines.append(f"{len(others)} more in {listed(files, 'and')}; run `hybrid env check` without a name")
    raise UsageError("\n".join(lines))


def _summary(env: "AnyEnvironment") -> dict[str, Any]:
    network = env.network
    holds = [f"{len(network.zones)} zones, {len(network.nat_zones)} NAT"]
    if env.kind == "workload":
        tasks = sum(service.tasks for service in env.services.values())
        holds.append(f"{', '.join(env.services)}: {tasks} task{'' if tasks == 1 else 's'}")
    elif env.kind == "shared":
        holds.append(f"{env.database.instance_class}, attaches {', '.join(env.transit_gateway.attach)}")
    else:
        holds.append(f"stands by for {env.primary}, database {env.database_replica.role}")
    return {
        "name": env.name,
        "kind": env.kind,
        "region": env.region,
        "cidr": network.cidr,
        "holds": "; ".join(holds),
    }


def _computed(env: "AnyEnvironment") -> dict[str, Any]:
    network = env.network
    return {
        "subnets": network.tiers,
        "nat_zones": list(network.nat_zones),
        "required_tags": env.required_tags,
    }


def _flat(value: Any, keys: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str, str]]:
    """Keys, path and text of every single value; a list of plain values is one of them."""
    if isinstance(value, dict) and value:
        return [row for key, inner in value.items() for row in _flat(inner, (*keys, key))]
    if isinstance(value, list):
        text = f"[{', '.join(map(str, value))}]"
    else:
        text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return [(keys, ".".join(keys), text)]


def _origin(source: "Source", keys: tuple[str, ...]) -> tuple[str, int | None]:
    place = source.document.places.get(keys)
    return ("file", place.line) if place else ("default", None)


def _table(title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("path", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("source", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print_tables(table, width=200)
