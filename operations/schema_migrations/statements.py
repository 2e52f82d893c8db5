"""The statements of a script, and which of them cannot be carried out one by one. Pure functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<delimiter>(?:^|(?<=\n))[ \t]*DELIMITER[ \t]+(?P<mark>\S+)[ \t]*(?:\r?\n|$))
    |(?P<comment>--(?=[\s]|$)[^\n]*|\#[^\n]*|/\*(?![!+]).*?\*/)
    |(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`)
    |(?P<word>\w+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

PROGRAM = re.compile(
    r"(CREATE|ALTER)\s+(OR\s+REPLACE\s+)?(DEFINER\s*=\s*\S+(\s*@\s*\S+)?\s+)?(AGGREGATE\s+)?"
    r"(TRIGGER|PROCEDURE|FUNCTION|EVENT)\b",
    re.IGNORECASE,
)
"""Has a body, whose statements are carried out later, not now."""

_INNER_END = re.compile(r"\s+(IF|CASE|LOOP|REPEAT|WHILE|FOR)\b", re.IGNORECASE)

_REFUSED = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), why)
    for pattern, why in (
        (
            r"(START\s+TRANSACTION|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE\s+SAVEPOINT|XA|SET\s+TRANSACTION)\b",
            "transactions mean nothing here, because each statement commits by itself; take it out",
        ),
        (
            r"SET\b.*(@@(\w+\.)?|(?<![@.\w]))autocommit\s*:?=",
            "each statement commits by itself, so autocommit stays on; take it out",
        ),
        (
            r"LOCK\s+TABLES?\b|FLUSH\b.*\bWITH\s+READ\s+LOCK\b",
            "under such a lock the history cannot be written; take it out",
        ),
        (
            r".*\b(ROW_COUNT|FOUND_ROWS)\s*\(",
            "that is about the statement before, which here is one of the history; take it out",
        ),
        (
            r"(END|ELSE|ELSEIF|WHEN|UNTIL)\b",
            "that is the rest of a trigger or routine before it, which has no BEGIN; write DELIMITER $$ "
            "before that one and $$ after its end",
        ),
    )
)
"""Beginnings of a statement without its quoted texts, and what to tell who wrote it."""


@dataclass(frozen=True)
class _Part:
    text: str
    open: bool = False
    """The script ended inside of a BEGIN without DELIMITER."""


def statements(text: str) -> tuple[str, ...]:
    """The statements of a script, as MySQL's own client divides them: by `;` or what DELIMITER says.

    As with Flyway, triggers and routines with BEGIN ... END need no DELIMITER.
    """
    return tuple(part.text for part in _parts(text))


def problems(text: str, done: int = 0) -> Iterator[str]:
    """What keeps a script from being undone statement by statement, after the first `done` of them."""
    for number, part in enumerate(_parts(text)[done:], done + 1):
        at, said = f"statement {number} ({shortened(part.text)})", bare(part.text)
        if part.open:
            yield f"{at}: its BEGIN has no END; if it has, write DELIMITER $$ before it and $$ after its end"
        if "${" in part.text:
            yield f"{at}: ${{...}} is a placeholder of Flyway's, which nobody fills here; write its value"
        if not PROGRAM.match(said):
            yield from (f"{at}: {why}" for pattern, why in _REFUSED if pattern.match(said))


def shortened(text: str, length: int = 100) -> str:
    """One line of a statement, for people."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 3]}..."


def bare(text: str) -> str:
    """A statement as it is told apart from others: without quoted texts, and what MySQL's own comments
    (`/*!40101 SET ... */`) hold laid open."""
    kept = "".join("''" if token["quoted"] else token[0] for token in _TOKEN.finditer(text))
    return re.sub(r"/\*!\d*|\*/", " ", kept).strip()


def _parts(text: str) -> list[_Part]:
    parts = (_Part(part.text.strip(), part.open) for part in _divided(text.removeprefix("\ufeff")))
    return [part for part in parts if part.text]


def _divided(text: str) -> Iterator[_Part]:
    mark, present, at = ";", "", 0
    depth, last = 0, ""  # BEGINs without their END, and the token before, which matter without DELIMITER
    while at < len(text):
        if text.startswith(mark, at) and not depth:
            yield _Part(present)
            present, last, at = "", "", at + len(mark)
            continue
        token = _TOKEN.match(text, at)
        if token is None:  # `other` takes any character
            raise AssertionError(text[at:])
        at = token.end()
        if token["delimiter"] and not present.strip():
            mark = token["mark"]
        elif token["comment"]:
            present += " "
        else:
            present += token[0]
            if token["word"] and mark == ";":
                depth += _deeper(token, last.upper(), present, depth)
            last = token[0].strip() or last
    yield _Part(present, depth > 0)


def _deeper(token: re.Match[str], last: str, present: str, depth: int) -> int:
    """1 where a block of a trigger or routine begins, -1 where it ends.

    A block's END always follows a `;` (that of a CASE expression never does) or its own BEGIN. A BEGIN too
    many, such as a column of that name, leaves the statement open, which is refused.
    """
    word = token[0].upper()
    if word == "BEGIN" and last not in (".", "@") and PROGRAM.match(bare(present)):
        return 1
    if word == "END" and last in (";", "BEGIN") and not _INNER_END.match(token.string, token.end()):
        return -1 if depth else 0
    return 0
