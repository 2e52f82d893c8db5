"""A report as a table, as Markdown and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from operations.dr.audit.findings import Row
from operations.dr.audit.run import Report

_COLUMNS = ("needed", "primary", "second region", "kept in step by", "needed by", "objective", "")


def as_dict(report: Report) -> dict[str, Any]:
    """Everything, gaps first."""
    gaps = [
        {"group": row.group, "kind": row.kind, "primary": row.primary, **asdict(gap)}
        for row, gap in report.gaps
    ]
    return {
        "primary": report.primary,
        "dr": report.dr,
        "ready": not report.gaps,
        "gaps": gaps,
        "dependencies": [asdict(row) for row in report.rows],
    }


def tables(report: Report) -> Iterator[Table]:
    """One table for each group."""
    for group, rows in groupby(report.rows, key=lambda row: row.group):
        table = Table(title=group, title_justify="left", box=None, pad_edge=False, expand=False)
        for column in _COLUMNS:
            table.add_column(column, overflow="fold", no_wrap=not column)
        for row in rows:
            state = Text("GAP", style="bold red") if row.gaps else Text("ok", style="green")
            table.add_row(*(Text(cell) for cell in _cells(row)), state)
        yield table


def gap_lines(report: Report) -> list[str]:
    """What is missing and what to do, one line each."""
    return [f"{row.kind} {row.primary}: {gap.what}; {gap.do}" for row, gap in report.gaps]


def verdict(report: Report) -> str:
    """One sentence."""
    count = len(report.gaps)
    if count == 0:
        return f"{report.dr} has a counterpart for all {len(report.rows)} dependencies of {report.primary}"
    return f"{count} gap{'' if count == 1 else 's'} between {report.primary} and {report.dr}"


def markdown(report: Report) -> str:
    """For a pull request or a drill's record."""
    lines = [f"# DR readiness: {verdict(report)}", ""]
    if report.gaps:
        lines += ["## Gaps", "", *(f"- {line}" for line in gap_lines(report)), ""]
    for group, rows in groupby(report.rows, key=lambda row: row.group):
        lines += [f"## {group.capitalize()}", "", f"| {' | '.join(_COLUMNS)} |", f"|{'---|' * len(_COLUMNS)}"]
        lines += [
            f"| {' | '.join(map(_escaped, (*_cells(row), 'GAP' if row.gaps else 'ok')))} |" for row in rows
        ]
        lines.append("")
    if meant := sorted(
        {(row.kind, each.difference.path, each.why) for row in report.rows for each in row.accepted}
    ):
        lines += ["## Meant to differ", "", "| kind | attribute | why |", "|---|---|---|"]
        lines += [f"| {' | '.join(map(_escaped, each))} |" for each in meant]
        lines.append("")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    who = ", ".join(row.needed_by)
    return (row.kind, row.primary, row.counterpart or "-", row.in_step_by, who, row.objective or "-")


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
