"""The two streams of the CLI: results go to stdout, everything said about the work goes to stderr."""

import json
from typing import Any

from rich.console import Console

# Without emoji: rich would draw the `:secret:` of an ARN as one.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def print_tables(*tables: Any, width: int) -> None:
    """Print on stdout; in a pipe, `width` columns wide: a name must stay on its line to be found by grep."""
    wide = Console(highlight=False, emoji=False, width=None if out.is_terminal else width)
    for table in tables:
        wide.print(table)


def print_json(value: Any) -> None:
    """Print `value` as JSON on stdout, unstyled and unwrapped, so that it can be piped."""
    out.print(json.dumps(value, indent=2, ensure_ascii=False, default=str), markup=False, highlight=False)
