"""Continuing a script in a new connection: what the statements before left in the old one. Pure functions.

Variables, `SET FOREIGN_KEY_CHECKS=0`, `USE`, temporary tables end with their connection. What was set from
constants and other settings is set again; what came from data may be another value by now, and is not.
"""

import re

from operations.schema_migrations.statements import PROGRAM, bare

_AGAIN = re.compile(r"(USE|SET(?!\s+STATEMENT))\b", re.IGNORECASE)
"""Statements that do nothing but set something in their session. MariaDB's SET STATEMENT does more."""

_STEADY = frozenset(
    {
        *("CAST", "COALESCE", "CONCAT", "CONCAT_WS", "CONVERT", "DATABASE", "IF", "IFNULL", "LOWER"),
        *("NULLIF", "REPLACE", "SCHEMA", "TRIM", "UPPER"),
    }
)
"""Functions that give the same whenever they are asked."""

_CHANGING = re.compile(
    r"\b(SELECT|CURRENT_\w+|LOCALTIME\w*|UTC_\w+)\b"
    r"|@@(\w+\.)?(last_insert_id|identity|timestamp|warning_count|error_count)\b",
    re.IGNORECASE,
)
_FUNCTION = re.compile(r"\b(\w+)\s*\(")
_KEEPS = re.compile(
    r"CREATE\s+(OR\s+REPLACE\s+)?TEMPORARY\b|HANDLER\b|.*(\bINTO\s+@|:=|\bGET_LOCK\s*\()",
    re.IGNORECASE | re.DOTALL,
)
"""Leaves a temporary table, a variable or a lock."""

_KEEPS_FOR = tuple(
    (re.compile(rf"({verbs})\b", re.IGNORECASE), re.compile(asks, re.IGNORECASE))
    for verbs, asks in (
        ("CALL|EXECUTE", r"(?<!@)@(?!@)"),  # may set variables that it does not name
        ("PREPARE", r"^EXECUTE\b"),
        ("INSERT|REPLACE|UPDATE", r"\bLAST_INSERT_ID\s*\("),
    )
)
"""Leaves something that matters only if a later statement asks for it."""


def repeated(todo: tuple[str, ...], done: int) -> tuple[int, ...]:
    """Which of the first `done` statements a new connection is given again."""
    return tuple(number for number in range(done) if _AGAIN.match(bare(todo[number])))


def lost(todo: tuple[str, ...], done: int) -> int | None:
    """The first of the `done` statements that left something which no new connection has; None if the rest
    of the script can be carried out in one."""
    if done >= len(todo):
        return None
    script = _Script(todo)
    return next((number for number in range(done) if script.leaves(number, done)), None)


def hopeless_from(todo: tuple[str, ...]) -> int | None:
    """How many statements are done when the script can no longer be continued; None if it always can."""
    script = _Script(todo)
    return next((number + 1 for number in range(len(todo) - 1) if script.leaves(number, number + 1)), None)


class _Script:
    def __init__(self, todo: tuple[str, ...]) -> None:
        self._said = [bare(text) for text in todo]
        self._asking = [(verb, self._that_ask(asks)) for verb, asks in _KEEPS_FOR]

    def _that_ask(self, asks: re.Pattern[str]) -> list[int]:
        """The bodies of triggers and routines are not carried out now."""
        return [at for at, said in enumerate(self._said) if asks.search(said) and not PROGRAM.match(said)]

    def leaves(self, number: int, done: int) -> bool:
        """Whether a statement left something that cannot be had again, and that the statements from `done`
        on may need, or those that are repeated."""
        said = self._said[number]
        if PROGRAM.match(said):
            return False
        if _AGAIN.match(said):
            functions = {name.upper() for name in _FUNCTION.findall(said)}
            return bool(_CHANGING.search(said)) or not functions <= _STEADY
        asked = [at for verb, asking in self._asking if verb.match(said) for at in asking if at > number]
        return bool(_KEEPS.match(said)) or any(at >= done or _AGAIN.match(self._said[at]) for at in asked)
