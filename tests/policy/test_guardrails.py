"""Synthesis refuses what no team may deploy, and says which construct made it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stacks.guardrails import GuardrailError, check, problems_of
from tests.synth.builders import bucket, network, synth_construct
from tests.synth.synthesized import ENDPOINT, ROOT, Body

# isort: split
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule

OPEN = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp"}
ADMIN = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"


def policy(statement: dict[str, Any]) -> Body:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statement})}


def problems(resources: dict[str, Body]) -> list[str]:
    metadata = {"//": {"metadata": {"path": "mine/Team/Thing"}}}
    return list(
        problems_of({"resource": {kind: {"Thing": {**body, **metadata}} for kind, body in resources.items()}})
    )


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("aws_vpc_security_group_ingress_rule", {**OPEN, "from_port": 22, "to_port": 22}, "opens port 22"),
        (
            "aws_vpc_security_group_ingress_rule",
            {"cidr_ipv6": "::/0", "ip_protocol": "-1"},
            "opens all ports",
        ),
        (
            "aws_vpc_security_group_ingress_rule",
            {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1", "from_port": 443, "to_port": 443},
            "opens all ports",
        ),
        (
            "aws_security_group_rule",
            {"type": "ingress", "ipv6_cidr_blocks": ["::/0"], "from_port": 80, "to_port": 90},
            "opens ports 80-90",
        ),
        (
            "aws_security_group",
            {"ingress": [{"cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"], "from_port": 3306, "to_port": 3306}]},
            "opens port 3306",
        ),
        ("aws_db_instance", {}, "storage_encrypted is None; pass one"),
        ("aws_rds_cluster", {"storage_encrypted": False}, "storage_encrypted is False"),
        ("aws_sqs_queue", {"name": "acme"}, "kms_master_key_id is None"),
        ("aws_sns_topic", {"name": "acme"}, "kms_master_key_id is None"),
        ("aws_ebs_volume", {"size": 1}, "encrypted is None"),
        ("aws_efs_file_system", {}, "encrypted is None"),
        ("aws_elasticache_replication_group", {}, "at_rest_encryption_enabled is None"),
        ("aws_s3_bucket", {"bucket": "acme"}, "use SecureBucket"),
        ("aws_redshift_cluster", {"publicly_accessible": True}, "is publicly_accessible"),
        ("aws_iam_role_policy", policy(ADMIN), "allows Action * on Resource *"),
        ("aws_iam_policy", policy({**ADMIN, "Action": ["s3:Get*", "*"]}), "allows Action * on Resource *"),
        ("aws_iam_role", {"inline_policy": [policy(ADMIN)]}, "allows Action * on Resource *"),
        (
            "aws_iam_role_policy_attachment",
            {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            "attaches AdministratorAccess",
        ),
    ],
)
def test_fails_when_a_resource_breaks_a_guardrail(kind: str, body: Body, why: str) -> None:
    [problem] = problems({kind: body})
    assert problem.startswith(f"mine/Team/Thing: {kind} ")
    assert why in problem


@pytest.mark.parametrize(
    "resources",
    [
        {"aws_vpc_security_group_ingress_rule": {**OPEN, "from_port": 443, "to_port": 443}},
        {"aws_vpc_security_group_ingress_rule": {"cidr_ipv4": "10.0.0.0/8", "from_port": 22, "to_port": 22}},
        {"aws_security_group_rule": {"type": "egress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"}},
        {"aws_sqs_queue": {"kms_master_key_id": "${aws_kms_key.Key.arn}"}},
        {"aws_s3_bucket": {"bucket": "acme"}, ENCRYPTION: {"bucket": "${aws_s3_bucket.Thing.id}"}},
        {"aws_s3_bucket": {"bucket": "acme"}, ENCRYPTION: {"bucket": "acme"}},
        {"aws_iam_role_policy": policy({**ADMIN, "Effect": "Deny"})},
        {"aws_iam_role_policy": policy({**ADMIN, "Action": "xray:PutTraceSegments"})},
        {"aws_vpc_endpoint": policy({**ADMIN, "Principal": "*"})},
    ],
)
def test_what_is_within_the_guardrails(resources: dict[str, Body]) -> None:
    assert problems(resources) == []


def test_fails_when_a_bucket_of_another_name_is_the_encrypted_one() -> None:
    [problem] = problems({"aws_s3_bucket": {"bucket": "acme"}, ENCRYPTION: {"bucket": "acme-logs"}})
    assert "use SecureBucket" in problem


def test_all_problems_come_at_once_and_the_stack_cannot_be_deployed(tmp_path: Path) -> None:
    def careless(stack: TerraformStack) -> None:
        network(stack)
        bucket(stack, "acme")
        SqsQueue(stack, "Jobs", name="jobs")
        VpcSecurityGroupIngressRule(
            stack, "Ssh", security_group_id="sg-1", ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
        )

    synth_construct(careless, tmp_path)
    with pytest.raises(GuardrailError) as refused:
        check(tmp_path)
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()[:2]] == [
        "test/Jobs",
        "test/Ssh",
    ]
    assert "docs/guardrails.md" in str(refused.value)
    assert not (tmp_path / "stacks/test/cdk.tf.json").exists()


def test_a_careful_stack_stays(tmp_path: Path) -> None:
    synth_construct(lambda stack: bucket(stack, "acme"), tmp_path)
    check(tmp_path)
    assert (tmp_path / "stacks/test/cdk.tf.json").exists()


CARELESS = """
import stacks.edge as edge
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

class Careless(edge.EdgeStack):
    def __init__(self, scope, id_, **options):
        super().__init__(scope, id_, **options)
        SqsQueue(self, "Jobs", name="jobs")

edge.EdgeStack = Careless
import main
main.main()
"""


def test_synthesis_of_the_fleet_ends_with_the_problems_and_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ENDPOINT)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    script = f"import hybrid_constructs\n{CARELESS}"
    process = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert process.returncode == 2, process.stderr
    assert process.stderr.startswith("edge/Jobs: aws_sqs_queue does not encrypt with a key")
    assert "Traceback" not in process.stderr
