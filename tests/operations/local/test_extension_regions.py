"""EC2 across regions as the extension makes it: tags of a peering connection."""

from tests.operations.local.conftest import Clients


def test_each_side_of_a_peering_has_its_own_tags(aws: Clients) -> None:
    seoul, tokyo = aws("ec2", "ap-northeast-2"), aws("ec2", "ap-northeast-1")
    vpc = seoul.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    peer = tokyo.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = seoul.create_vpc_peering_connection(
        VpcId=vpc,
        PeerVpcId=peer,
        PeerRegion="ap-northeast-1",
        TagSpecifications=[
            {"ResourceType": "vpc-peering-connection", "Tags": [{"Key": "Side", "Value": "requester"}]}
        ],
    )
    id_ = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    tokyo.accept_vpc_peering_connection(VpcPeeringConnectionId=id_)
    tokyo.create_tags(Resources=[id_], Tags=[{"Key": "Side", "Value": "accepter"}])
    tokyo.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=id_, AccepterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True}
    )

    sides = {}
    for ec2 in (seoul, tokyo):
        (found,) = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[id_])[
            "VpcPeeringConnections"
        ]
        # What is not a tag is the same on both sides.
        assert found["Status"]["Code"] == "active"
        assert found["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is True
        sides[ec2.meta.region_name] = found["Tags"]
    assert sides == {
        "ap-northeast-2": [{"Key": "Side", "Value": "requester"}],
        "ap-northeast-1": [{"Key": "Side", "Value": "accepter"}],
    }
