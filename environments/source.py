"""One environment file as the rules across files see it: its document and whatever of it is valid."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from environments import messages
from environments.document import Document
from environments.errors import Path
from environments.partial import rule_findings, valid_part
from environments.schema import DrEnvironment, SharedEnvironment, WorkloadEnvironment

MODELS: dict[str, type[SharedEnvironment] | type[WorkloadEnvironment] | type[DrEnvironment]] = {
    "shared": SharedEnvironment,
    "workload": WorkloadEnvironment,
    "dr": DrEnvironment,
}


@dataclass(frozen=True)
class Source:
    """A file with the model that fits its `kind`."""

    document: Document
    kind: str | None
    environment: Any
    """The environment, or the valid part of it, or nothing."""

    def get(self, *path: str) -> Any:
        """The value at `path`; nothing if it is wrong, missing or reported."""
        value = self.environment
        for step in path:
            value = value.get(step) if isinstance(value, dict) else getattr(value, step, None)
        return value

    @property
    def name(self) -> str:
        """Name of the environment; the file's if the file does not say, or says a wrong one."""
        if self.document.is_reported(("name",)):
            return self.document.stem
        return self.get("name") or self.document.stem

    def report(self, path: Path, message: str, value: str | None = None) -> None:
        self.document.report(path, message, value if value is not None else self.document.text(path))


def by_name(sources: Iterable[Source]) -> dict[str, Source]:
    """Sources by every name that another file may mean them by."""
    known: dict[str, Source] = {}
    for source in sources:
        for name in (source.name, source.get("name")):
            if name:
                known.setdefault(name, source)
    return known


def understand(document: Document) -> Source:
    """Validate a document by the model of its kind; problems are added to the document."""
    if document.data is None:
        return Source(document, None, None)
    model = _model(document)
    if model is None:
        return Source(document, None, None)
    environment = _validated(document, model)
    return Source(document, str(document.data["kind"]), environment)


def _model(document: Document) -> type[BaseModel] | None:
    data = document.data or {}
    choices = "shared, workload or dr"
    if "kind" not in data:
        document.report(("kind",), f"missing; required, e.g. kind: workload ({choices})")
        return None
    model = MODELS.get(data["kind"]) if isinstance(data["kind"], str) else None
    if model is None:
        document.report(("kind",), f"no such kind; use {choices}", document.text(("kind",)))
    return model


def _validated(document: Document, model: type[BaseModel]) -> Any:
    try:
        # Strict, because "8080" or `yes` for a number is a mistake; as JSON, because only there a strict
        # model takes a list for a tuple and a text for an enumeration.
        environment = model.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        messages.report(document, model, error)
    else:
        if not document.reported:
            return environment
    for finding in rule_findings(valid_part(document, model)):
        if not document.is_reported(finding.path):
            document.report(finding.path, finding.message, finding.value or document.text(finding.path))
    return valid_part(document, model)
