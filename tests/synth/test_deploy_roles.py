"""DeployRoles: whose GitHub jobs may do what."""

import pytest
from cdktf import TerraformStack

from environments import naming, schema
from hybrid_constructs.security.deploy_roles import DeployRoles, GithubIdentity
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import Body, Synthesized, as_list, statements

GITHUB = "token.actions.githubusercontent.com"
READING = ("Get", "List", "Describe")
ROLES = f"arn:aws:iam::{builders.ACCOUNT}:role/acme/blue/"


@pytest.fixture
def roles(synth: Synth) -> Synthesized:
    def build(scope: TerraformStack) -> None:
        DeployRoles(
            scope,
            "Roles",
            environment="blue",
            prefix="acme",
            role_path="/acme/blue/",
            account_id=builders.ACCOUNT,
            repository="acme/platform",
            identity=GithubIdentity(scope, "Github"),
            state_bucket_arn="arn:aws:s3:::acme-blue-tfstate",
            state_key_arn="arn:aws:kms:eu-central-1:111122223333:key/1",
        )

    return synth(build)


def trust(stack: Synthesized, role: str) -> Body:
    [statement] = statements(stack.all("aws_iam_role")[role]["assume_role_policy"])
    return statement


def inline(stack: Synthesized, role: str) -> list[Body]:
    """The statements of every policy in a role."""
    return [
        statement
        for body in stack.all("aws_iam_role_policy").values()
        if stack.follow(body["role"]) == role
        for statement in statements(body["policy"])
    ]


def managed(stack: Synthesized, role: str) -> list[str]:
    return [
        body["policy_arn"]
        for body in stack.all("aws_iam_role_policy_attachment").values()
        if stack.follow(body["role"]) == role
    ]


def test_identity_is_github_and_no_key_exists(roles: Synthesized) -> None:
    identity = roles.only("aws_iam_openid_connect_provider")
    assert identity["url"] == f"https://{GITHUB}"
    assert identity["client_id_list"] == ["sts.amazonaws.com"]
    assert not {"aws_iam_user", "aws_iam_access_key"} & roles.kinds()


def test_two_roles_outside_the_path_that_deploy_jobs_may_change(roles: Synthesized) -> None:
    bodies = roles.all("aws_iam_role")
    assert {body["name"]: body.get("path", "/") for body in bodies.values()} == {
        "acme-blue-deploy": "/",
        "acme-blue-plan": "/",
    }
    assert {body["max_session_duration"] for body in bodies.values()} == {7200}


@pytest.mark.parametrize(
    ("role", "subjects"),
    [
        ("Roles/Deploy", ["repo:acme/platform:environment:blue"]),
        ("Roles/Plan", ["repo:acme/platform:pull_request", "repo:acme/platform:ref:refs/heads/main"]),
    ],
)
def test_only_these_jobs_assume_the_role(roles: Synthesized, role: str, subjects: list[str]) -> None:
    statement = trust(roles, role)
    assert roles.follow(statement.pop("Principal")["Federated"]) == "Github/Provider"
    assert statement == {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subjects}},
    }
    assert not any("*" in subject for subject in subjects)


def test_plan_role_changes_nothing(roles: Synthesized) -> None:
    assert managed(roles, "Roles/Plan") == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    actions = {action for body in inline(roles, "Roles/Plan") for action in as_list(body["Action"])}
    changing = {
        action
        for action in actions - {"kms:Decrypt"}
        if not action.partition(":")[2].startswith(READING) or "*" in action
    }
    assert not changing


def test_plan_role_reads_the_state_of_its_environment_only(roles: Synthesized) -> None:
    assert [(as_list(body["Action"]), as_list(body["Resource"])) for body in inline(roles, "Roles/Plan")] == [
        (
            ["s3:GetObject", "s3:ListBucket"],
            ["arn:aws:s3:::acme-blue-tfstate", "arn:aws:s3:::acme-blue-tfstate/*"],
        ),
        (["kms:Decrypt"], ["arn:aws:kms:eu-central-1:111122223333:key/1"]),
    ]


def test_deploy_role_manages_roles_of_its_own_path_only(roles: Synthesized) -> None:
    assert managed(roles, "Roles/Deploy") == ["arn:aws:iam::aws:policy/PowerUserAccess"]
    [statement] = inline(roles, "Roles/Deploy")
    assert statement["Effect"] == "Allow"
    assert as_list(statement["Resource"]) == [f"{ROLES}*"]
    assert all(action.startswith("iam:") for action in statement["Action"])
    assert {"iam:CreateRole", "iam:PassRole", "iam:TagRole"} <= set(statement["Action"])


def test_deploy_role_makes_no_users_keys_or_identity_providers(roles: Synthesized) -> None:
    [statement] = inline(roles, "Roles/Deploy")
    writes = {action for action in statement["Action"] if not action.endswith(("Get*", "List*"))}
    assert not {action for action in writes if "*" in action}
    assert {action for action in writes if "Role" not in action} == set()


def test_every_environment_has_roles_of_its_own(stacks: dict[str, Synthesized], fleet: schema.Fleet) -> None:
    bootstrap, prefix = stacks["bootstrap"], fleet.shared.organisation.prefix
    repository = fleet.shared.organisation.repository
    for name, environment in fleet.environments.items():
        deploy, plan = f"Roles-{name}/Deploy", f"Roles-{name}/Plan"
        named = bootstrap.all("aws_iam_role")
        assert named[deploy]["name"] == naming.deploy_role(prefix, name)
        assert named[plan]["name"] == naming.plan_role(prefix, name)
        subjects = trust(bootstrap, deploy)["Condition"]["StringEquals"][f"{GITHUB}:sub"]
        assert subjects == [f"repo:{repository}:environment:{name}"]
        [own] = inline(bootstrap, deploy)
        assert own["Resource"] == (
            f"arn:aws:iam::{environment.account_id}:role{naming.role_path(prefix, name)}*"
        )
        state, key = inline(bootstrap, plan)
        bucket = f"arn:aws:s3:::{naming.state_bucket(prefix, name)}"
        assert state["Resource"] == [bucket, f"{bucket}/*"]
        assert bootstrap.follow(key["Resource"]) == f"Key-{environment.region}/Key"


def test_roles_of_an_environment_stand_below_the_path_its_deploy_role_manages(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    for name in fleet.environments:
        paths = {body["path"] for body in stacks[name].all("aws_iam_role").values()}
        assert paths == {naming.role_path(fleet.shared.organisation.prefix, name)}
