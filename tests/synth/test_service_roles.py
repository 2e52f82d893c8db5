"""Roles of a service: what ECS may do for it, what it may do itself."""

import pytest

from hybrid_constructs.compute.containers import Parameter, Secret
from tests.synth import services
from tests.synth.builders import ACCOUNT, REGION, ROLES, Synth
from tests.synth.services import FAMILY, REPOSITORY, built, own
from tests.synth.synthesized import Body, Synthesized, statements

SERVICE, TASK, ROLE = "aws_ecs_service", "aws_ecs_task_definition", "aws_iam_role"
SECRET = Secret(
    f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:files/test",
    "api_key",
    "arn:aws:kms:key",
    f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:files/test-??????",
)
HOST = Parameter(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/acme/rds/endpoint")


def policy(stack: Synthesized, role: str) -> list[Body]:
    return statements(stack.all("aws_iam_role_policy")[f"Service/Roles/{role}/Policy"]["policy"])


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(services.service)


def test_roles_trust_tasks_of_this_account_only(defaults: Synthesized) -> None:
    roles = own(defaults, ROLE)
    assert {role["name"] for role in roles.values()} == {f"{FAMILY}-execution", f"{FAMILY}-task"}
    for role in roles.values():
        assert (role["path"], role["permissions_boundary"]) == (ROLES.path, ROLES.boundary_arn)
        (trust,) = statements(role["assume_role_policy"])
        assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert trust["Condition"] == {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"},
        }


def test_without_secrets_ecs_pulls_and_logs(defaults: Synthesized) -> None:
    login, pull, log = policy(defaults, "Execution")
    assert (login["Action"], login["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert pull["Resource"] == REPOSITORY
    assert pull["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ]
    assert log["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert defaults.follow(log["Resource"].removesuffix(":*")) == "Service/Log"


def test_ecs_reads_exactly_the_named_secrets_and_parameters(synth: Synth) -> None:
    _, stack = built(synth, secrets={"API_KEY": SECRET, "OTHER": SECRET, "DB_HOST": HOST})
    read, decrypt, parameters = policy(stack, "Execution")[3:]
    assert (read["Action"], read["Resource"]) == ("secretsmanager:GetSecretValue", [SECRET.pattern])
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", ["arn:aws:kms:key"])
    assert decrypt["Condition"] == {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}}
    assert (parameters["Action"], parameters["Resource"]) == ("ssm:GetParameters", [HOST.arn])


def test_the_task_sends_traces_and_uses_what_it_needs(synth: Synth) -> None:
    grant = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:queue"}
    _, stack = built(synth, statements=[grant])
    needs, traces = policy(stack, "Task")
    assert needs == grant
    assert traces["Resource"] == "*"
    assert all(action.startswith("xray:") for action in traces["Action"])


def test_a_service_that_calls_nobody_has_no_task_role(synth: Synth) -> None:
    made, stack = built(synth, {"tracing": "off"})
    assert set(own(stack, ROLE)) == {"Service/Roles/Execution/Role"}
    assert "task_role_arn" not in stack.only(TASK)
    assert len(made.role_arns) == 1


def test_sessions_are_granted_only_where_they_are_allowed(defaults: Synthesized, synth: Synth) -> None:
    assert "ssmmessages" not in defaults.text
    _, stack = built(synth, {"exec": True})
    assert stack.only(SERVICE)["enable_execute_command"] is True
    actions = [action for one in policy(stack, "Task") for action in one["Action"]]
    assert "ssmmessages:OpenDataChannel" in actions
