"""Blue/green deployments of a service by CodeDeploy."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.codedeploy_app import CodedeployApp
from cdktf_cdktf_provider_aws.codedeploy_deployment_group import (
    CodedeployDeploymentGroup,
    CodedeployDeploymentGroupAlarmConfiguration,
    CodedeployDeploymentGroupAutoRollbackConfiguration,
    CodedeployDeploymentGroupBlueGreenDeploymentConfig,
    CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption,
    CodedeployDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccess,
    CodedeployDeploymentGroupDeploymentStyle,
    CodedeployDeploymentGroupEcsService,
    CodedeployDeploymentGroupLoadBalancerInfo,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRoute,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroup,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRoute,
)
from cdktf_cdktf_provider_aws.lb_listener_rule import LbListenerRule
from constructs import Construct

from environments.release import DEPLOYMENT_CONFIGS
from hybrid_constructs.compute.fargate_service import FargateService
from hybrid_constructs.security.policies import Statement
from hybrid_constructs.security.roles import RoleScope, TrustedRole

MOST_ALARMS = 10
"""Alarms of one deployment group (CodeDeploy user guide, "CodeDeploy limits")."""


class BlueGreenDeployment(Construct):
    """CodeDeploy application and deployment group of a service, both called `name`.

    A deployment that fails, or during which one of `alarm_names` sounds, goes back by itself.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        service: FargateService,
        alarm_names: Sequence[str],
        roles: RoleScope,
        region: str,
    ) -> None:
        super().__init__(scope, id_)
        green = service.targets.green
        if green is None:
            raise ValueError(
                f"service {service.name} has one target group; give its ServiceTargets blue_green=True, "
                'CodeDeploy needs two (CodeDeploy user guide, "Deployments on an ECS compute platform")'
            )
        if not 1 <= len(alarm_names) <= MOST_ALARMS:
            raise ValueError(
                f"deployments of {service.name} watch {len(alarm_names)} alarms; name 1 to {MOST_ALARMS}, "
                'they stop a bad one (CodeDeploy user guide, "CodeDeploy limits")'
            )
        self.name = name
        config, balancer = service.config.blue_green, service.targets.load_balancer
        listeners = [arn for arn in (balancer.listener_arn, balancer.test_listener_arn) if arn]
        role = TrustedRole(
            self,
            "Role",
            name=f"{name}-codedeploy",
            service="codedeploy.amazonaws.com",
            condition=_this_application(roles.account_id, region, name),
            within=roles,
            statements=deploy(
                service_arn=service.arn,
                task_roles=service.role_arns,
                listeners=listeners,
                rules=[rule.arn for rule in service.targets.ready if isinstance(rule, LbListenerRule)],
                alarms=f"arn:aws:cloudwatch:{region}:{roles.account_id}:alarm:*",
            ),
        )
        application = CodedeployApp(self, "Application", name=name, compute_platform="ECS")
        CodedeployDeploymentGroup(
            self,
            "Group",
            app_name=application.name,
            deployment_group_name=name,
            service_role_arn=role.arn,
            deployment_config_name=DEPLOYMENT_CONFIGS[config.traffic],
            deployment_style=CodedeployDeploymentGroupDeploymentStyle(
                deployment_option="WITH_TRAFFIC_CONTROL", deployment_type="BLUE_GREEN"
            ),
            ecs_service=CodedeployDeploymentGroupEcsService(
                cluster_name=service.cluster.name, service_name=service.name
            ),
            load_balancer_info=CodedeployDeploymentGroupLoadBalancerInfo(
                target_group_pair_info=_traffic(listeners, (service.targets.blue.name, green.name))
            ),
            blue_green_deployment_config=CodedeployDeploymentGroupBlueGreenDeploymentConfig(
                deployment_ready_option=(
                    CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption(
                        action_on_timeout="CONTINUE_DEPLOYMENT"
                    )
                ),
                terminate_blue_instances_on_deployment_success=(
                    CodedeployDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccess(
                        action="TERMINATE", termination_wait_time_in_minutes=config.termination_wait_minutes
                    )
                ),
            ),
            auto_rollback_configuration=CodedeployDeploymentGroupAutoRollbackConfiguration(
                enabled=True, events=["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]
            ),
            alarm_configuration=CodedeployDeploymentGroupAlarmConfiguration(
                enabled=True, alarms=list(alarm_names)
            ),
            # CodeDeploy looks for the service, and tries the role, as soon as they are named.
            depends_on=[role.rights, *service.ready],
        )


def deploy(
    *,
    service_arn: str,
    task_roles: Sequence[str],
    listeners: Sequence[str],
    rules: Sequence[str],
    alarms: str,
) -> list[Statement]:
    """AWSCodeDeployRoleForECS on exact resources, without hooks, topics and buckets: none is used here."""
    return [
        {
            "Effect": "Allow",
            "Action": ["ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet"],
            "Resource": service_arn,
        },
        {
            "Effect": "Allow",
            "Action": "ecs:CreateTaskSet",
            # A set that does not exist yet has no ARN; its service can be told.
            "Resource": "*",
            "Condition": {"ArnEquals": {"ecs:service": service_arn}},
        },
        {
            "Effect": "Allow",
            "Action": "ecs:DeleteTaskSet",
            "Resource": f"{service_arn.replace(':service/', ':task-set/')}/*",
        },
        {
            "Effect": "Allow",
            "Action": [
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeTargetGroups",
            ],
            # The actions know no resource (Service Authorization Reference, ELB v2).
            "Resource": "*",
        },
        {"Effect": "Allow", "Action": "elasticloadbalancing:ModifyListener", "Resource": [*listeners]},
        {"Effect": "Allow", "Action": "elasticloadbalancing:ModifyRule", "Resource": [*rules]},
        {"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": alarms},
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": [*task_roles],
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
    ]


def _this_application(account_id: str, region: str, name: str) -> dict[str, dict[str, str]]:
    """CodeDeploy user guide, "Cross-service confused deputy prevention"."""
    groups = f"arn:aws:codedeploy:{region}:{account_id}:deploymentgroup:{name}/*"
    return {"StringEquals": {"aws:SourceAccount": account_id}, "ArnLike": {"aws:SourceArn": groups}}


def _traffic(
    listeners: list[str], groups: tuple[str, str]
) -> CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo:
    prod, *test = listeners
    return CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo(
        prod_traffic_route=CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRoute(
            listener_arns=[prod]
        ),
        test_traffic_route=CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRoute(
            listener_arns=test
        )
        if test
        else None,
        target_group=[
            CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroup(name=name)
            for name in groups
        ],
    )
