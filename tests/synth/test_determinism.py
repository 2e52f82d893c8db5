"""The same environments give the same bytes, whoever synthesizes them, where and in which language."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.synth.synthesized import ROOT, Synthesized

SOURCES = ("main.py", "stacks", "constructs", "environments")
CACHE = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
JSII_CACHE = os.environ.get(CACHE) or str(Path.home() / ".cache/aws/jsii/package-cache")
"""Kept between runs; a fresh home directory would have jsii unpack 400 MB again."""

ELSEWHERE = {
    "here, plain": {"USER": "alice", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "1", "TZ": "UTC"},
    "copy, Korean": {
        "USER": "영희",
        "LANG": "ko_KR.UTF-8",
        "LC_ALL": "ko_KR.UTF-8",
        "PYTHONHASHSEED": "4242",
        "TZ": "Asia/Seoul",
        "COLUMNS": "40",
        "CI": "true",
    },
}


def start(checkout: Path, cwd: Path, home: Path, outdir: Path, **settings: str) -> subprocess.Popen[str]:
    """Synthesize as `cdktf synth` does, in a process that knows only these settings."""
    home.mkdir()
    cwd.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(checkout), str(checkout / "constructs")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        CACHE: JSII_CACHE,
        "CDKTF_OUTDIR": str(outdir),
        "HOME": str(home),
        **settings,
    }
    command = [sys.executable, str(checkout / "main.py")]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def written(outdir: Path) -> dict[str, bytes]:
    """What Terraform and cdktf read, by path."""
    return {
        file.relative_to(outdir).as_posix(): file.read_bytes()
        for file in [outdir / "manifest.json", *(outdir / "stacks").glob("*/cdk.tf.json")]
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What each process wrote; both run at the same time."""
    base = tmp_path_factory.mktemp("elsewhere")
    copy = base / "a copy é"
    copy.mkdir()
    for source in SOURCES:
        target = copy / source
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)
    checkouts = dict(zip(ELSEWHERE, (ROOT, copy), strict=True))
    processes = {
        name: start(
            checkout,
            base / f"cwd-{checkout.name}",
            base / f"home {index}",
            base / f"out{index}",
            **ELSEWHERE[name],
        )
        for index, (name, checkout) in enumerate(checkouts.items())
    }
    for name, process in processes.items():
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, f"{name}: {output}"
    return {name: written(base / f"out{index}") for index, name in enumerate(checkouts)}


def test_every_process_writes_the_same_bytes(
    runs: dict[str, dict[str, bytes]], stacks: dict[str, Synthesized], outdir: Path
) -> None:
    ours = written(outdir)
    assert set(ours) == {"manifest.json", *(f"stacks/{name}/cdk.tf.json" for name in stacks)}
    for name, theirs in runs.items():
        differing = {path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)}
        assert not differing, f"{name}: {sorted(differing)}"


def test_no_path_of_a_machine_is_written(stacks: dict[str, Synthesized], outdir: Path) -> None:
    places = {str(ROOT), str(outdir), str(Path.home()), sys.prefix, tempfile.gettempdir()} - {"/"}
    for path, content in written(outdir).items():
        text = content.decode().replace(r"\"containerPath\":\"/tmp\"", "")  # a task's own folder
        assert not {place for place in places if place in text}, path
