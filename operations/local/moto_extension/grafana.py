"""Managed Grafana.

Moto 5.2.5 does not know it. Here a workspace can be made, described, changed, tagged and deleted; what
happens inside it (API keys, service accounts, assigned people) is left out.
"""

from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from operations.local.moto_extension.new_service import NewBackend, register

DEFAULT_VERSION = "10.4"
_FIELDS = {
    "accountAccessType": "accountAccessType",
    "permissionType": "permissionType",
    "organizationRoleName": "organizationRoleName",
    "stackSetName": "stackSetName",
    "workspaceDataSources": "dataSources",
    "workspaceDescription": "description",
    "workspaceName": "name",
    "workspaceNotificationDestinations": "notificationDestinations",
    "workspaceOrganizationalUnits": "organizationalUnits",
    "workspaceRoleArn": "workspaceRoleArn",
    "vpcConfiguration": "vpcConfiguration",
    "networkAccessControl": "networkAccessControl",
}
"""What a request calls a property, and what a workspace calls it."""


def install() -> None:
    """Register the service."""
    register(grafana_backends)


class ResourceNotFound(ServiceException):
    """No workspace has this id."""

    code = "ResourceNotFoundException"
    message = "Workspace not found"


class Workspace(BaseModel):
    """A workspace as DescribeWorkspace tells it."""

    def __init__(self, region: str, params: dict[str, Any]) -> None:
        self.id = f"g-{mock_random.get_random_hex(10)}"
        self.configuration = params.get("configuration") or "{}"
        self.facts: dict[str, Any] = {
            "id": self.id,
            "created": utcnow(),
            "endpoint": f"{self.id}.grafana-workspace.{region}.amazonaws.com",
            "grafanaVersion": params.get("grafanaVersion") or DEFAULT_VERSION,
            "status": "ACTIVE",
            "authentication": {"providers": params["authenticationProviders"]},
        }
        self.change(params)

    def change(self, params: dict[str, Any]) -> None:
        """Take over what a request names."""
        self.facts |= {
            name: params[asked] for asked, name in _FIELDS.items() if params.get(asked) is not None
        }
        self.facts["modified"] = utcnow()

    @property
    def authentication(self) -> dict[str, Any]:
        """How people log in; SAML is set up in a second step."""
        providers = self.facts["authentication"]["providers"]
        answer: dict[str, Any] = {"providers": providers}
        if "SAML" in providers:
            answer["saml"] = {"status": "NOT_CONFIGURED"}
        return answer


class Backend(NewBackend):
    """Workspaces of a region."""

    name = "grafana"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.workspaces: dict[str, Workspace] = {}

    def arn(self, workspace_id: str) -> str:
        """ARN that tags are kept under."""
        return f"arn:aws:grafana:{self.region_name}:{self.account_id}:/workspaces/{workspace_id}"

    def find(self, workspace_id: str) -> Workspace:
        """The workspace, or the error that AWS answers with."""
        if workspace_id not in self.workspaces:
            raise ResourceNotFound
        return self.workspaces[workspace_id]


grafana_backends = BackendDict(Backend, "grafana")


class Responses(BaseResponse):
    """What AWS answers. A change is done at once, so every answer says ACTIVE."""

    def __init__(self) -> None:
        super().__init__(service_name="grafana")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> Backend:
        """The region's workspaces."""
        return grafana_backends[self.current_account][self.region]

    def create_workspace(self) -> ActionResult:
        params = self._get_params()
        workspace = Workspace(self.region, params)
        self.backend.workspaces[workspace.id] = workspace
        self.backend.tag(self.backend.arn(workspace.id), params.get("tags"))
        return self._told(workspace)

    def describe_workspace(self) -> ActionResult:
        return self._told(self._asked())

    def update_workspace(self) -> ActionResult:
        workspace = self._asked()
        workspace.change(self._get_params())
        return self._told(workspace)

    def delete_workspace(self) -> ActionResult:
        workspace = self._asked()
        del self.backend.workspaces[workspace.id]
        self.backend.tagger.delete_all_tags_for_resource(self.backend.arn(workspace.id))
        return self._told(workspace, status="DELETING")

    def describe_workspace_authentication(self) -> ActionResult:
        return ActionResult({"authentication": self._asked().authentication})

    def update_workspace_authentication(self) -> ActionResult:
        workspace = self._asked()
        workspace.facts["authentication"] = {"providers": self._get_param("authenticationProviders")}
        return ActionResult({"authentication": workspace.authentication})

    def describe_workspace_configuration(self) -> ActionResult:
        workspace = self._asked()
        version = workspace.facts["grafanaVersion"]
        return ActionResult({"configuration": workspace.configuration, "grafanaVersion": version})

    def update_workspace_configuration(self) -> ActionResult:
        workspace = self._asked()
        workspace.configuration = self._get_param("configuration") or workspace.configuration
        if version := self._get_param("grafanaVersion"):
            workspace.facts["grafanaVersion"] = version
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"tags": self.backend.tags(self._get_param("resourceArn"))})

    def tag_resource(self) -> ActionResult:
        self.backend.tag(self._get_param("resourceArn"), self._get_param("tags"))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        keys = self._get_param("tagKeys")
        self.backend.tagger.untag_resource_using_names(self._get_param("resourceArn"), keys)
        return EmptyResult()

    def _asked(self) -> Workspace:
        return self.backend.find(self._get_param("workspaceId"))

    def _told(self, workspace: Workspace, status: str = "ACTIVE") -> ActionResult:
        tags = self.backend.tags(self.backend.arn(workspace.id))
        return ActionResult({"workspace": {**workspace.facts, "status": status, "tags": tags}})


Backend.paths = {
    "{0}/workspaces$": Responses.dispatch,
    "{0}/workspaces/(?P<workspaceId>[^/]+)$": Responses.dispatch,
    "{0}/workspaces/(?P<workspaceId>[^/]+)/authentication$": Responses.dispatch,
    "{0}/workspaces/(?P<workspaceId>[^/]+)/configuration$": Responses.dispatch,
    "{0}/tags/(?P<resourceArn>.+)$": Responses.dispatch,
}
