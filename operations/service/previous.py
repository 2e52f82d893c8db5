"""Which revision ran before. Pure, except for what a service was made with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from operations.aws import Aws, explained
from operations.deploy.place import Place
from operations.service.history import Past, State, name

RETURNED_FROM = "ReturnedFrom"
"""Tag of a revision that was registered for a return, such as `orders-prod:8`."""


@dataclass(frozen=True)
class Previous:
    """The answer to `--to previous`."""

    arn: str
    """Empty if nobody knows."""

    why: str
    """How it is known, or why it is not; for a person."""


def previous(history: Sequence[Past], present: str, returned_from: Mapping[str, str]) -> Previous:
    """What ran before the last deployment; what that one brings if it is a return already.

    `returned_from`: the tag of each revision that has it. Repeating a return must never undo it.
    """
    newest = history[0] if history else None
    if newest and (back := replaced_now(history)):
        if _is_return(newest, returned_from):
            return Previous(newest.revision, f"{newest.id} returns to it already")
        return back
    if newest and (already := _went_back(newest, history[1:], present)):
        return Previous(present, already)
    before = _before(history, present)
    # Later revisions inherit the tag, so it counts only next to what it names.
    source = returned_from.get(present, "")
    if source and name(before) in ("", source):
        return Previous(present, f"it was registered for the return from {source}")
    if before and number(present) < number(before):
        return Previous(present, f"the last deployment returned to it, from {name(before)}")
    return Previous(
        before, f"it ran before {name(present)}" if before else "no deployment of before is known"
    )


def replaced_now(history: Sequence[Past]) -> Previous | None:
    """What users return to when the deployment under way is stopped; None if none is, or nobody knows."""
    newest = history[0] if history else None
    if newest is None or newest.state is not State.UNDER_WAY:
        return None
    if newest.automatic:
        return Previous(newest.revision, f"{newest.id} returns to it already")
    if not newest.replaced:
        return None
    return Previous(newest.replaced, f"it ran before {newest.id}, which is under way")


def _is_return(under_way: Past, returned_from: Mapping[str, str]) -> bool:
    if not under_way.revision or not under_way.replaced:
        return False
    older = number(under_way.revision) < number(under_way.replaced)
    return older or returned_from.get(under_way.revision) == name(under_way.replaced)


def number(arn: str) -> int:
    """Of a revision. Families never count down, so a lower number is older."""
    return int(arn.rpartition(":")[2])


def _went_back(newest: Past, older: Sequence[Past], present: str) -> str:
    """Why the present revision is what ran before already; empty if it is not."""
    if newest.state in (State.RETURNED, State.FAILED) and newest.revision != present:
        return f"{newest.id}, of {name(newest.revision)}, did not succeed, and it runs again"
    if newest.automatic and newest.revision == present:
        failed = next((one for one in older if not one.automatic), None)
        what = f" from {name(failed.revision)}" if failed and failed.revision else ""
        return f"CodeDeploy returned to it{what} with {newest.id}"
    return ""


def _before(history: Sequence[Past], present: str) -> str:
    done = [one for one in history if one.state is State.DONE and one.revision]
    brought = next((index for index, one in enumerate(done) if one.revision == present), None)
    if brought is None:
        return ""
    older = next((one.revision for one in done[brought + 1 :] if one.revision != present), "")
    first = done[-1].replaced
    return older or (first if first != present else "")


def made_with(aws: Aws, place: Place, created: datetime) -> str:
    """ARN of the revision that a service was created with, at `created`; empty if it cannot be told.

    Before its first deployment CodeDeploy knows nothing. Terraform registers a revision and then creates the
    service with it, so it is the newest one of that time.
    """
    client = aws.client("ecs", place.region)
    found: list[tuple[int, str]] = []
    for status in ("ACTIVE", "INACTIVE"):
        with explained(f"ecs:ListTaskDefinitions of {place.family}"):
            arns = client.list_task_definitions(
                familyPrefix=place.family, status=status, sort="ASC", maxResults=100
            )["taskDefinitionArns"]
        for arn in arns:
            with explained(f"ecs:DescribeTaskDefinition of {arn}"):
                one = client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
            if "registeredAt" not in one or one["registeredAt"] > created:
                break
            found.append((number(arn), arn))
    return max(found, default=(0, ""))[1]
