"""SharedDatabase: who reaches it, who may log in, where it is published, who watches its operating system."""

import pytest
from cdktf import TerraformStack

from hybrid_constructs.data.mysql_instance import connect
from hybrid_constructs.data.parameters import absolute_name
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.databases import CLIENTS, database
from tests.synth.synthesized import Body, Synthesized, statements


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(database)


def test_only_the_named_ranges_reach_it_and_it_reaches_nobody(defaults: Synthesized) -> None:
    rules = defaults.all("aws_vpc_security_group_ingress_rule")
    assert {path: rule["cidr_ipv4"] for path, rule in rules.items()} == {
        f"Database/From-{name}": cidr for name, cidr in CLIENTS.items()
    }
    for rule in rules.values():
        assert defaults.follow(rule["security_group_id"]) == "Database/Access"
        assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 3306, 3306)
    group = defaults.all("aws_security_group")["Database/Access"]
    assert not {"ingress", "egress"} & set(group)
    assert "aws_vpc_security_group_egress_rule" not in defaults.kinds()


def test_another_security_group_can_be_let_in(synth: Synth) -> None:
    def build(scope: TerraformStack) -> None:
        database(scope, client_cidrs={}).allow_from("tool", security_group_id="sg-1")

    rule = synth(build).only("aws_vpc_security_group_ingress_rule")
    assert rule["referenced_security_group_id"] == "sg-1"
    assert "cidr_ipv4" not in rule


@pytest.mark.parametrize("client", [{}, {"cidr": "10.0.0.0/8", "security_group_id": "sg-1"}])
def test_fails_when_a_client_is_not_exactly_one_thing(synth: Synth, client: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"allow_from tool: .*give one of them"):
        synth(lambda scope: database(scope).allow_from("tool", **client))


def test_connecting_with_iam_names_one_user_of_one_instance(synth: Synth) -> None:
    granted: list[Body] = []
    stack = synth(lambda scope: granted.extend(database(scope).grant_connect("orders")))
    [statement] = granted
    assert (statement["Effect"], statement["Action"]) == ("Allow", "rds-db:connect")
    assert statement["Resource"].startswith(f"arn:aws:rds-db:{builders.REGION}:{builders.ACCOUNT}:dbuser:")
    assert statement["Resource"].endswith("/orders")
    assert "aws_iam_policy" not in stack.kinds()
    assert connect("a", region="r", account_id="1", resource_id="db-X")[0]["Resource"] == (
        "arn:aws:rds-db:r:1:dbuser:db-X/a"
    )


def test_monitoring_role_writes_to_its_one_group(defaults: Synthesized) -> None:
    group = defaults.all("aws_cloudwatch_log_group")["Monitoring/LogGroup"]
    assert (group["name"], group["retention_in_days"]) == ("RDSOSMetrics", 30)
    assert defaults.follow(group["kms_key_id"]) == "MonitoringKey/Key"
    role = defaults.only("aws_iam_role")
    assert (role["path"], role["permissions_boundary"]) == (builders.ROLES.path, builders.ROLES.boundary_arn)
    [trust] = statements(role["assume_role_policy"])
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    arn = f"arn:aws:logs:{builders.REGION}:{builders.ACCOUNT}:log-group:RDSOSMetrics"
    found = {
        statement["Resource"]: set(statement["Action"])
        for statement in statements(defaults.only("aws_iam_role_policy")["policy"])
    }
    assert found == {
        arn: {"logs:CreateLogGroup", "logs:PutRetentionPolicy"},
        f"{arn}:log-stream:*": {
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
        },
    }


def test_connection_is_published_and_only_the_host_is_left_to_the_runbooks(defaults: Synthesized) -> None:
    published = {body["name"]: body for body in defaults.all("aws_ssm_parameter").values()}
    values = {name.removeprefix("/acme/rds/blue/"): body["value"] for name, body in published.items()}
    assert set(values) == {"endpoint", "port", "secret-arn", "resource-id"}
    assert values["port"] == "3306"
    assert values["endpoint"].endswith(".address}"), "host:port would break every client"
    assert defaults.follow(values["endpoint"]) == "Database/Instance"
    assert values["resource-id"].endswith(".resource_id}")
    assert defaults.follow(values["secret-arn"]) == "Database/Credentials/Secret/Secret"
    left = {name for name, body in published.items() if body.get("lifecycle")}
    assert left == {"/acme/rds/blue/endpoint"}
    assert published["/acme/rds/blue/endpoint"]["lifecycle"] == {"ignore_changes": ["value"]}


@pytest.mark.parametrize(
    ("prefix", "problem"),
    [
        ("shared/rds/prod", "is not absolute; write /shared/rds/prod/endpoint"),
        ("/shared//rds", "each after one /"),
        ("/shared/r ds", "each after one /"),
        ("/aws/rds", "begins with aws or ssm"),
        ("/SSM-shared", "begins with aws or ssm"),
        ("/a" * 15, "has 16 levels"),
        (f"/{'a' * 1003}", "and 1013 characters"),
    ],
)
def test_fails_when_a_parameter_name_is_not_one_for_ssm(synth: Synth, prefix: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        synth(lambda scope: database(scope, parameter_prefix=prefix))
    assert prefix in str(caught.value)
    assert "SSM user guide" in str(caught.value)


@pytest.mark.parametrize("name", ["/endpoint", "/Acme_1/rds.prod/a-b", "/a" * 15, f"/{'a' * 1010}"])
def test_names_that_ssm_takes(name: str) -> None:
    assert absolute_name(name) == name
