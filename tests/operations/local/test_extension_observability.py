"""Services that watch the platform, as the extension makes them: X-Ray, Prometheus, Grafana and others."""

from typing import Any

import pytest

from tests.operations.local.conftest import Clients

RULE = {
    "RuleName": "orders",
    "Priority": 100,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "orders",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "ResourceARN": "*",
    "Version": 1,
}
TAGS = [{"Key": "team", "Value": "platform"}]


def test_xray_groups(aws: Clients) -> None:
    xray = aws("xray")
    made = xray.create_group(GroupName="prod", FilterExpression='service("a")', Tags=TAGS)["Group"]
    arn = made["GroupARN"]
    assert made["InsightsConfiguration"]["InsightsEnabled"] is False
    xray.update_group(GroupARN=arn, InsightsConfiguration={"InsightsEnabled": True})
    found = xray.get_group(GroupName="prod")["Group"]
    assert found == xray.get_group(GroupARN=arn)["Group"]
    assert found["FilterExpression"] == 'service("a")'
    assert found["InsightsConfiguration"]["InsightsEnabled"] is True
    assert xray.get_groups()["Groups"] == [found]
    with pytest.raises(xray.exceptions.InvalidRequestException, match="exists"):
        xray.create_group(GroupName="prod")
    xray.delete_group(GroupARN=arn)
    with pytest.raises(xray.exceptions.InvalidRequestException, match="Group not found"):
        xray.get_group(GroupName="prod")
    assert xray.list_tags_for_resource(ResourceARN=arn)["Tags"] == []


def test_xray_sampling_rules(aws: Clients) -> None:
    xray = aws("xray")
    made = xray.create_sampling_rule(SamplingRule=RULE, Tags=TAGS)["SamplingRuleRecord"]["SamplingRule"]
    assert RULE.items() <= made.items()
    xray.update_sampling_rule(SamplingRuleUpdate={"RuleARN": made["RuleARN"], "FixedRate": 1})
    [record] = xray.get_sampling_rules()["SamplingRuleRecords"]
    assert record["SamplingRule"]["FixedRate"] == 1
    assert record["SamplingRule"]["RuleName"] == "orders"
    xray.tag_resource(ResourceARN=made["RuleARN"], Tags=[{"Key": "owner", "Value": "me"}])
    xray.untag_resource(ResourceARN=made["RuleARN"], TagKeys=["team"])
    assert xray.list_tags_for_resource(ResourceARN=made["RuleARN"])["Tags"] == [
        {"Key": "owner", "Value": "me"}
    ]
    xray.delete_sampling_rule(RuleName="orders")
    assert xray.get_sampling_rules()["SamplingRuleRecords"] == []
    with pytest.raises(xray.exceptions.InvalidRequestException, match="not found"):
        xray.delete_sampling_rule(RuleName="orders")


def test_xray_encryption_belongs_to_a_region(aws: Clients) -> None:
    xray = aws("xray")
    assert xray.get_encryption_config()["EncryptionConfig"]["Type"] == "NONE"
    xray.put_encryption_config(Type="KMS", KeyId="arn:key")
    assert xray.get_encryption_config()["EncryptionConfig"] == {
        "Type": "KMS",
        "KeyId": "arn:key",
        "Status": "ACTIVE",
    }
    assert aws("xray", "ap-northeast-1").get_encryption_config()["EncryptionConfig"]["Type"] == "NONE"
    xray.put_encryption_config(Type="NONE")
    assert "KeyId" not in xray.get_encryption_config()["EncryptionConfig"]


def test_traces_still_arrive(aws: Clients) -> None:
    """The extension adds paths to those that moto has."""
    xray = aws("xray")
    segment = '{"id":"70de5b6f19ff9a0a","trace_id":"1-581cf771-a006649127e371903a2de979","name":"a",'
    segment += '"start_time":1,"end_time":2}'
    assert xray.put_trace_segments(TraceSegmentDocuments=[segment])["UnprocessedTraceSegments"] == []


def test_prometheus_remembers_the_key_and_misses_the_log(aws: Clients) -> None:
    amp = aws("amp")
    made = amp.create_workspace(alias="metrics", kmsKeyArn="arn:aws:kms:r:1:key/k")
    workspace = amp.describe_workspace(workspaceId=made["workspaceId"])["workspace"]
    assert workspace["kmsKeyArn"] == made["kmsKeyArn"] == "arn:aws:kms:r:1:key/k"
    plain = amp.create_workspace(alias="plain")["workspaceId"]
    assert "kmsKeyArn" not in amp.describe_workspace(workspaceId=plain)["workspace"]
    with pytest.raises(amp.exceptions.ResourceNotFoundException):
        amp.describe_logging_configuration(workspaceId=plain)
    amp.create_logging_configuration(workspaceId=plain, logGroupArn="arn:aws:logs:r:1:log-group:g:*")
    found = amp.describe_logging_configuration(workspaceId=plain)["loggingConfiguration"]
    assert found["logGroupArn"] == "arn:aws:logs:r:1:log-group:g:*"


