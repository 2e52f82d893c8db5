"""The copy that `hybrid db drop` asks for: there, whole, recent, and of the database that is in use."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from operations.db.removal import MAX_AGE_HOURS, Dump, find_dump, guard_age
from operations.errors import Refused
from tests.operations.db import certificates
from tests.operations.db.conftest import REGION, Cli, World
from tests.operations.db.engine import Engine
from tests.operations.db.test_drop import DUMP, stands, store_dump
from tests.operations.local.conftest import Clients

INSTANCE, RESTORED = "ryuqqq-shared-rds", "ryuqqq-shared-rds-pitr-20261123t080507"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def host(instance: str) -> str:
    """What the embedded AWS calls an instance."""
    return f"{instance}.aaaaaaaaaa.{REGION}.rds.amazonaws.com"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A server that has the names of RDS instances."""
    home = tmp_path_factory.mktemp("named")
    engine = Engine(home, certificates.make(home / "certificates", host(INSTANCE), host(RESTORED)))
    try:
        engine.create()
        yield engine
    finally:
        engine.remove()


@pytest.fixture
def instances(world: World, named: Engine, aws: Clients) -> World:
    """The configured instance, which is in use, on a server that answers to its name."""
    named.clear()
    create(aws, INSTANCE)
    use(aws, INSTANCE)
    on = replace(world.on, ca=named.certificates.ca, host="127.0.0.1", port=named.port)
    return replace(world, engine=named, on=on)


def use(aws: Clients, instance: str) -> None:
    """As `hybrid db switch` does."""
    aws("ssm").put_parameter(
        Name="/shared/rds/prod/endpoint", Value=host(instance), Type="String", Overwrite=True
    )


def by(world: World) -> list[str]:
    """Another way to the server."""
    return ["--host", "127.0.0.1", "--port", str(world.on.port), "--ca", str(world.on.ca)]


def create(aws: Clients, instance: str) -> str:
    """An instance; its resource id."""
    made = aws("rds").create_db_instance(
        DBInstanceIdentifier=instance,
        DBInstanceClass="db.t3.medium",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="not-looked-at",
    )
    return str(made["DBInstance"]["DbiResourceId"])


def take_snapshot(aws: Clients, name: str, instance: str = INSTANCE) -> None:
    """A manual snapshot of an instance."""
    aws("rds").create_db_snapshot(DBInstanceIdentifier=instance, DBSnapshotIdentifier=name)


@pytest.mark.parametrize(
    ("dump", "refusal"),
    [
        ("s3://final-dumps/nothing", (3, "does not exist")),
        ("s3://no-such-bucket/x", (3, "does not exist")),
        ("s3://final-dumps", (2, "s3://bucket/key")),
        ("s3://final-dumps/empty", (3, "is empty")),
        ("no-such-snapshot", (3, "no such snapshot")),
        ("../../etc/passwd", (2, "a snapshot's identifier")),
        ("", (2, "a snapshot's identifier")),
    ],
)
def test_fails_when_the_dump_is_not_there(
    world: World, cli: Cli, aws: Clients, dump: str, refusal: tuple[int, str]
) -> None:
    world.provision()
    store_dump(aws)
    aws("s3").put_object(Bucket="final-dumps", Key="empty", Body=b"")

    code, said = refusal
    refused = cli("drop", "fileflow", "--final-dump", dump, "--confirm", "fileflow", code=code).stderr

    assert said in refused
    assert stands(world)


def test_a_manual_snapshot_is_a_final_dump(instances: World, cli: Cli, aws: Clients) -> None:
    instances.provision()
    take_snapshot(aws, "fileflow-final")

    done = cli("drop", "fileflow", "--final-dump", "fileflow-final", "--confirm", "fileflow", *by(instances))

    assert f"final dump: fileflow-final (snapshot of {INSTANCE}, 20 GiB" in done.stderr
    assert not instances.facts().database


