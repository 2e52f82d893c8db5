"""`--record`: the account survives its server."""

from pathlib import Path

from operations.local import control, server
from tests.operations.local.conftest import client_of
from tests.operations.local.ecs_world import World


def test_account_survives_with_the_same_ids(home: Path, tmp_path: Path) -> None:
    record = tmp_path / "account.jsonl"
    first = server.start(home=home, record=record)
    vpc = client_of(first, "ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    key = client_of(first, "kms").create_key()["KeyMetadata"]["KeyId"]
    client_of(first, "s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"}
    )
    client_of(first, "s3").put_object(Bucket="kept", Key="a/b c.txt", Body=b"content")
    server.stop(home=home)

    progress: list[tuple[int, int]] = []
    second = server.start(home=home, record=record, on_replay=lambda *counts: progress.append(counts))

    ec2 = client_of(second, "ec2")
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    assert client_of(second, "kms").describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key
    read = client_of(second, "s3").get_object(Bucket="kept", Key="a/b c.txt")["Body"].read()
    assert read == b"content"
    assert control.calls(second, control.Kind.WRITES) == {"ec2:CreateSubnet": 1}, "a replay is no call"
    server.stop(home=home)

    third = server.start(home=home, record=record)
    assert client_of(third, "ec2").describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"] == vpc


def test_reset_begins_the_recording_anew(home: Path, tmp_path: Path) -> None:
    record = tmp_path / "account.jsonl"
    running = server.start(home=home, record=record)
    client_of(running, "ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert record.read_text()

    server.reset(home=home)

    assert record.read_text() == ""
    assert control.resources(running) == {}


def test_fresh_keeps_the_old_recording_aside(home: Path, tmp_path: Path) -> None:
    record = tmp_path / "account.jsonl"
    record.write_text("an older account\n")

    running = server.start(home=home, record=record, fresh=True)

    assert control.resources(running) == {}
    assert (tmp_path / "account.jsonl.bak").read_text() == "an older account\n"


def test_unreadable_line_is_reported_and_the_others_replayed(home: Path, tmp_path: Path) -> None:
    record = tmp_path / "account.jsonl"
    first = server.start(home=home, record=record)
    client_of(first, "ec2").create_vpc(CidrBlock="10.0.0.0/16")
    server.stop(home=home)
    record.write_text("{half a line\n" + record.read_text())

    second = server.start(home=home, record=record)

    assert control.resources(second)["ec2"]["ap-northeast-2"]["VPC"] == 1
    assert "request 1 of" in second.log.read_text()


def test_services_take_the_same_course(home: Path, tmp_path: Path) -> None:
    """Tasks, their addresses and events are those of the first time, although a replay takes no time."""
    record = tmp_path / "account.jsonl"
    first = server.start(home=home, record=record)
    world = World(lambda service, region="ap-northeast-2": client_of(first, service, region), first)
    world.create_service(world.register())
    world.pass_time(200)
    control.fail_tasks(first, "app:1")
    world.pass_time(200)
    world.ecs.update_service(cluster="c", service="s", taskDefinition=world.register(), desiredCount=3)
    control.set_speed(first, 600)
    while world.service()["deployments"][0]["rolloutState"] != "COMPLETED":
        pass
    control.set_speed(first, 0)
    before = world.service(), world.tasks(), world.tasks("STOPPED")
    server.stop(home=home)

    second = server.start(home=home, record=record)

    ecs = client_of(second, "ecs")
    service = ecs.describe_services(cluster="c", services=["s"], include=["TAGS"])["services"][0]
    tasks = []
    for status in ("RUNNING", "STOPPED"):
        arns = ecs.list_tasks(cluster="c", serviceName="s", desiredStatus=status)["taskArns"]
        tasks.append(ecs.describe_tasks(cluster="c", tasks=arns)["tasks"])
    assert (service, *tasks) == before
