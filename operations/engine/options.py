"""Options of every command with a plan, beside those of `operations/options.py`."""

from typing import Annotated

import typer

Confirm = Annotated[
    str | None,
    typer.Option("--confirm", metavar="NAME", help="Agree to what cannot be brought back, by its name."),
]
Json = Annotated[bool, typer.Option("--json", help="Print events and the result as JSON, one a line.")]
