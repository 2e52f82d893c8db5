"""What is generated from the models is committed and current."""

import json

import pytest
import yaml

from environments import json_schema, reference
from environments.docstrings import field_docs
from environments.fields import Shape, shape_at
from environments.loader import DIRECTORY
from environments.service import ServiceConfig

FILES = sorted(DIRECTORY.glob("*.yaml"), key=lambda path: path.name)


def test_the_schema_is_current() -> None:
    committed = json_schema.PATH.read_text(encoding="utf-8")
    assert committed == json_schema.text(), "run: python -m environments.json_schema --write"


def test_the_reference_in_the_documentation_is_current() -> None:
    page = reference.PATH.read_text(encoding="utf-8")
    assert page == reference.with_reference(page), "run: python -m environments.reference --write"


def test_every_key_is_described() -> None:
    definitions = json_schema.json_schema()["$defs"]
    models = [name for name, definition in definitions.items() if "properties" in definition]
    bare = [
        f"{model}.{key}"
        for model in models
        for key, value in definitions[model]["properties"].items()
        if "description" not in value and "$ref" not in value and "allOf" not in value
    ]
    assert bare == []


def test_descriptions_are_the_docstrings() -> None:
    assert field_docs(ServiceConfig)["cpu"] == "CPU units; 1024 are one vCPU."


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_the_files_fit_the_schema(file: object) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    data = yaml.safe_load((DIRECTORY / str(file)).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(json_schema.json_schema())
    assert [error.message for error in validator.iter_errors(data)] == []


def test_the_schema_refuses_an_unknown_key_and_kind() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(json_schema.text()))
    data = yaml.safe_load((DIRECTORY / "dev.yaml").read_text(encoding="utf-8"))
    assert not validator.is_valid({**data, "netwrk": 1})
    assert not validator.is_valid({**data, "kind": "dr"})
    assert not validator.is_valid({**data, "kind": "other"})


def test_shapes_are_found_through_lists_and_mappings() -> None:
    shape = shape_at(ServiceConfig, ("needs", 0))
    assert shape is not None
    assert shape.options == ("database", "cache", "queue", "bucket")
    assert shape_at(ServiceConfig, ("nothing",)) is None
    assert Shape(dict[str, ServiceConfig]).item == Shape(ServiceConfig)
