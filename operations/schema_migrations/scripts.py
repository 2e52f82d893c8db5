"""Flyway's scripts: names, versions and checksums. Pure but for reading files."""

import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from operations.errors import Refused

_NAME = re.compile(r"([VU])(\d+(?:[._]\d+)*)__(.+)\.sql")
"""With Flyway's default prefixes, separator and suffix (Flyway documentation, "Migrations", Naming)."""


@dataclass(frozen=True, order=True)
class Version:
    """Compared number by number; `1`, `1.0` and `1_0` are one version, as Flyway has it."""

    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers)) or "0"


@dataclass(frozen=True)
class Script:
    """One file."""

    path: Path
    kind: str
    """`V` makes, `U` undoes."""

    version: Version
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def version(text: str) -> Version:
    """A version as Flyway writes it; refuses anything else."""
    if not re.fullmatch(r"\d+([._]\d+)*", text):
        raise Refused(
            f"{text!r} is no version; write numbers joined by dots, such as 2.1. Nothing was changed."
        )
    numbers = [int(part) for part in re.split(r"[._]", text)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return Version(tuple(numbers))


def read_scripts(directory: Path) -> tuple[Script, ...]:
    """Every versioned and undo script below a directory; two of one kind and version are refused."""
    found: dict[tuple[str, Version], Script] = {}
    for path in sorted(directory.rglob("*.sql")):
        named = _NAME.fullmatch(path.name)
        if named is None:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise Refused(
                f"{path} is not UTF-8 (byte {error.start + 1}); save it as UTF-8. Nothing was changed."
            ) from error
        script = Script(path.resolve(), named[1], version(named[2]), text)
        other = found.setdefault((script.kind, script.version), script)
        if other is not script:
            raise Refused(
                f"{other.path} and {path} are both {named[1]}{script.version}. Nothing was changed."
            )
    return tuple(found.values())


def checksum(text: str) -> int:
    """Flyway's CRC32, signed: of the lines without their ends, so that Windows' ends change nothing, and
    without a byte order mark (flyway-core, ChecksumCalculator)."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    return crc(lines)


def crc(texts: Iterable[str]) -> int:
    """CRC32 as Java's int."""
    total = 0
    for text in texts:
        total = zlib.crc32(text.encode(), total)
    return total - (1 << 32) if total & (1 << 31) else total
