"""`hybrid dr audit` refuses files and numbers that say nothing, by name and with exit code 2."""

import sys
from pathlib import Path

import pytest

from operations import cli


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[object, str]:
    monkeypatch.setattr(sys, "argv", ["hybrid", "dr", "audit", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    captured = capsys.readouterr()
    assert captured.out == ""
    return stop.value.code, captured.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"resource": {"aws_vpc": {', "is no JSON"),
        ("\udcff", "is no JSON"),
        ("[]", "it is a list, not an object"),
        ("null", "it is null, not an object"),
        ('"text"', "it is text, not an object"),
        ('{"resource": []}', "resource is a list, not an object"),
        ('{"data": {"aws_vpc": null}}', "data.aws_vpc is null, not an object"),
        ('{"resource": {"aws_vpc": {"V": []}}}', "resource.aws_vpc.V is a list, not an object"),
        ('{"provider": []}', "provider is a list, not an object"),
        ('{"provider": {"aws": "x"}}', "provider.aws is neither an object nor a list of objects"),
        ('{"terraform": {"backend": []}}', "terraform.backend is a list, not an object"),
        ('{"terraform": {"backend": {"s3": []}}}', "terraform.backend.s3 is a list, not an object"),
        (None, "cannot be read"),
    ],
)
def test_fails_when_a_file_is_no_terraform_json(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    text: str | None,
    said: str,
) -> None:
    file = tmp_path / "stacks" / "prod" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    if text is None:
        file.mkdir()
    else:
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
    code, err = _run(monkeypatch, capsys, "--from", str(tmp_path))
    assert code == 2
    assert err.startswith(f"{file}: ")
    assert said in err
    assert "make synth" in err


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "-1"])
def test_fails_when_a_quota_is_no_amount(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    code, err = _run(monkeypatch, capsys, "--quota", f"vpcs={number}")
    assert code == 2
    assert err == f"--quota vpcs={number}: a quota is a number of 0 or more; write vpcs=10\n"
