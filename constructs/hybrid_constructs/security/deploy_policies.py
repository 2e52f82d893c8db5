"""What CI's roles may do, as statements. Pure functions.

The aim: a deploy job can do all of its environment's work, and cannot make itself mightier or reach the state
of another environment (IAM user guide, "Permissions boundaries", "Delegating responsibility to others").
"""

from hybrid_constructs.security.policies import Statement

_BOUND_ACTIONS = [
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
]
"""Actions that give a role rights. IAM can make them depend on the role's boundary."""

_OTHER_ACTIONS = [
    "iam:DeleteRole",
    "iam:Get*",
    "iam:List*",
    "iam:PassRole",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
]


_RECORDER_ROLE = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
"""What AWS Config records with; no other role stands in for it (AWS Config, "Service-linked roles")."""


def manage_roles(roles: str, boundary_arn: str) -> list[Statement]:
    """Manage the environment's own roles, each of which must have the boundary.

    PowerUserAccess leaves IAM out, so nothing else does: the boundary itself, the deploy and the plan roles
    stand outside that path.
    """
    return [
        {
            "Sid": "GiveRightsWithinBoundary",
            "Effect": "Allow",
            "Action": _BOUND_ACTIONS,
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}},
        },
        {"Sid": "ManageOwnRoles", "Effect": "Allow", "Action": _OTHER_ACTIONS, "Resource": roles},
        {
            # PowerUserAccess makes and deletes service-linked roles; the rest of their life is missing.
            "Sid": "UseRecorderRole",
            "Effect": "Allow",
            "Action": ["iam:GetRole", "iam:PassRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole"],
            "Resource": f"{roles.partition(':role/')[0]}:{_RECORDER_ROLE}",
        },
    ]


def boundary_statements(roles: str) -> list[Statement]:
    """The most that a role of the environment may do: everything but identities, and pass on its own."""
    return [
        {
            "Sid": "EverythingButIdentities",
            "Effect": "Allow",
            "NotAction": ["account:*", "iam:*", "organizations:*"],
            "Resource": "*",
        },
        {"Sid": "PassOwnRoles", "Effect": "Allow", "Action": "iam:PassRole", "Resource": roles},
    ]


def keep_out(state_bucket_arns: list[str]) -> Statement:
    """Deny the state of other environments, which PowerUserAccess and ReadOnlyAccess would open."""
    return {
        "Sid": "StateOfOthers",
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": [resource for arn in state_bucket_arns for resource in (arn, f"{arn}/*")],
    }


def read_state(bucket_arn: str, key_arn: str) -> list[Statement]:
    """Read the environment's own state; a plan without lock writes nothing."""
    return [
        {
            "Sid": "ReadState",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
        },
        {"Sid": "DecryptState", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
    ]
