"""CloudWatch Application Insights: looks for problems in everything that carries an environment's tag."""

import json

from cdktf_cdktf_provider_aws.applicationinsights_application import ApplicationinsightsApplication
from cdktf_cdktf_provider_aws.resourcegroups_group import (
    ResourcegroupsGroup,
    ResourcegroupsGroupResourceQuery,
)
from constructs import Construct


class ApplicationInsights(Construct):
    """An application made of all resources with the tag `tag_key: tag_value`."""

    def __init__(self, scope: Construct, id_: str, *, name: str, tag_key: str, tag_value: str) -> None:
        super().__init__(scope, id_)
        group = ResourcegroupsGroup(
            self,
            "Resources",
            name=name,
            description=f"Everything whose {tag_key} is {tag_value}",
            resource_query=ResourcegroupsGroupResourceQuery(query=_query(tag_key, tag_value)),
        )
        ApplicationinsightsApplication(
            self,
            "Application",
            resource_group_name=group.name,
            auto_config_enabled=True,
            # The platform's own alarms tell a person; Application Insights explains.
            ops_center_enabled=False,
            cwe_monitor_enabled=True,
        )


def _query(key: str, value: str) -> str:
    query = {"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": key, "Values": [value]}]}
    return json.dumps(query, separators=(",", ":"))
