"""The program that `cdktf synth` runs."""

from pathlib import Path

import pytest

import main
from environments.errors import ConfigError, Problem
from environments.schema import Fleet


def test_writes_where_cdktf_asks(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[Fleet, str]] = []
    monkeypatch.setattr(main, "synthesize", lambda fleet, outdir: asked.append((fleet, outdir)))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    main.main()
    monkeypatch.delenv("CDKTF_OUTDIR")
    main.main()
    assert asked == [(fleet, str(tmp_path)), (fleet, str(main.ROOT / "cdktf.out"))]


def test_fails_when_the_environments_are_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = [
        Problem("environments/prod.yaml", "network.cidr", "10.0.0.0/33", "not an IPv4 network", 12),
        Problem("environments/dr.yaml", "primary", "prd", "no such workload; use prod", 7),
    ]

    def refuse() -> Fleet:
        raise ConfigError(problems)

    monkeypatch.setattr(main, "load_fleet", refuse)
    monkeypatch.setattr(main, "synthesize", lambda *_: pytest.fail("synthesized a wrong configuration"))
    with pytest.raises(SystemExit) as stopped:
        main.main()
    assert stopped.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines() == [str(problem) for problem in problems]
