"""Reads one YAML file into plain data, remembering the line of everything and refusing what misleads."""

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from environments.errors import Path, Problem, join, shorten

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_BLOCK = "a block"
_DEEPEST = 20
"""Levels; what follows recurses, in C too, and a stack overflow there ends the process."""

_LONGEST_NUMBER = 18
"""Digits that fit 64 bits."""


@dataclass(frozen=True)
class Place:
    """Where a value stands, and how the file writes it."""

    line: int
    text: str
    quoted: bool = False


@dataclass
class Document:
    """One file: its data, the place of every value and what is wrong with the YAML itself."""

    file: str
    stem: str
    data: dict[str, Any] | None = None
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    reported: set[Path] = field(default_factory=set)
    """Paths that have a problem already; what follows from them is noise."""

    def report(self, path: Path, message: str, value: str | None = None, line: int | None = None) -> None:
        """Add a problem at `path`, on its line or that of the nearest block around it."""
        above = next(
            (self.places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.places), None
        )
        line = line or (above.line if above else None)
        shown = shorten(value) if value is not None else None
        problem = Problem(self.file, join(path), shown, message, line)
        if problem not in self.problems:
            self.problems.append(problem)
        self.reported.add(path)

    def withdraw(self, path: Path) -> None:
        """Take back problems below `path`, which turned out to follow from another one."""
        prefix = join(path)
        self.problems = [problem for problem in self.problems if not problem.path.startswith(prefix)]

    def text(self, path: Path) -> str | None:
        """What the file says at `path`, unless that is a whole block."""
        text = self.places[path].text if path in self.places else None
        return None if text == _BLOCK else text

    def is_reported(self, path: Path) -> bool:
        """Whether `path`, or a block around it, has a problem already."""
        return any(path[:end] in self.reported for end in range(1, len(path) + 1))


def read_document(path: FilePath, file: str) -> Document:
    """Read `path`; `file` is what messages call it. Never raises: problems are in the result."""
    document = Document(file, path.stem)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        if _too_deep(text):
            document.report((), f"nested deeper than {_DEEPEST} levels; an environment needs six at most")
            return document
        loader = _LOADER(text)
        root = loader.get_single_node()
        if root is None:
            document.report((), "empty; start from another environment's file (docs/configuration.md)")
        elif not isinstance(root, yaml.MappingNode):
            message = "expected keys and values, such as kind: workload, at the top of the file"
            document.report((), message, line=root.start_mark.line + 1)
        else:
            document.data = _Builder(document, loader).mapping(root, ())
    except OSError as error:
        document.report((), f"cannot be read ({error.strerror}); check the file and its permissions")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        document.report(
            (), f"byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8", line=line
        )
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(file, error))
    return document


def _too_deep(text: str) -> bool:
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return True
    return False


def _syntax_problem(file: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(getattr(error, "reason", "unreadable"))
    fix = "check the indentation and quotes up to here"
    if "single document" in str(getattr(error, "context", "")):
        what, fix = "a second document starts here", "remove the --- line; one file is one environment"
    elif "mapping values are not allowed" in what:
        what, fix = (
            f"not valid YAML: {what}",
            'put a value that contains ": " in quotes, or correct the indentation',
        )
    elif "cannot start any token" in what:
        what, fix = (
            f"not valid YAML: {what}",
            "indent with spaces, and quote values that start with @, ` or %",
        )
    else:
        what = f"not valid YAML: {what}"
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return Problem(file, "", None, f"{shorten(what, 200)}; {fix}", line, column)


class _Builder:
    """Turns nodes into data; unlike PyYAML it refuses duplicate keys, aliases, tags and odd numbers."""

    def __init__(self, document: Document, loader: Any) -> None:
        self._document = document
        self._loader = loader
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path, line: int | None = None) -> Any:
        line = line or node.start_mark.line + 1
        self._document.places[path] = Place(line, _text(node), not _is_plain(node))
        if id(node) in self._seen:
            self._document.report(path, "aliases (*name) are not supported; write the value out")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._document.report(path, "a key must be plain text", line=line)
                continue
            key = key_node.value
            here = (*path, key)
            if key_node.tag == f"{_TAG}merge":
                self._document.report(here, "merge keys are not supported; write the keys out", line=line)
            elif key in data:
                message = f"used twice, on lines {lines[key]} and {line}; rename or remove one"
                self._document.problems.append(Problem(self._document.file, join(here), None, message, line))
            else:
                lines[key] = line
                data[key] = self.value(value_node, here, line)
        return data

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        kind, text = node.tag.removeprefix(_TAG), node.value
        if _is_plain(node) and _LEADING_ZERO.fullmatch(text):
            message = f'YAML may read a leading zero as octal; if it is text, write it in quotes: "{text}"'
            self._document.report(path, message, text)
        elif kind == "int" and len(text) > _LONGEST_NUMBER:
            self._document.report(path, "too large; no setting needs such a number", text)
        elif kind == "int" and not _DECIMAL.fullmatch(text):
            message = f'YAML reads it in another base; write it in decimal, or in quotes: "{text}"'
            self._document.report(path, message, text)
        elif kind in ("str", "int", "float", "bool", "null"):
            return self._loader.construct_object(node)
        elif kind == "timestamp":
            self._document.report(path, f'YAML reads it as a date; write it in quotes: "{text}"', text)
        else:
            self._document.report(path, "tags (!name) and `=` are not supported; write plain text", text)
        return None


def _text(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return node.value or ("empty" if node.tag == f"{_TAG}null" else '""')
    if isinstance(node, yaml.SequenceNode):
        scalars = [item.value if isinstance(item, yaml.ScalarNode) else "..." for item in node.value]
        return f"[{', '.join(scalars)}]"
    return _BLOCK if node.value else "{}"


def _is_plain(node: yaml.Node) -> bool:
    return getattr(node, "style", None) in (None, "")