def test_after_a_switch_only_a_snapshot_of_the_new_instance_counts(
    instances: World, cli: Cli, aws: Clients
) -> None:
    instances.provision()
    [old] = aws("rds").describe_db_instances()["DBInstances"]
    take_snapshot(aws, "of-the-old")
    new = create(aws, RESTORED)
    take_snapshot(aws, "of-the-new", RESTORED)
    use(aws, RESTORED)

    command = ["drop", "fileflow", "--confirm", "fileflow", *by(instances), "--final-dump"]
    refused = cli(*command, "of-the-old", code=3).stderr

    assert f"--final-dump of-the-old is of {INSTANCE} ({old['DbiResourceId']})" in refused
    assert f"services use {RESTORED} ({new}); take one of that: aws rds create-db-snapshot" in refused
    assert stands(instances)
    done = cli(*command, "of-the-new")
    assert f"final dump: of-the-new (snapshot of {RESTORED}, 20 GiB" in done.stderr
    assert not instances.facts().database


def test_a_name_that_is_used_again_is_not_the_same_instance(instances: World, cli: Cli, aws: Clients) -> None:
    """The handover after a restore renames the old instance, and gives its name to the new one."""
    take_snapshot(aws, "of-the-old")
    for name, new in ((INSTANCE, f"{INSTANCE}-before"), (RESTORED, INSTANCE)):
        if name == RESTORED:
            create(aws, RESTORED)
        aws("rds").modify_db_instance(
            DBInstanceIdentifier=name, NewDBInstanceIdentifier=new, ApplyImmediately=True
        )

    with pytest.raises(
        Refused, match=rf"is of {INSTANCE} \(db-\w+\), and services use {INSTANCE} \(db-\w+\)"
    ):
        find_dump(instances.on.aws, instances.on.fleet, "of-the-old")


def test_fails_when_nobody_knows_which_instance_is_in_use(world: World, cli: Cli, aws: Clients) -> None:
    world.provision()
    create(aws, INSTANCE)
    take_snapshot(aws, "any")
    refused = cli("drop", "fileflow", "--final-dump", "any", "--confirm", "fileflow", code=3).stderr
    assert "names 127.0.0.1, and no instance in ap-northeast-2 has that address" in refused
    assert stands(world)


@pytest.mark.parametrize(("hours", "refused"), [(0.1, False), (24, False), (24.1, True), (24 * 90, True)])
def test_fails_when_the_dump_is_old(hours: float, refused: bool) -> None:
    dump = Dump(DUMP, NOW - timedelta(hours=hours), "4 bytes")
    guard_age(dump, NOW, 24 * 91)
    if not refused:
        guard_age(dump, NOW, MAX_AGE_HOURS)
        return
    with pytest.raises(Refused, match=r"hours ago; 24 are allowed, .* --max-dump-age (25|2160)\."):
        guard_age(dump, NOW, MAX_AGE_HOURS)


@pytest.mark.parametrize("dump", [DUMP, "fileflow-final"])
def test_the_age_counts_for_every_kind_of_dump(instances: World, cli: Cli, aws: Clients, dump: str) -> None:
    instances.provision()
    store_dump(aws)
    take_snapshot(aws, "fileflow-final")
    command = ["drop", "fileflow", "--confirm", "fileflow", *by(instances), "--final-dump", dump]

    refused = cli(*command, "--max-dump-age", "0", code=3).stderr

    assert f"--final-dump {dump} was taken" in refused
    assert "what was written since is lost" in refused
    assert stands(instances)
    cli(*command, "--max-dump-age", "1")
    assert not instances.facts().database


def test_a_copy_is_as_old_as_what_it_was_copied_of(instances: World, aws: Clients) -> None:
    take_snapshot(aws, "first")
    aws("rds").copy_db_snapshot(SourceDBSnapshotIdentifier="first", TargetDBSnapshotIdentifier="copy")
    first, copy = (find_dump(instances.on.aws, instances.on.fleet, name).taken for name in ("first", "copy"))
    assert first == copy


def test_fails_when_the_snapshot_is_automatic(instances: World, cli: Cli, aws: Clients) -> None:
    automatic = aws("rds").describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    assert automatic, "the embedded AWS takes one with each instance"
    name = automatic[0]["DBSnapshotIdentifier"]

    refused = cli("drop", "fileflow", "--final-dump", name, "--confirm", "fileflow", code=3).stderr

    assert "automatic" in refused
