"""Options that commands share, worded once."""

from typing import Annotated

import typer

Service = Annotated[str, typer.Argument(help="Service of the environment's file, such as orders.")]
Env = Annotated[str, typer.Option("--env", help="Environment of the service.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the steps and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
