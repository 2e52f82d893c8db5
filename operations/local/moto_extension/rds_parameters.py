"""RDS parameter groups.

Moto 5.2.5 never says that a parameter was set by a user, which is how clients tell it from RDS's own, answers
with all parameters whatever source is asked for, and has no ResetDBParameterGroup.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError
from moto.rds.models import DBParameterGroup
from moto.rds.responses import RDSResponse

from operations.local.moto_extension.adopt import adopt

USER = "user"


def install() -> None:
    """Register the fixes."""
    adopt(RDSResponse, Responses)


class Responses(RDSResponse):
    """What AWS answers. A group holds what was set in it; the engine's defaults are not known here."""

    def describe_db_parameters(self) -> ActionResult:
        found = [
            {**parameter, "Source": USER, "ApplyType": "dynamic", "IsModifiable": True}
            for parameter in self._parameter_group().parameters.values()
        ]
        asked = self.params.get("Source")
        return ActionResult({"Parameters": found if asked in (None, USER) else []})

    def reset_db_parameter_group(self) -> ActionResult:
        group = self._parameter_group()
        if self.params.get("ResetAllParameters"):
            group.parameters.clear()
        for parameter in self.params.get("Parameters", []):
            group.parameters.pop(parameter["ParameterName"], None)
        return ActionResult({"DBParameterGroupName": group.name})

    def _parameter_group(self) -> DBParameterGroup:
        name: Any = self.params.get("DBParameterGroupName")
        found = self.backend.describe_db_parameter_groups({"db_parameter_group_name": name})
        if not found:
            raise DBParameterGroupNotFoundError(name)
        return found[0]
