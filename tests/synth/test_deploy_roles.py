"""DeployRoles: whose GitHub jobs may do what."""

import pytest
from cdktf import TerraformStack

from environments import naming, schema
from hybrid_constructs.security.deploy_roles import DeployRoles, GithubIdentity
from hybrid_constructs.security.roles import RoleScope
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
            roles=RoleScope(builders.ACCOUNT, "/acme/blue/"),
            repository="acme/platform",
            identity=GithubIdentity(scope, "Github"),
            state_bucket_arn="arn:aws:s3:::acme-blue-tfstate",
            state_key_arn="arn:aws:kms:eu-central-1:111122223333:key/1",
            foreign_state_arns=["arn:aws:s3:::acme-green-tfstate"],
        )

    return synth(build)


def trust(stack: Synthesized, role: str) -> Body:
    [statement] = statements(stack.all("aws_iam_role")[role]["assume_role_policy"])
    return statement


def inline(stack: Synthesized, role: str) -> dict[str, Body]:
    """The statements of every policy in a role, by their Sid."""
    return {
        statement["Sid"]: statement
        for body in stack.all("aws_iam_role_policy").values()
        if stack.follow(body["role"]) == role
        for statement in statements(body["policy"])
    }


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


def allowed(stack: Synthesized, role: str) -> dict[str, Body]:
    return {sid: body for sid, body in inline(stack, role).items() if body["Effect"] == "Allow"}


def test_plan_role_changes_nothing(roles: Synthesized) -> None:
    assert managed(roles, "Roles/Plan") == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    actions = {action for body in allowed(roles, "Roles/Plan").values() for action in as_list(body["Action"])}
    changing = {
        action
        for action in actions - {"kms:Decrypt"}
        if not action.partition(":")[2].startswith(READING) or "*" in action
    }
    assert not changing


def test_plan_role_reads_the_state_of_its_environment_only(roles: Synthesized) -> None:
    granted = allowed(roles, "Roles/Plan")
    assert granted["ReadState"]["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert granted["ReadState"]["Resource"] == [
        "arn:aws:s3:::acme-blue-tfstate",
        "arn:aws:s3:::acme-blue-tfstate/*",
    ]
    assert granted["DecryptState"]["Action"] == "kms:Decrypt"
    assert granted["DecryptState"]["Resource"] == "arn:aws:kms:eu-central-1:111122223333:key/1"
    assert len(granted) == 2


@pytest.mark.parametrize("holder", ["Roles/Deploy", "Roles/Plan", "boundary"])
def test_nobody_reaches_the_state_of_another_environment(roles: Synthesized, holder: str) -> None:
    denied = (boundary(roles) if holder == "boundary" else inline(roles, holder))["StateOfOthers"]
    assert (denied["Effect"], denied["Action"]) == ("Deny", "s3:*")
    assert denied["Resource"] == ["arn:aws:s3:::acme-green-tfstate", "arn:aws:s3:::acme-green-tfstate/*"]


def test_deploy_role_manages_roles_of_its_own_path_only(roles: Synthesized) -> None:
    assert managed(roles, "Roles/Deploy") == ["arn:aws:iam::aws:policy/PowerUserAccess"]
    granted = allowed(roles, "Roles/Deploy")
    recorder = granted.pop("UseRecorderRole")
    # AWS Config takes its own service-linked role only: it gets the provider's tags here, and no rights.
    assert recorder["Resource"].endswith(
        ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    )
    assert recorder["Action"] == [
        *("iam:GetRole", "iam:PassRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole")
    ]
    assert {body["Resource"] for body in granted.values()} == {f"{ROLES}*"}
    actions = {action for body in granted.values() for action in body["Action"]}
    assert {"iam:CreateRole", "iam:PassRole", "iam:TagRole"} <= actions
    writes = {action for action in actions if not action.endswith(("Get*", "List*"))}
    assert not {action for action in writes if "*" in action}
    assert all(action.startswith("iam:") and "Role" in action for action in writes)


GIVING = {"Attach", "Create", "Put", "Detach"}
"""First words of the actions that make a role mightier."""


def test_deploy_role_gives_rights_only_within_the_boundary(roles: Synthesized) -> None:
    granted = allowed(roles, "Roles/Deploy")
    within = granted["GiveRightsWithinBoundary"]
    condition = within["Condition"]["StringEquals"]["iam:PermissionsBoundary"]
    assert roles.follow(condition) == "Roles/Boundary"
    free = set(granted["ManageOwnRoles"]["Action"])
    assert not {action for action in free if action.partition(":")[2].startswith(tuple(GIVING))}
    assert "iam:DeleteRolePermissionsBoundary" not in {*free, *within["Action"]}


def boundary(stack: Synthesized) -> dict[str, Body]:
    return {body["Sid"]: body for body in statements(stack.only("aws_iam_policy")["policy"])}


def test_boundary_leaves_no_identity_to_change(roles: Synthesized) -> None:
    limits = boundary(roles)
    assert "iam:*" in limits["EverythingButIdentities"]["NotAction"]
    passing = limits["PassOwnRoles"]
    assert (passing["Action"], passing["Resource"]) == ("iam:PassRole", f"{ROLES}*")
    assert set(limits) == {"EverythingButIdentities", "PassOwnRoles", "StateOfOthers"}
    # Outside of every path that a deploy role manages.
    assert roles.only("aws_iam_policy").get("path", "/") == "/"


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
        own = inline(bootstrap, deploy)
        assert own["ManageOwnRoles"]["Resource"] == (
            f"arn:aws:iam::{environment.account_id}:role{naming.role_path(prefix, name)}*"
        )
        reading = inline(bootstrap, plan)
        bucket = f"arn:aws:s3:::{naming.state_bucket(prefix, name)}"
        assert reading["ReadState"]["Resource"] == [bucket, f"{bucket}/*"]
        assert bootstrap.follow(reading["DecryptState"]["Resource"]) == f"Key-{environment.region}/Key"
        every = {body["bucket"] for body in bootstrap.all("aws_s3_bucket").values()}
        foreign = {f"arn:aws:s3:::{other}" for other in every} - {bucket}
        assert set(own["StateOfOthers"]["Resource"][::2]) == foreign


def test_roles_of_an_environment_stand_below_the_path_its_deploy_role_manages(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    for name in fleet.environments:
        paths = {body["path"] for body in stacks[name].all("aws_iam_role").values()}
        prefix = fleet.shared.organisation.prefix
        assert paths == {naming.role_path(prefix, name)}
        limits = {body["permissions_boundary"] for body in stacks[name].all("aws_iam_role").values()}
        made = stacks["bootstrap"].all("aws_iam_policy")[f"Roles-{name}/Boundary"]["name"]
        assert limits == {f"arn:aws:iam::{fleet.shared.account_id}:policy/{made}"}
