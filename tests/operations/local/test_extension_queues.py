"""SQS, ECR and the rules of security groups as the extension makes them."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import REGION, Clients

ACCOUNT = "123456789012"
TOKYO = "ap-northeast-1"


def arn(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"


def allow(permission: str, *sources: str) -> dict[str, str]:
    policy = {"redrivePermission": permission} | (
        {"sourceQueueArns": [*map(arn, sources)]} if sources else {}
    )
    return {"RedriveAllowPolicy": json.dumps(policy)}


REDRIVE = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 5})}


def test_dead_letter_queue_keeps_who_may_use_it(aws: Clients) -> None:
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName="dead", Attributes=allow("byQueue", "work"))["QueueUrl"]

    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedriveAllowPolicy"])["Attributes"]
    assert told == allow("byQueue", "work")
    assert (
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] | told
        == (sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])
    )
    other = sqs.create_queue(QueueName="other")["QueueUrl"]
    assert (
        "RedriveAllowPolicy"
        not in sqs.get_queue_attributes(QueueUrl=other, AttributeNames=["All"])["Attributes"]
    )


@pytest.mark.parametrize("policy", [allow("denyAll"), allow("byQueue", "another")])
def test_a_queue_that_is_not_allowed_gets_no_dead_letter_queue(aws: Clients, policy: dict[str, str]) -> None:
    sqs = aws("sqs")
    sqs.create_queue(QueueName="dead", Attributes=policy)
    with pytest.raises(ClientError, match="not allowed to use"):
        sqs.create_queue(QueueName="work", Attributes=REDRIVE)


def test_redrive_policy_is_answered_without_spaces(aws: Clients) -> None:
    sqs = aws("sqs")
    sqs.create_queue(QueueName="dead", Attributes=allow("byQueue", "work"))
    url = sqs.create_queue(QueueName="work", Attributes=REDRIVE)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    assert told["RedrivePolicy"] == f'{{"deadLetterTargetArn":"{arn("dead")}","maxReceiveCount":5}}'


def test_queue_keeps_its_policy_when_something_else_changes(aws: Clients) -> None:
    sqs = aws("sqs")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sqs:*"}]})
    url = sqs.create_queue(QueueName="work", Attributes={"Policy": policy})["QueueUrl"]

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})

    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert json.loads(told["Policy"]) == json.loads(policy)
    assert told["SqsManagedSseEnabled"] == "true"
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": "alias/a", "Policy": ""})
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert "Policy" not in told
    assert told["SqsManagedSseEnabled"] == "false"


def manifest(layer: str) -> str:
    return json.dumps(
        {"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "layers": [{"digest": layer}]}
    )


def test_images_are_copied_to_the_other_region(aws: Clients) -> None:
    seoul, tokyo = aws("ecr"), aws("ecr", TOKYO)
    for name in ("files", "other"):
        seoul.create_repository(repositoryName=name)
    tokyo.create_repository(repositoryName="files", imageTagMutability="IMMUTABLE")
    rule = {
        "destinations": [{"region": TOKYO, "registryId": ACCOUNT}],
        "repositoryFilters": [{"filter": "fil", "filterType": "PREFIX_MATCH"}],
    }
    seoul.put_replication_configuration(replicationConfiguration={"rules": [rule]})

    pushed = seoul.put_image(repositoryName="files", imageManifest=manifest("sha256:1"), imageTag="1")
    seoul.put_image(repositoryName="other", imageManifest=manifest("sha256:2"), imageTag="1")

    (copy,) = tokyo.describe_images(repositoryName="files")["imageDetails"]
    assert copy["imageDigest"] == pushed["image"]["imageId"]["imageDigest"]
    assert copy["imageTags"] == ["1"]
    (repository,) = tokyo.describe_repositories()["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE", "an existing repository keeps its settings"


def test_a_missing_repository_is_made_for_the_copies(aws: Clients) -> None:
    seoul, tokyo = aws("ecr"), aws("ecr", TOKYO)
    seoul.create_repository(repositoryName="files")
    rule = {"destinations": [{"region": TOKYO, "registryId": ACCOUNT}]}
    seoul.put_replication_configuration(replicationConfiguration={"rules": [rule]})

    seoul.put_image(repositoryName="files", imageManifest=manifest("sha256:1"), imageTag="1")

    (repository,) = tokyo.describe_repositories()["repositories"]
    assert repository["encryptionConfiguration"] == {"encryptionType": "AES256"}
    assert len(tokyo.list_images(repositoryName="files")["imageIds"]) == 1


def test_rule_from_a_group_has_its_description(aws: Clients) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    ports = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {**ports, "UserIdGroupPairs": [{"GroupId": group, "Description": "from a group"}]},
            {**ports, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "from a range"}]},
        ],
    )

    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    told = {rule.get("Description") for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]}
    assert told == {"from a group", "from a range"}
