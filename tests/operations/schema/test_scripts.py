"""Flyway's names, versions and checksums."""

from pathlib import Path

import pytest

from operations.errors import Refused
from operations.schema_migrations.flyway import java_hash
from operations.schema_migrations.scripts import checksum, crc, read_scripts, version


def test_the_checksum_is_crc32_as_java_has_it() -> None:
    assert crc(["123456789"]) == -873187034  # 0xCBF43926, the check value of CRC-32/ISO-HDLC
    assert crc(["1234", "56789"]) == -873187034


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\rb", "a\nb\n", "\ufeffa\nb"])
def test_line_ends_and_a_byte_order_mark_change_nothing(text: str) -> None:
    assert checksum(text) == crc(["ab"])


@pytest.mark.parametrize(("text", "value"), [("hello", 99162322), ("polygenelubricants", -2147483648)])
def test_the_lock_is_named_by_javas_hash(text: str, value: int) -> None:
    assert java_hash(text) == value


def test_versions_compare_by_number() -> None:
    assert version("1.0") == version("1") == version("1_0")
    assert version("2") < version("2.1") < version("10")
    assert str(version("2_1")) == "2.1"
    with pytest.raises(Refused, match="'V2' is no version"):
        version("V2")


def test_fails_when_a_script_is_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / "U1__a.sql").write_bytes("SELECT 'é'".encode("latin-1"))
    with pytest.raises(Refused, match=r"U1__a\.sql is not UTF-8 \(byte 9\); save it as UTF-8"):
        read_scripts(tmp_path)


def test_other_files_are_left_alone_and_doubles_refused(tmp_path: Path) -> None:
    for name in ("V1__a.sql", "U1__a.sql", "R__view.sql", "V2_1__b.sql", "notes.sql", "V3__c.txt"):
        (tmp_path / name).write_text("SELECT 1")
    assert sorted(f"{one.kind}{one.version}" for one in read_scripts(tmp_path)) == ["U1", "V1", "V2.1"]
    (tmp_path / "V1.0__again.sql").write_text("SELECT 1")
    with pytest.raises(Refused, match="are both V1"):
        read_scripts(tmp_path)
