"""Options of every command that reaches the database server, worded once."""

from pathlib import Path
from typing import Annotated

import typer

from operations.paths import STATE_DIR

Ca = Annotated[
    Path,
    typer.Option(
        envvar="HYBRID_DB_CA",
        help="Certificate authorities of the server.",
        show_default=".hybrid/rds-global-bundle.pem",
    ),
]
Host = Annotated[
    str | None,
    typer.Option(help="Another way to the same server, such as a tunnel."),
]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port that goes with --host.")]

DEFAULT_CA = STATE_DIR / "rds-global-bundle.pem"
"""Where the authorities of RDS are put (docs/runbooks/service-database.md)."""
