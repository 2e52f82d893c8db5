"""The shims of `hybrid_constructs.fast_synth`: that they work, and that they stay out of the way."""

import json
import os
import re
import subprocess
import sys
import typing
from importlib.util import find_spec
from pathlib import Path

import pytest

from hybrid_constructs import fast_synth
from hybrid_constructs.fast_synth import type_checks

ROOT = Path(__file__).parents[2]
MARKER = "// readFD:3,writeFD:3"


def clean_environment(**changes: str) -> dict[str, str]:
    switches = ("NODE_OPTIONS", fast_synth.STOCK_SWITCH)
    inherited = {name: value for name, value in os.environ.items() if name not in switches}
    path = os.pathsep.join([str(ROOT), str(ROOT / "constructs")])
    return {**inherited, "PYTHONPATH": path, **changes}


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = clean_environment(**environment)
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)


def node(script: Path, **environment: str) -> str:
    options = fast_synth.node_options("", fast_synth.PRELOAD)
    env = clean_environment(NODE_OPTIONS=options, **environment)
    return subprocess.check_output(["node", str(script)], env=env, text=True).strip()


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """A package as jsii installs it, and a program that says which index it got."""
    package = tmp_path / "node_modules" / "@cdktf" / "provider-aws"
    (package / "lib").mkdir(parents=True)
    manifest = {"name": "@cdktf/provider-aws", "version": "20.1.0", "main": "lib/index.js"}
    (package / "package.json").write_text(json.dumps(manifest))
    (package / "lib" / "index.js").write_text("module.exports = 'eager'")
    (package / "lib" / "lazy-index.js").write_text("module.exports = 'lazy'")
    (tmp_path / "program.js").write_text("console.log(require('@cdktf/provider-aws'))")
    return package


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """jsii's wrapper, with the directory its program belongs in."""
    for directory in ("bin", "lib"):
        (tmp_path / directory).mkdir()
    wrapper = tmp_path / "bin" / "jsii-runtime.js"
    wrapper.write_text("console.log('wrapper')")
    return wrapper


def test_one_import_loads_few_modules_and_the_lazy_index_in_one_node_process() -> None:
    code = """if True:
        import hybrid_constructs
        from cdktf_cdktf_provider_aws.vpc import Vpc
        import psutil, sys
        modules = sum(name.startswith("cdktf_cdktf_provider_aws") for name in sys.modules)
        print("counted", modules, len(psutil.Process().children(recursive=True)))
    """
    ran = python(code, JSII_DEBUG_TIMING="1")
    counted = re.search(r"counted (\d+) (\d+)", ran.stdout)
    assert counted
    assert int(counted[1]) < 30
    assert int(counted[2]) == 1
    index = re.findall(r"require\(.*provider-aws.*/lib/(.*)\)", ran.stdout + ran.stderr)
    assert index == ["lazy-index.js"]


def test_bindings_are_reachable_as_attributes() -> None:
    code = "import hybrid_constructs, cdktf_cdktf_provider_aws as a; print(a.vpc.Vpc, hasattr(a, 'nothing'))"
    assert python(code).stdout.endswith("vpc.Vpc'> False\n")


def test_warns_when_node_was_started_before() -> None:
    ran = python("import cdktf, hybrid_constructs")
    assert "import hybrid_constructs before cdktf" in ran.stderr


def test_output_of_javascript_does_not_disturb_the_protocol(tmp_path: Path) -> None:
    noisy = tmp_path / "noisy.js"
    noisy.write_text(
        "const M = require('module'), load = M._load; let once = 0;"
        "M._load = function (request, ...rest) {"
        "  if (request === 'constructs' && !once++) { console.log('said'); process.emitWarning('warned'); }"
        "  return load.call(this, request, ...rest); };"
    )
    ran = python("import hybrid_constructs, cdktf", NODE_OPTIONS=f'--require "{noisy}"')
    assert ran.stdout == "said\n"
    assert "Warning: warned\n" in ran.stderr


def test_wrong_types_are_still_refused(tmp_path: Path) -> None:
    code = """if True:
        import hybrid_constructs
        from cdktf import App, TerraformStack
        from cdktf_cdktf_provider_aws.vpc import Vpc
        stack = TerraformStack(App(), "stack")
        Vpc(stack, "Good", cidr_block="10.0.0.0/16", enable_dns_support=True)
        for name, value in {"cidr_block": 10, "tags": 3, "lifecycle": "x", "count": "x"}.items():
            try:
                Vpc(stack, name, **{name: value})
            except TypeError as error:
                print(str(error).startswith(f"type of argument {name} must be one of"))
    """
    assert python(code, CDKTF_OUTDIR=str(tmp_path)).stdout.split() == ["True"] * 4


def test_switch_leaves_stock_behaviour() -> None:
    code = """if True:
        import hybrid_constructs, os, sys, typing
        from hybrid_constructs.fast_synth import BINDINGS
        print(BINDINGS in sys.modules, "NODE_OPTIONS" in os.environ)
        print(hasattr(typing.get_type_hints, "__wrapped__"))
    """
    assert python(code, HYBRID_STOCK_IMPORTS="1").stdout.split() == ["False", "False", "False"]


