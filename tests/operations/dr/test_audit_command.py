"""`hybrid dr audit`: what is printed where, and the exit codes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from operations import cli
from operations.dr.audit import synthesis
from operations.dr.audit.blocks import Stacks
from operations.errors import HybridError, UsageError
from tests.operations.dr.breaking import broken, change, named

Hybrid = Callable[..., tuple[int, str, str]]
TOPIC = change("dr", "aws_sns_topic", named("ryuqqq-dr-alarms-warning"), kms_master_key_id="alias/aws/sns")


@pytest.fixture
def hybrid(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hybrid:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hybrid", "dr", "audit", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return run


def _written(stacks: Stacks, outdir: Path) -> str:
    for name, content in stacks.items():
        folder = outdir / "stacks" / name
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(content), encoding="utf-8")
    return str(outdir)


@pytest.fixture
def ready(stacks: Stacks, tmp_path: Path) -> str:
    return _written(stacks, tmp_path / "ready")


@pytest.fixture
def unready(stacks: Stacks, tmp_path: Path) -> str:
    return _written(broken(stacks, TOPIC), tmp_path / "unready")


def test_a_ready_fleet_ends_with_0(hybrid: Hybrid, ready: str) -> None:
    code, out, err = hybrid("--from", ready)
    assert (code, err) == (0, "")
    (database,) = [line for line in out.splitlines() if line.startswith("database  ") and "RDS" in line]
    assert database.split()[1:3] == ["ryuqqq-shared-rds", "ryuqqq-shared-rds-replica"]
    assert database.split()[-1] == "ok"
    assert "has a counterpart for all" in out.splitlines()[-1]


def test_a_gap_ends_with_4_and_says_what_to_do(hybrid: Hybrid, unready: str) -> None:
    code, out, err = hybrid("--from", unready)
    assert code == 4
    assert "GAP" in out
    gap, last = err.splitlines()
    assert gap.startswith(
        "topic ryuqqq-prod-alarms-warning: topic ryuqqq-dr-alarms-warning: kms_master_key_id is"
    )
    assert "; make dr follow prod, or say why" in gap
    assert last == "1 gap between prod in ap-northeast-2 and dr in ap-northeast-1"


def test_json_has_everything(hybrid: Hybrid, ready: str, unready: str) -> None:
    code, out, _ = hybrid("--from", ready, "--json")
    report = json.loads(out)
    assert (code, report["ready"], report["gaps"]) == (0, True, [])
    (database,) = [row for row in report["dependencies"] if row["kind"] == "database"]
    meant = {each["difference"]["path"]: each["difference"] for each in database["accepted"]}
    assert (meant["multi_az"]["expected"], meant["multi_az"]["found"]) == (True, False)
    code, out, _ = hybrid("--from", unready, "--json")
    assert (code, [gap["kind"] for gap in json.loads(out)["gaps"]]) == (4, ["topic"])


def test_markdown_lists_gaps_first(hybrid: Hybrid, unready: str) -> None:
    code, out, _ = hybrid("--from", unready, "--markdown")
    lines = out.splitlines()
    assert code == 4
    assert lines[0] == "# DR readiness: 1 gap between prod in ap-northeast-2 and dr in ap-northeast-1"
    assert lines[2] == "## Gaps"
    assert lines[4].startswith("- topic ryuqqq-prod-alarms-warning: ")
    assert "| queue | fileflow-prod | fileflow-dr |" in out
    assert "## Meant to differ" in lines


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--json", "--markdown"), "use one of them"),
        (("--quota", "tasks=4"), "tasks=4: no such quota; use fargate-on-demand-vcpu"),
        (("--quota", "vpcs=many"), "vpcs=many: no number after =; write vpcs=10"),
        (("--from", "no-such-folder"), "no-such-folder: no stacks/*/cdk.tf.json below it"),
    ],
)
def test_fails_when_the_command_line_is_wrong(hybrid: Hybrid, arguments: tuple[str, ...], text: str) -> None:
    code, out, err = hybrid(*arguments)
    assert (code, out) == (2, "")
    assert text in err


def test_quotas_reach_the_report(hybrid: Hybrid, ready: str) -> None:
    assert hybrid("--from", ready, "--quota", "elastic-ips=0")[0] == 4
    assert hybrid("--from", ready, "--quota", "elastic-ips=1")[0] == 0


@pytest.mark.parametrize(("code", "error"), [(2, UsageError), (1, HybridError)])
def test_fails_when_the_stacks_cannot_be_synthesized(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, error: type[HybridError]
) -> None:
    main = f"import sys\nsys.stderr.write('prod.yaml: wrong')\nraise SystemExit({code})\n"
    (tmp_path / "main.py").write_text(main, encoding="utf-8")
    monkeypatch.setattr("operations.synthesis.PROJECT_ROOT", tmp_path)
    with pytest.raises(error, match=r"prod\.yaml: wrong") as refused:
        synthesis.synthesized()
    assert refused.value.exit_code == code
