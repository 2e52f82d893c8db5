"""BlueGreenDeployment: traffic, rollback, and a role for this service only."""

import pytest
from cdktf import TerraformStack

from hybrid_constructs.compute.blue_green import BlueGreenDeployment
from tests.synth import services
from tests.synth.builders import ACCOUNT, REGION, ROLES, Synth
from tests.synth.services import CLUSTER, FAMILY, NAME
from tests.synth.synthesized import Body, Synthesized, statements

GROUP = "aws_codedeploy_deployment_group"
SERVICE_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{CLUSTER}/{NAME}"


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(services.blue_green)


def policy(stack: Synthesized) -> dict[str, Body]:
    """Statements of the role, by their first action."""
    found = statements(stack.all("aws_iam_role_policy")["Deployment/Role/Policy"]["policy"])
    return {
        one["Action"] if isinstance(one["Action"], str) else " ".join(one["Action"]): one for one in found
    }


def test_all_users_move_at_once_and_back_on_trouble(defaults: Synthesized) -> None:
    assert defaults.only("aws_codedeploy_app")["compute_platform"] == "ECS"
    group = defaults.only(GROUP)
    assert group["deployment_group_name"] == FAMILY
    assert defaults.follow(group["app_name"]) == "Deployment/Application"
    assert group["deployment_config_name"] == "CodeDeployDefault.ECSAllAtOnce"
    style = {"deployment_option": "WITH_TRAFFIC_CONTROL", "deployment_type": "BLUE_GREEN"}
    assert group["deployment_style"] == style
    assert group["ecs_service"] == {"cluster_name": CLUSTER, "service_name": NAME}
    assert group["auto_rollback_configuration"] == {
        "enabled": True,
        "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
    }
    alarms = {"enabled": True, "alarms": ["acme-errors", "acme-latency"]}
    assert group["alarm_configuration"] == alarms
    assert group["blue_green_deployment_config"] == {
        "deployment_ready_option": {"action_on_timeout": "CONTINUE_DEPLOYMENT"},
        "terminate_blue_instances_on_deployment_success": {
            "action": "TERMINATE",
            "termination_wait_time_in_minutes": 5,
        },
    }


def test_users_move_between_the_two_target_groups(defaults: Synthesized) -> None:
    pair = defaults.only(GROUP)["load_balancer_info"]["target_group_pair_info"]
    (listener,) = pair["prod_traffic_route"]["listener_arns"]
    assert defaults.follow(listener) == "LoadBalancer/Https"
    assert "test_traffic_route" not in pair
    assert pair["target_group"] == [{"name": "files-test-blue"}, {"name": "files-test-green"}]


def test_a_group_waits_for_its_service_and_its_rights(defaults: Synthesized) -> None:
    assert defaults.depends_on(defaults.only(GROUP)) == {"Deployment/Role/Policy", "Service/Service"}


def test_everything_configured(synth: Synth) -> None:
    changes = {"blue_green": {"traffic": "canary_10_5m", "termination_wait_minutes": 60}}
    stack = synth(lambda scope: services.blue_green(scope, changes, test_port=8443))
    group = stack.only(GROUP)
    assert group["deployment_config_name"] == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    ended = group["blue_green_deployment_config"]["terminate_blue_instances_on_deployment_success"]
    assert ended["termination_wait_time_in_minutes"] == 60
    pair = group["load_balancer_info"]["target_group_pair_info"]
    assert stack.follow_all(pair["test_traffic_route"]["listener_arns"]) == {"LoadBalancer/Test"}
    listeners = policy(stack)["elasticloadbalancing:ModifyListener"]["Resource"]
    assert stack.follow_all(listeners) == {"LoadBalancer/Https", "LoadBalancer/Test"}
    rules = policy(stack)["elasticloadbalancing:ModifyRule"]["Resource"]
    assert stack.follow_all(rules) == {"Targets-files/Rule", "Targets-files/TestRule"}


def test_codedeploy_acts_for_this_application_only(defaults: Synthesized) -> None:
    role = defaults.all("aws_iam_role")["Deployment/Role/Role"]
    assert (role["name"], role["path"]) == (f"{FAMILY}-codedeploy", ROLES.path)
    (trust,) = statements(role["assume_role_policy"])
    assert trust["Principal"] == {"Service": "codedeploy.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {
            "aws:SourceArn": f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:deploymentgroup:{FAMILY}/*",
        },
    }


def test_codedeploy_touches_this_service_only(defaults: Synthesized) -> None:
    rights = policy(defaults)
    assert rights["ecs:DescribeServices ecs:UpdateServicePrimaryTaskSet"]["Resource"] == SERVICE_ARN
    create = rights["ecs:CreateTaskSet"]
    assert (create["Resource"], create["Condition"]) == ("*", {"ArnEquals": {"ecs:service": SERVICE_ARN}})
    sets = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-set/{CLUSTER}/{NAME}/*"
    assert rights["ecs:DeleteTaskSet"]["Resource"] == sets
    rules = rights["elasticloadbalancing:ModifyRule"]["Resource"]
    assert defaults.follow_all(rules) == {"Targets-files/Rule"}
    assert rights["cloudwatch:DescribeAlarms"]["Resource"].startswith("arn:aws:cloudwatch:")
    passed = rights["iam:PassRole"]
    assert defaults.follow_all(passed["Resource"]) == {
        "Service/Roles/Execution/Role",
        "Service/Roles/Task/Role",
    }
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    looked_up = [one for one in rights.values() if one["Resource"] == "*" and "Condition" not in one]
    assert [one["Action"] for one in looked_up] == [
        [f"elasticloadbalancing:Describe{what}" for what in ("Listeners", "Rules", "TargetGroups")]
    ]


def test_fails_when_there_is_no_second_target_group(synth: Synth) -> None:
    with pytest.raises(
        ValueError, match="files-test-service has one target group; give its ServiceTargets blue_green"
    ):
        synth(lambda scope: services.blue_green(scope, blue_green=False))


@pytest.mark.parametrize("count", [0, 11])
def test_fails_when_codedeploy_takes_no_such_number_of_alarms(synth: Synth, count: int) -> None:
    def build(scope: TerraformStack) -> None:
        BlueGreenDeployment(
            scope,
            "Deployment",
            name=FAMILY,
            service=services.service(scope, blue_green=True),
            alarm_names=[f"alarm-{number}" for number in range(count)],
            roles=ROLES,
            region=REGION,
        )

    with pytest.raises(ValueError, match=rf"watch {count} alarms; name 1 to 10"):
        synth(build)
