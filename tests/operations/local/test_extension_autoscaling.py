"""A scaling policy that is put again is the same policy, and leaves nothing behind."""

from typing import Any

from tests.operations.local.conftest import Clients

SERVICE = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/acme/files",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def put(scaling: Any, target: float) -> str:
    answer = scaling.put_scaling_policy(
        **SERVICE,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": target,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )
    arn: str = answer["PolicyARN"]
    return arn


def test_a_policy_is_updated_in_place(aws: Clients) -> None:
    scaling: Any = aws("application-autoscaling")
    cloudwatch: Any = aws("cloudwatch")

    def alarms() -> list[str]:
        found = cloudwatch.describe_alarms(AlarmNamePrefix="TargetTracking-service/acme/files")
        return [alarm["AlarmName"] for alarm in found["MetricAlarms"]]

    ecs: Any = aws("ecs")
    ecs.create_cluster(clusterName="acme")
    container = {"name": "files", "image": "files", "memory": 128}
    ecs.register_task_definition(family="files", containerDefinitions=[container])
    ecs.create_service(cluster="acme", serviceName="files", taskDefinition="files", desiredCount=0)
    scaling.register_scalable_target(**SERVICE, MinCapacity=1, MaxCapacity=2)
    first = put(scaling, 50)
    assert put(scaling, 60) == first
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60
    assert len(alarms()) == 2
    assert {alarm["AlarmName"] for alarm in policy["Alarms"]} == set(alarms())
    scaling.delete_scaling_policy(**SERVICE, PolicyName="cpu")
    assert alarms() == []
