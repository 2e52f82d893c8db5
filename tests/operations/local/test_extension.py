"""The extension as a whole: it installs on the moto it was written for, and on no other."""

import subprocess
import sys

import pytest

from operations.errors import HybridError
from operations.local import moto_extension


def test_fails_when_moto_has_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto_extension, "version", lambda _: "5.2.6")

    with pytest.raises(HybridError, match=r"written for moto 5\.2\.5, but 5\.2\.6 is installed"):
        moto_extension.install()


def test_installs_in_a_process_of_its_own() -> None:
    """Not in this one: the tests of other parts must meet moto as it is."""
    code = "from operations.local import moto_extension; moto_extension.install()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
