"""A service with its load balancer, scaling, alarms and channel on the embedded AWS, and the commands."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import typer

from environments import naming
from environments.loader import load_fleet
from operations.incident.commands import app
from operations.incident.record import Record, records
from operations.local import control
from operations.local.state import Server
from tests.operations.deploy.building import make
from tests.operations.deploy.world import World
from tests.operations.engine.killing import Hybrid, killed
from tests.operations.local.conftest import Clients

REGION, SECOND_REGION = "ap-northeast-2", "ap-northeast-1"
HOST, OTHER_HOST = "fileflow.ryuqqq.com", "other.ryuqqq.com"
PRIORITY = 1000
WEBHOOK_SECRET = naming.incident_webhook("ryuqqq")
ALARM = "ryuqqq-prod-service-errors-fileflow"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def result(self) -> Any:
        """The last of the engine's events."""
        return json.loads(self.out.strip().splitlines()[-1])


def hybrid_incident(*arguments: str, code: int | None = 0) -> Done:
    """Run a command in this process, which is faster."""
    out, err, ended = StringIO(), StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            ended = typer.main.get_command(app).main(list(arguments), standalone_mode=False) or 0
        except Exception as error:
            if not hasattr(error, "exit_code"):
                raise
            err.write(f"{error}\n")
            ended = error.exit_code
    done = Done(ended, out.getvalue(), err.getvalue())
    assert code is None or done.code == code, f"exit {done.code}\n{done.out}\n{done.err}"
    return done


def exactly(stage: "Stage") -> str:
    """Every rule of the listener, to be compared byte for byte."""
    return json.dumps(stage.rules(), sort_keys=True)


def ours(stage: "Stage") -> dict[str, Any]:
    """The rule that keeps users away during maintenance."""
    return next(one for one in stage.rules() if one["Priority"] == str(PRIORITY - 2))


def run_name(home: Path) -> str:
    """The newest run, by the end of its id."""
    newest = max((home / "runs").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    return newest.stem.rpartition("-")[2]


@dataclass
class Stage:
    """Everything around one service in prod."""

    world: World
    home: Path
    listener: str

    @property
    def aws(self) -> Clients:
        return self.world.aws

    @property
    def emulator(self) -> Server:
        return self.world.emulator

    def kill(self, *arguments: str, at: str) -> None:
        """Run a command in a process of its own, which is killed at a point of operations/engine/crash.py."""
        killed(self.hybrid, "incident", *arguments, at=at)

    @property
    def hybrid(self) -> Hybrid:
        """The commands as processes of their own."""
        return Hybrid(self.emulator, self.home)

    def open(self, severity: str = "P1", *more: str) -> Record:
        title = "All tasks crashed"
        hybrid_incident("open", "fileflow", title, "--env", "prod", "--severity", severity, *more)
        return records()[0]

    def rules(self) -> list[dict[str, Any]]:
        return list(self.aws("elbv2").describe_rules(ListenerArn=self.listener)["Rules"])

    def tasks(self) -> tuple[int, int]:
        place = self.world.place
        found = self.aws("ecs").describe_services(cluster=place.cluster, services=[place.ecs_service])
        return found["services"][0]["desiredCount"], found["services"][0]["runningCount"]

    def limits(self) -> dict[str, Any]:
        [found] = self.aws("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
            "ScalableTargets"
        ]
        return {name: found.get(name) for name in ("MinCapacity", "MaxCapacity", "SuspendedState")}

    def writes(self) -> dict[str, int]:
        """Calls that change something, since the last `control.forget_calls`."""
        return control.calls(self.emulator, control.Kind.WRITES)

    def set_alarm(self, state: str, name: str = ALARM) -> None:
        self.aws("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")

    def write_webhook(self, url: str, region: str = REGION) -> None:
        client = self.aws("secretsmanager", region)
        try:
            client.create_secret(Name=WEBHOOK_SECRET, SecretString=url)
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=WEBHOOK_SECRET, SecretString=url)


def build(aws: Clients, emulator: Server, home: Path) -> Stage:
    """What the stacks make, and version 1.0.0 of the service running."""
    world = make(aws, emulator, "prod")
    fleet = load_fleet()
    elb = aws("elbv2")
    balancer = elb.create_load_balancer(
        Name=naming.load_balancer(fleet.workloads["prod"]), Subnets=world.names["subnets"].split(",")
    )["LoadBalancers"][0]["LoadBalancerArn"]
    nothing = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    listener = elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[nothing]
    )["Listeners"][0]["ListenerArn"]
    for host, priority in ((HOST, PRIORITY), (OTHER_HOST, PRIORITY - 1)):
        forward = {"Type": "forward", "TargetGroupArn": world.names["blue"]}
        elb.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "host-header", "Values": [host]}],
            Actions=[forward if host == HOST else nothing],
        )
    aws("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{world.place.cluster}/{world.place.ecs_service}",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=2,
        MaxCapacity=8,
    )
    aws("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="N",
        MetricName="M",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    return Stage(world, home, listener)


@dataclass
class Channel:
    """Stands in for Slack."""

    url: str
    answers: list[int]
    """Status of the next answers; then 200."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0


@contextmanager
def channel(secret: str = "T0/B0/xyz") -> Iterator[Channel]:  # noqa: S107 - the path of a URL
    """A server on this machine that hears what the channel is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.asked += 1
            status = here.answers.pop(0) if here.answers else 200
            if status == 200:
                here.heard.append(json.loads(body))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{here.url}/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    here = Channel(f"http://127.0.0.1:{server.server_port}/services/{secret}", [])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
