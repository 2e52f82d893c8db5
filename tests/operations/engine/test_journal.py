"""What a journal does about a disk that is full."""

import json
import os
import subprocess
import sys
from pathlib import Path

FULL = """
import resource, signal, sys
from pathlib import Path
from operations.engine.journal import Journal
from operations.engine.redact import Redactor
from operations.errors import HybridError

path = Path(sys.argv[1])
journal = Journal(path, Redactor())
journal.append("planned", x="y")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
room = path.stat().st_size + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
try:
    journal.append("started", step="promote", again=False)
except HybridError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.append("failed", step="promote")
"""
"""Appends while the file may grow by some bytes only, and again when there is room."""


def full(path: Path, room: int) -> str:
    command = [sys.executable, "-c", FULL, str(path), str(room)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout


def test_fails_when_the_disk_takes_only_a_part_of_an_entry(tmp_path: Path) -> None:
    for room in (40, 0):
        path = tmp_path / f"{room}.jsonl"

        said = full(path, room)

        assert said.startswith(f"{path} could not be written (File too large)")
        assert "resume the run" in said
        entries = [json.loads(line) for line in path.read_text().splitlines()]
        assert [one["entry"] for one in entries] == ["planned", "failed"], "nothing torn is left"


def test_an_entry_for_which_there_is_room_is_written(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"

    assert full(path, 1000) == ""

    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["entry"] for one in entries] == ["planned", "started", "failed"]
