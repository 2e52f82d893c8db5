"""S3 delete markers as the extension makes them: they can be removed for good."""

from tests.operations.local.conftest import Clients


def test_a_versioned_bucket_with_a_delete_marker_can_be_emptied(aws: Clients) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="versions", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="versions", Key="key", Body=b"body")
    s3.delete_object(Bucket="versions", Key="key")
    found = s3.list_object_versions(Bucket="versions")
    every = [*found["Versions"], *found["DeleteMarkers"]]
    objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in every]

    answer = s3.delete_objects(Bucket="versions", Delete={"Objects": objects})

    assert len(answer["Deleted"]) == 2
    assert "Errors" not in answer
    s3.delete_bucket(Bucket="versions")
