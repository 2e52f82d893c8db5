# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Files that are missing, unreadable or one too many, and the errors' own shape."""

from collections.abc import Callable
from pathlib import Path

import pytest

from environments.errors import ConfigError, Problem, join, shorten
from environments.loader import DIRECTORY, load_fleet, read_environments

Lines = Callable[[], list[str]]


def test_fails_when_the_hub_is_missing(directory: Path, lines: Lines) -> None:
    (directory / "shared.yaml").unlink()
    assert lines() == [
        "environments/shared.yaml: missing; one file of kind: shared describes the hub (docs/configuration.md)"
    ]


def test_fails_when_the_second_region_is_missing(directory: Path, lines: Lines) -> None:
    (directory / "dr.yaml").unlink()
    assert lines() == [
        "environments/dr.yaml: missing; one file of kind: dr describes the second region (docs/configuration.md)"
    ]


def test_fails_when_all_files_are_missing(directory: Path, lines: Lines) -> None:
    for file in directory.iterdir():
        file.unlink()
    assert lines() == [
        "environments: holds no environment (*.yaml); "
        "it needs shared.yaml, dr.yaml and one workload, such as prod.yaml"
    ]


def test_fails_when_the_directory_is_missing(directory: Path) -> None:
    (problem,) = read_environments(directory / "none").problems
    assert str(problem) == (
        "environments/none: no such directory; give the one that holds the environment files"
    )


CONTENTS = {
    "it_is_empty": (
        b"",
        "environments/prod.yaml: empty; start from another environment's file (docs/configuration.md)",
    ),
    "it_is_only_a_comment": (
        b"# nothing\n",
        "environments/prod.yaml: empty; start from another environment's file (docs/configuration.md)",
    ),
    "it_is_a_list": (
        b"- a\n- b\n",
        "environments/prod.yaml:1: expected keys and values, such as kind: workload, at the top of the file",
    ),
    "it_is_not_utf_8": (
        "kind: workload\nname: é\n".encode("latin-1"),
        "environments/prod.yaml:2: byte 0xe9 is not UTF-8; save the file as UTF-8",
    ),
    "it_is_utf_16": (
        "kind: workload\n".encode("utf-16"),
        "environments/prod.yaml:1: byte 0xff is not UTF-8; save the file as UTF-8",
    ),
    "it_is_nested_too_deeply": (
        b"a: " + b"[" * 100_000 + b"]" * 100_000,
        "environments/prod.yaml: nested deeper than 20 levels; an environment needs six at most",
    ),
    "it_uses_an_undefined_alias": (
        b"a: *b\n",
        "environments/prod.yaml:1:4: not valid YAML: found undefined alias; "
        "check the indentation and quotes up to here",
    ),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_fails_when_of_a_file(case: str, directory: Path, lines: Lines) -> None:
    content, expected = CONTENTS[case]
    (directory / "prod.yaml").write_bytes(content)
    assert lines() == [expected]


def test_fails_when_a_file_is_a_directory(directory: Path, lines: Lines) -> None:
    (directory / "qa.yaml").mkdir()
    assert lines() == [
        "environments/qa.yaml: cannot be read (Is a directory); check the file and its permissions"
    ]


def test_fails_when_the_extension_is_yml(directory: Path, lines: Lines) -> None:
    (directory / "prod.yaml").rename(directory / "prod.yml")
    assert lines() == ["environments/prod.yml: only .yaml is read; rename the file to prod.yaml"]


def test_fails_when_a_copy_keeps_the_name(directory: Path, lines: Lines) -> None:
    copy = (directory / "prod.yaml").read_text()
    copy = copy.replace("10.30.", "10.40.").replace("host: fileflow.", "host: fileflow.two.")
    (directory / "prod2.yaml").write_text(copy)
    assert lines() == [
        "environments/prod2.yaml:3: name: prod: environments/prod.yaml has this name already; "
        "rename this environment and its file"
    ]


@pytest.mark.parametrize(("kind", "copy"), [("shared", "hub"), ("dr", "a")])
def test_fails_when_a_kind_is_there_twice(kind: str, copy: str, directory: Path, lines: Lines) -> None:
    text = (directory / f"{kind}.yaml").read_text().replace(f"name: {kind}", f"name: {copy}2")
    text = text.replace("10.0.0", "10.77.0").replace("10.1.", "10.78.").replace("cdn.", "cdn2.")
    (directory / f"{copy}2.yaml").write_text(text)
    assert lines() == [
        f"environments/{copy}2.yaml:3: kind: {kind}: environments/{kind}.yaml is of this kind already; keep one"
    ]


def test_editor_leftovers_are_no_environments(directory: Path) -> None:
    (directory / ".#prod.yaml").write_text("broken: [")
    (directory / "prod.yaml~").write_text("broken: [")
    assert load_fleet(directory).primary.name == "prod"


def test_a_problem_in_one_file_makes_no_noise_in_others(directory: Path, lines: Lines) -> None:
    for name in ("dev", "prod"):
        (directory / f"{name}.yaml").write_text("kind: [")
    assert [line.split(":")[0] for line in lines()] == ["environments/dev.yaml", "environments/prod.yaml"]


def test_an_error_carries_all_problems(directory: Path, lines: Lines) -> None:
    (directory / "dev.yaml").write_text("")
    (directory / "dr.yaml").unlink()
    with pytest.raises(ConfigError) as caught:
        load_fleet(directory)
    assert [str(problem) for problem in caught.value.problems] == lines()
    assert str(caught.value) == "\n".join(lines())
    assert (
        Problem(
            "environments/dev.yaml",
            "",
            None,
            "empty; start from another environment's file (docs/configuration.md)",
        )
        in caught.value.problems
    )


def test_the_committed_files_are_valid() -> None:
    assert [*load_fleet().environments] == ["shared", "dev", "staging", "prod", "dr"]
    assert [*load_fleet(DIRECTORY).workloads] == ["dev", "staging", "prod"]


def test_values_are_shown_on_one_short_printable_line() -> None:
    assert shorten("a\n  b\x1b[31m") == "a b\\x1b[31m"
    assert len(shorten("x" * 500)) == 60


def test_paths_are_written_as_people_do() -> None:
    assert join(("network", "zones", 0)) == "network.zones[0]"
    assert join(("services", "a.b")) == 'services."a.b"'
