"""What CI may do: one role to apply an environment, one to plan it, both assumed by GitHub's OIDC tokens."""

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from environments import naming
from hybrid_constructs.aws import policy
from hybrid_constructs.security.policies import Statement

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
    """The two roles of one environment.

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
        role_path: str,
        account_id: str,
        repository: str,
        identity: GithubIdentity,
        state_bucket_arn: str,
        state_key_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self._identity = identity
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
            policy=policy(_manage_roles(f"arn:aws:iam::{account_id}:role{role_path}*")),
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
            policy=policy(*_read_state(state_bucket_arn, state_key_arn)),
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


def _manage_roles(roles: str) -> Statement:
    """PowerUserAccess leaves IAM out; Terraform needs it for the environment's own roles, and only for those.

    The deploy and plan roles stand outside that path: no deploy job can widen what deploy jobs may do.
    """
    return {
        "Sid": "ManageOwnRoles",
        "Effect": "Allow",
        "Action": [
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:Get*",
            "iam:List*",
            "iam:PassRole",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
        "Resource": roles,
    }


def _read_state(bucket_arn: str, key_arn: str) -> list[Statement]:
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
        },
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
    ]
