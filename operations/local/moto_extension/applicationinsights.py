"""CloudWatch Application Insights.

Moto 5.2.5 does not know it. Here an application can be made, described, changed, tagged and deleted; it finds
no components and no problems.
"""

from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.utilities.tagging_service import TaggingService

from operations.local.moto_extension.new_service import NewBackend, register

_FIELDS = (
    *("ResourceGroupName", "OpsCenterEnabled", "CWEMonitorEnabled", "OpsItemSNSTopicArn"),
    *("SNSNotificationArn", "AutoConfigEnabled"),
)


def install() -> None:
    """Register the service."""
    register(applicationinsights_backends)


class ResourceNotFound(ServiceException):
    """No application watches this resource group."""

    code = "ResourceNotFoundException"
    message = "Application does not exist"


class ResourceInUse(ServiceException):
    """A resource group has one application at most."""

    code = "ResourceInUseException"
    message = "Application already exists"


class Application(BaseModel):
    """An application as DescribeApplication tells it."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.facts: dict[str, Any] = {
            "LifeCycle": "ACTIVE",
            "DiscoveryType": params.get("GroupingType") or "RESOURCE_GROUP_BASED",
            "AutoConfigEnabled": False,
            "OpsCenterEnabled": False,
            "CWEMonitorEnabled": False,
        }
        self.change(params)

    def change(self, params: dict[str, Any]) -> None:
        """Take over what a request names."""
        self.facts |= {name: params[name] for name in _FIELDS if params.get(name) is not None}
        if params.get("RemoveSNSTopic"):
            self.facts.pop("OpsItemSNSTopicArn", None)


class Backend(NewBackend):
    """Applications of a region, by resource group."""

    name = "applicationinsights"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.applications: dict[str, Application] = {}

    def arn(self, group: str) -> str:
        """ARN that tags are kept under."""
        scope = f"{self.region_name}:{self.account_id}"
        return f"arn:aws:applicationinsights:{scope}:application/resource-group/{group}"

    def find(self, group: str) -> Application:
        """The application, or the error that AWS answers with."""
        if group not in self.applications:
            raise ResourceNotFound
        return self.applications[group]


applicationinsights_backends = BackendDict(Backend, "application-insights")


class Responses(BaseResponse):
    """What AWS answers."""

    def __init__(self) -> None:
        super().__init__(service_name="application-insights")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> Backend:
        """The region's applications."""
        return applicationinsights_backends[self.current_account][self.region]

    def create_application(self) -> ActionResult:
        params = self._get_params()
        group = params["ResourceGroupName"]
        if group in self.backend.applications:
            raise ResourceInUse
        self.backend.applications[group] = Application(params)
        self.backend.tagger.tag_resource(self.backend.arn(group), params.get("Tags") or [])
        return self.describe_application()

    def describe_application(self) -> ActionResult:
        application = self.backend.find(self._get_param("ResourceGroupName"))
        return ActionResult({"ApplicationInfo": {"AccountId": self.current_account, **application.facts}})

    def update_application(self) -> ActionResult:
        self.backend.find(self._get_param("ResourceGroupName")).change(self._get_params())
        return self.describe_application()

    def delete_application(self) -> ActionResult:
        group = self._get_param("ResourceGroupName")
        self.backend.find(group)
        del self.backend.applications[group]
        self.backend.tagger.delete_all_tags_for_resource(self.backend.arn(group))
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        tags = self.backend.tags(self._get_param("ResourceARN"))
        return ActionResult({"Tags": TaggingService.convert_dict_to_tags_input(tags)})

    def tag_resource(self) -> ActionResult:
        self.backend.tagger.tag_resource(self._get_param("ResourceARN"), self._get_param("Tags"))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        keys = self._get_param("TagKeys")
        self.backend.tagger.untag_resource_using_names(self._get_param("ResourceARN"), keys)
        return EmptyResult()


Backend.paths = {
    "{0}/$": Responses.dispatch,
    "{0}/service/[^/]+/operation/(?P<operation>[^/]+)$": Responses.dispatch,
}
