"""A secret is planted, and looked for in files, output, arguments and environments."""

import subprocess

import pytest

from operations.engine import Call, Plan, Step
from operations.engine.redact import MASK, Hidden, Redactor
from operations.local import control
from tests.operations.engine.conftest import AFTER, World
from tests.operations.engine.killing import last
from tests.operations.engine.secrecy import CANARY, assert_nowhere, watched


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_run_leaves_the_secret_nowhere(world: World, more: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        world.hybrid.command(*world.switch("--yes", *more)),
        env=world.hybrid.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    with watched(process) as seen:
        out, err = process.communicate(timeout=60)

    assert world.state() == AFTER, "the secret was used"
    assert MASK in out + err, "the action said it, and it was masked"
    shown = world.hybrid("runs", "show", last(world.hybrid), "--json").stdout
    assert_nowhere(world.hybrid.home, out, err, shown, seen)


def test_a_failure_shows_no_secret(world: World) -> None:
    # The refusal of AWS quotes the value: SSM has 4 KB for a parameter of the standard tier.
    world.aws("secretsmanager").put_secret_value(
        SecretId="app", SecretString=f'{{"password": "{CANARY_LONG}"}}'
    )

    failed = world.hybrid(*world.switch("--yes"), code=None)

    assert "store" in failed.stderr
    assert_nowhere(world.hybrid.home, failed.stdout, failed.stderr)


CANARY_LONG = CANARY.replace('"', "") + "x" * 9000


def test_a_resume_reads_the_secret_again(world: World) -> None:
    control.inject_fault(world.hybrid.server, "expired", "secretsmanager:GetSecretValue", count=0)
    world.hybrid(*world.switch("--yes"), code=1)
    control.end_faults(world.hybrid.server)
    changed = f'{{"password": "{CANARY_LONG[:40]}2"}}'
    world.aws("secretsmanager").put_secret_value(SecretId="app", SecretString=changed)

    world.hybrid("runs", "resume", last(world.hybrid), "--yes")

    assert world.state()["copies"] == [f"{CANARY_LONG[:40]}2"]
    assert_nowhere(world.hybrid.home)


def test_fails_when_a_plan_writes_a_password_out() -> None:
    call = Call("rds", "r", "ModifyDBInstance", {"MasterUserPassword": "open"})
    with pytest.raises(ValueError, match="call: MasterUserPassword is written out; use Secret"):
        Plan("k", "t", "1", (Step("s", "w", call),))


def test_every_form_of_a_secret_is_masked() -> None:
    redactor = Redactor()
    hidden = redactor.add('{"password": "a\\"b c/ü", "port": 3306}')
    texts = ['a"b c/ü', 'a\\"b c/\\u00fc', "a%22b%20c%2F%C3%BC", "a%22b+c%2F%C3%BC", 'a\\"b c/ü']

    for text in texts:
        assert redactor.text(f"x {text} y") == f"x {MASK} y"
    assert repr(hidden) + str(hidden) == f"Hidden(){MASK}"
    value = {"Type": "SecureString", "Value": "v", "MasterUserPassword": "p", "n": [Hidden("z"), 3]}
    assert redactor.value(value) == {
        "Type": "SecureString",
        "Value": MASK,
        "MasterUserPassword": MASK,
        "n": [MASK, 3],
    }