def test_grafana_workspaces(aws: Clients) -> None:
    grafana = aws("grafana")
    made = grafana.create_workspace(
        accountAccessType="CURRENT_ACCOUNT",
        permissionType="CUSTOMER_MANAGED",
        authenticationProviders=["AWS_SSO"],
        workspaceName="dashboards",
        workspaceDataSources=["PROMETHEUS"],
        tags={"team": "platform"},
    )["workspace"]
    id_ = made["id"]
    arn = f"arn:aws:grafana:ap-northeast-2:123456789012:/workspaces/{id_}"
    assert (made["status"], made["name"], made["dataSources"]) == ("ACTIVE", "dashboards", ["PROMETHEUS"])
    grafana.update_workspace(workspaceId=id_, workspaceDescription="all")
    grafana.update_workspace_configuration(workspaceId=id_, configuration='{"plugins":{}}')
    grafana.update_workspace_authentication(workspaceId=id_, authenticationProviders=["SAML"])
    found = grafana.describe_workspace(workspaceId=id_)["workspace"]
    assert (found["name"], found["description"]) == ("dashboards", "all")
    assert found["authentication"] == {"providers": ["SAML"]}
    assert grafana.describe_workspace_configuration(workspaceId=id_)["configuration"] == '{"plugins":{}}'
    login = grafana.describe_workspace_authentication(workspaceId=id_)["authentication"]
    assert login["saml"]["status"] == "NOT_CONFIGURED"
    grafana.tag_resource(resourceArn=arn, tags={"owner": "me"})
    grafana.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert grafana.list_tags_for_resource(resourceArn=arn)["tags"] == {"owner": "me"}
    grafana.delete_workspace(workspaceId=id_)
    with pytest.raises(grafana.exceptions.ResourceNotFoundException):
        grafana.describe_workspace(workspaceId=id_)


def test_grafana_refuses_at_once_what_is_left_out(aws: Clients) -> None:
    with pytest.raises(aws("grafana").exceptions.ClientError, match="UnsupportedByEmulator"):
        aws("grafana").list_versions()


def test_application_insights(aws: Clients) -> None:
    insights = aws("application-insights")
    arn = "arn:aws:applicationinsights:ap-northeast-2:123456789012:application/resource-group/prod"
    made = insights.create_application(ResourceGroupName="prod", AutoConfigEnabled=True, Tags=TAGS)
    assert made["ApplicationInfo"]["AutoConfigEnabled"] is True
    with pytest.raises(insights.exceptions.ResourceInUseException):
        insights.create_application(ResourceGroupName="prod")
    insights.update_application(ResourceGroupName="prod", CWEMonitorEnabled=True)
    found = insights.describe_application(ResourceGroupName="prod")["ApplicationInfo"]
    assert (found["AutoConfigEnabled"], found["CWEMonitorEnabled"]) == (True, True)
    insights.tag_resource(ResourceARN=arn, Tags=[{"Key": "owner", "Value": "me"}])
    insights.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert insights.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "owner", "Value": "me"}]
    insights.delete_application(ResourceGroupName="prod")
    with pytest.raises(insights.exceptions.ResourceNotFoundException):
        insights.describe_application(ResourceGroupName="prod")


@pytest.fixture
def trail(aws: Clients) -> Any:
    aws("s3").create_bucket(
        Bucket="trail-bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"}
    )
    return aws("cloudtrail").create_trail(Name="audit", S3BucketName="trail-bucket", TagsList=TAGS)


@pytest.mark.parametrize("by", ["Name", "TrailARN"])
def test_a_trail_is_deleted_by_name_and_by_arn(aws: Clients, trail: Any, by: str) -> None:
    cloudtrail = aws("cloudtrail")
    cloudtrail.delete_trail(Name=trail[by])
    assert cloudtrail.describe_trails()["trailList"] == []
    tags = cloudtrail.list_tags(ResourceIdList=[trail["TrailARN"]])["ResourceTagList"]
    assert tags[0]["TagsList"] == []


def test_fails_when_a_deleted_trail_is_not_there(aws: Clients) -> None:
    cloudtrail = aws("cloudtrail")
    with pytest.raises(cloudtrail.exceptions.TrailNotFoundException):
        cloudtrail.delete_trail(Name="audit")
