"""KMS, S3, Route 53 and Application Auto Scaling as the extension makes them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients


@pytest.fixture
def bucket(aws: Clients) -> str:
    """A versioned bucket."""
    s3 = aws("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    return "bucket"


@pytest.mark.parametrize(("asked", "told"), [({"RotationPeriodInDays": 180}, 180), ({}, 365)])
def test_key_tells_its_rotation_period(aws: Clients, asked: dict[str, int], told: int) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False

    kms.enable_key_rotation(KeyId=key, **asked)

    status = kms.get_key_rotation_status(KeyId=key)
    assert status["KeyRotationEnabled"] is True
    assert status["RotationPeriodInDays"] == told


def test_replica_key_has_a_description_and_tags_of_its_own(aws: Clients) -> None:
    seoul, tokyo = aws("kms"), aws("kms", "ap-northeast-1")
    primary = seoul.create_key(MultiRegion=True, Description="primary")["KeyMetadata"]["KeyId"]
    tags = [{"TagKey": "Name", "TagValue": "replica"}]

    seoul.replicate_key(KeyId=primary, ReplicaRegion="ap-northeast-1", Description="replica", Tags=tags)

    replica = tokyo.describe_key(KeyId=primary)["KeyMetadata"]
    assert replica["Description"] == "replica"
    assert replica["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert tokyo.list_resource_tags(KeyId=primary)["Tags"] == tags
    described = seoul.describe_key(KeyId=primary)["KeyMetadata"]
    assert described["Description"] == "primary"
    assert described["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert [key["Arn"] for key in described["MultiRegionConfiguration"]["ReplicaKeys"]] == [replica["Arn"]]
    tokyo.disable_key(KeyId=primary)
    assert seoul.describe_key(KeyId=primary)["KeyMetadata"]["KeyState"] == "Enabled"


def test_lifecycle_is_answered_as_it_was_put(aws: Clients, bucket: str) -> None:
    rules = [
        {
            "ID": "noncurrent",
            "Status": "Enabled",
            "Filter": {},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 5},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {
            "ID": "large",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "x/", "ObjectSizeGreaterThan": 1000}},
            "Expiration": {"Days": 1},
        },
    ]
    s3 = aws("s3")

    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})

    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert answer["Rules"] == rules
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_replication_is_answered_as_it_was_put(aws: Clients, bucket: str) -> None:
    configuration = {
        "Role": "arn:aws:iam::123456789012:role/replication",
        "Rules": [
            {
                "ID": "all",
                "Priority": 1,
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                "DeleteMarkerReplication": {"Status": "Enabled"},
                "Destination": {
                    "Bucket": "arn:aws:s3:::elsewhere",
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:x:123456789012:key/k"},
                    "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
                    "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
                },
            }
        ],
    }
    s3 = aws("s3")

    s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)

    assert s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"] == configuration
    s3.delete_bucket_replication(Bucket=bucket)
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFoundError"):
        s3.get_bucket_replication(Bucket=bucket)


def test_bucket_keeps_metrics_configurations_by_id(aws: Clients, bucket: str) -> None:
    s3 = aws("s3")
    for id_ in ("all", "some"):
        s3.put_bucket_metrics_configuration(Bucket=bucket, Id=id_, MetricsConfiguration={"Id": id_})

    found = s3.get_bucket_metrics_configuration(Bucket=bucket, Id="all")["MetricsConfiguration"]
    assert found == {"Id": "all"}
    listed = s3.list_bucket_metrics_configurations(Bucket=bucket)["MetricsConfigurationList"]
    assert [one["Id"] for one in listed] == ["all", "some"]
    s3.delete_bucket_metrics_configuration(Bucket=bucket, Id="all")
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.get_bucket_metrics_configuration(Bucket=bucket, Id="all")


def test_bucket_keeps_tiering_and_payer(aws: Clients, bucket: str) -> None:
    s3 = aws("s3")
    tiering = {
        "Id": "all",
        "Status": "Enabled",
        "Tierings": [{"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"}],
    }
    s3.put_bucket_intelligent_tiering_configuration(
        Bucket=bucket, Id="all", IntelligentTieringConfiguration=tiering
    )

    found = s3.get_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="all")
    assert found["IntelligentTieringConfiguration"] == tiering
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"


def test_zone_with_a_vpc_is_private(aws: Clients) -> None:
    route53 = aws("route53")
    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    route53.create_hosted_zone(
        Name="internal.example.com",
        CallerReference="1",
        VPC={"VPCId": vpc, "VPCRegion": "ap-northeast-2"},
    )

    zone = route53.list_hosted_zones()["HostedZones"][0]
    assert zone["Config"]["PrivateZone"] is True
    vpcs = route53.get_hosted_zone(Id=zone["Id"])["VPCs"]
    assert vpcs == [{"VPCId": vpc, "VPCRegion": "ap-northeast-2"}]
    assert route53.list_reusable_delegation_sets()["DelegationSets"] == []


def test_scalable_target_has_an_arn_and_tags(aws: Clients) -> None:
    aws("ecs").create_cluster(clusterName="c")
    scaling: Any = aws("application-autoscaling")
    task: Any = aws("ecs").register_task_definition(
        family="f", containerDefinitions=[{"name": "n", "image": "i", "memory": 128}]
    )
    aws("ecs").create_service(
        cluster="c",
        serviceName="s",
        taskDefinition=task["taskDefinition"]["taskDefinitionArn"],
        desiredCount=0,
    )
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/c/s",
        "ScalableDimension": "ecs:service:DesiredCount",
    }

    arn = scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2, Tags={"a": "1"})[
        "ScalableTargetARN"
    ]

    described = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]
    assert described["ScalableTargetARN"] == arn
    scaling.tag_resource(ResourceARN=arn, Tags={"b": "2"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2"}
    scaling.deregister_scalable_target(**target)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scaling.list_tags_for_resource(ResourceARN=arn)
