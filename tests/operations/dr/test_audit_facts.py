"""What the audit reads from JSON: names, references, what stacks publish, and differences."""

from typing import Any

import pytest

from environments.schema import Fleet
from operations.dr.audit import exchange
from operations.dr.audit.blocks import Synthesis
from operations.dr.audit.compare import Comparison
from operations.dr.audit.names import Counterparts

PUBLISHED = (
    '${jsonencode({"vpc_id" = aws_vpc.V.id, "cidr" = "10.0.0.0/16", "ids" = {"zone-a" = aws_subnet.A.id}})}'
)
QUEUE = {"name": "orders", "kms_master_key_id": "${aws_kms_key.K.arn}"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (".vpc_id", "${aws_vpc.V.id}"),
        (".cidr", "10.0.0.0/16"),
        ('.ids["zone-a"]', "${aws_subnet.A.id}"),
        ('.ids[\\"zone-a\\"]', "${aws_subnet.A.id}"),
        (".ids", None),
        (".nothing", None),
        (".cidr.nothing", None),
    ],
)
def test_published_values_are_followed(path: str, value: str | None) -> None:
    assert exchange.value(PUBLISHED, path) == value


def test_a_plain_parameter_publishes_no_structure() -> None:
    assert exchange.value("3306", ".port") is None


@pytest.mark.parametrize(
    ("primary", "second"),
    [
        ("prod", "dr"),
        ("fileflow-prod-dlq", "fileflow-dr-dlq"),
        ("ryuqqq-prod-private-c", "ryuqqq-dr-private-c"),
        ("ryuqqq-shared-rds-access", "ryuqqq-shared-rds-replica-access"),
        ("ryuqqq-shared-logs", "ryuqqq-dr-logs"),
        ("aws-waf-logs-fileflow-prod-alb", "aws-waf-logs-fileflow-dr-alb"),
        ("fileflow/prod/database", "fileflow/prod/database"),
        ("shared/rds/prod/master", "shared/rds/prod/master"),
        (
            "arn:aws:ssm:ap-northeast-2:123456789012:parameter/shared/rds/prod/endpoint",
            "arn:aws:ssm:ap-northeast-1:123456789012:parameter/shared/rds/dr/endpoint",
        ),
        ("arn:aws:iam::1:role/ryuqqq/prod/x", "arn:aws:iam::1:role/ryuqqq/dr/x"),
        ("origin-primary.fileflow.ryuqqq.com", "origin-dr.fileflow.ryuqqq.com"),
        ("fileflow.ryuqqq.com", "fileflow.ryuqqq.com"),
        ("10.30.0.0/16", "10.1.0.0/16"),
        ("10.1.0.0/16", "10.30.0.0/16"),
        ("10.0.96.0/20", "10.1.96.0/20"),
        ("prod-ap-northeast-2-starport-layer-bucket", "prod-ap-northeast-1-starport-layer-bucket"),
        ("notryuqqq-product", "notryuqqq-product"),
    ],
)
def test_names_of_the_second_region(fleet: Fleet, primary: str, second: str) -> None:
    assert Counterparts(fleet).of(primary) == second


def _stack(
    resources: dict[str, Any], data: dict[str, Any] | None = None, region: str = "home"
) -> dict[str, Any]:
    return {
        "provider": {"aws": [{"region": region}, {"alias": "away", "region": "away"}]},
        "resource": resources,
        "data": data or {},
    }


KEYS = {
    "aws_kms_key": {"K": {}},
    "aws_kms_alias": {"A": {"name": "alias/acme", "target_key_id": "${aws_kms_key.K.id}"}},
    "aws_ssm_parameter": {"P": {"name": "/keys", "value": '${jsonencode({"all" = aws_kms_key.K.arn})}'}},
}


@pytest.mark.parametrize(
    ("data", "expression"),
    [
        (
            {"aws_ssm_parameter": {"L": {"name": "/keys"}}},
            "${jsondecode(data.aws_ssm_parameter.L.insecure_value).all}",
        ),
        ({"aws_kms_alias": {"L": {"name": "alias/acme"}}}, "${data.aws_kms_alias.L.target_key_arn}"),
    ],
)
def test_a_key_is_the_same_however_it_is_found(data: dict[str, Any], expression: str) -> None:
    queue = {"name": "orders", "kms_master_key_id": expression}
    stacks = {
        "hub": _stack(KEYS | {"aws_sqs_queue": {"Q": QUEUE}}),
        "spoke": _stack({"aws_sqs_queue": {"Q": queue}}, data),
    }
    synthesis = Synthesis(stacks)
    (key,) = synthesis.references("spoke", expression)
    assert (key.kind, key.region, synthesis.identity(key)) == ("aws_kms_key", "home", "alias/acme")
    assert "<aws_kms_key alias/acme>" in synthesis.render("spoke", expression)


def test_a_lookup_that_nobody_publishes_keeps_its_name() -> None:
    data = {"aws_ssm_parameter": {"L": {"name": "/other"}}}
    synthesis = Synthesis({"hub": _stack(KEYS), "spoke": _stack({}, data)})
    assert (
        synthesis.render("spoke", "${jsondecode(data.aws_ssm_parameter.L.insecure_value).all}")
        == "${/other.all}"
    )


def test_parts_are_known_by_their_owner_even_from_another_stack() -> None:
    rule = {"bucket": "acme-files", "provider": "aws.away", "rule": []}
    stacks = {
        "one": _stack({"aws_s3_bucket": {"B": {"bucket": "acme-files", "provider": "aws.away"}}}),
        "two": _stack({"aws_s3_bucket_replication_configuration": {"R": rule}}),
    }
    synthesis = Synthesis(stacks)
    bucket = synthesis.find("aws_s3_bucket", "away", "acme-files")
    assert bucket is not None
    assert [found.name for found in synthesis.attached(bucket)] == ["R"]
    assert synthesis.find("aws_s3_bucket", "home", "acme-files") is None


def test_differences_name_what_is_inside_documents(fleet: Fleet) -> None:
    def definition(port: int) -> dict[str, Any]:
        text = f'[{{"name":"web","portMappings":[{{"containerPort":{port}}}]}}]'
        return {"family": "web", "container_definitions": text, "tags": {"n": str(port)}}

    synthesis = Synthesis(
        {
            name: _stack({"aws_ecs_task_definition": {"T": definition(port)}})
            for name, port in (("a", 1), ("b", 2))
        }
    )
    one, other = synthesis.all("aws_ecs_task_definition")
    (found,) = Comparison(synthesis, Counterparts(fleet)).differences(one, other)
    assert found.path == "container_definitions.web.portMappings[0].containerPort"
    assert (found.expected, found.found) == (1, 2)
