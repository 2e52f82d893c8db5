"""What a run did, as Markdown and JSON beside its journal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations.engine.redact import Redactor
from operations.engine.state import Run, State, StepState
from operations.engine.values import Source


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    state: State
    run: Run | None = None
    """None if there was nothing to journal: a dry run, nothing to do."""

    directory: Path | None = None
    """For files of the run."""

    report: Path | None = None
    """The Markdown; the same with `.json` beside it."""

    data: Mapping[str, Any] = field(default_factory=dict)
    """What the kind concluded."""

    @property
    def seconds(self) -> float:
        """Measured, from the agreement to the end, with the time of interruptions."""
        return self.run.seconds if self.run else 0.0

    def answer(self, step: str, path: str, of: Source = "call") -> Any:
        """A kept part of an answer; None if the step has none."""
        return self.run.steps[step].answers.get(of, {}).get(path) if self.run else None


@dataclass(frozen=True)
class Conclusion:
    """What a kind adds to the report of a run that is done or undone."""

    markdown: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    breached: str = ""
    """The objective that was missed: the command then ends with exit code 4."""


def describe(run: Run, state: State) -> dict[str, Any]:
    """A run as plain data."""
    return {
        "run": run.id,
        "kind": run.plan.kind,
        "target": run.plan.target,
        "state": str(state),
        "began": run.header["at"],
        "ended": run.ended,
        "seconds": round(run.seconds, 3),
        "by": run.header["by"],
        "facts": dict(run.plan.facts),
        "notes": list(run.plan.notes),
        "steps": [
            _step(one.id, one.why, str(one.call or "wait"), run.steps[one.id]) for one in run.plan.steps
        ],
    }


def _step(id_: str, why: str, does: str, state: StepState) -> dict[str, Any]:
    result = {"id": id_, "why": why, "does": does, "state": standing(state)}
    if state.seconds is not None:
        result["seconds"] = round(state.seconds, 3)  # type: ignore[assignment]
    if state.error:
        result["error"] = state.error
    return {**result, "answers": {source: kept for source, kept in state.answers.items() if kept}}


def standing(state: StepState) -> str:
    """One word for a step."""
    if state.undone:
        return "undone"
    if state.done:
        return "done"
    if state.skipped:
        return "skipped"
    if state.error:
        return "failed"
    return "begun" if state.started else "open"


def write(run: Run, state: State, path: Path, conclusion: Conclusion, redactor: Redactor) -> Path:
    """Write both, and return the Markdown's path."""
    data = {
        **describe(run, state),
        "conclusion": dict(conclusion.data),
        "breached": conclusion.breached or None,
    }
    text = json.dumps(redactor.value(data), indent=2, ensure_ascii=False, default=str)
    path.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
    markdown = path.with_suffix(".md")
    markdown.write_text(redactor.text(_markdown(data, conclusion)), encoding="utf-8")
    return markdown


def _markdown(data: dict[str, Any], conclusion: Conclusion) -> str:
    lines = [
        f"# {data['kind']} {data['target']}: {data['state']}",
        "",
        f"Run `{data['run']}` by {data['by']}, {data['began']} to {data['ended']}, {data['seconds']:.1f} s.",
        "",
        "| step | why | state | seconds |",
        "|---|---|---|---|",
    ]
    for step in data["steps"]:
        seconds = f"{step['seconds']:.1f}" if "seconds" in step else ""
        lines.append(f"| {step['id']} | {_cell(step['why'])} | {step['state']} | {seconds} |")
    for step in data["steps"]:
        if "error" in step:
            lines += ["", f"`{step['id']}`: {step['error']}"]
    if data["facts"]:
        lines += ["", "## Found before", "", *(f"- {name}: {value}" for name, value in data["facts"].items())]
    if data["notes"]:
        lines += ["", "## Notes", "", *(f"- {note}" for note in data["notes"])]
    saved = [(step["id"], step["answers"]["saved"]) for step in data["steps"] if step["answers"].get("saved")]
    if saved:
        lines += ["", "## Replaced", ""]
        lines += [f"- {id_}: {path} was `{value}`" for id_, kept in saved for path, value in kept.items()]
    if conclusion.markdown:
        lines += ["", "## Result", "", conclusion.markdown]
    if conclusion.breached:
        lines += ["", f"**Breached:** {conclusion.breached}"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
