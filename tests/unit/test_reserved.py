# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""What AWS or the platform keeps for itself: names, ranges, words and rules.

Each case: edits (file, text, replacement) of the committed files, and every line that must come of it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from environments.common import EnvironmentName
from environments.database import DatabaseName, MasterUsername
from environments.scaling import ScalingConfig, ServiceAlarmsConfig
from environments.shared import Operator, Prefix

Edit = tuple[str, str, str]

ZONES = 'is one zone; load balancers (ELB guide, "Availability Zones") and databases (RDS user guide, "DB subnet groups") need two, add one'
PRODUCT = "names the cluster and the load balancer here; use lower-case letters, digits and hyphens, a letter first, at most"
ARCHIVE = 'use another (S3 user guide, "Lifecycle configuration elements")'


def operators(*arns: str) -> list[Edit]:
    return [("shared.yaml", "usage:\n", f"bootstrap: {{ operators: [{', '.join(arns)}] }}\n\nusage:\n")]


CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "services_are_called_like_what_runs_beside_them": (
        [
            ("dev.yaml", "\n  reports:\n", "\n  default:\n"),
            ("prod.yaml", "\n  fileflow:\n", "\n  xray-daemon:\n"),
            ("staging.yaml", "\n  fileflow:\n", "\n  otel-collector:\n"),
        ],
        [
            "dev.yaml:35: services.default: is the name of the ElastiCache user that may do nothing; rename the service",
            "prod.yaml:22: services.xray-daemon: is the name of a side-car; rename the service",
            "staging.yaml:21: services.otel-collector: is the name of a side-car; rename the service",
        ],
    ),
    "an_endpoint_is_of_both_kinds": (
        [("dev.yaml", "[ecr.api, ecr.dkr", "[s3, ecr.dkr")],
        [
            "dev.yaml:20: network.endpoints.interface[0]: s3: has a gateway endpoint already, which is free; keep it in one of the two lists"
        ],
    ),
    "there_is_one_zone": (
        [
            ("shared.yaml", "[ap-northeast-2a, ap-northeast-2c]", "[ap-northeast-2a]"),
            ("staging.yaml", "[ap-northeast-2a, ap-northeast-2c]", "[ap-northeast-2a]"),
        ],
        [
            f"shared.yaml:20: network.zones: [ap-northeast-2a]: {ZONES}",
            f"staging.yaml:14: network.zones: [ap-northeast-2a]: {ZONES}",
        ],
    ),
    "the_product_names_no_load_balancer": (
        [
            ("dr.yaml", "service: fileflow", "service: File Flow"),
            ("dev.yaml", "service: fileflow", "service: internal-tools"),
        ],
        [
            f"dev.yaml:9: tags.service: internal-tools: {PRODUCT} 24 characters, not internal- first (ELB API reference, CreateLoadBalancer)",
            f"dr.yaml:9: tags.service: File Flow: {PRODUCT} 25 characters",
        ],
    ),
    "an_operator_is_no_arn_or_of_another_account": (
        operators("alice", '"arn:aws:iam::123456789012:role/*"'),
        [
            f"shared.yaml:34: bootstrap.operators[{index}]: {given}: must be a pattern for ARNs of users or roles, not of everybody (IAM user guide, IAM ARNs), e.g. arn:aws:iam::123456789012:role/operators"
            for index, given in enumerate(("alice", "arn:aws:iam::123456789012:role/*"))
        ],
    ),
    "an_operator_is_of_another_account": (
        operators('"arn:aws:iam::999999999999:role/ops"'),
        [
            "shared.yaml:34: bootstrap.operators[0]: arn:aws:iam::999999999999:role/ops: is not of account 123456789012; use arn:aws:iam::123456789012:role/... or arn:aws:iam::123456789012:user/..."
        ],
    ),
    "prefixes_of_the_archive_make_one_rule": (
        [
            (
                "shared.yaml",
                "usage:\n",
                "log_archive: { prefixes: [expiry/, a/b/, a-b/, noncurrent-versions/] }\n\nusage:\n",
            )
        ],
        [
            f"shared.yaml:34: log_archive.prefixes[{index}]: {prefix}/: makes the lifecycle rule {prefix}, and so does {other}; {ARCHIVE}"
            for index, prefix, other in (
                (0, "expiry", "the platform itself"),
                (2, "a-b", "a/b/"),
                (3, "noncurrent-versions", "the platform itself"),
            )
        ],
    ),
    "a_vpc_lies_where_there_is_none": (
        [("dev.yaml", "10.10.0.0/16", "127.0.0.0/16"), ("prod.yaml", "10.30.0.0/16", "239.1.0.0/16")],
        [
            f'{file}: network.cidr: {cidr}: lies in {reserved}, where AWS makes no VPC; use a private range, such as 10.30.0.0/16 (VPC user guide, "VPC CIDR blocks")'
            for file, cidr, reserved in (
                ("dev.yaml:15", "127.0.0.0/16", "127.0.0.0/8"),
                ("prod.yaml:14", "239.1.0.0/16", "224.0.0.0/4"),
            )
        ],
    ),
    "a_host_is_too_long_for_a_certificate": (
        [("prod.yaml", "host: fileflow.ryuqqq.com", f"host: {'a' * 54}.ryuqqq.com")],
        [
            f"prod.yaml:25: services.fileflow.host: {'a' * 54}.ryuq…: must be a full DNS name in lower case, 64 characters at most (ACM user guide, domain names), e.g. orders.example.com"
        ],
    ),
    "a_threshold_is_infinite": (
        [("prod.yaml", "tasks: 4", "tasks: 4\n    alarms: { p95_seconds: 1.0e+400, p99_seconds: .inf }")],
        [
            "prod.yaml:29: services.fileflow.alarms.p95_seconds: 1.0e+400: not a finite number; write plain digits",
            "prod.yaml:29: services.fileflow.alarms.p99_seconds: .inf: not a finite number; write plain digits",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    assert lines_after(edits) == [f"environments/{line}" for line in expected]


OPERATORS = "arn:aws:iam::123456789012:"

TAKEN = [
    (EnvironmentName, "prod"),
    (EnvironmentName, "my-aws"),
    (Prefix, "acme"),
    (Prefix, "sthre"),
    (Prefix, "my-aws"),
    (DatabaseName, "shared_db"),
    (DatabaseName, "mysql_data"),
    (MasterUsername, "admin"),
    (Operator, f"{OPERATORS}user/alice"),
    (Operator, f"{OPERATORS}role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Operators_*"),
    (Operator, "arn:aws:sts::123456789012:assumed-role/operators/*"),
]
REFUSED = [
    *((EnvironmentName, name, "begins with aws or ssm") for name in ("aws-dev", "aws", "ssm1")),
    *((Prefix, name, "AWS keeps for itself") for name in ("aws", "awsome", "sthree-x", "sthree", "sg")),
    (Prefix, "amzn-s3-demo", "AWS keeps for itself"),
    (Prefix, "a--b", "single hyphens"),
    *((DatabaseName, name, "keeps the word") for name in ("mysql", "MySQL", "information_schema", "select")),
    *((MasterUsername, name, "keeps the word") for name in ("rdsadmin", "sys", "GROUPS")),
    *((Operator, f"{OPERATORS}{who}", "not of everybody") for who in ("root", "role/", "role/*", "user/?/*")),
    (Operator, "arn:aws:iam::12345:role/ops", "must be a pattern"),
]


@pytest.mark.parametrize(("kind", "value"), TAKEN)
def test_takes(kind: Any, value: str) -> None:
    assert TypeAdapter(kind).validate_python(value) == value


@pytest.mark.parametrize(("kind", "value", "message"), REFUSED)
def test_refuses(kind: Any, value: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
@pytest.mark.parametrize(
    "field", [name for name, info in ServiceAlarmsConfig.model_fields.items() if info.annotation is float]
)
def test_thresholds_are_finite(field: str, value: float) -> None:
    with pytest.raises(ValidationError):
        ServiceAlarmsConfig.model_validate({field: value})


def test_ecs_runs_5000_tasks_of_a_service() -> None:
    assert ScalingConfig(minimum_tasks=5000, maximum_tasks=5000).maximum_tasks == 5000
    for field in ("minimum_tasks", "maximum_tasks"):
        with pytest.raises(ValidationError):
            ScalingConfig.model_validate({field: 5001})
