"""A service, and the commands on it: in this process, which is faster, or as a program of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.deploy import appspec
from operations.deploy.service import read_service
from operations.deploy.task_definition import IMAGE_TAG
from operations.engine import resume
from operations.engine.report import Outcome
from operations.engine.retry import Clients
from operations.engine.run import Manner
from operations.local import control
from operations.local.environment import ACCOUNT_ID
from operations.service import revisions, run, status
from operations.service.run import Command
from tests.operations.deploy.test_blue_green import slow_end
from tests.operations.deploy.world import World
from tests.operations.engine.killing import Hybrid, last

FAST = 1500.0
"""Seconds of AWS in one of a test."""

SLOW = 60.0
"""Slow enough that a deployment does not fail before somebody acts."""


@dataclass
class AtWork:
    """A world, and a home for runs."""

    world: World
    home: Path

    @property
    def hybrid(self) -> Hybrid:
        return Hybrid(self.world.emulator, self.home)

    @property
    def where(self) -> tuple[str, str]:
        return self.world.place.service, self.world.place.environment

    @property
    def clients(self) -> Clients:
        return Clients(ACCOUNT_ID)

    def rollback(self, to: str | None = None, image: str | None = None, **manner: Any) -> Outcome:
        """Without anything: to what ran before."""
        return run.rollback(*self.where, run.asked(to, image), self.how(**manner))

    def stop(self, deployment: str | None = None, **manner: Any) -> Outcome:
        return run.stop(*self.where, deployment, self.how(**manner))

    def resume(self) -> Outcome:
        """The newest run."""
        return resume.resume(last(self.hybrid), Manner(agreed=True))

    def undo(self) -> Outcome:
        return resume.undo(last(self.hybrid), Manner(agreed=True))

    def how(self, limit: float = 60, **manner: Any) -> Command:
        return Command(Manner(**{"agreed": True, **manner}), limit)

    def start(self, tag: str) -> str:
        """A deployment that is under way and stands still; its id."""
        control.set_speed(self.world.emulator, 0)
        done = self.world.cli("service", "--image", tag, "--yes", "--no-wait", "--json")
        return str(json.loads(done.stdout)["deployment"]["id"])

    def go_on(self, speed: float = FAST) -> None:
        """Time passes again."""
        control.set_speed(self.world.emulator, speed)

    def keep_old_tasks(self) -> None:
        """Deployments wait for hours before they end the old tasks."""
        slow_end(self.world)

    def release(self, *tags: str) -> None:
        """Deploy one after the other, to the end of the old tasks. Not by `hybrid`, which would be slower."""
        aws, place = self.world.aws, self.world.place
        for tag in tags:
            image = f"{place.registry}/{place.repository}:{tag}"
            arn = self.world.register(image, lambda one, tag=tag: one["tags"].append(tagged(tag)))  # type: ignore[misc]
            service = read_service(self.clients, place)
            if service.blue_green:
                aws("codedeploy").create_deployment(
                    applicationName=place.family,
                    deploymentGroupName=place.family,
                    revision=appspec.revision(appspec.content(service, arn)),
                )
            else:
                aws("ecs").update_service(
                    cluster=place.cluster, service=place.ecs_service, taskDefinition=arn
                )
            self.wait_until_calm()
            assert self.world.running() == arn.rpartition("/")[2]

    def wait_until_calm(self) -> None:
        """No CodeDeploy deployment is under way."""
        control.pass_time(self.world.emulator, 700)

    def status(self) -> dict[str, Any]:
        return status.describe(self.clients, self.world.place)

    def revisions(self) -> dict[str, dict[str, Any]]:
        """By name."""
        rows = revisions.describe(self.clients, self.world.place, 10)
        return {row["revision"]: row for row in rows}

    def described(self, name: str) -> dict[str, Any]:
        """A task definition and its tags."""
        return dict(self.world.aws("ecs").describe_task_definition(taskDefinition=name, include=["TAGS"]))

    def forget_calls(self) -> None:
        control.forget_calls(self.world.emulator)

    def writes(self) -> dict[str, int]:
        return control.calls(self.world.emulator, control.Kind.WRITES)

    def reports(self) -> str:
        """Every byte that runs left behind."""
        return "".join(path.read_text() for path in self.home.rglob("*") if path.is_file())


def tagged(tag: str) -> dict[str, str]:
    """What `hybrid deploy` tells of an image."""
    return {"key": IMAGE_TAG, "value": tag}


def steps(outcome: Outcome) -> list[str]:
    """Ids of the steps of a run."""
    return [step.id for step in outcome.run.plan.steps] if outcome.run else []


def at_work(world: World, home: Path) -> AtWork:
    """In a hurry."""
    control.set_speed(world.emulator, FAST)
    return AtWork(world, home)
