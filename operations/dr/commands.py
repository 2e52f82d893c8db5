"""`hybrid dr`: what stands by in the second region."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operations.errors import Breached, UsageError

if TYPE_CHECKING:
    from operations.dr.audit.run import Report

app = typer.Typer(
    no_args_is_help=True,
    help="Disaster recovery: what stands by in the second region.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    """Disaster recovery: what stands by in the second region."""


@app.command()
def audit(
    *,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Folder of an earlier synthesis, such as cdktf.out.", show_default="synthesize now"
        ),
    ] = None,
    quota: Annotated[
        list[str] | None,
        typer.Option(
            "--quota",
            metavar="NAME=N",
            help="What the account may use in the second region, such as fargate-spot-vcpu=64. Repeatable.",
            show_default="AWS's defaults",
        ),
    ] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, with everything that differs.")
    ] = False,
) -> None:
    """Check that the second region has everything that the primary's services depend on. Never asks AWS.

    Starts at each service of the primary environment and follows references, names and ARNs through the
    Terraform JSON of all stacks: tasks, images, network, roles, keys, secrets, database, cache, files,
    queues, logs, DNS. Each must have its counterpart, made alike and kept in step well enough for the
    objectives of the standby's file. What is missing is listed with what to do. Exits with 4 if anything is.

    \b
    Examples:
      hybrid dr audit
      hybrid dr audit --markdown > readiness.md
      hybrid dr audit --json | jq '.dependencies[] | select(.kind == "database")'
      hybrid dr audit --quota fargate-on-demand-vcpu=64
    """
    from environments.errors import ConfigError
    from environments.loader import load_fleet
    from operations import console
    from operations.dr.audit import report as output
    from operations.dr.audit.run import audit as judge
    from operations.dr.audit.synthesis import read, synthesized

    if as_json and as_markdown:
        raise UsageError("--json and --markdown: use one of them")
    quotas = _quotas(quota or [])
    try:
        fleet = load_fleet()
    except ConfigError as error:
        raise UsageError(str(error)) from None
    report = judge(fleet, read(source) if source else synthesized(), quotas=quotas)
    if as_json:
        console.print_json(output.as_dict(report))
    elif as_markdown:
        console.out.print(output.markdown(report), markup=False)
    else:
        _print(report)
    if report.gaps:
        lines = [] if as_json or as_markdown else output.gap_lines(report)
        raise Breached("\n".join([*lines, output.verdict(report)]))


def _print(report: "Report") -> None:
    from operations import console
    from operations.dr.audit import report as output

    for table in output.tables(report):
        console.print_tables(table, "", width=240)
    if not report.gaps:
        console.out.print(output.verdict(report), markup=False)


def _quotas(given: list[str]) -> dict[str, float]:
    from environments.errors import listed
    from operations.dr.audit.capacity import DEFAULTS

    quotas = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in DEFAULTS:
            raise UsageError(f"--quota {each}: no such quota; use {listed(DEFAULTS)}")
        write = f"write {name}={DEFAULTS[name] * 2}"
        try:
            quotas[name] = float(number)
        except ValueError:
            raise UsageError(f"--quota {each}: no number after =; {write}") from None
        if not (isfinite(quotas[name]) and quotas[name] >= 0):
            raise UsageError(f"--quota {each}: a quota is a number of 0 or more; {write}")
    return quotas