@pytest.mark.parametrize("name", fast_synth.KNOWN_VERSIONS)
def test_unknown_version_leaves_stock_behaviour_and_says_so(name: str) -> None:
    code = f"""if True:
        import os, sys
        from importlib import metadata
        version = metadata.version
        metadata.version = lambda name: "99.0.0" if name == {name!r} else version(name)
        import hybrid_constructs
        print("cdktf_cdktf_provider_aws" in sys.modules, "NODE_OPTIONS" in os.environ)
    """
    ran = python(code)
    assert ran.stdout.split() == ["False", "False"]
    assert f"does not know {name} 99.0.0" in ran.stderr


def test_installed_versions_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fast_synth.unknown_versions() == []
    monkeypatch.setattr(fast_synth, "KNOWN_VERSIONS", {"no-such-distribution": ".*"})
    assert fast_synth.unknown_versions() == ["no-such-distribution (missing)"]


def test_bindings_that_are_already_imported_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"
    monkeypatch.setenv(silence, "18")
    monkeypatch.setitem(sys.modules, fast_synth.BINDINGS, json)
    monkeypatch.delenv("NODE_OPTIONS", raising=False)
    fast_synth.install()
    assert os.environ[silence] == "18"
    assert sys.modules[fast_synth.BINDINGS] is json
    assert "NODE_OPTIONS" not in os.environ


def test_node_options_are_appended_once() -> None:
    once = fast_synth.node_options("--enable-source-maps", Path("/a/preload.js"))
    assert once == '--enable-source-maps --require "/a/preload.js"'
    assert fast_synth.node_options(once, Path("/a/preload.js")) == once


def test_node_options_quote_the_path(tmp_path: Path) -> None:
    preload = tmp_path / 'a "quoted" \\ path' / "preload.js"
    preload.parent.mkdir()
    preload.write_text("console.log('loaded')")
    env = clean_environment(NODE_OPTIONS=fast_synth.node_options("--no-warnings", preload))
    assert subprocess.check_output(["node", "-e", "0"], env=env, text=True) == "loaded\n"


def test_preload_takes_the_lazy_index_of_a_known_provider(provider: Path) -> None:
    program = provider.parents[2] / "program.js"
    assert node(program) == "lazy"
    assert node(program, HYBRID_STOCK_IMPORTS="1") == "eager"
    assert node(program.rename(program.with_name("other.js"))) == "eager"


def test_preload_keeps_the_index_of_an_unknown_provider(provider: Path) -> None:
    program, manifest = provider.parents[2] / "program.js", provider / "package.json"
    known = manifest.read_text()
    manifest.write_text(known.replace("20.1.0", "20.2.0"))
    assert node(program) == "eager"
    manifest.write_text(known)
    (provider / "lib" / "lazy-index.js").unlink()
    assert node(program) == "eager"


@pytest.mark.parametrize("source", [None, "console.log('program')", f"{MARKER}\n{MARKER}"])
def test_preload_keeps_the_wrapper_of_an_unknown_program(runtime: Path, source: str | None) -> None:
    if source is not None:
        (runtime.parents[1] / "lib" / "program.js").write_text(source)
    assert node(runtime) == "wrapper"


def test_preload_runs_a_known_program_until_its_workers_are_done(runtime: Path) -> None:
    lib = runtime.parents[1] / "lib"
    (lib / "worker.js").write_text(
        f"setTimeout(() => require('fs').writeFileSync({str(lib / 'index')!r}, 'built'), 300)"
    )
    (lib / "program.js").write_text(
        f"{MARKER}\nnew (require('worker_threads').Worker)(__dirname + '/worker.js');\n"
        "require('fs').writeSync(1, 'program'); setTimeout(() => process.exit(0), 50);"
    )
    assert node(runtime) == "program"
    assert (lib / "index").read_text() == "built"


def test_hints_are_remembered_for_generated_stubs_only() -> None:
    calls: list[object] = []

    def get_type_hints(obj: object, *_: object, **__: object) -> dict[str, typing.Any]:
        calls.append(obj)
        return {}

    def _typecheckingstub__vpc(name: str) -> None: ...

    def other(name: str) -> None: ...

    hints = type_checks.remember_stubs(get_type_hints)
    for each in (_typecheckingstub__vpc, _typecheckingstub__vpc, other, other):
        hints(each)
    hints(_typecheckingstub__vpc, include_extras=True)
    assert calls == [_typecheckingstub__vpc, other, other, _typecheckingstub__vpc]


@pytest.mark.parametrize(
    ("value", "expected", "passed_on"),
    [
        ("text", typing.Optional[str], False),  # noqa: UP045 - the bindings spell it so
        (None, typing.Optional[str], False),  # noqa: UP045
        (3, typing.Union[int, float], False),  # noqa: UP007
        (True, int, True),
        (3, float, True),
        (3, str, True),
        (["a"], list[str], True),
    ],
)
def test_only_exact_plain_values_skip_typeguard(value: object, expected: object, passed_on: bool) -> None:
    calls: list[object] = []
    check = type_checks.accept_plain(lambda *arguments: calls.append(arguments))
    check(argname="argument", value=value, expected_type=expected)
    assert calls == ([("argument", value, expected)] if passed_on else [])


def test_constructs_is_the_installed_package() -> None:
    spec = find_spec("constructs")
    assert spec is not None and "site-packages" in str(spec.origin)  # noqa: PT018
    assert not (ROOT / "constructs" / "__init__.py").exists()
