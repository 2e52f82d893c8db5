"""What our layer adds to moto: failures that clients understand, call counts, an inventory."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.local import control, seeds
from operations.local.control import Kind
from operations.local.state import Server
from tests.operations.local.conftest import Clients

UNSUPPORTED: list[tuple[str, str, dict[str, Any], str]] = [
    ("ec2", "describe_spot_datafeed_subscription", {}, "ec2:DescribeSpotDatafeedSubscription"),
    ("elasticache", "describe_events", {}, "elasticache:DescribeEvents"),
    ("dynamodb", "list_imports", {}, "dynamodb:ListImports"),
    ("grafana", "list_versions", {}, "grafana:ListVersions"),
    (
        "application-insights",
        "list_components",
        {"ResourceGroupName": "g"},
        "applicationinsights:ListComponents",
    ),
    ("cloudfront", "list_streaming_distributions", {}, "cloudfront:ListStreamingDistributions"),
    ("xray", "get_indexing_rules", {}, "xray:GetIndexingRules"),
    ("route53", "list_traffic_policies", {}, "route53:ListTrafficPolicies"),
    (
        "s3",
        "get_bucket_metadata_table_configuration",
        {"Bucket": "bucket"},
        "s3:GetBucketMetadataTableConfig",
    ),
]
"""One of each protocol: ec2, query, json, rest-json, json of an unknown service, rest-xml, and so on."""


@pytest.mark.parametrize(("service", "method", "arguments", "operation"), UNSUPPORTED)
def test_unsupported_operation_is_refused_by_name(
    aws: Clients, service: str, method: str, arguments: dict[str, Any], operation: str
) -> None:
    with pytest.raises(ClientError) as refusal:
        getattr(aws(service), method)(**arguments)

    error = refusal.value.response["Error"]
    assert error["Code"] == "UnsupportedByEmulator"
    assert error["Message"].startswith(f"the embedded AWS does not implement {operation}")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400, "which no client repeats"


def test_cbor_request_is_refused_in_cbor(aws: Clients) -> None:
    cloudwatch = aws("cloudwatch")

    with pytest.raises(ClientError) as refusal:
        cloudwatch.list_managed_insight_rules(ResourceARN="arn:aws:ec2:ap-northeast-2:123456789012:vpc/vpc-1")

    assert refusal.value.response["Error"]["Code"] == "UnsupportedByEmulator"
    assert "monitoring:ListManagedInsightRules" in refusal.value.response["Error"]["Message"]


def test_exception_inside_moto_is_a_logged_client_error(aws: Clients, emulator: Server) -> None:
    with pytest.raises(ClientError) as failure:
        aws("ec2").delete_transit_gateway(TransitGatewayId="tgw-00000000000000000")

    error = failure.value.response["Error"]
    assert error["Code"] == "EmulatorError"
    assert error["Message"].startswith("the embedded AWS failed in ec2:DeleteTransitGateway: KeyError")
    assert "Traceback" in emulator.log.read_text()


def test_errors_of_aws_stay_as_they_are(aws: Clients) -> None:
    with pytest.raises(ClientError) as failure:
        aws("s3").head_bucket(Bucket="nowhere")
    assert failure.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    with pytest.raises(ClientError, match="ParameterNotFound"):
        aws("ssm").get_parameter(Name="/nowhere")


def test_calls_are_counted_and_told_apart(aws: Clients, emulator: Server) -> None:
    aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    aws("ec2").describe_vpcs()
    aws("ec2", "us-east-1").describe_vpcs()
    aws("s3").list_buckets()
    aws("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session")

    assert control.calls(emulator, Kind.WRITES) == {"ec2:CreateVpc": 1}
    assert control.calls(emulator, Kind.READS) == {
        "ec2:DescribeVpcs": 2,
        "s3:ListBuckets": 1,
        "sts:AssumeRole": 1,
    }
    control.forget_calls(emulator)
    assert control.calls(emulator) == {}
    assert control.resources(emulator) != {}


def test_s3_operations_are_counted_by_name(aws: Clients, emulator: Server) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    s3.get_object(Bucket="bucket", Key="k")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket="bucket", Key="k")

    assert control.calls(emulator, Kind.READS) == {"s3:GetObject": 1}
    assert set(control.calls(emulator, Kind.WRITES)) == {
        "s3:CreateBucket",
        "s3:PutObject",
        "s3:PutBucketVersioning",
        "s3:DeleteObject",
    }


def test_resources_leave_out_what_every_account_has(aws: Clients, emulator: Server) -> None:
    aws("ec2").describe_vpcs()
    aws("iam").list_policies()
    assert control.resources(emulator) == {}

    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws("ssm", "us-east-1").put_parameter(Name="/p", Value="v", Type="String")

    found = control.resources(emulator)
    assert found["ec2"]["ap-northeast-2"]["VPC"] == 1
    assert found["ssm"] == {"us-east-1": {"Parameter": 1}}
    aws("ec2").delete_vpc(VpcId=vpc)
    aws("ssm", "us-east-1").delete_parameter(Name="/p")
    assert control.resources(emulator) == {}


def test_reset_empties_every_region(aws: Clients, emulator: Server) -> None:
    for region in ("ap-northeast-2", "ap-northeast-1", "us-east-1"):
        aws("ec2", region).create_vpc(CidrBlock="10.0.0.0/16")

    control.reset(emulator)

    assert control.resources(emulator) == {}
    assert control.calls(emulator) == {}
    for region in ("ap-northeast-2", "ap-northeast-1", "us-east-1"):
        assert [vpc["IsDefault"] for vpc in aws("ec2", region).describe_vpcs()["Vpcs"]] == [True]


def test_many_requests_at_once_do_not_disturb_each_other(aws: Clients) -> None:
    ec2 = aws("ec2")

    def create_and_list(number: int) -> None:
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
        ec2.describe_vpcs()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create_and_list, range(40)))
    assert len(ec2.describe_vpcs()["Vpcs"]) == 41


def test_attempts_of_one_call_are_one_call(aws: Clients) -> None:
    """As an SDK does when a connection broke before the answer came."""
    ec2 = aws("ec2")
    ids = iter(("one", "one", "two"))

    def same_call(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = next(ids)

    ec2.meta.events.register("before-send.ec2.CreateVpc", same_call)
    first, repeated, second = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(3))
    assert first == repeated != second


def test_repeated_client_token_creates_one_resource(aws: Clients) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    made = [ec2.create_route_table(VpcId=vpc, ClientToken=token) for token in ("first", "first", "second")]

    first, repeated, second = [one["RouteTable"]["RouteTableId"] for one in made]
    assert first == repeated != second
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    assert {first, second} < {table["RouteTableId"] for table in tables}
    assert len(tables) == 3


def test_managed_policies_exist(aws: Clients) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    assert aws("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def test_seeding_twice_makes_each_zone_once(aws: Clients, emulator: Server) -> None:
    assert seeds.seed(emulator, zones=[]) == []
    assert seeds.seed(emulator, zones=["example.com"]) == ["example.com"]
    assert seeds.seed(emulator, zones=["example.com", "example.org"]) == ["example.org"]

    zones = aws("route53").list_hosted_zones()["HostedZones"]
    assert [(zone["Name"], zone["Config"]["PrivateZone"]) for zone in zones] == [
        ("example.com.", False),
        ("example.org.", False),
    ]
