"""The ECS cluster of an environment."""

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import (
    EcsClusterCapacityProviders,
    EcsClusterCapacityProvidersDefaultCapacityProviderStrategy,
)
from constructs import Construct

from environments.capacity import MOSTLY_SPOT
from hybrid_constructs.compute.spot_interruptions import SpotInterruptions
from hybrid_constructs.security.key import DataKey, Key
from hybrid_constructs.security.policies import Statement

FARGATE, FARGATE_SPOT = "FARGATE", "FARGATE_SPOT"


class Cluster(Construct):
    """Fargate and Fargate Spot, Container Insights, and a record of Spot's interruptions.

    Insights stay at the level `enabled`: `enhanced` adds metrics of every task and container, each of which
    costs by the month. With `exec`, sessions of ECS Exec are encrypted with a key of their own and logged; it
    is to be set as soon as one service allows them.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        logs_key: Key,
        region: str,
        account_id: str,
        log_retention_days: int = 14,
        exec: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self._logs_key, self._log_retention_days, self._account_id = logs_key, log_retention_days, account_id
        self._exec_key_arn: str | None = None
        self._exec_log_group_arn: str | None = None
        cluster = EcsCluster(
            self,
            "Cluster",
            name=name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
            configuration=self._sessions() if exec else None,
        )
        self.arn = cluster.arn
        self.ready: list[ITerraformDependable] = [
            EcsClusterCapacityProviders(
                self,
                "Capacity",
                cluster_name=cluster.name,
                capacity_providers=[FARGATE, FARGATE_SPOT],
                # For tasks that somebody runs by hand; services bring their own mix.
                default_capacity_provider_strategy=[
                    EcsClusterCapacityProvidersDefaultCapacityProviderStrategy(
                        capacity_provider=provider, weight=share.weight, base=share.base
                    )
                    for provider, share in (
                        (FARGATE, MOSTLY_SPOT.fargate),
                        (FARGATE_SPOT, MOSTLY_SPOT.fargate_spot),
                    )
                ],
            )
        ]
        """What a service waits for: ECS refuses a capacity provider that the cluster does not have yet."""

        self.interruptions = SpotInterruptions(
            self,
            "Interruptions",
            name=f"{name}-spot-interruptions",
            cluster_arn=self.arn,
            logs_key=logs_key,
            log_retention_days=log_retention_days,
            region=region,
            account_id=account_id,
        )

    def grant_exec(self) -> list[Statement]:
        """What a task needs for sessions of ECS Exec (developer guide, "IAM permissions for ECS Exec")."""
        if not (self._exec_key_arn and self._exec_log_group_arn):
            raise ValueError(
                f"cluster {self.name} has no exec sessions; create it with exec=True, so that they are "
                'encrypted and logged (ECS developer guide, "Logging and auditing using ECS Exec")'
            )
        return [
            {
                "Effect": "Allow",
                "Action": [
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                ],
                # The actions know no resource (Service Authorization Reference, Session Manager).
                "Resource": "*",
            },
            {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},  # nor does this one
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": f"{self._exec_log_group_arn}:*",
            },
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": self._exec_key_arn},
        ]

    def _sessions(self) -> EcsClusterConfiguration:
        # The agent in the task uses the key itself, which a key for logs does not allow.
        key = DataKey(
            self,
            "ExecKey",
            alias=f"alias/{self.name}-exec",
            description=f"Encrypts sessions of ECS Exec in {self.name}",
            account_id=self._account_id,
        )
        logs = CloudwatchLogGroup(
            self,
            "ExecLogs",
            name=f"/ecs/{self.name}/exec",
            retention_in_days=self._log_retention_days,
            kms_key_id=self._logs_key.arn,
        )
        self._exec_key_arn, self._exec_log_group_arn = key.arn, logs.arn
        return EcsClusterConfiguration(
            execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
                kms_key_id=key.arn,
                logging="OVERRIDE",
                log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                    cloud_watch_encryption_enabled=True, cloud_watch_log_group_name=logs.name
                ),
            )
        )
