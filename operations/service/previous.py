"""Which revision ran before. Pure, except for what a service was made with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from operations.aws import Aws, explained
from operations.deploy.place import Place
from operations.service.history import Past, State, name


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
        if _is_return(newest, newest.replaced, returned_from):
            return _stays(newest.revision, f"{newest.id} returns to it already")
        return back
    if newest and (already := _went_back(newest, history[1:], present)):
        return _stays(present, already)
    last, before = _before(history, present)
    source = returned_from.get(present, "")
    if source and not before:
        return _stays(present, f"it was registered for the return from {source}")
    if last and before and _is_return(last, before, returned_from):
        made = source == name(before)
        how = "it was registered for the return" if made else "the last deployment returned to it,"
        return _stays(present, f"{how} from {name(before)}")
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


def _stays(arn: str, why: str) -> Previous:
    return Previous(arn, f"{why}; to leave it, name one with --to")


def _is_return(one: Past, replaced: str, returned_from: Mapping[str, str]) -> bool:
    """Whether a deployment went back. A release may use a revision of before again, so numbers come last."""
    if one.released or not one.revision or not replaced:
        return False
    # A tag counts only next to what it names: either may have been deployed again since.
    if returned_from.get(one.revision) == name(replaced):
        return True
    if returned_from.get(replaced) == name(one.revision):
        return False  # forward again, to what somebody had returned from
    return number(one.revision) < number(replaced)


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


def _before(history: Sequence[Past], present: str) -> tuple[Past | None, str]:
    """The deployment that brought the present revision, without restarts of it since; and what ran before."""
    done = [one for one in history if one.state is State.DONE and one.revision]
    while done and done[0].revision != present:
        del done[0]
    stay = [*takewhile(lambda one: one.revision == present, done)]
    if not stay:
        return None, ""
    if len(stay) < len(done):
        return stay[-1], done[len(stay)].revision
    first = stay[-1].replaced
    return stay[-1], first if first != present else ""


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
