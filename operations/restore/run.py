"""What a resumed restore needs: its local actions, and what its report says."""

from collections.abc import Callable, Mapping
from typing import Any

from operations.engine.context import Context
from operations.engine.report import Conclusion, Outcome
from operations.engine.retry import judged
from operations.engine.state import State
from operations.errors import Refused
from operations.restore.look import check_data
from operations.restore.patience import patiently


def settle(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Set what a restore cannot set, as soon as RDS lets the instance be changed. Safe to repeat."""
    rds, identifier = context.aws.client("rds", params["region"]), params["identifier"]

    def modify() -> None:
        rds.modify_db_instance(
            DBInstanceIdentifier=identifier,
            ApplyImmediately=True,
            MasterUserPassword=params["password"].reveal,
            **params["settings"],
        )

    patiently(context, f"rds:ModifyDBInstance of {identifier}", modify)
    return {}


def discard(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Delete a restored instance that no service uses. Safe to repeat."""
    rds, identifier = context.aws.client("rds", params["region"]), params["identifier"]

    def delete() -> None:
        found = _unused(context, params)
        if found is None or found["DBInstanceStatus"] == "deleting":
            return
        if found.get("DeletionProtection"):
            rds.modify_db_instance(
                DBInstanceIdentifier=identifier, DeletionProtection=False, ApplyImmediately=True
            )
        rds.delete_db_instance(
            DBInstanceIdentifier=identifier, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
        )

    patiently(context, f"rds:DeleteDBInstance of {identifier}", delete)
    return {}


def _unused(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    """The instance; None if it is gone. Refused if services use it."""
    region, identifier, parameter = params["region"], params["identifier"], params["parameter"]
    rds, ssm = context.aws.client("rds", region), context.aws.client("ssm", region)
    with judged(f"rds:DescribeDBInstances of {identifier}", context.redactor):
        try:
            [found] = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        except rds.exceptions.DBInstanceNotFoundFault:
            return None
    with judged(f"ssm:GetParameter of {parameter}", context.redactor):
        live = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
    if live == (found.get("Endpoint") or {}).get("Address"):
        raise Refused(
            f"{parameter} names {identifier}: services use it, so it is not deleted. "
            "Switch them first: hybrid db switch --undo"
        )
    return dict(found)


ACTIONS: Mapping[str, Callable[[Context, dict[str, Any]], Mapping[str, Any]]] = {
    "check-data": check_data,
    "discard": discard,
    "settle": settle,
}


def conclude(outcome: Outcome) -> Conclusion:
    """What was restored, what the data said, and what comes next."""
    if outcome.run is None:
        return Conclusion()
    facts, data = outcome.run.plan.facts, {"seconds": round(outcome.seconds, 1)}
    if outcome.state is not State.DONE:
        return Conclusion(f"`{facts['target']}` was removed again.", data)
    lines = [f"`{facts['target']}` holds {facts['restored from']}, after {outcome.seconds:.0f} s."]
    if "check-data" in outcome.run.steps:
        rows = outcome.answer("check-data", "rows")
        data["rows"] = rows
        lines.append(f"The query answered {rows}.")
    side = outcome.run.plan.target
    lines.append(f"No service uses it yet. Next: `hybrid db switch --side {side} --to {facts['target']}`.")
    return Conclusion("\n\n".join(lines), data)
