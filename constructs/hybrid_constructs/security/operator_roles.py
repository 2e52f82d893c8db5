"""What people may do: a role for each group of commands, so that nobody operates as an administrator."""

import json
import re
from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments import naming
from hybrid_constructs.aws import policy
from hybrid_constructs.security.policies import Statement

SESSION_SECONDS = 4 * 60 * 60
"""A restore of the database takes hours, and nobody wants to log in again in the middle of an incident."""

MOST_CHARACTERS = 10_240
"""Of all inline policies of a role (IAM user guide, "IAM and AWS STS quotas")."""

_PRINCIPAL = r"arn:aws:(iam|sts)::(?P<account>\d{12}):(?P<what>[a-z-]+/.+)"


class OperatorRoles(Construct):
    """One role for each of `policies`, assumed by the account's own users and roles that `operators` names.

    `operators`: patterns of their ARNs, such as the role of a permission set of IAM Identity Center
    (`arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Operators_*`). The roles
    stand outside the path that deploy roles manage, so that no job in CI can change them.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: str,
        prefix: str,
        account_id: str,
        operators: Sequence[str],
        policies: Mapping[str, list[Statement]],
    ) -> None:
        super().__init__(scope, id_)
        _check(environment, account_id, operators, policies)
        trust = policy(operator_trust(account_id, operators))
        self.arns: dict[str, str] = {}
        for group, statements in policies.items():
            name = naming.operator_role(prefix, environment, group)
            role = IamRole(
                self,
                f"Role-{group}",
                name=name,
                description=f"hybrid {group} in {environment}",
                max_session_duration=SESSION_SECONDS,
                assume_role_policy=trust,
            )
            self.arns[group] = role.arn
            IamRolePolicy(
                self, f"Policy-{group}", name=f"hybrid-{group}", role=role.id, policy=policy(*statements)
            )


def operator_trust(account_id: str, operators: Sequence[str]) -> Statement:
    """Let some of the account's users and roles assume the role."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": "sts:AssumeRole",
        # The principal is the whole account, because a role of Identity Center has another name in each.
        "Condition": {"ArnLike": {"aws:PrincipalArn": list(operators)}},
    }


def _check(
    environment: str, account_id: str, operators: Sequence[str], policies: Mapping[str, list[Statement]]
) -> None:
    if not operators:
        raise ValueError(
            f"operators of {environment}: none is named, so nobody could assume the roles; name at least one "
            "pattern of an ARN (IAM user guide, aws:PrincipalArn)"
        )
    for operator in operators:
        match = re.fullmatch(_PRINCIPAL, operator)
        if match is None or match["account"] != account_id:
            raise ValueError(
                f"operators of {environment}: {operator} is no user or role of account {account_id}; use "
                f"arn:aws:iam::{account_id}:role/... or user/... (IAM user guide, IAM ARNs)"
            )
        if match["what"].split("/", 1)[1].strip("*/?") == "":
            raise ValueError(
                f"operators of {environment}: {operator} is everybody in the account; name a role or a user"
            )
    for group, statements in policies.items():
        size = len(json.dumps(statements, separators=(",", ":")))
        if size > MOST_CHARACTERS:
            raise ValueError(
                f"policy of {group} in {environment} has {size} characters, {MOST_CHARACTERS} is the most "
                "of a role's inline policies (IAM quotas); divide the group"
            )
