"""Configuration that was applied stays the newest one, whatever returns and drills register after it."""

from typing import Any

import pytest

from operations.deploy.task_definition import DRILL, IMAGE_TAG, RETURNED_FROM, RUN
from tests.operations.service.at_work import AtWork

SETTING = {"name": "NEW_SETTING", "value": "on"}


def setting(definition: dict[str, Any]) -> None:
    definition["containerDefinitions"][0]["environment"].append(SETTING)


def apply(at: AtWork) -> None:
    """Registers a revision, as Terraform does; its image is that of the configuration."""
    at.world.register(f"{at.world.place.registry}/fileflow:1.0.0", setting)


def tags_of(at: AtWork, name: str) -> dict[str, str]:
    return {one["key"]: one["value"] for one in at.described(name)["tags"]}


def environment_of(at: AtWork, name: str) -> list[dict[str, str]]:
    return list(at.described(name)["taskDefinition"]["containerDefinitions"][0]["environment"])


@pytest.mark.parametrize("tag", [None, "1.1.0"], ids=["the image that runs", "another image"])
def test_a_return_does_not_hide_what_was_applied(rolling: AtWork, tag: str | None) -> None:
    rolling.world.deploy("1.1.0")
    apply(rolling)
    outcome = rolling.rollback(image="1.0.0")
    assert rolling.world.running() == "fileflow-dev:4"
    assert SETTING not in environment_of(rolling, "fileflow-dev:4")
    assert outcome.run
    [note] = [one for one in outcome.run.plan.notes if "newest configuration" in one]
    assert "fileflow-dev:3" in note
    assert "`hybrid deploy service fileflow --env dev` brings it" in note
    status = rolling.status()
    assert status["newest_revision"] == "fileflow-dev:3"
    assert "+ fileflow.environment.NEW_SETTING: on" in status["drift"]

    rolling.world.deploy(tag)

    assert rolling.world.running() == "fileflow-dev:5"
    assert SETTING in environment_of(rolling, "fileflow-dev:5")
    assert tags_of(rolling, "fileflow-dev:5") == {"Team": "platform", IMAGE_TAG: tag or "1.0.0"}


def test_a_return_that_leaves_only_the_image_says_nothing(rolling: AtWork) -> None:
    rolling.world.deploy("1.1.0")
    outcome = rolling.rollback(image="1.0.0")
    assert outcome.run
    assert not [one for one in outcome.run.plan.notes if "newest configuration" in one]
    assert rolling.world.plan().steps == ()


@pytest.mark.parametrize("tag", [RETURNED_FROM, DRILL])
def test_however_many_returns_there_are(rolling: AtWork, tag: str) -> None:
    apply(rolling)
    for number in range(11):
        image = f"{rolling.world.place.registry}/fileflow:{number}"
        rolling.world.register(image, lambda one: one["tags"].append({"key": tag, "value": "x"}))
    found = rolling.world.plan().facts
    assert found.newest.name == "fileflow-dev:2"
    assert len(found.revisions) == 12


def test_without_any_other_the_newest_return_counts_and_its_tags_do_not(rolling: AtWork) -> None:
    rolling.world.deploy("1.1.0")
    rolling.rollback(image="1.0.0")
    for number in (1, 2):
        rolling.world.aws("ecs").deregister_task_definition(taskDefinition=f"fileflow-dev:{number}")
    assert {RETURNED_FROM, RUN} < set(tags_of(rolling, "fileflow-dev:3"))

    rolling.world.deploy("1.1.0")

    assert rolling.world.running() == "fileflow-dev:4"
    assert tags_of(rolling, "fileflow-dev:4") == {"Team": "platform", IMAGE_TAG: "1.1.0"}
