"""Roles that AWS services assume."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from hybrid_constructs.aws import policy
from hybrid_constructs.security.policies import Statement, service_trust


@dataclass(frozen=True)
class RoleScope:
    """Where the roles of an environment belong, and the ceiling of what they may do.

    An environment's deploy role may create roles only below `path` and only with the boundary, so that it
    cannot make itself a mightier role (IAM user guide, "Permissions boundaries").
    """

    account_id: str
    path: str
    boundary_arn: str | None = None
    """Only roles that a person makes, by applying `bootstrap`, go without."""


class ServiceRole(Construct):
    """A role for one AWS service, acting for this account, with exactly the given statements."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        service: str,
        within: RoleScope,
        statements: list[Statement],
    ) -> None:
        super().__init__(scope, id_)
        role = IamRole(
            self,
            "Role",
            name=name,
            path=within.path,
            permissions_boundary=within.boundary_arn,
            assume_role_policy=policy(service_trust(service, account_id=within.account_id)),
        )
        self.arn = role.arn
        IamRolePolicy(self, "Policy", name=name, role=role.id, policy=policy(*statements))
