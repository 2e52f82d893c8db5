"""A real database server and the embedded AWS for the session; both are empty when a test begins."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pymysql
import pytest

from environments.loader import load_fleet
from environments.schema import Fleet
from environments.service import ServiceConfig
from operations.aws import Aws
from operations.db import names, passwords, provisioning, rotation
from operations.db.execute import execute
from operations.db.facts import Facts, gather
from operations.db.plan import Plan, Step
from operations.db.run import Platform
from operations.db.server import session
from operations.local.environment import ACCOUNT_ID
from operations.local.state import Server
from tests.operations.db import certificates
from tests.operations.db.engine import ADMIN, ADMIN_PASSWORD, Engine
from tests.operations.local.conftest import Clients, aws, client_of, emulator, session_server

__all__ = ["aws", "emulator", "session_server"]

REGION, STANDBY = "ap-northeast-2", "ap-northeast-1"
KEY = names.secrets_key_alias("ryuqqq")


def nothing(_step: Step) -> None:
    """A watch that does not watch."""


@dataclass(frozen=True)
class World:
    """The platform as these commands find it, and what tests do with it."""

    engine: Engine
    emulator: Server
    on: Platform

    def facts(self, service: str = "fileflow", env: str = "prod") -> Facts:
        """What a command would find now."""
        at = self.on.instance()
        with session(at.endpoint, at.admin, at.password) as admin:
            return gather(self.on.aws, self.on.fleet, self.names(service, env), at.endpoint, admin)

    def names(self, service: str = "fileflow", env: str = "prod") -> names.Names:
        return names.known_service(self.on.fleet, env, service)

    def provision(self, service: str = "fileflow", env: str = "prod", **options: Any) -> Plan:
        """Provision a service, and say what it took."""
        return self.run(
            lambda facts: provisioning.provision(facts, passwords.fresh(), **options), service, env
        )

    def rotate(self, service: str = "fileflow", env: str = "prod") -> Plan:
        return self.run(lambda facts: rotation.rotate(facts, passwords.fresh()), service, env)

    def run(
        self,
        make: Callable[[Facts], Plan],
        service: str = "fileflow",
        env: str = "prod",
        *,
        before: Callable[[Step], None] = nothing,
        after: Callable[[Step], None] = nothing,
    ) -> Plan:
        """Make a plan from what is there, and carry it out."""
        at = self.on.instance()
        with session(at.endpoint, at.admin, at.password) as admin:
            wanted = self.names(service, env)
            plan = make(gather(self.on.aws, self.on.fleet, wanted, at.endpoint, admin))
            execute(plan, admin=admin, aws=self.on.aws, before=before, after=after)
        return plan

    def by(self, port: int) -> "World":
        """The same world, with another way to the server."""
        return replace(self, on=replace(self.on, host="127.0.0.1", port=port))

    def secret(
        self, service: str = "fileflow", env: str = "prod", stage: str = "AWSCURRENT"
    ) -> dict[str, Any]:
        """What a service reads when it starts."""
        client = client_of(self.emulator, "secretsmanager")
        value = client.get_secret_value(SecretId=names.secret_name(service, env), VersionStage=stage)
        return dict(json.loads(value["SecretString"]))

    def connect(self, service: str = "fileflow", env: str = "prod", **options: Any) -> Any:
        """A connection as the service makes it: from the secret, over verified TLS."""
        value = self.secret(service, env)
        context: dict[str, Any] = {
            "host": value["host"],
            "port": value["port"],
            "user": value["username"],
            "password": value["password"],
            "database": value["dbname"],
            "ssl_ca": str(self.engine.certificates.ca),
            "ssl_verify_cert": True,
            "ssl_verify_identity": True,
            "autocommit": True,
        }
        return pymysql.connect(**context | options)


class Cli:
    """Runs `hybrid db` as a person does."""

    def __init__(self, world: World) -> None:
        self.environment = os.environ | {
            "AWS_ENDPOINT_URL": world.emulator.url,
            "HYBRID_DB_CA": str(world.engine.certificates.ca),
        }

    def __call__(self, *arguments: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "operations", "db", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture(scope="session")
def session_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home = tmp_path_factory.mktemp("engine")
    engine = Engine(home, certificates.make(home / "certificates"))
    try:
        engine.create()
        yield engine
    finally:
        engine.remove()


@pytest.fixture
def engine(session_engine: Engine) -> Engine:
    """The shared server without databases and users."""
    session_engine.clear()
    return session_engine


@pytest.fixture
def world(engine: Engine, emulator: Server, aws: Clients, monkeypatch: pytest.MonkeyPatch) -> World:
    """Everything that the stacks publish, with the real server behind it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
    publish(aws, "127.0.0.1", engine.port)
    for region in (REGION, STANDBY):
        kms = aws("kms", region)
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=KEY, TargetKeyId=key)
    return World(engine, emulator, Platform(fleet(), Aws(ACCOUNT_ID), engine.certificates.ca, None, None))


def publish(aws: Clients, host: str, port: int, password: str = ADMIN_PASSWORD) -> None:
    """What the stack `shared` leaves in SSM and Secrets Manager."""
    value = json.dumps({"username": ADMIN, "password": password})
    arn = aws("secretsmanager").create_secret(Name="shared/rds", SecretString=value)["ARN"]
    for item, text in (("endpoint", host), ("port", str(port)), ("secret-arn", arn)):
        path = names.instance_parameter("prod", item)
        aws("ssm").put_parameter(Name=path, Value=text, Type="String", Overwrite=True)


def fleet() -> Fleet:
    """The committed environments, with a second service in prod."""
    committed = load_fleet()
    prod = committed.workloads["prod"]
    orders = ServiceConfig(image="orders:1", port=8080, host="orders.example.com", needs=("database",))
    workloads = {
        **committed.workloads,
        "prod": prod.model_copy(update={"services": {**prod.services, "orders": orders}}),
    }
    return committed.model_copy(update={"workloads": workloads})


@pytest.fixture
def cli(world: World) -> Cli:
    return Cli(world)
