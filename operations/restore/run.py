"""What a resumed restore needs: its local actions, and what its report says."""

from collections.abc import Callable, Mapping
from typing import Any

from operations.engine.context import Context
from operations.engine.redact import Redactor
from operations.engine.report import Conclusion, Outcome
from operations.engine.retry import judged
from operations.engine.state import State
from operations.errors import Refused
from operations.restore.look import check_data


def discard(context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    """Delete a restored instance that no service uses. Safe to repeat."""
    region, identifier = params["region"], params["identifier"]
    rds, redactor = context.aws.client("rds", region), Redactor()
    with judged(f"rds:DescribeDBInstances of {identifier}", redactor):
        try:
            [found] = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        except rds.exceptions.DBInstanceNotFoundFault:
            return {}
    with judged(f"ssm:GetParameter of {params['parameter']}", redactor):
        ssm = context.aws.client("ssm", region)
        live = ssm.get_parameter(Name=params["parameter"])["Parameter"]["Value"]
    if live == (found.get("Endpoint") or {}).get("Address"):
        raise Refused(
            f"{params['parameter']} names {identifier}: services use it, so it is not deleted. "
            "Switch them first: hybrid db switch --undo"
        )
    if found["DBInstanceStatus"] == "deleting":
        return {}
    with judged(f"rds:DeleteDBInstance of {identifier}", redactor):
        if found.get("DeletionProtection"):
            rds.modify_db_instance(
                DBInstanceIdentifier=identifier, DeletionProtection=False, ApplyImmediately=True
            )
        rds.delete_db_instance(
            DBInstanceIdentifier=identifier, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
        )
    return {}


ACTIONS: Mapping[str, Callable[[Context, dict[str, Any]], Mapping[str, Any]]] = {
    "check-data": check_data,
    "discard": discard,
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
