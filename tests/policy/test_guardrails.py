"""Synthesis refuses what no team may deploy, and says which construct made it."""

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
SSH = {"from_port": 22, "to_port": 22, "ip_protocol": "tcp"}
INGRESS = "aws_vpc_security_group_ingress_rule"
GROUP = "aws_security_group"
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"
ALGORITHM = {"rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}}]}


def dynamic(block: str, for_each: Any, **content: Any) -> Body:
    return {"dynamic": {block: {"for_each": for_each, "content": content}}}


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
        (INGRESS, {"cidr_ipv4": "0.0.0.0/1", **SSH}, "opens port 22 to the world, 0.0.0.0/1;"),
        (INGRESS, {"cidr_ipv4": "128.0.0.0/1", **SSH}, "opens port 22 to the world, 128.0.0.0/1;"),
        (INGRESS, {"cidr_ipv4": "3.0.0.0/8", **SSH}, "opens port 22"),
        (INGRESS, {"cidr_ipv4": "10.0.0.0/7", **SSH}, "opens port 22"),
        (INGRESS, {"cidr_ipv4": "1.2.3.4/0", **SSH}, "opens port 22"),
        (INGRESS, {"cidr_ipv6": "2000::/3", **SSH}, "opens port 22 to the world, 2000::/3;"),
        (INGRESS, {"cidr_ipv6": "0::0/0", **SSH}, "opens port 22"),
        (INGRESS, {"cidr_ipv6": "2001::/16", **SSH}, "opens port 22"),
        (INGRESS, {"cidr_ipv4": '${cidrsubnet("0.0.0.0/0", 1, 1)}', **SSH}, "opens port 22"),
        (
            INGRESS,
            {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": "22", "to_port": 22},
            "port 22",
        ),
        (
            "aws_default_security_group",
            {"ingress": [{"cidr_blocks": ["0.0.0.0/0"], "from_port": 0, "to_port": 0, "protocol": "-1"}]},
            "opens all ports",
        ),
        (GROUP, {"ingress": '${[{cidr_blocks=["0.0.0.0/0"],from_port=22}]}'}, "opens all ports"),
        (
            GROUP,
            dynamic("ingress", [22], cidr_blocks=["0.0.0.0/0"], from_port=22, to_port=22),
            "opens port 22",
        ),
        (
            GROUP,
            dynamic("ingress", ["0.0.0.0/0"], cidr_blocks=["${ingress.value}"], protocol="all"),
            "all ports",
        ),
        (
            GROUP,
            dynamic("ingress", "${var.from}", cidr_blocks=["${ingress.value}"], from_port=1, to_port=2),
            "opens ports 1-2 to the world, ${ingress.value};",
        ),
        ("aws_ec2_managed_prefix_list", {"entry": [{"cidr": "0.0.0.0/0"}]}, "opens all ports"),
        ("aws_ec2_managed_prefix_list_entry", {"cidr": "::/0"}, "opens all ports"),
        ("aws_db_instance", {}, "storage_encrypted is None; set it"),
        ("aws_db_instance", {"storage_encrypted": "false"}, "storage_encrypted is false; set it"),
        ("aws_db_instance", {"storage_encrypted": "${var.encrypt}"}, "storage_encrypted is ${var.encrypt};"),
        ("aws_docdb_cluster", {"storage_encrypted": False}, "storage_encrypted is False"),
        ("aws_neptune_cluster", {}, "storage_encrypted is None"),
        ("aws_redshift_cluster", {"encrypted": "false"}, "encrypted is false"),
        ("aws_opensearch_domain", {}, "encrypt_at_rest.enabled is None"),
        (
            "aws_elasticsearch_domain",
            {"encrypt_at_rest": {"enabled": False}},
            "encrypt_at_rest.enabled is False",
        ),
        ("aws_dax_cluster", {"server_side_encryption": [{"enabled": "false"}]}, "enabled is false"),
        ("aws_sqs_queue", {"kms_master_key_id": "${null}"}, "kms_master_key_id is ${null}"),
        ("aws_sns_topic", {"kms_master_key_id": "alias/aws/sns"}, "kms_master_key_id is alias/aws/sns"),
        ("aws_rds_cluster", {"storage_encrypted": False}, "storage_encrypted is False"),
        ("aws_sqs_queue", {"name": "acme"}, "kms_master_key_id is None"),
        ("aws_sns_topic", {"name": "acme"}, "kms_master_key_id is None"),
        ("aws_ebs_volume", {"size": 1}, "encrypted is None"),
        ("aws_efs_file_system", {}, "encrypted is None"),
        ("aws_elasticache_replication_group", {}, "at_rest_encryption_enabled is None"),
        ("aws_s3_bucket", {"bucket": "acme"}, "use SecureBucket"),
        ("aws_dms_replication_instance", {"publicly_accessible": True}, "is publicly_accessible, True;"),
        ("aws_dms_replication_instance", {"publicly_accessible": "true"}, "is publicly_accessible, true;"),
        ("aws_dms_replication_instance", {"publicly_accessible": "${var.public}"}, "is publicly_accessible"),
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
        {INGRESS: {"cidr_ipv4": "52.95.0.0/16", **SSH}},
        {INGRESS: {"cidr_ipv6": "fd00::/8", **SSH}},
        {INGRESS: {"cidr_ipv6": "2600:1f00::/24", **SSH}},
        {INGRESS: {"cidr_ipv4": "${aws_vpc.Vpc.cidr_block}", **SSH}},
        {INGRESS: {**OPEN, "from_port": "443", "to_port": 443}},
        {"aws_default_security_group": {"vpc_id": "${aws_vpc.Vpc.id}"}},
        {
            GROUP: dynamic(
                "ingress", ["10.0.0.0/8"], cidr_blocks=["${ingress.value}"], from_port=22, to_port=22
            )
        },
        {GROUP: dynamic("ingress", [22, 23], cidr_blocks=["10.1.0.0/16"], from_port="${ingress.value}")},
        {GROUP: {"egress": [{"cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"}]}},
        {"aws_ec2_managed_prefix_list": {"entry": [{"cidr": "10.0.0.0/8"}]}},
        {"aws_elasticache_replication_group": {"at_rest_encryption_enabled": "true"}},
        {"aws_opensearch_domain": {"encrypt_at_rest": {"enabled": True}}},
        {"aws_redshift_cluster": {"encrypted": "true", "publicly_accessible": "false"}},
        {"aws_sqs_queue": {"kms_master_key_id": "${aws_kms_key.Key.arn}"}},
        {
            "aws_s3_bucket": {"bucket": "acme"},
            ENCRYPTION: {"bucket": "${aws_s3_bucket.Thing.id}", **ALGORITHM},
        },
        {"aws_s3_bucket": {"bucket": "acme"}, ENCRYPTION: {"bucket": "acme", **ALGORITHM}},
    ],
)
def test_what_is_within_the_guardrails(resources: dict[str, Body]) -> None:
    assert problems(resources) == []


@pytest.mark.parametrize(
    "encryption",
    [
        {"bucket": "acme-logs", **ALGORITHM},
        {"bucket": "${aws_s3_bucket.Things.id}", **ALGORITHM},
        {"bucket": "${data.aws_s3_bucket.Thing.id}", **ALGORITHM},
        {"bucket": "acme"},
        {"bucket": "acme", "rule": []},
        {"bucket": "acme", "rule": [{"bucket_key_enabled": True}]},
    ],
)
def test_fails_when_no_rule_encrypts_the_bucket(encryption: Body) -> None:
    [problem] = problems({"aws_s3_bucket": {"bucket": "acme"}, ENCRYPTION: encryption})
    assert problem.startswith("mine/Team/Thing: aws_s3_bucket acme does not encrypt")
    assert problem.endswith("use SecureBucket")


def test_resources_in_lists_are_read_too() -> None:
    [problem] = problems_of({"resource": [{"aws_sqs_queue": [{"Jobs": [{"name": "jobs"}]}]}]})
    assert problem.startswith("Jobs: aws_sqs_queue does not encrypt")


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
