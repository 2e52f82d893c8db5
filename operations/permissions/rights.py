"""What each call needs of IAM, and on what: names of the platform, `<placeholders>` for the environment's.

A call that is not here stops the generator: whoever adds one to a command says what it may work on.
"""

from dataclasses import dataclass


def arn(service: str, rest: str, region: str = "<region>") -> str:
    """In the account."""
    return f"arn:aws:{service}:{region}:<account>:{rest}"


EVERYTHING = "*"
"""For actions that know no resource (Service Authorization Reference)."""

SERVICE = arn("ecs", "service/<cluster>/*")
TASK_DEFINITION = arn("ecs", "task-definition/*-<environment>:*")
DEPLOYMENT_GROUP = arn("codedeploy", "deploymentgroup:*-<environment>/*-<environment>")
APPLICATION = arn("codedeploy", "application:*-<environment>")
LOCK = arn("ssm", "parameter/hybrid/locks/*")
DATABASE = (arn("rds", "db:<database>*"),)
RESTORED = (
    *DATABASE,
    arn("rds", "snapshot:*"),
    arn("rds", "auto-backup:*"),
    arn("rds", "subgrp:*"),
    arn("rds", "pg:*"),
    arn("rds", "og:*"),
)
SERVICE_SECRET = arn("secretsmanager", "secret:*/<environment>/database-??????", "*")
MASTER_SECRET = arn("secretsmanager", "secret:shared/rds/<database_side>/master-??????")
WEBHOOK = arn("secretsmanager", "secret:<webhook>-??????", "*")
STATE_BUCKET, STATE = "arn:aws:s3:::<state_bucket>", "arn:aws:s3:::<state_bucket>/*"
DATABASE_STATE = "arn:aws:s3:::<database_state_bucket>/*"
ROLE = "arn:aws:iam::<account>:role<role_path>*"

