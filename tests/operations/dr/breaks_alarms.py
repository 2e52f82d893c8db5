"""Ways to keep the alarms on objectives from waking anybody."""

from typing import Any

from tests.operations.dr.breaking import Case, Chosen, change, drop, metric

ALARM = "aws_cloudwatch_metric_alarm"
_LAG, _LATE, _FRESH = (
    metric(name) for name in ("ReplicaLag", "ReplicationLatency", "DeliveryToS3.DataFreshness")
)
_WATCHED: list[tuple[str, str, Chosen, str]] = [
    (
        "lag",
        "dr",
        lambda body: _LAG(body) and body["threshold"] == 900,
        "no alarm on ReplicaLag; the RPO is 900 s",
    ),
    ("copies", "replication", _LATE, "no alarm in ap-northeast-1 on copies of ryuqqq-prod-fileflow-files"),
    ("lines", "replication", _FRESH, "no alarm on lines of ryuqqq-prod-logs-to-dr later than the RPO, 300 s"),
    ("lines of the standby", "dr", _FRESH, "no alarm on lines of ryuqqq-dr-logs-to-dr later than the RPO"),
]
_DEAF: list[tuple[str, dict[str, Any]]] = [
    ("actions off", {"actions_enabled": False}),
    ("topic that nobody made", {"alarm_actions": ["arn:aws:sns:ap-northeast-1:123456789012:none"]}),
    (
        "topic of another region",
        {"alarm_actions": ["arn:aws:sns:us-east-1:123456789012:ryuqqq-edge-alarms-critical"]},
    ),
    ("warning only", {"alarm_actions": ["arn:aws:sns:ap-northeast-1:123456789012:ryuqqq-dr-alarms-warning"]}),
    ("too patient", {"evaluation_periods": 100, "period": 3600}),
    ("other namespace", {"namespace": "Foo/Bar"}),
    ("other dimensions", {"dimensions": {"DBInstanceIdentifier": "other"}}),
    ("minimum", {"statistic": "Minimum"}),
    ("upside down", {"comparison_operator": "LessThanThreshold"}),
    ("no threshold", {"threshold": None}),
]

ALARMS: list[Case] = [
    (f"{what}, {of}", change(stack, ALARM, chosen, **values), text)
    for of, stack, chosen, text in _WATCHED
    for what, values in _DEAF
] + [
    (
        "what failed is not told",
        drop("replication", ALARM, metric("OperationsFailedReplication")),
        "on objects of ryuqqq-prod-fileflow-files (all-objects) that are not copied",
    ),
    (
        "lost lines are not told",
        drop("replication", ALARM, metric("DeliveryErrors")),
        "on lines of /ecs/fileflow-prod/application that ryuqqq-prod-logs-to-dr did not take",
    ),
]
