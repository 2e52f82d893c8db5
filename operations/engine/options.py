"""Options that every command with a plan has, worded once."""

from typing import Annotated

import typer

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the steps and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Confirm = Annotated[
    str | None,
    typer.Option("--confirm", metavar="NAME", help="Agree to what cannot be brought back, by its name."),
]
Json = Annotated[bool, typer.Option("--json", help="Print events and the result as JSON, one a line.")]
