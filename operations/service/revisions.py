"""The newest revisions of a service, and what became of them: `hybrid service revisions`. Reads only."""

from typing import Any

from operations.aws import explained
from operations.console import out, print_json
from operations.deploy.images import describe_image
from operations.deploy.place import Place
from operations.deploy.service import describe_service, read_service
from operations.deploy.task_definition import IMAGE_TAG, RETURNED_FROM
from operations.engine.retry import Clients
from operations.errors import Refused
from operations.service.history import Past, State, name, read_history
from operations.service.previous import number
from operations.service.status import at


def show(aws: Clients, place: Place, *, limit: int, as_json: bool) -> None:
    """Look, and print."""
    rows = describe(aws, place, limit)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(_line(row), markup=False)


def describe(aws: Clients, place: Place, limit: int) -> list[dict[str, Any]]:
    """A row for each revision, newest first."""
    running = read_service(aws, place).revision_arn
    history = read_history(aws, place, describe_service(aws, place))
    known: dict[str, dict[str, Any] | None] = {}
    rows = []
    for arn in _newest(aws, place, limit):
        row = _row(aws, place, arn)
        if row["image"] not in known:
            known[row["image"]] = _in_registry(aws, place, row["image"])
        found = known[row["image"]]
        row["image_there"] = found is not None if found != {} else None
        row["digest"] = (found or {}).get("imageDigest") or row["image"].partition("@")[2]
        row["running"] = arn == running
        row["ran"] = [
            _stay(one, history) for one in history if one.revision == arn and one.state is State.DONE
        ]
        coming = (one.id for one in history if one.revision == arn and one.state is State.UNDER_WAY)
        row["under_way"] = next(coming, "")
        rows.append(row)
    return rows


def _newest(aws: Clients, place: Place, limit: int) -> list[str]:
    with explained(f"ecs:ListTaskDefinitions of {place.family}"):
        arns: list[str] = aws.client("ecs", place.region).list_task_definitions(
            familyPrefix=place.family, status="ACTIVE", sort="DESC", maxResults=100
        )["taskDefinitionArns"]
    if not arns:
        raise Refused(f"{place.family} has no active revision; deploy the stack {place.environment}")
    return sorted(arns, key=number, reverse=True)[:limit]


def _row(aws: Clients, place: Place, arn: str) -> dict[str, Any]:
    with explained(f"ecs:DescribeTaskDefinition of {arn}"):
        answer = aws.client("ecs", place.region).describe_task_definition(
            taskDefinition=arn, include=["TAGS"]
        )
    found, tags = answer["taskDefinition"], {one["key"]: one["value"] for one in answer.get("tags", ())}
    containers = found["containerDefinitions"]
    image = next((str(one["image"]) for one in containers if one["name"] == place.service), "")
    return {
        "revision": name(arn),
        "registered": at(found.get("registeredAt")),
        "image": image,
        "image_tag": tags.get(IMAGE_TAG) or image.partition("@")[0].rpartition("/")[2].partition(":")[2],
        "returned_from": tags.get(RETURNED_FROM, ""),
    }


def _in_registry(aws: Clients, place: Place, image: str) -> dict[str, Any] | None:
    """What ECR says of it; None if it is gone, empty if it is in another registry."""
    prefix = f"{place.registry}/{place.repository}"
    rest = image.removeprefix(prefix)
    if rest == image or not rest:
        return {}
    key = "imageDigest" if rest[0] == "@" else "imageTag"
    return describe_image(aws, place, place.repository, {key: rest[1:]})


def _stay(one: Past, history: tuple[Past, ...]) -> dict[str, str]:
    """From the deployment that brought it to the next one that succeeded."""
    later = [other for other in history if other.state is State.DONE and other.began > one.began]
    end = later[-1] if later else None
    return {"from": at(one.ended or one.began), "to": at(end.ended or end.began) if end else ""}


def _line(row: dict[str, Any]) -> str:
    mark = "*" if row["running"] else " "
    there = {True: "", False: "  IMAGE GONE", None: "  other registry"}[row["image_there"]]
    stays = [f"{one['from']} to {one['to'] or 'now'}" for one in row["ran"]]
    if row["under_way"]:
        stays.append(f"with {row['under_way']}, which is under way")
    ran = f"ran {'; '.join(stays)}" if stays else "no deployment of it is known"
    image = row["image_tag"] or row["digest"]
    digest = f" {row['digest'][:19]}" if row["digest"] else ""
    return f"{mark} {row['revision']}  {image}{digest}{there}  registered {row['registered']}  {ran}"
