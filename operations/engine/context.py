"""What a run has at hand while it works: clients, secrets, answers so far."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations.engine.redact import MASK, Hidden, Redactor
from operations.engine.retry import Clients, judged
from operations.engine.state import StepState
from operations.engine.values import Attempt, Join, JsonText, Ref, RunId, Secret, walk
from operations.errors import HybridError


class Unknown(HybridError):
    """A value that the journal does not have: the answer was lost in a crash."""


@dataclass
class Context:
    """Given to every `Local` action, too."""

    run: str
    """The id of the run."""

    aws: Clients
    """Of the plan's account; retries by itself."""

    redactor: Redactor
    directory: Path
    """For files that belong to the run, beside the journal. Made on first use by who needs it."""

    steps: Mapping[str, StepState]
    say: Callable[[str], None] = lambda _: None
    """Shows how far the step is."""

    attempt: int = 1
    """Of the step at work."""

    deadline: float = field(default=float("inf"))

    def remaining(self) -> float:
        """Seconds that are left of the step's time limit; at least 0."""
        return max(0.0, self.deadline - time.monotonic())

    def token(self, step: str) -> str:
        """The same for the same step of the same run, whenever it is asked for."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"hybrid:{self.run}:{step}"))

    def answer(self, ref: Ref) -> Any:
        """What the journal has for a Ref."""
        kept = self.steps[ref.step].answers.get(ref.of, {})
        if ref.path not in kept:
            raise Unknown(f"the {ref.of} of step {ref.step} left no {ref.path}: its answer was lost")
        if kept[ref.path] is None:
            raise HybridError(f"there was no {ref.path} in the answer of the {ref.of} of step {ref.step}")
        # Also a part of it: what is read back is sent, and a masked text is another one.
        if any(isinstance(one, str) and MASK in one for one in walk(kept[ref.path])):
            raise HybridError(
                f"{ref.path} of step {ref.step} holds a secret, and was not kept; use Secret(arn)"
            )
        return kept[ref.path]

    def resolve(self, value: Any) -> Any:
        """A value with everything filled in; secrets are `Hidden`."""
        if isinstance(value, Mapping):
            return {name: self.resolve(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve(inner) for inner in value]
        match value:
            case Ref():
                value = self.answer(value)
            case Secret():
                value = self.secret(value)
            case RunId():
                value = self.run
            case Attempt():
                value = self.attempt
            case Join(parts):
                value = self._text("".join(str(reveal(self.resolve(part))) for part in parts))
            case JsonText(inner):
                value = self._text(json.dumps(reveal(self.resolve(inner))))
        return value

    def _text(self, text: str) -> Any:
        """A text that has a secret in it is one itself."""
        return Hidden(text) if self.redactor.text(text) != text else text

    def secret(self, secret: Secret) -> Hidden:
        """Read a secret, and hide it from now on."""
        _, _, service, region, *_ = secret.arn.split(":")
        with judged(f"reading {secret.arn}", self.redactor):
            if service == "ssm":
                found = self.aws.client("ssm", region).get_parameter(Name=secret.arn, WithDecryption=True)
                text = str(found["Parameter"]["Value"])
            else:
                found = self.aws.client("secretsmanager", region).get_secret_value(SecretId=secret.arn)
                text = str(found["SecretString"])
        whole = self.redactor.add(text)
        if not secret.key:
            return whole
        value = _member(text, secret.key)
        if value is None:
            raise HybridError(f"{secret.arn} holds no JSON with {secret.key}")
        return self.redactor.add(value)


def reveal(value: Any) -> Any:
    """A resolved value as it is sent."""
    match value:
        case Hidden():
            return value.reveal
        case dict():
            return {name: reveal(inner) for name, inner in value.items()}
        case list():
            return [reveal(inner) for inner in value]
    return value


def _member(text: str, key: str) -> str | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) else None
