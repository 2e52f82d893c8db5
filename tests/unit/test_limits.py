# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""What the names of several files make together, and AWS would refuse."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

Edit = tuple[str, str, str]

CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "the_alias_of_the_cdn_is_no_common_name": (
        [("dr.yaml", "alias: cdn.fileflow", f"alias: {'a' * 50}.cdn")],
        [
            f"dr.yaml:43: edge.cdn.alias: {'a' * 50}.cdn.ryuq…: has 65 characters; ACM takes 64 for the first name of a certificate, use a shorter one (ACM user guide, domain names)"
        ],
    ),
    "copies_leave_their_class_too_early": (
        [
            (
                "shared.yaml",
                "usage:\n",
                "log_archive:\n  lifecycle: { standard_ia_days: 30, glacier_days: 89 }\n\nusage:\n",
            ),
            ("dr.yaml", "ryuqqq-dr-logs", "ryuqqq-dr-logs\n  storage_class: GLACIER_IR"),
        ],
        [
            'shared.yaml:35: log_archive.lifecycle.glacier_days: 89: copies lie in GLACIER_IR, as replication.storage_class of environments/dr.yaml says, and stay there 90 days; use 90 or more, or another class there (S3 user guide, "Comparing the Amazon S3 storage classes")'
        ],
    ),
}


def _line(text: str) -> str:
    """Without the number of the line, which moves with every comment of the files."""
    return re.sub(r"\.yaml:\d+:", ".yaml:", text)


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    found = [_line(line) for line in lines_after(edits)]
    assert found == [_line(f"environments/{line}") for line in expected]


def test_a_target_group_of_the_standby_is_too_long(
    directory: Path, edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    edit("prod.yaml", "\n  fileflow:\n", "\n  files-of-everybody:\n")
    rename(directory, "dr", "second-region")
    assert [_line(line) for line in lines()] == [
        "environments/second-region.yaml: name: second-region: makes the target group files-of-everybody-second-region-blue, 37 characters; AWS allows 32, shorten this name or files-of-everybody by 5"
    ]


def rename(directory: Path, old: str, new: str) -> None:
    for file in directory.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        text = re.sub(rf"^name: {old}$", f"name: {new}", text, flags=re.MULTILINE)
        file.write_text(re.sub(rf"(attach: .*)\b{old}\b", rf"\1{new}", text), encoding="utf-8")
    (directory / f"{old}.yaml").rename(directory / f"{new}.yaml")


@pytest.mark.parametrize(
    ("prefix", "names", "expected"),
    [
        ("abcdefghijklmnop", ("staging", "lasttests"), []),
        (
            "abcdefghijklmnop",
            ("staging", "last-tests"),
            [
                "the ElastiCache user abcdefghijklmnop-last-tests-redis-default, 41 characters; AWS allows 40, shorten this name or organisation.prefix by 1"
            ],
        ),
        (
            "ryuqqq",
            ("shared", "platform-shared-services-hub"),
            [
                "the role ryuqqq-platform-shared-services-hub-state-replication-ap-northeast-2, 68 characters; AWS allows 64, shorten this name or organisation.prefix by 4"
            ],
        ),
    ],
)
def test_names_that_are_made_of_the_prefix(
    prefix: str,
    names: tuple[str, str],
    expected: list[str],
    directory: Path,
    lines: Callable[[], list[str]],
) -> None:
    hub = directory / "shared.yaml"
    text = hub.read_text(encoding="utf-8")
    hub.write_text(text.replace("prefix: ryuqqq", f"prefix: {prefix}"), encoding="utf-8")
    rename(directory, *names)
    assert [_line(line) for line in lines()] == [
        f"environments/{names[1]}.yaml: name: {names[1]}: makes {message}" for message in expected
    ]
