"""A service as the stacks make it, on the embedded AWS, and what tests do with it."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from operations.aws import Aws
from operations.deploy.follow import Patience
from operations.deploy.place import Place
from operations.deploy.plan import Plan
from operations.deploy.run import Manner, Workplace, deploy
from operations.deploy.service import read_service
from operations.local.environment import ACCOUNT_ID
from operations.local.state import Server
from tests.operations.local.conftest import Clients

REGION = "ap-northeast-2"
CANARY = "Canary-value-7d1c"
"""Planted in every secret value."""


Change = Callable[[dict[str, Any]], None]
"""Changes a task definition in place."""


@dataclass
class World:
    """One service in one environment."""

    aws: Clients
    emulator: Server
    place: Place
    names: dict[str, str] = field(default_factory=dict)
    """ARNs and ids of what was made."""

    def at(self) -> Workplace:
        return Workplace(Aws(ACCOUNT_ID), self.place)

    def plan(self, tag: str | None = None, **options: Any) -> Plan:
        return self.at().plan(tag, **options)

    def plan_with(self, change: Change) -> Plan:
        """The plan after an apply has changed the configuration."""
        self.register(f"{self.place.registry}/{self.place.repository}:1.0.0", change)
        return self.plan("1.1.0")

    def push(self, tag: str, repository: str = "fileflow") -> str:
        """Push an image and return its digest."""
        digest = f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}"
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": 1}
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []}
        image = self.aws("ecr").put_image(
            repositoryName=repository, imageTag=tag, imageManifest=json.dumps(manifest)
        )
        return str(image["image"]["imageId"]["imageDigest"])

    def register(self, image: str, change: Change = lambda _: None) -> str:
        """Register a revision as Terraform does, and return its ARN."""
        definition = self.definition(image)
        change(definition)
        answer = self.aws("ecs").register_task_definition(**definition)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def definition(self, image: str) -> dict[str, Any]:
        place, secret = self.place, self.names["secret"]
        parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/shared/rds/endpoint"
        logs = {"awslogs-group": self.names["logs"], "awslogs-region": REGION, "awslogs-stream-prefix": "app"}
        app = {
            "name": place.service,
            "image": image,
            "essential": True,
            "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
            "environment": [
                {"name": "PORT", "value": "8080"},
                {"name": "CACHE_HOST", "value": "cache.example.com"},
            ],
            "secrets": [
                {"name": "DB_HOST", "valueFrom": parameter},
                {"name": "DB_PASSWORD", "valueFrom": f"{secret}:password::"},
            ],
            "logConfiguration": {"logDriver": "awslogs", "options": logs},
            "readonlyRootFilesystem": True,
        }
        xray = {
            "name": "xray",
            "image": "public.ecr.aws/xray/aws-xray-daemon:3.3.7",
            "essential": False,
            "portMappings": [{"containerPort": 2000, "protocol": "udp"}],
        }
        return {
            "family": place.family,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": self.names["execution"],
            "taskRoleArn": self.names["task"],
            "containerDefinitions": [app, xray],
            "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            "tags": [{"key": "Team", "value": "platform"}],
        }

    def running(self) -> str:
        """Name of the revision that runs."""
        found = self.aws("ecs").describe_services(
            cluster=self.place.cluster, services=[self.place.ecs_service]
        )["services"][0]
        return str(found["taskDefinition"]).rpartition("/")[2]

    def deploy(self, tag: str | None = None) -> None:
        """Deploy in this process, which is faster; `tag` None keeps the image."""
        how = Manner(as_json=False, dry_run=False, agreed=True, wait=True, patience=Patience(1, False))
        deploy(self.at(), self.plan(tag), how)

    def wait_until_steady(self) -> None:
        """All tasks run, and are healthy."""
        deadline = time.monotonic() + 30
        while not read_service(self.at().aws, self.place).steady:
            assert time.monotonic() < deadline, "the service does not become steady"
            time.sleep(0.1)

    def cli(self, *arguments: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run `hybrid deploy` as a person does; the service and its environment come by themselves."""
        verb, *options = arguments
        command = [verb, self.place.service, "--env", self.place.environment, *options]
        done = subprocess.run(
            [sys.executable, "-m", "operations", "deploy", *command],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        assert CANARY not in done.stdout + done.stderr
        return done

    def environment(self) -> dict[str, str]:
        return os.environ | {"AWS_ENDPOINT_URL": self.emulator.url}


def only(plan: Plan) -> str:
    """The one problem of a plan."""
    [problem] = plan.problems
    assert CANARY not in repr(plan) + json.dumps(plan.describe())
    return str(problem)
