"""SQS queues for work that services hand to each other."""

import json

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from environments.datastores import DEAD_LETTER_DAYS, QueueConfig
from hybrid_constructs.aws import policy, protected
from hybrid_constructs.observability.watch import Alarm, DashboardRow, Metric, MissingData, Severity
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement, encrypted_transport

KEY_REUSE_SECONDS = 300
"""How long SQS uses one data key: the fewer calls of KMS, the longer a revoked key still works."""

LONG_POLL_SECONDS = 20
"""SQS's maximum; an empty answer costs as much as a full one (SQS developer guide, "Long polling")."""

RUNBOOK = "runbooks/queue.md"
_DAY_SECONDS = 86_400


class WorkQueue(Construct):
    """An encrypted queue, TLS only, whose failed messages wait for a person in `<name>-dlq`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: Key,
        config: QueueConfig,
        region: str,
        account_id: str,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.dead_letter_name = f"{name}-dlq"
        # Built, not read: the two queues name each other, and each needs its own ARN in its policy.
        self.arn, self.dead_letter_arn = (
            f"arn:aws:sqs:{region}:{account_id}:{each}" for each in (name, self.dead_letter_name)
        )
        self._config = config
        self._key_arn = key.arn
        self._via = f"sqs.{region}.amazonaws.com"
        dead_letters = SqsQueue(
            self,
            "DeadLetters",
            name=self.dead_letter_name,
            kms_master_key_id=key.arn,
            kms_data_key_reuse_period_seconds=KEY_REUSE_SECONDS,
            message_retention_seconds=DEAD_LETTER_DAYS * _DAY_SECONDS,
            receive_wait_time_seconds=LONG_POLL_SECONDS,
            redrive_allow_policy=_json(redrivePermission="byQueue", sourceQueueArns=[self.arn]),
            policy=policy(encrypted_transport("sqs:*", self.dead_letter_arn)),
            lifecycle=protected(),  # nobody has a copy of the messages
        )
        queue = SqsQueue(
            self,
            "Queue",
            name=name,
            kms_master_key_id=key.arn,
            kms_data_key_reuse_period_seconds=KEY_REUSE_SECONDS,
            message_retention_seconds=config.retention_days * _DAY_SECONDS,
            visibility_timeout_seconds=config.visibility_timeout_seconds,
            receive_wait_time_seconds=LONG_POLL_SECONDS,
            redrive_policy=_json(
                deadLetterTargetArn=self.dead_letter_arn, maxReceiveCount=config.max_receives
            ),
            policy=policy(encrypted_transport("sqs:*", self.arn)),
            lifecycle=protected(),
            # SQS refuses a dead-letter target that does not exist yet; the built ARN does not say so.
            depends_on=[dead_letters],
        )
        self.url = queue.url

    def grant_send(self) -> list[Statement]:
        """Put messages into the queue."""
        # SQS takes a data key for new messages and reads it back (SQS developer guide, "Key management").
        return [_use(_SEND, self.arn), self._use_key("kms:GenerateDataKey", "kms:Decrypt")]

    def grant_consume(self) -> list[Statement]:
        """Take messages from the queue and delete them."""
        return [_use(_CONSUME, self.arn), self._use_key("kms:Decrypt")]

    def alarms(self) -> list[Alarm]:
        """Work that is not done in time, and work that failed."""
        limit = self._config.age_alarm_seconds
        return [
            Alarm(
                id=f"queue-age-{self.name}",
                description=f"The oldest message of {self.name} waits longer than {limit} s",
                metric=_metric(self.name, "ApproximateAgeOfOldestMessage", "Maximum"),
                threshold=limit,
                severity=Severity.WARNING,
                runbook=RUNBOOK,
                # SQS reports nothing about a queue that nobody has used for six hours.
                missing_data=MissingData.FINE,
            ),
            Alarm(
                id=f"queue-dead-letters-{self.name}",
                description=f"Messages of {self.name} failed and wait in {self.dead_letter_name}",
                metric=_metric(self.dead_letter_name, "ApproximateNumberOfMessagesVisible", "Maximum"),
                threshold=0,
                severity=Severity.WARNING,
                runbook=RUNBOOK,
                evaluation_periods=1,
                datapoints_to_alarm=1,
                missing_data=MissingData.FINE,
            ),
        ]

    def dashboard_rows(self) -> list[DashboardRow]:
        """Depth, age and failures."""
        visible = "ApproximateNumberOfMessagesVisible"
        graphs = {
            "Messages": [
                _metric(self.name, visible, "Maximum"),
                _metric(self.name, "ApproximateNumberOfMessagesNotVisible", "Maximum"),
            ],
            "Age of the oldest": [_metric(self.name, "ApproximateAgeOfOldestMessage", "Maximum")],
            "Failed": [_metric(self.dead_letter_name, visible, "Maximum")],
        }
        return [DashboardRow(title=f"Queue {self.name}", graphs=graphs)]

    def _use_key(self, *actions: str) -> Statement:
        return {
            "Effect": "Allow",
            "Action": list(actions),
            "Resource": self._key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": self._via}},
        }


_SEND = ("sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl")
_CONSUME = (
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"),
    *("sqs:GetQueueAttributes", "sqs:GetQueueUrl"),
)


def _use(actions: tuple[str, ...], queue_arn: str) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": queue_arn}


def _metric(queue: str, name: str, statistic: str) -> Metric:
    return Metric("AWS/SQS", name, {"QueueName": queue}, statistic)


def _json(**values: object) -> str:
    return json.dumps(values, separators=(",", ":"))
