"""A command with a plan of every sort of step, as a program of its own: `python -m ...example switch`."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from operations.engine import Call, Local, Plan, Probe, Ref, RunId, Secret, Step
from operations.engine.context import Context
from operations.engine.kinds import KINDS, Kind
from operations.engine.options import Confirm, Json
from operations.engine.report import Conclusion, Outcome
from operations.engine.run import Manner, carry_out
from operations.errors import HybridError
from operations.local.environment import ACCOUNT_ID, REGION
from operations.options import DryRun, Yes
from operations.runs.commands import app as runs

KIND, TARGET = "example-switch", "test/app"
KINDS[KIND] = Kind("example switch", "tests.operations.engine.example")

ENDPOINT, COPY = "/app/endpoint", "/app/password"
CLUSTER, SERVICE = "c", "s"
STEPS = 5
ACCOUNT = os.environ.get("EXAMPLE_ACCOUNT", ACCOUNT_ID)

app = typer.Typer()
app.add_typer(runs, name="runs")


def plan(facts: Mapping[str, Any], to: str, count: int, limit: float = 30, **options: Any) -> Plan:
    """Point at another endpoint, store a secret, scale, tell a queue, and record it on this machine."""
    same = facts["endpoint"] == to and facts["count"] == count
    steps = () if same else (_point(to), _store(facts), _scale(count, limit), _tell(facts), _record(facts))
    return Plan(KIND, TARGET, ACCOUNT, steps, facts=facts, **options)


def gather() -> dict[str, Any]:
    """What is there."""
    ssm, ecs = _client("ssm"), _client("ecs")
    service = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
    return {
        "endpoint": ssm.get_parameter(Name=ENDPOINT)["Parameter"]["Value"],
        "count": service["desiredCount"],
        "secret": _client("secretsmanager").describe_secret(SecretId="app")["ARN"],
        "queue": _client("sqs").get_queue_url(QueueName="news")["QueueUrl"],
    }


def _point(to: str) -> Step:
    read = Call("ssm", REGION, "GetParameter", {"Name": ENDPOINT})
    write = {"Name": ENDPOINT, "Type": "String", "Overwrite": True}
    old = Ref("point", "Parameter.Value", "saved")
    return Step(
        "point",
        f"{ENDPOINT} names {to}",
        Call("ssm", REGION, "PutParameter", {**write, "Value": to}),
        saves=read,
        done_when=Probe(read, equals={"Parameter.Value": to}),
        undo=Call("ssm", REGION, "PutParameter", {**write, "Value": old}),
    )


def _store(facts: Mapping[str, Any]) -> Step:
    value = Secret(facts["secret"], "password")
    given = {"Name": COPY, "Type": "SecureString", "Overwrite": True, "Value": value}
    return Step(
        "store",
        "the copy of the password",
        Call("ssm", REGION, "PutParameter", given, keep=("Version",)),
        undo=Call("ssm", REGION, "DeleteParameter", {"Name": COPY}, accept=("ParameterNotFound",)),
    )


def _scale(count: int, limit: float) -> Step:
    at = {"cluster": CLUSTER, "service": SERVICE}
    look = Call("ecs", REGION, "DescribeServices", {"cluster": CLUSTER, "services": [SERVICE]})
    before = Ref("scale", "services[0].desiredCount", "saved")
    running = {"services[0].desiredCount": count, "services[0].runningCount": count}
    return Step(
        "scale",
        f"{count} tasks",
        Call("ecs", REGION, "UpdateService", {**at, "desiredCount": count}),
        saves=look,
        done_when=Probe(look, equals=running, shows="services[0].[runningCount, desiredCount]"),
        undo=Call("ecs", REGION, "UpdateService", {**at, "desiredCount": before}),
        undone_when=Probe(look, equals={"services[0].runningCount": before}),
        limit_seconds=limit,
        poll_seconds=0.3,
    )


def _tell(facts: Mapping[str, Any]) -> Step:
    """A message that is sent twice is there twice, and SQS takes no token: only `arrived_when` helps."""
    queue = {"QueueUrl": facts["queue"]}
    count = Call("sqs", REGION, "GetQueueAttributes", {**queue, "AttributeNames": ["All"]})
    return Step(
        "tell",
        "one message, and never two",
        Call("sqs", REGION, "SendMessage", {**queue, "MessageBody": RunId()}),
        arrived_when=Probe(count, equals={"Attributes.ApproximateNumberOfMessages": "1"}),
    )


def _record(facts: Mapping[str, Any]) -> Step:
    tasks = Ref("scale", "services[0].runningCount", "probe")
    given = {"password": Secret(facts["secret"], "password"), "tasks": tasks}
    return Step("record", "a file beside the journal", Local("record", given, keep=("tasks", "echo")))


def record(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Uses the secret, and writes what is none."""
    assert params["password"].reveal
    context.say(f"knows {params['password'].reveal}")
    context.directory.mkdir(exist_ok=True)
    (context.directory / "tasks").write_text(str(params["tasks"]))
    return {"tasks": params["tasks"], "echo": params["password"].reveal}


def conclude(outcome: Outcome) -> Conclusion:
    tasks = outcome.answer("record", "tasks")
    breached = "4 tasks are more than 3" if tasks == 4 else ""
    return Conclusion(f"{tasks} tasks run.", {"tasks": tasks}, breached)


ACTIONS = {"record": record}


@app.command()
def switch(
    to: str,
    *,
    count: int = 3,
    limit: float = 30,
    undo_on_failure: Annotated[bool, typer.Option("--undo-on-failure")] = False,
    danger: Annotated[bool, typer.Option("--danger")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Switch."""
    how = Manner(dry_run=dry_run, agreed=yes, typed=confirm, as_json=as_json)

    def make() -> Plan:
        made = plan(gather(), to, count, limit, undo_on_failure=undo_on_failure, lock_region=REGION)
        first, *others = made.steps or [None]
        if danger and first:
            return replace(made, steps=(replace(first, danger="the old endpoint"), *others), confirm="app")
        return made

    carry_out(KIND, TARGET, make, how)


def _client(service: str) -> Any:
    import boto3

    make: Any = boto3.client
    return make(service, region_name=REGION)


if __name__ == "__main__":
    try:
        app()
    except HybridError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
