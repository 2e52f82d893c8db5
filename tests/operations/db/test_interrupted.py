"""A stop at any step leaves a state that the next run repairs, and never one without a working password."""

import signal
from collections.abc import Callable
from typing import Any

import pymysql
import pytest

from operations.db import passwords, provisioning, removal, rotation
from operations.db.facts import Facts
from operations.db.plan import Plan, Step
from operations.db.sql import Statement
from operations.errors import HybridError
from tests.operations.db.conftest import World
from tests.operations.db.engine import ADMIN
from tests.operations.db.proxy import Proxy
from tests.operations.db.test_drop import DUMP, store_dump
from tests.operations.local.conftest import Clients

PROVISION = ("create-secret", "store-password", "create-database", "create-user", "grant", "try-password")
ROTATE = ("store-password", "set-password", "try-password", "publish-password")
DROP = ("record-dump", "drop-user", "drop-database", "remove-copies", "delete-secret")

Make = Callable[[Facts], Plan]


class Gone(BaseException):
    """The process has ended here."""


def provision(facts: Facts) -> Plan:
    return provisioning.provision(facts, passwords.fresh())


def rotate(facts: Facts) -> Plan:
    return rotation.rotate(facts, passwords.fresh())


def connection_killed(world: World, make: Make, at: str) -> None:
    """The administrator's connection ends before the step."""

    def before(step: Step) -> None:
        if step.id == at:
            world.engine.kill_connections_of(ADMIN)

    _stopped_unless_aws(world, make, at, before=before)


def server_crashed(world: World, make: Make, at: str) -> None:
    """The server dies before the step, and comes back."""

    def before(step: Step) -> None:
        if step.id == at:
            world.engine.stop(signal.SIGKILL)
            world.engine.start()

    _stopped_unless_aws(world, make, at, before=before)


def answer_lost(world: World, make: Make, at: str) -> None:
    """The server does what the step asks, and nobody hears of it."""
    with Proxy(world.engine.port) as proxy:

        def before(step: Step) -> None:
            if step.id == at:
                proxy.lose_answers()

        _stopped_unless_aws(world.by(proxy.port), make, at, before=before)


def process_killed(world: World, make: Make, at: str) -> None:
    """The process ends right after the step."""

    def after(step: Step) -> None:
        if step.id == at:
            raise Gone

    with pytest.raises(Gone):
        world.run(make, after=after)


def _stopped_unless_aws(world: World, make: Make, at: str, **watch: Any) -> None:
    steps: list[Step] = []

    def remember(facts: Facts) -> Plan:
        plan = make(facts)
        steps.extend(plan.steps)
        return plan

    try:
        world.run(remember, **watch)
    except HybridError as error:
        assert "Run the same command again" in str(error)  # noqa: PT017 - a stop is not certain
    else:
        ids = [step.id for step in steps]
        assert at in ids, "the step must be there to be interrupted"
        later = steps[ids.index(at) :]
        assert not any(isinstance(step.does, Statement) for step in later), "it went on without a connection"


INTERRUPTIONS = [connection_killed, server_crashed, answer_lost, process_killed]
of_every_kind = pytest.mark.parametrize("interrupt", INTERRUPTIONS)


@of_every_kind
@pytest.mark.parametrize("step", PROVISION)
def test_provision(world: World, interrupt: Callable[[World, Make, str], None], step: str) -> None:
    interrupt(world, provision, step)

    world.provision()

    world.connect().close()
    assert world.provision().steps == ()


@of_every_kind
@pytest.mark.parametrize("step", ROTATE)
@pytest.mark.parametrize("repair", [rotate, provision])
def test_rotate(world: World, interrupt: Callable[[World, Make, str], None], step: str, repair: Make) -> None:
    world.provision()
    old = world.secret()["password"]
    interrupt(world, rotate, step)
    if world.facts().server.dual_passwords:
        world.connect().close()  # what services read works, wherever the rotation stopped
        world.connect(password=old).close()  # and so does what running tasks hold

    facts = world.facts()
    if facts.account and facts.account.old_password_kept and not facts.secret.pending:
        assert world.secret()["password"] != old, "it was finished before the interruption"
    else:
        world.run(repair)

    world.connect().close()
    assert world.facts().secret.pending is None
    assert world.provision().steps == ()
    if repair is rotate:
        assert world.secret()["password"] != old
        if not facts.server.dual_passwords:
            with pytest.raises(pymysql.OperationalError):
                world.connect(password=old)


@of_every_kind
@pytest.mark.parametrize("step", DROP)
def test_drop(world: World, aws: Clients, interrupt: Callable[[World, Make, str], None], step: str) -> None:
    world.provision()
    store_dump(aws)

    def drop(facts: Facts) -> Plan:
        return removal.drop(facts, removal.find_dump(world.on.aws, world.on.fleet, DUMP))

    interrupt(world, drop, step)
    world.run(drop)

    facts = world.facts()
    assert not facts.database
    assert facts.account is None
    assert facts.secret.deleted
    assert world.run(drop).steps == ()


def test_a_user_without_its_grants_gets_them_without_being_asked(world: World) -> None:
    process_killed(world, provision, "create-user")

    assert [step.id for step in world.provision().steps] == ["grant"]


def test_a_password_that_was_never_set_is_withdrawn(world: World) -> None:
    world.provision()
    old = world.secret()["password"]
    process_killed(world, rotate, "store-password")

    assert [step.id for step in world.provision().steps] == ["withdraw-password", "try-password"]
    assert world.secret()["password"] == old
