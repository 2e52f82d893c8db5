"""EC2 as the extension makes it: Transit Gateways, flow logs, what a deleted VPC leaves."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.local import control
from operations.local.state import Server
from tests.operations.local.conftest import Clients

DISABLED = {"DefaultRouteTableAssociation": "disable", "DefaultRouteTablePropagation": "disable"}


@pytest.fixture
def ec2(aws: Clients) -> Any:
    return aws("ec2")


def gateway(ec2: Any, **options: str) -> str:
    found: str = ec2.create_transit_gateway(Options=options)["TransitGateway"]["TransitGatewayId"]
    return found


def attach(ec2: Any, gateway_id: str, number: int = 0, **tags: str) -> str:
    vpc = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{number}.0.0/24")["Subnet"]["SubnetId"]
    specification = {
        "ResourceType": "transit-gateway-attachment",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    made = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway_id,
        VpcId=vpc,
        SubnetIds=[subnet],
        TagSpecifications=[specification] if tags else [],
    )
    found: str = made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    return found


def route_table(ec2: Any, gateway_id: str, **tags: str) -> str:
    specification = {
        "ResourceType": "transit-gateway-route-table",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    made = ec2.create_transit_gateway_route_table(
        TransitGatewayId=gateway_id, TagSpecifications=[specification] if tags else []
    )
    found: str = made["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    return found


def attachment(ec2: Any, attachment_id: str) -> Any:
    found = ec2.describe_transit_gateway_attachments(TransitGatewayAttachmentIds=[attachment_id])
    return found["TransitGatewayAttachments"][0]


def test_gateway_without_defaults_has_no_route_table(ec2: Any) -> None:
    gateway_id = gateway(ec2, **DISABLED)

    options = ec2.describe_transit_gateways()["TransitGateways"][0]["Options"]
    assert "AssociationDefaultRouteTableId" not in options
    assert "PropagationDefaultRouteTableId" not in options
    assert ec2.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"] == []
    assert "Association" not in attachment(ec2, attach(ec2, gateway_id))


def test_gateway_with_defaults_associates_and_propagates(ec2: Any) -> None:
    attachment_id = attach(ec2, gateway(ec2))

    table = ec2.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"][0]
    table_id = table["TransitGatewayRouteTableId"]
    assert attachment(ec2, attachment_id)["Association"]["TransitGatewayRouteTableId"] == table_id
    propagations = ec2.get_transit_gateway_route_table_propagations(TransitGatewayRouteTableId=table_id)
    found = propagations["TransitGatewayRouteTablePropagations"]
    assert [item["TransitGatewayAttachmentId"] for item in found] == [attachment_id]
    ec2.disassociate_transit_gateway_route_table(
        TransitGatewayRouteTableId=table_id, TransitGatewayAttachmentId=attachment_id
    )
    assert "Association" not in attachment(ec2, attachment_id)


def test_attachment_propagates_to_several_tables(ec2: Any) -> None:
    gateway_id = gateway(ec2, **DISABLED)
    attachment_id = attach(ec2, gateway_id)
    tables = [route_table(ec2, gateway_id) for _ in range(2)]
    relations = [
        {"TransitGatewayRouteTableId": table, "TransitGatewayAttachmentId": attachment_id} for table in tables
    ]
    for relation in relations:
        ec2.enable_transit_gateway_route_table_propagation(**relation)

    for relation in relations:
        ec2.disable_transit_gateway_route_table_propagation(**relation)

    with pytest.raises(ClientError, match=r"TransitGatewayRouteTablePropagation\.NotFound"):
        ec2.disable_transit_gateway_route_table_propagation(**relations[0])
    with pytest.raises(ClientError, match=r"InvalidAssociation\.NotFound"):
        ec2.disassociate_transit_gateway_route_table(**relations[0])


def test_attachments_and_tables_are_found_by_their_tags(ec2: Any) -> None:
    gateway_id = gateway(ec2, **DISABLED)
    wanted = attach(ec2, gateway_id, 1, Name="wanted")
    attach(ec2, gateway_id, 2, Name="other")
    table = route_table(ec2, gateway_id, Name="wanted")
    route_table(ec2, gateway_id, Name="other")
    by_name = [{"Name": "tag:Name", "Values": ["wanted"]}]

    found = ec2.describe_transit_gateway_vpc_attachments(Filters=by_name)["TransitGatewayVpcAttachments"]
    assert [item["TransitGatewayAttachmentId"] for item in found] == [wanted]
    assert found[0]["Tags"] == [{"Key": "Name", "Value": "wanted"}]
    tables = ec2.describe_transit_gateway_route_tables(Filters=by_name)["TransitGatewayRouteTables"]
    assert [item["TransitGatewayRouteTableId"] for item in tables] == [table]


def test_route_tells_its_attachment_until_that_is_deleted(ec2: Any) -> None:
    gateway_id = gateway(ec2, **DISABLED)
    attachment_id, table = attach(ec2, gateway_id), route_table(ec2, gateway_id)
    ec2.associate_transit_gateway_route_table(
        TransitGatewayRouteTableId=table, TransitGatewayAttachmentId=attachment_id
    )
    ec2.create_transit_gateway_route(
        TransitGatewayRouteTableId=table,
        DestinationCidrBlock="0.0.0.0/0",
        TransitGatewayAttachmentId=attachment_id,
    )
    static = {
        "TransitGatewayRouteTableId": table,
        "Filters": [{"Name": "type", "Values": ["static"]}],
    }
    route = ec2.search_transit_gateway_routes(**static)["Routes"][0]
    assert route["State"] == "active"
    assert route["TransitGatewayAttachments"][0]["TransitGatewayAttachmentId"] == attachment_id

    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment_id)

    assert ec2.search_transit_gateway_routes(**static)["Routes"][0]["State"] == "blackhole"
    assert attachment(ec2, attachment_id)["State"] == "deleted"
    associations = ec2.get_transit_gateway_route_table_associations(TransitGatewayRouteTableId=table)
    assert associations["Associations"] == []


def test_vpc_can_be_attached_again_after_a_detachment(ec2: Any) -> None:
    gateway_id = gateway(ec2, **DISABLED)
    first = attach(ec2, gateway_id)
    vpc = attachment(ec2, first)["ResourceId"]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"] if subnet["VpcId"] == vpc]
    again = {"TransitGatewayId": gateway_id, "VpcId": vpc, "SubnetIds": subnets}

    with pytest.raises(ClientError, match="DuplicateTransitGatewayAttachment"):
        ec2.create_transit_gateway_vpc_attachment(**again)
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=first)
    assert ec2.create_transit_gateway_vpc_attachment(**again)["TransitGatewayVpcAttachment"]


def test_deleted_vpc_and_nat_gateway_leave_nothing(ec2: Any, emulator: Server) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]

    ec2.delete_nat_gateway(NatGatewayId=nat)

    assert "AssociationId" not in ec2.describe_addresses()["Addresses"][0]
    ec2.release_address(AllocationId=address)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert control.resources(emulator) == {}


def test_flow_log_to_a_prefix_of_a_bucket(ec2: Any, aws: Clients) -> None:
    aws("s3").create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    options = {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True}

    made = ec2.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[vpc],
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::logs/flow/",
        DestinationOptions=options,
    )

    assert made["Unsuccessful"] == []
    log = ec2.describe_flow_logs()["FlowLogs"][0]
    assert log["LogDestination"] == "arn:aws:s3:::logs/flow/"
    assert log["DestinationOptions"] == options


def test_flow_log_to_an_existing_log_group_is_delivered(ec2: Any, aws: Clients) -> None:
    aws("logs").create_log_group(logGroupName="/flow")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for name in ("/flow", "/missing"):
        ec2.create_flow_logs(
            ResourceType="VPC",
            ResourceIds=[vpc],
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogDestination=f"arn:aws:logs:ap-northeast-2:123456789012:log-group:{name}",
            DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flow",
            MaxAggregationInterval=60,
        )

    logs = ec2.describe_flow_logs()["FlowLogs"]
    assert [log["DeliverLogsStatus"] for log in logs] == ["SUCCESS", "FAILED"]


def test_deleted_resources_are_shown_only_to_those_who_name_them(ec2: Any) -> None:
    gateway_id = gateway(ec2, **DISABLED)
    attachment_id, table = attach(ec2, gateway_id), route_table(ec2, gateway_id)
    vpcs = [ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in (1, 2)]
    peering = ec2.create_vpc_peering_connection(VpcId=vpcs[0], PeerVpcId=vpcs[1])["VpcPeeringConnection"]
    peering_id = peering["VpcPeeringConnectionId"]

    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment_id)
    ec2.delete_transit_gateway_route_table(TransitGatewayRouteTableId=table)
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering_id)

    assert ec2.describe_transit_gateway_attachments()["TransitGatewayAttachments"] == []
    assert ec2.describe_transit_gateway_vpc_attachments()["TransitGatewayVpcAttachments"] == []
    assert ec2.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"] == []
    assert ec2.describe_vpc_peering_connections()["VpcPeeringConnections"] == []
    named = ec2.describe_transit_gateway_route_tables(TransitGatewayRouteTableIds=[table])
    assert named["TransitGatewayRouteTables"][0]["State"] == "deleted"
    named = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering_id])
    assert named["VpcPeeringConnections"][0]["Status"]["Code"] == "deleted"
    assert attachment(ec2, attachment_id)["State"] == "deleted"
