"""What `previous` means, from histories of deployments."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from operations.service.history import Past, State
from operations.service.previous import Previous, previous

PREFIX = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/orders-prod:"
DONE, FAILED, RETURNED, UNDER_WAY = State.DONE, State.FAILED, State.RETURNED, State.UNDER_WAY


def arn(number: int) -> str:
    return f"{PREFIX}{number}" if number else ""


def past(
    number: int, replaced: int = 0, state: State = DONE, *, automatic: bool = False, released: bool = False
) -> Past:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    return Past(
        f"d-{number}", arn(number), arn(replaced), state, began, automatic=automatic, released=released
    )


def ask(present: int, *newest_first: Past, returned_from: str = "") -> Previous:
    later = [replace(one, began=one.began - timedelta(hours=age)) for age, one in enumerate(newest_first)]
    return previous(later, arn(present), {arn(present): returned_from})


@pytest.mark.parametrize(
    ("present", "history", "wanted"),
    [
        (3, [past(3, 2), past(2, 1)], 2),
        (7, [past(7), past(3)], 3),  # never just the number before
        (3, [past(3), past(3), past(2)], 2),  # the same revision again, such as a restart
        (3, [past(3, 2)], 2),  # only what the oldest one replaced is known
        (3, [past(3, 2), past(4, 2, FAILED), past(2, 1)], 2),  # what failed never ran
        (3, [past(3, 2, UNDER_WAY), past(2, 1)], 2),  # ECS: the new one is the primary already
        (2, [past(3, 2, UNDER_WAY), past(2, 1)], 2),  # CodeDeploy: before the traffic moves
        (2, [past(1, state=UNDER_WAY, automatic=True), past(2, 1, FAILED)], 1),
    ],
)
def test_it_is_what_ran_before_the_last_deployment(present: int, history: list[Past], wanted: int) -> None:
    assert ask(present, *history).arn == arn(wanted)


@pytest.mark.parametrize(
    ("present", "history", "why"),
    [
        (2, [past(2, 3), past(3, 2), past(2, 1)], "returned to it, from orders-prod:3"),
        (2, [past(2, 3, UNDER_WAY), past(3, 2), past(2, 1)], "d-2 returns to it already"),
        (2, [past(3, 2, RETURNED), past(2, 1)], "of orders-prod:3, did not succeed"),
        (2, [past(3, 2, FAILED), past(2, 1)], "of orders-prod:3, did not succeed"),
        (
            2,
            [past(2, automatic=True), past(3, 2, FAILED), past(2, 1)],
            "CodeDeploy returned to it from orders-prod:3",
        ),
    ],
)
def test_repeating_a_return_never_undoes_it(present: int, history: list[Past], why: str) -> None:
    found = ask(present, *history)
    assert found.arn == arn(present)
    assert why in found.why


def test_a_revision_made_for_a_return_is_a_return() -> None:
    found = ask(4, past(4), past(3), past(2), returned_from="orders-prod:3")
    assert found.arn == arn(4)
    assert "registered for the return from orders-prod:3" in found.why


@pytest.mark.parametrize("present", [3, 4], ids=["before the traffic moves", "after it"])
def test_a_revision_made_for_a_return_that_is_under_way_is_one_too(present: int) -> None:
    history = [past(4, 3, UNDER_WAY), past(3), past(2)]
    found = previous(history, arn(present), {arn(4): "orders-prod:3"})
    assert found.arn == arn(4)
    assert previous(history, arn(present), {arn(4): "orders-prod:2"}).arn == arn(3)


def test_an_inherited_tag_does_not_count() -> None:
    assert ask(5, past(5), past(4), past(3), returned_from="orders-prod:3").arn == arn(4)


def test_going_forward_again_is_no_return() -> None:
    assert ask(3, past(3), past(2), past(3), past(2)).arn == arn(2)


AGAIN = [past(8, 9), past(9, 8), past(8, 7), past(7)]
"""9 was registered for the return from 8, and then 8 was released again."""


@pytest.mark.parametrize("present", [8, 9], ids=["ECS", "CodeDeploy"])
def test_a_release_of_what_was_left_once_is_no_return_while_it_is_under_way(present: int) -> None:
    history = [replace(AGAIN[0], state=UNDER_WAY), *AGAIN[1:]]
    assert previous(history, arn(present), {arn(9): "orders-prod:8"}).arn == arn(9)


def test_a_release_of_what_was_left_once_is_no_return() -> None:
    tags = {arn(9): "orders-prod:8"}
    assert previous(AGAIN, arn(8), tags).arn == arn(9)
    restarted = [past(8, 8), *AGAIN]
    assert previous(restarted, arn(8), tags).arn == arn(9)
    back_again = [past(9, 8), *AGAIN]
    assert previous(back_again, arn(9), tags).arn == arn(9)


@pytest.mark.parametrize("state", [DONE, UNDER_WAY])
def test_what_hybrid_deploy_made_is_no_return_whatever_its_number(state: State) -> None:
    history = [past(5, 6, state, released=True), past(6, 5), past(5, 4)]
    assert previous(history, arn(5), {arn(5): "orders-prod:6"}).arn == arn(6)


def test_a_return_that_stays_names_the_way_on() -> None:
    assert "name one with --to" in ask(2, past(2, 3), past(3, 2), past(2, 1)).why


@pytest.mark.parametrize("history", [[], [past(3)], [past(2), past(1)]])
def test_fails_when_nobody_knows(history: list[Past]) -> None:
    assert ask(3, *history).arn == ""
