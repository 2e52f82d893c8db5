"""Looks for planted secrets wherever they must not be: files, output, arguments and environments."""

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

CANARY = 'Canary-9c41d7-pä"ss/word'
"""A secret with characters that JSON and URLs write in another way."""

FORMS = (CANARY, "Canary-9c41d7")
"""The beginning is written alike everywhere."""


def assert_nowhere(*places: "Path | str | Seen") -> None:
    """Fail if the canary is in a text, a file, any file of a directory, or what a process was seen with."""
    for place in places:
        for name, text in _texts(place):
            assert not any(form in text for form in FORMS), f"the secret is in {name}"


@dataclass
class Seen:
    """Arguments and environments of a process and all of its children, while they ran."""

    texts: set[str] = field(default_factory=set)

    def look(self, process: psutil.Process) -> None:
        with contextlib.suppress(psutil.Error):
            for one in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    self.texts.add(" ".join(one.cmdline()))
                    self.texts.update(f"{name}={value}" for name, value in one.environ().items())


@contextlib.contextmanager
def watched(process: "subprocess.Popen[str]") -> Iterator[Seen]:
    """Look at a process again and again until the block ends."""
    seen, ended = Seen(), threading.Event()

    def watch() -> None:
        of = psutil.Process(process.pid)
        while not ended.wait(0.02):
            seen.look(of)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _texts(place: "Path | str | Seen") -> Iterator[tuple[str, str]]:
    if isinstance(place, Seen):
        assert place.texts, "nothing was seen of the process"
        yield from ((f"a process: {text[:40]}", text) for text in place.texts)
    elif isinstance(place, str):
        yield "the output", place
    else:
        files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
        yield from ((str(path), path.read_bytes().decode(errors="replace")) for path in files)
