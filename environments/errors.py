"""How configuration mistakes are reported: one line each, all of them at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of a file down to a value."""

SHOWN = 60
"""Characters of a value that a message repeats."""


@dataclass(frozen=True)
class Finding:
    """What a rule of a model found, before it is known in which file and line that is."""

    path: Path
    message: str
    value: str | None = None
    """Shown instead of what the file says at `path`."""


class RuleError(ValueError):
    """Everything that the rules of one model found; paths are relative to that model."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(_joined(join(f.path), f.value, f.message) for f in self.findings))


@dataclass(frozen=True)
class Problem:
    """One mistake: the file and key it is in, the value given, what is wrong and what to do."""

    file: str
    path: str
    value: str | None
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return _joined(place, self.path, self.value, self.message)


class ConfigError(Exception):
    """The environments cannot be used. Lists every problem of every file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def join(path: Path) -> str:
    """Write a path as people do: `network.zones[0]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if re.fullmatch(r"[A-Za-z0-9_-]+", step) else f'"{shorten(step)}"'
            text += f".{name}" if text else name
    return text


def shorten(value: str, limit: int = SHOWN) -> str:
    """One printable line of at most `limit` characters, whatever a file contained."""
    line = " ".join(value.split())
    line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def listed(words: Iterable[object], last: str = "or") -> str:
    """Join words for a sentence: `a, b or c`."""
    *head, tail = [str(word) for word in words] or ["nothing"]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def _joined(*parts: str | None) -> str:
    return ": ".join(part for part in parts if part)
