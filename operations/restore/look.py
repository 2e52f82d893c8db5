"""Looks at the data of a restored instance, over verified TLS, and without a way to change it."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from operations.db.server import Denied, Endpoint, Session, Unreachable, session
from operations.db.sql import Password
from operations.engine.context import Context
from operations.errors import Breached, HybridError, UsageError

ROWS, LETTERS = 20, 200
"""What of an answer is kept for the report."""

PAUSE = 5.0


def read_only(query: str) -> str:
    """The query, if it is one that reads; whatever it might call, the transaction refuses to write."""
    text = query.strip().rstrip(";").strip()
    if not re.match(r"(SELECT|WITH|SHOW|CHECKSUM\s+TABLE)\b", text, re.IGNORECASE) or ";" in text:
        raise UsageError(
            f"--check {query!r}: give one SELECT, WITH, SHOW or CHECKSUM TABLE. Nothing was done"
        )
    if re.search(r"\bINTO\s+(OUTFILE|DUMPFILE|@)", text, re.IGNORECASE):
        raise UsageError(f"--check {query!r}: INTO writes something; leave it out. Nothing was done")
    return text


def ask(admin: Session, query: str) -> list[list[str]]:
    """Rows as texts."""
    admin.rows("START TRANSACTION READ ONLY")
    # With no values to bind, the driver takes a percent sign as it is.
    found = admin.rows(query)
    return [[_text(value) for value in row] for row in found[:ROWS]]


def check_data(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """The `Local` of that name: fails if the first value is not the expected one."""
    at = Endpoint(
        params["address"], params["port"], Path(params["ca"]), params["via_host"], params["via_port"]
    )
    rows = _answer(context, at, params)
    expected = params["expected"]
    first = rows[0][0] if rows and rows[0] else None
    if expected is not None and first != expected:
        raise Breached(
            f"{params['query']} answers {first}, and {expected} was expected; services were not switched"
        )
    return {"rows": rows}


def _answer(context: Context, at: Endpoint, params: dict[str, Any]) -> list[list[str]]:
    """A new host name takes a while to be known, and a new password to be set."""
    password = Password(params["password"].reveal)
    while True:
        failure: HybridError
        try:
            with session(at, params["user"], password) as admin:
                return ask(admin, params["query"])
        except (Unreachable, Denied) as error:
            failure = error
        if context.remaining() <= PAUSE:
            raise failure
        context.say(str(failure))
        time.sleep(PAUSE)


def _text(value: Any) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= LETTERS else f"{text[:LETTERS]}..."
