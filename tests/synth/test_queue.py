"""WorkQueue: encrypted, TLS only, with a dead-letter queue that only it may use."""

import json

import pytest
from cdktf import TerraformOutput, TerraformStack

from environments.datastores import QueueConfig
from hybrid_constructs.data.queue import WorkQueue
from hybrid_constructs.observability.watch import MissingData
from tests.synth import builders
from tests.synth.alarms import metric_of
from tests.synth.builders import ACCOUNT, REGION, Synth
from tests.synth.synthesized import Synthesized, statements

ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:files-test"
VIA = {"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}}


def queue(scope: TerraformStack, **config: int) -> WorkQueue:
    return WorkQueue(
        scope,
        "Queue",
        name="files-test",
        key=builders.key(scope),
        config=QueueConfig(**config),
        region=REGION,
        account_id=ACCOUNT,
    )


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(queue)


def test_both_queues_are_encrypted_with_the_key_and_refuse_plain_http(defaults: Synthesized) -> None:
    queues = defaults.all("aws_sqs_queue")
    assert {path: body["name"] for path, body in queues.items()} == {
        "Queue/Queue": "files-test",
        "Queue/DeadLetters": "files-test-dlq",
    }
    for body in queues.values():
        assert defaults.follow(body["kms_master_key_id"]) == "Key/Key"
        assert body["kms_data_key_reuse_period_seconds"] == 300
        assert body["receive_wait_time_seconds"] == 20
        (statement,) = statements(body["policy"])
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "sqs:*")
        assert statement["Resource"] == f"arn:aws:sqs:{REGION}:{ACCOUNT}:{body['name']}"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_failed_messages_wait_two_weeks(defaults: Synthesized) -> None:
    queue, dead = (defaults.all("aws_sqs_queue")[f"Queue/{id_}"] for id_ in ("Queue", "DeadLetters"))
    assert json.loads(queue["redrive_policy"]) == {"deadLetterTargetArn": f"{ARN}-dlq", "maxReceiveCount": 5}
    (first,) = queue["depends_on"]
    assert defaults.follow(f"${{{first}.id}}") == "Queue/DeadLetters"
    assert json.loads(dead["redrive_allow_policy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [ARN],
    }
    assert dead["message_retention_seconds"] == 14 * 86_400
    assert (queue["message_retention_seconds"], queue["visibility_timeout_seconds"]) == (4 * 86_400, 60)


def test_everything_configured(synth: Synth) -> None:
    found: list[WorkQueue] = []
    stack = synth(
        lambda scope: found.append(
            queue(
                scope,
                visibility_timeout_seconds=900,
                max_receives=3,
                retention_days=13,
                age_alarm_seconds=7200,
            )
        )
    )
    body = stack.all("aws_sqs_queue")["Queue/Queue"]
    assert body["visibility_timeout_seconds"] == 900
    assert body["message_retention_seconds"] == 13 * 86_400
    assert json.loads(body["redrive_policy"])["maxReceiveCount"] == 3
    assert found[0].alarms()[0].threshold == 7200


def test_senders_send_and_consumers_consume(synth: Synth) -> None:
    def check(scope: TerraformStack) -> None:
        made = queue(scope)
        send, send_key = made.grant_send()
        assert send == {
            "Effect": "Allow",
            "Action": ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
            "Resource": ARN,
        }
        assert (send_key["Action"], send_key["Condition"]) == (["kms:GenerateDataKey", "kms:Decrypt"], VIA)
        consume, consume_key = made.grant_consume()
        assert consume["Resource"] == ARN
        assert set(consume["Action"]) == {
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
        }
        assert (consume_key["Action"], consume_key["Condition"]) == (["kms:Decrypt"], VIA)
        assert send_key["Resource"] == consume_key["Resource"]
        TerraformOutput(scope, "key", value=send_key["Resource"])

    stack = synth(check)
    assert stack.follow(stack.json["output"]["key"]["value"]) == "Key/Key"


def test_alarms_on_work_that_waits_and_work_that_failed(synth: Synth) -> None:
    found: list[WorkQueue] = []
    synth(lambda scope: found.append(queue(scope)))
    age, dead = found[0].alarms()
    assert (age.id, dead.id) == ("queue-age-files-test", "queue-dead-letters-files-test")
    assert metric_of(age).dimensions == {"QueueName": "files-test"}
    assert (metric_of(age).name, age.threshold) == ("ApproximateAgeOfOldestMessage", 300)
    assert metric_of(dead).dimensions == {"QueueName": "files-test-dlq"}
    assert (dead.threshold, dead.evaluation_periods, dead.datapoints_to_alarm) == (0, 1, 1)
    assert age.missing_data is dead.missing_data is MissingData.FINE, "SQS is silent about an unused queue"
    (row,) = found[0].dashboard_rows()
    assert [*row.graphs] == ["Messages", "Age of the oldest", "Failed"]
