"""Reads all environment files and checks them, alone and against each other."""

from dataclasses import dataclass
from pathlib import Path

from environments import limits, rules
from environments.document import Document, read_document
from environments.errors import ConfigError, Problem
from environments.schema import Fleet
from environments.source import Source, understand

DIRECTORY = Path(__file__).resolve().parent
_PROJECT = DIRECTORY.parent


@dataclass(frozen=True)
class Reading:
    """What a directory of environment files says, and everything that is wrong with it."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]
    fleet: Fleet | None
    """All environments; nothing while there are problems."""

    @property
    def names(self) -> list[str]:
        """Environments by name, in the order of a first deployment if that is known."""
        return [*self.fleet.environments] if self.fleet else list(dict.fromkeys(s.name for s in self.sources))


def load_fleet(directory: Path = DIRECTORY) -> Fleet:
    """Read all environments of `directory`, or raise one `ConfigError` that lists every problem."""
    reading = read_environments(directory)
    if reading.fleet is None:
        raise ConfigError(reading.problems)
    return reading.fleet


def read_environments(directory: Path = DIRECTORY) -> Reading:
    """Read all environments of `directory`; never raises."""
    shown = _shown(directory)
    if not directory.is_dir():
        return _failed(
            Problem(shown, "", None, "no such directory; give the one that holds the environment files")
        )
    files = sorted(path for path in directory.iterdir() if _is_environment(path))
    if not files:
        message = (
            "holds no environment (*.yaml); it needs shared.yaml, dr.yaml and one workload, such as prod.yaml"
        )
        return _failed(Problem(shown, "", None, message))
    sources = tuple(understand(_read(path, shown)) for path in files)
    problems = rules.check(sources, shown)
    limits.check(sources)
    for source in sources:
        problems += sorted(
            source.document.problems, key=lambda problem: (problem.line or 0, problem.column or 0)
        )
    fleet = None if problems else _fleet(sources)
    return Reading(sources, tuple(problems), fleet)


def _failed(problem: Problem) -> Reading:
    return Reading((), (problem,), None)


def _is_environment(path: Path) -> bool:
    return path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith(".")


def _read(path: Path, shown: str) -> Document:
    file = f"{shown}/{path.name}"
    if path.suffix == ".yaml":
        return read_document(path, file)
    document = Document(file, path.stem)
    document.report((), f"only .yaml is read; rename the file to {path.stem}.yaml")
    return document


def _shown(directory: Path) -> str:
    """The directory as messages call it: relative to the project, else to where the command runs."""
    full = directory.resolve()
    for base in (_PROJECT, Path.cwd()):
        if full.is_relative_to(base) and full != base:
            return full.relative_to(base).as_posix()
    return full.as_posix()


def _fleet(sources: tuple[Source, ...]) -> Fleet:
    found = {source.name: source.environment for source in sources}
    shared = next(source.environment for source in sources if source.kind == "shared")
    dr = next(source.environment for source in sources if source.kind == "dr")
    order = [*shared.transit_gateway.attach, *found]
    workloads = {name: found[name] for name in dict.fromkeys(order) if found[name].kind == "workload"}
    return Fleet(shared=shared, workloads=workloads, dr=dr)
