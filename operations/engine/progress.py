"""Shows a run while it works: a live line on a terminal, plain lines elsewhere, JSON lines for programs."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.status import Status

from operations.console import err, out
from operations.engine.journal import Entry, now
from operations.engine.state import Run

PLAIN_SECONDS = 10.0
"""Between two lines that say the same step still waits, where nobody looks at it live."""

_SILENT = {"planned", "confirmed", "resumed", "saved", "called", "finished"}


class Progress:
    """A watcher of the executor."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._status: Status | None = None
        self._said = ("", "", 0.0)

    @contextmanager
    def live(self) -> Iterator[None]:
        """While the run works."""
        if err.is_terminal and not self.as_json:
            self._status = err.status("")
            self._status.start()
        try:
            yield
        finally:
            if self._status:
                self._status.stop()
                self._status = None

    def entry(self, run: Run, entry: Entry) -> None:
        """An entry was written."""
        if self.as_json:
            self._event({"event": entry["entry"], "run": run.id, **_shown(entry)})
            return
        name, step = entry["entry"], entry.get("step", "")
        if name in _SILENT:
            return
        err.print(_line(run, name, step, entry), markup=False)
        if self._status:
            self._status.update(escape(f"{step} ..."))

    def status(self, run: Run, step: str, text: str) -> None:
        """Something is still going on."""
        said_step, said_text, when = self._said
        if self._status:
            self._status.update(escape(f"{step}: {text}"))
            return
        pause = PLAIN_SECONDS if (said_step, said_text) == (step, text) else 1
        if said_step == step and time.monotonic() - when < pause:
            return
        self._said = step, text, time.monotonic()
        if self.as_json:
            self._event({"event": "waiting", "run": run.id, "at": now(), "step": step, "text": text})
        else:
            err.print(f"     {text}", markup=False)

    def result(self, result: dict[str, object], text: str = "") -> None:
        """The last line for programs; for people, what came of it."""
        if self.as_json:
            self._event({"event": "result", **result})
        elif text:
            out.print(text, markup=False, highlight=False)

    def _event(self, event: dict[str, object]) -> None:
        sys.stdout.write(json.dumps(event, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()


def _shown(entry: Entry) -> Entry:
    return {name: value for name, value in entry.items() if name not in ("entry", "plan")}


def _line(run: Run, name: str, step: str, entry: Entry) -> str:
    seconds = run.steps[step].seconds if step in run.steps else None
    match name:
        case "started":
            number = [*run.steps].index(step) + 1
            again = ", again" if entry["again"] else ""
            return f"{number:>3}  {step}: {run.plan.step(step).why}{again}"
        case "done":
            found = "was done already" if entry["found"] else "done"
            return f"     {found}, {seconds or 0:.1f} s"
        case "failed":
            return f"     {'skipped' if entry['optional'] else 'failed'}: {entry['error']}"
        case "undoing":
            return f"  <  undo {step}"
    return f"     {name}"
