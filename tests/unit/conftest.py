"""Copies of the committed environment files that a test may break."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from environments.loader import DIRECTORY, read_environments


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory `environments` with copies of all files; messages name it relative to its parent."""
    copies = tmp_path / "environments"
    copies.mkdir()
    for file in DIRECTORY.glob("*.yaml"):
        shutil.copy(file, copies)
    monkeypatch.chdir(tmp_path)
    return copies


@pytest.fixture
def edit(directory: Path) -> Callable[[str, str, str], None]:
    """Replace a text that must stand in the file."""

    def replace(file: str, old: str, new: str) -> None:
        path = directory / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} no longer says {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


@pytest.fixture
def lines(directory: Path) -> Callable[[], list[str]]:
    """The problems of the directory, as a person reads them."""
    return lambda: [str(problem) for problem in read_environments(directory).problems]


@pytest.fixture
def lines_after(
    edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> Callable[[Iterable[tuple[str, str, str]]], list[str]]:
    """The problems once a case's edits are made."""

    def read(edits: Iterable[tuple[str, str, str]]) -> list[str]:
        for change in edits:
            edit(*change)
        return lines()

    return read