NEEDED: dict[str, tuple[str, ...]] = {
    "application-autoscaling:DescribeScalableTargets": (EVERYTHING,),
    "application-autoscaling:RegisterScalableTarget": (arn("application-autoscaling", "scalable-target/*"),),
    "cloudtrail:LookupEvents": (EVERYTHING,),
    "cloudwatch:DescribeAlarmHistory": (arn("cloudwatch", "alarm:*"),),
    "cloudwatch:DescribeAlarms": (arn("cloudwatch", "alarm:*"),),
    "codedeploy:BatchGetDeploymentTargets": (EVERYTHING,),
    "codedeploy:BatchGetDeployments": (DEPLOYMENT_GROUP,),
    "codedeploy:CreateDeployment": (DEPLOYMENT_GROUP,),
    "codedeploy:GetDeployment": (DEPLOYMENT_GROUP,),
    "codedeploy:GetDeploymentGroup": (DEPLOYMENT_GROUP,),
    "codedeploy:ListDeploymentTargets": (EVERYTHING,),
    "codedeploy:ListDeployments": (DEPLOYMENT_GROUP,),
    "codedeploy:StopDeployment": (EVERYTHING,),
    "ec2:DescribeSecurityGroups": (EVERYTHING,),
    "ec2:DescribeSubnets": (EVERYTHING,),
    "ecr:DescribeImages": (arn("ecr", "repository/*"),),
    "ecs:DeregisterTaskDefinition": (EVERYTHING,),
    "ecs:DescribeServiceDeployments": (SERVICE, arn("ecs", "service-deployment/<cluster>/*")),
    "ecs:DescribeServiceRevisions": (SERVICE, arn("ecs", "service-revision/<cluster>/*")),
    "ecs:DescribeServices": (SERVICE,),
    "ecs:DescribeTaskDefinition": (EVERYTHING,),
    "ecs:DescribeTasks": (arn("ecs", "task/<cluster>/*"),),
    "ecs:ListServiceDeployments": (SERVICE,),
    "ecs:ListTaskDefinitions": (EVERYTHING,),
    "ecs:ListTasks": (arn("ecs", "container-instance/<cluster>/*"),),
    "ecs:RegisterTaskDefinition": (TASK_DEFINITION,),
    "ecs:UpdateService": (SERVICE,),
    "elasticloadbalancing:CreateRule": (arn("elasticloadbalancing", "listener/app/<load_balancer>/*/*"),),
    "elasticloadbalancing:DeleteRule": (
        arn("elasticloadbalancing", "listener-rule/app/<load_balancer>/*/*/*"),
    ),
    "elasticloadbalancing:DescribeListeners": (EVERYTHING,),
    "elasticloadbalancing:DescribeLoadBalancers": (EVERYTHING,),
    "elasticloadbalancing:DescribeRules": (EVERYTHING,),
    "elasticloadbalancing:DescribeTargetGroups": (EVERYTHING,),
    "elasticloadbalancing:DescribeTargetHealth": (EVERYTHING,),
    "iam:GetRole": (ROLE,),
    "kms:DescribeKey": (arn("kms", "key/*"),),
    "logs:DescribeLogGroups": (EVERYTHING,),
    "logs:FilterLogEvents": (arn("logs", "log-group:/ecs/*-<environment>/application:*"),),
    "rds:DeleteDBInstance": DATABASE,
    "rds:DescribeDBInstanceAutomatedBackups": (arn("rds", "db:*"), arn("rds", "auto-backup:*")),
    "rds:DescribeDBInstances": (arn("rds", "db:*"),),
    "rds:DescribeDBSnapshots": (arn("rds", "db:*"), arn("rds", "snapshot:*")),
    "rds:ModifyDBInstance": (*DATABASE, arn("rds", "pg:*"), arn("rds", "og:*"), arn("rds", "subgrp:*")),
    "rds:RestoreDBInstanceFromDBSnapshot": RESTORED,
    "rds:RestoreDBInstanceToPointInTime": RESTORED,
    "s3:DeleteObject": (STATE,),
    "s3:GetObject": (STATE,),
    "s3:ListBucketVersions": (STATE_BUCKET,),
    "s3:PutObject": (STATE,),
    "secretsmanager:CreateSecret": (SERVICE_SECRET,),
    "secretsmanager:DeleteSecret": (SERVICE_SECRET,),
    "secretsmanager:DescribeSecret": (arn("secretsmanager", "secret:*"),),
    "secretsmanager:GetSecretValue": (SERVICE_SECRET, MASTER_SECRET),
    "secretsmanager:PutSecretValue": (SERVICE_SECRET,),
    "secretsmanager:RemoveRegionsFromReplication": (SERVICE_SECRET,),
    "secretsmanager:ReplicateSecretToRegions": (SERVICE_SECRET,),
    "secretsmanager:RestoreSecret": (SERVICE_SECRET,),
    "secretsmanager:TagResource": (SERVICE_SECRET,),
    "secretsmanager:UpdateSecretVersionStage": (SERVICE_SECRET,),
    "sqs:GetQueueUrl": (arn("sqs", "*-<environment>"),),
    "ssm:DeleteParameter": (LOCK,),
    "ssm:GetParameter": (
        LOCK,
        arn("ssm", "parameter/shared/*"),
        arn("ssm", "parameter/<environment>/*"),
    ),
    "ssm:GetParameterHistory": (arn("ssm", "parameter/shared/rds/*"),),
    "ssm:PutParameter": (LOCK,),
    "tag:GetResources": (EVERYTHING,),
    "xray:GetTraceSummaries": (EVERYTHING,),
}
"""Resources of each action."""

ALSO: dict[tuple[str, str], tuple[str, ...]] = {
    ("db", "s3:GetObject"): (DATABASE_STATE,),
    ("db", "ssm:PutParameter"): (LOCK, arn("ssm", "parameter/shared/rds/<database_side>/*")),
    ("drill", "ssm:PutParameter"): (LOCK, arn("ssm", "parameter/hybrid/drills/*")),
    ("drill", "ssm:GetParameter"): (
        *NEEDED["ssm:GetParameter"],
        arn("ssm", "parameter/hybrid/drills/*"),
    ),
    ("incident", "secretsmanager:GetSecretValue"): (WEBHOOK,),
    ("runs", "ssm:GetParameter"): (LOCK,),
    ("state", "ssm:GetParameter"): (LOCK,),
}
"""Where a group needs other resources than the others do."""

WITHHELD: dict[tuple[str, str], str] = {
    (group, "secretsmanager:GetSecretValue"): (
        "the check before a deployment looks for keys in secrets, and notes as unchecked what it may not read"
    )
    for group in ("deploy", "service", "drill")
}
"""What a group's code would use, and works without."""

RENAMED = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "sts:GetCallerIdentity": "",
}
"""Operations whose action has another name (Service Authorization Reference); without one, everybody may."""

