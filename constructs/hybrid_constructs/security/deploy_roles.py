"""What CI may do: one role to apply an environment, one to plan it, both assumed by GitHub's OIDC tokens."""

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from environments import naming
from hybrid_constructs.aws import policy
from hybrid_constructs.security.deploy_policies import (
    boundary_statements,
    keep_out,
    manage_roles,
    read_state,
)
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope

GITHUB = "token.actions.githubusercontent.com"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"
SESSION_SECONDS = 2 * 60 * 60
"""A first deployment of an environment with its database takes over an hour."""


class GithubIdentity(Construct):
    """GitHub's OpenID Connect provider: workflows prove who they are, no access key exists."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        # No thumbprint: AWS checks GitHub's certificate against its own list of authorities.
        self.arn = IamOpenidConnectProvider(
            self, "Provider", url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"]
        ).arn


class DeployRoles(Construct):
    """The two roles of one environment, and the boundary of all roles that the first one makes.

    The deploy role answers only to jobs that run in the GitHub environment of the same name, where
    reviewers can be required. The plan role also answers to pull requests; it can read and nothing else.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: str,
        prefix: str,
        roles: RoleScope,
        repository: str,
        identity: GithubIdentity,
        state_bucket_arn: str,
        state_key_arn: str,
        foreign_state_arns: list[str],
    ) -> None:
        super().__init__(scope, id_)
        self._identity = identity
        not_theirs = keep_out(foreign_state_arns)
        managed_roles = f"arn:aws:iam::{roles.account_id}:role{roles.path}*"
        boundary = IamPolicy(
            self,
            "Boundary",
            name=naming.role_boundary(prefix, environment),
            description=f"The most that a role of {environment} may do",
            policy=policy(*boundary_statements(managed_roles), not_theirs),
        )
        deploy = self._role(
            "Deploy",
            name=naming.deploy_role(prefix, environment),
            subjects=[f"repo:{repository}:environment:{environment}"],
            managed_policy=POWER_USER,
        )
        IamRolePolicy(
            self,
            "DeployAccess",
            name="manage-platform-roles",
            role=deploy,
            policy=policy(*manage_roles(managed_roles, boundary.arn), not_theirs),
        )
        plan = self._role(
            "Plan",
            name=naming.plan_role(prefix, environment),
            subjects=[f"repo:{repository}:pull_request", f"repo:{repository}:ref:refs/heads/main"],
            managed_policy=READ_ONLY,
        )
        IamRolePolicy(
            self,
            "PlanAccess",
            name="read-state",
            role=plan,
            policy=policy(*read_state(state_bucket_arn, state_key_arn), not_theirs),
        )

    def _role(self, id_: str, *, name: str, subjects: list[str], managed_policy: str) -> str:
        role_id = IamRole(
            self,
            id_,
            name=name,
            max_session_duration=SESSION_SECONDS,
            assume_role_policy=policy(_github_trust(self._identity.arn, subjects)),
        ).id
        IamRolePolicyAttachment(self, f"{id_}Managed", role=role_id, policy_arn=managed_policy)
        return role_id


def _github_trust(provider_arn: str, subjects: list[str]) -> Statement:
    return {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subjects}},
    }
