"""The program that `cdktf synth` runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cdktf import App, TerraformStack
from constructs import Construct

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


def of_jsii(fleet: Fleet, outdir: str) -> None:
    raise ValueError("region eu is no region\n  use another\n    at Kernel.create (/jsii/program.js:1:2)")


class Broken(Construct):
    """A construct that cannot be made."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.share = 1 // len(self.node.children)


def broken_construct(fleet: Fleet, outdir: str) -> None:
    Broken(TerraformStack(App(outdir=outdir), "prod"), "Tracing")


def of_jsii_late(fleet: Fleet, outdir: str) -> None:
    error = RuntimeError("there is already a construct with that name")
    error.add_note("asked for at stacks/prod.py:12, in __init__")
    raise error


def no_message(fleet: Fleet, outdir: str) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    ("synthesis", "line"),
    [
        (of_jsii, "synthesis failed: ValueError: region eu is no region; use another"),
        (
            broken_construct,
            "synthesis failed at prod/Tracing: ZeroDivisionError: integer division or modulo by zero",
        ),
        (
            of_jsii_late,
            "synthesis failed: RuntimeError: there is already a construct with that name; "
            "asked for at stacks/prod.py:12, in __init__",
        ),
        (no_message, "synthesis failed: RuntimeError: no message"),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_whatever_stops_a_synthesis_is_one_line(
    synthesis: Callable[[Fleet, str], None],
    line: str,
    debug: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(main, "synthesize", synthesis)
    monkeypatch.setenv(main.DEBUG, "1" if debug else "0")
    with pytest.raises(SystemExit) as stopped:
        main.main()
    assert stopped.value.code == 1
    *above, last = capsys.readouterr().err.splitlines()
    if debug:
        assert above[0] == "Traceback (most recent call last):"
        assert f", in {synthesis.__name__}" in "\n".join(above)
        assert last == line
    else:
        assert above == []
        assert last == f"{line} (HYBRID_DEBUG=1 shows the traceback)"
