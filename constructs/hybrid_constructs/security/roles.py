"""Roles that AWS services assume."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from hybrid_constructs.aws import policy
from hybrid_constructs.security.policies import Statement, for_account, service_trust


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


class TrustedRole(Construct):
    """Like `ServiceRole`, for services that do not send `aws:SourceAccount` when they assume a role.

    `condition` is the one that the service documents instead; None only where it says that it knows none.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        service: str,
        condition: dict[str, dict[str, str]] | None,
        within: RoleScope,
        statements: list[Statement],
    ) -> None:
        super().__init__(scope, id_)
        trust = service_trust(service)
        if condition is not None:
            trust["Condition"] = condition
        role = IamRole(
            self,
            "Role",
            name=name,
            path=within.path,
            permissions_boundary=within.boundary_arn,
            assume_role_policy=policy(trust),
        )
        self.arn = role.arn
        # To wait for: services try a role as soon as they are told of it, and need its rights by then.
        self.rights = IamRolePolicy(self, "Policy", name=name, role=role.id, policy=policy(*statements))


class ServiceRole(TrustedRole):
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
        super().__init__(
            scope,
            id_,
            name=name,
            service=service,
            condition=for_account(within.account_id),
            within=within,
            statements=statements,
        )
