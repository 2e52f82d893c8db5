"""What ECS may do to start a service's tasks, and what the service itself may do."""

from collections.abc import Iterable, Sequence

from constructs import Construct

from hybrid_constructs.compute.containers import Secret, Source
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, TrustedRole


class ServiceRoles(Construct):
    """The execution role, which ECS uses before the containers run, and the task role, which they use.

    ECS assumes both on behalf of its tasks in this account and region only.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        within: RoleScope,
        region: str,
        repository_arn: str,
        log_group_arn: str,
        sources: Iterable[Source],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, id_)
        condition = tasks_of(within.account_id, region)

        def role(kind: str, allowed: Sequence[Statement]) -> TrustedRole:
            return TrustedRole(
                self,
                kind.title(),
                name=f"{name}-{kind}",
                service="ecs-tasks.amazonaws.com",
                condition=condition,
                within=within,
                statements=[*allowed],
            )

        self.execution = role("execution", execution(repository_arn, log_group_arn, sources))
        self.task = role("task", statements) if statements else None
        """None for a service that calls no AWS service."""

        self.all = [each for each in (self.execution, self.task) if each]


def tasks_of(account_id: str, region: str) -> dict[str, dict[str, str]]:
    """Trust only ECS tasks of this account (ECS developer guide, "Amazon ECS task IAM role")."""
    return {
        "StringEquals": {"aws:SourceAccount": account_id},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:{region}:{account_id}:*"},
    }


def execution(repository_arn: str, log_group_arn: str, sources: Iterable[Source]) -> list[Statement]:
    """Pull the image, write the log, read exactly the named secrets and parameters."""
    secrets = list(dict.fromkeys(source for source in sources if isinstance(source, Secret)))
    parameters = list(dict.fromkeys(source for source in sources if not isinstance(source, Secret)))
    statements: list[Statement] = [
        # The action knows no resource (Service Authorization Reference, ECR).
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Effect": "Allow", "Action": _PULL, "Resource": repository_arn},
        {"Effect": "Allow", "Action": _LOG, "Resource": f"{log_group_arn}:*"},
    ]
    if secrets:
        arns = dict.fromkeys(secret.pattern or secret.arn for secret in secrets)
        keys = dict.fromkeys(secret.kms_key_arn for secret in secrets)
        statements += [
            {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": list(arns)},
            {
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": list(keys),
                # A key works in one region only, so its host is the only one that matches.
                "Condition": {"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
            },
        ]
    if parameters:
        arns = dict.fromkeys(parameter.value_from for parameter in parameters)
        statements.append({"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": list(arns)})
    return statements


def send_traces() -> Statement:
    """Send traces and ask how many to take."""
    return {
        "Effect": "Allow",
        "Action": [
            "xray:GetSamplingRules",
            "xray:GetSamplingStatisticSummaries",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ],
        # The actions know no resource (Service Authorization Reference, X-Ray).
        "Resource": "*",
    }


_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_LOG = ["logs:CreateLogStream", "logs:PutLogEvents"]
