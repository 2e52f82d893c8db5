"""Managed Service for Prometheus.

Moto 5.2.5
- forgets the key that a workspace is encrypted with, so a plan wants to replace the workspace;
- answers with an empty logging configuration where there is none; AWS answers ResourceNotFoundException.
"""

import json
from typing import Any

from moto.amp.exceptions import WorkspaceNotFound
from moto.amp.models import PrometheusServiceBackend, Workspace
from moto.amp.responses import PrometheusServiceResponse

from operations.local.moto_extension.adopt import adopt

_to_dict = Workspace.to_dict
_create_workspace = PrometheusServiceResponse.create_workspace
_describe_logging_configuration = PrometheusServiceBackend.describe_logging_configuration


def install() -> None:
    """Register the fixes."""
    adopt(Workspace, FixedWorkspace)
    adopt(PrometheusServiceBackend, Backend)
    adopt(PrometheusServiceResponse, Responses)


class FixedWorkspace(Workspace):
    """A workspace as AWS tells it."""

    def to_dict(self) -> dict[str, Any]:
        key = vars(self).get("kms_key_arn")
        return _to_dict(self) | ({"kmsKeyArn": key} if key else {})


class Backend(PrometheusServiceBackend):
    """What AWS stores."""

    def describe_logging_configuration(self, workspace_id: str) -> dict[str, Any]:
        found = _describe_logging_configuration(self, workspace_id)
        if not found:
            raise WorkspaceNotFound(workspace_id)
        return found


class Responses(PrometheusServiceResponse):
    """What AWS answers."""

    def create_workspace(self) -> str:
        made = json.loads(_create_workspace(self))
        workspace = self.amp_backend.describe_workspace(made["workspaceId"])
        vars(workspace)["kms_key_arn"] = self._get_param("kmsKeyArn")
        return json.dumps(workspace.to_dict())
