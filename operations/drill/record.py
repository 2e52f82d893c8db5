"""When a service's last drill was: from SSM, which everybody sees, or else from the runs of this machine."""

from datetime import UTC, datetime

from operations.aws import Aws, explained
from operations.deploy.place import Place
from operations.errors import HybridError

KIND = "drill-rollback"


def parameter(place: Place) -> str:
    """SSM parameter whose last change is the last drill."""
    return f"/hybrid/drills/rollback/{place.environment}/{place.service}"


def last(aws: Aws, place: Place) -> tuple[datetime | None, str]:
    """The time, and what is not known."""
    here = _on_this_machine(place)
    try:
        there, note = _in_account(aws, place), ""
    except HybridError as error:
        there, note = None, f"the account was not asked, so only this machine's runs count: {error}"
    return max((one for one in (here, there) if one), default=None), note


def _in_account(aws: Aws, place: Place) -> datetime | None:
    client = aws.client("ssm", place.region)
    with explained(f"ssm:GetParameter of {parameter(place)}"):
        try:
            found = client.get_parameter(Name=parameter(place))["Parameter"]
        except client.exceptions.ParameterNotFound:
            return None
    moment: datetime = found["LastModifiedDate"]
    return moment.astimezone(UTC)


def _on_this_machine(place: Place) -> datetime | None:
    from operations.engine.journal import journals
    from operations.engine.run import load
    from operations.engine.state import State

    for path in journals():
        if f"-{KIND}-" not in path.name:
            continue
        run = load(path.stem)
        if run.plan.target == f"{place.environment}/{place.service}" and run.stopped is State.DONE:
            return datetime.fromisoformat(run.ended)
    return None