PREFIXES = {
    "elbv2": "elasticloadbalancing",
    "monitoring": "cloudwatch",
    "resourcegroupstaggingapi": "tag",
    "tagging": "tag",
}
"""Services whose actions are named otherwise than boto3 names the service, or its requests are signed."""


@dataclass(frozen=True)
class Extra:
    """What a call needs beside its own action."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    why: str
    condition: tuple[str, str, str] | None = None
    """Operator, key, value."""

    groups: tuple[str, ...] = ()
    """Only for these; empty: for all."""


_BY_SECRETS = ("StringLike", "kms:ViaService", "secretsmanager.*.amazonaws.com")
_BY_S3 = ("StringEquals", "kms:ViaService", "s3.<region>.amazonaws.com")
_KEYS = (arn("kms", "key/*", "*"),)

_TAGS_OF_RESTORED = Extra(
    ("rds:AddTagsToResource",),
    (*DATABASE, arn("rds", "snapshot:*")),
    "what is restored bears the tags of what it was made of",
)
_KEY_OF_DATABASE = Extra(
    ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
    (arn("kms", "key/*"),),
    'for whom RDS uses the key (RDS user guide, "Authorizing use of a customer managed key")',
    ("StringEquals", "kms:ViaService", "rds.<region>.amazonaws.com"),
)
_MONITORING_ROLE = Extra(
    ("iam:PassRole",),
    ("arn:aws:iam::<account>:role<database_role_path>*",),
    "the instance names the role of Enhanced Monitoring",
    ("StringEquals", "iam:PassedToService", "monitoring.rds.amazonaws.com"),
)

EXTRAS: dict[str, tuple[Extra, ...]] = {
    "ecs:RegisterTaskDefinition": (
        Extra(("ecs:TagResource",), (TASK_DEFINITION,), "tags are set with the revision"),
        Extra(
            ("iam:PassRole",),
            (ROLE,),
            "the revision names the task's and the execution role",
            ("StringEquals", "iam:PassedToService", "ecs-tasks.amazonaws.com"),
        ),
    ),
    "codedeploy:CreateDeployment": (
        Extra(
            ("codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"),
            (APPLICATION,),
            'the AppSpec is registered (CodeDeploy user guide, "Permissions reference")',
        ),
        Extra(
            ("codedeploy:GetDeploymentConfig",),
            (arn("codedeploy", "deploymentconfig:*"),),
            "the way that traffic moves is read",
        ),
    ),
    "elasticloadbalancing:CreateRule": (
        Extra(
            ("elasticloadbalancing:AddTags",),
            (arn("elasticloadbalancing", "listener-rule/app/<load_balancer>/*/*/*"),),
            "the rule bears the incident's id",
        ),
    ),
    "secretsmanager:GetSecretValue": (
        Extra(("kms:Decrypt",), _KEYS, "secrets are encrypted with a key of the platform", _BY_SECRETS),
    ),
    "secretsmanager:PutSecretValue": (
        Extra(
            ("kms:GenerateDataKey",), _KEYS, "secrets are encrypted with a key of the platform", _BY_SECRETS
        ),
    ),
    "s3:GetObject": (
        Extra(
            ("kms:Decrypt",), (arn("kms", "key/*"),), "state is encrypted with a key of the platform", _BY_S3
        ),
        Extra(
            ("s3:GetObjectVersion", "s3:ListBucket"),
            (STATE_BUCKET, STATE),
            "versions of the state, and Terraform's own look at the bucket",
            groups=("state",),
        ),
    ),
    "s3:DeleteObject": (
        Extra(
            ("s3:DeleteObjectVersion",),
            (f"{STATE_BUCKET}/*/rebuild/*",),
            "a rebuild leaves no version of its own object",
            groups=("state",),
        ),
    ),
    "s3:PutObject": (Extra(("kms:GenerateDataKey",), (arn("kms", "key/*"),), "state is encrypted", _BY_S3),),
    "rds:RestoreDBInstanceFromDBSnapshot": (_TAGS_OF_RESTORED, _KEY_OF_DATABASE, _MONITORING_ROLE),
    "rds:RestoreDBInstanceToPointInTime": (_TAGS_OF_RESTORED, _KEY_OF_DATABASE, _MONITORING_ROLE),
    "rds:ModifyDBInstance": (_KEY_OF_DATABASE, _MONITORING_ROLE),
}
