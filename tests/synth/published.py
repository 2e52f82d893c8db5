"""Follows values that one stack publishes in an SSM parameter and another one looks up there."""

import re
from collections.abc import Iterator
from typing import Any

from tests.synth.synthesized import Synthesized

_TOKEN = re.compile(r'\s*(?:(?P<text>"[^"]*")|(?P<mark>[{}=,])|(?P<name>[A-Za-z0-9_.\[\]-]+))')
_LOOKUP = re.compile(
    r"jsondecode\(data\.aws_ssm_parameter\.(?P<data>[A-Za-z0-9_-]+)\.insecure_value\)"
    r'(?P<path>(?:\.[A-Za-z0-9_]+|\["[^"]+"\])+)'
)
_STEP = re.compile(r'\.([A-Za-z0-9_]+)|\["([^"]+)"\]')


class Exchange:
    """What all stacks of a fleet publish."""

    def __init__(self, stacks: dict[str, Synthesized]) -> None:
        self.published = {
            parameter["name"]: (name, parse(parameter["value"]))
            for name, stack in stacks.items()
            for parameter in stack.all("aws_ssm_parameter").values()
            # Plain values, such as a host name, are for the CLI and the services; no stack looks them up.
            if parameter["value"].startswith("${jsonencode(")
        }

    def lookups(self, stack: Synthesized) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Parameter name and path of every value that a stack looks up."""
        text = stack.text.replace('\\"', '"')
        for match in _LOOKUP.finditer(text):
            yield self._lookup(stack, match)

    def resolve(self, stack: Synthesized, expression: str) -> tuple[str, str]:
        """The stack that published a looked-up value, and the expression it published."""
        match = re.fullmatch(rf"\$\{{{_LOOKUP.pattern}\}}", expression)
        assert match, f"not a lookup: {expression}"
        return self.value(*self._lookup(stack, match))

    def value(self, parameter: str, path: tuple[str, ...]) -> tuple[str, str]:
        publisher, value = self.published[parameter]
        for step in path:
            value = value[step]
        assert isinstance(value, str), f"{parameter} {path} is a structure, not a value"
        return publisher, value

    def _lookup(self, stack: Synthesized, match: re.Match[str]) -> tuple[str, tuple[str, ...]]:
        parameter = stack.json["data"]["aws_ssm_parameter"][match["data"]]["name"]
        return parameter, tuple(dotted or quoted for dotted, quoted in _STEP.findall(match["path"]))


def parse(value: str) -> Any:
    """A published `${jsonencode({...})}` as a dictionary; references stay `${...}`, texts are plain."""
    inner = re.fullmatch(r"\$\{jsonencode\((?P<body>.*)\)\}", value)
    assert inner, f"not published with jsonencode: {value}"
    body = inner["body"]
    assert _TOKEN.sub("", body).strip() == "", f"cannot read {body}"
    return _value(_TOKEN.finditer(body))


def _value(tokens: Iterator[re.Match[str]]) -> Any:
    token = next(tokens)
    if token["text"]:
        return token["text"][1:-1]
    if token["name"]:
        return f"${{{token['name']}}}"
    assert token["mark"] == "{", f"unexpected {token['mark']}"
    members: dict[str, Any] = {}
    for key in tokens:
        if key["mark"] == "}":
            break
        if key["mark"] == ",":
            continue
        assert next(tokens)["mark"] == "="
        members[key["text"][1:-1]] = _value(tokens)
    return members
