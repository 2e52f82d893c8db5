"""A service with the cluster and the load balancer that it needs."""

from typing import Any

from cdktf import TerraformStack

from environments.service import ServiceConfig
from hybrid_constructs.compute.blue_green import BlueGreenDeployment
from hybrid_constructs.compute.cluster import Cluster
from hybrid_constructs.compute.fargate_service import FargateService
from tests.synth import builders, load_balancers
from tests.synth.builders import ACCOUNT, REGION, ROLES, Synth
from tests.synth.synthesized import Body, Synthesized

CLUSTER = "acme-test-cluster"
NAME, FAMILY = "files-test-service", "files-test"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/files"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/files:1.0.0"


def config(**changes: Any) -> ServiceConfig:
    values = {"image": "files:1.0.0", "port": 8080, "host": "files.example.com", **changes}
    return ServiceConfig.model_validate(values)


def cluster(scope: TerraformStack, **options: Any) -> Cluster:
    return Cluster(
        scope,
        "Cluster",
        **{
            "name": CLUSTER,
            "logs_key": builders.key(scope, "ClusterLogKey"),
            "region": REGION,
            "account_id": ACCOUNT,
            **options,
        },
    )


def service(
    scope: TerraformStack,
    changes: dict[str, Any] | None = None,
    *,
    blue_green: bool = False,
    test_port: int | None = None,
    **options: Any,
) -> FargateService:
    """`changes` are to the service's configuration, `options` to the construct."""
    balancer = load_balancers.load_balancer(scope, test_port=test_port)
    configured = config(**(changes or {}))
    return FargateService(
        scope,
        "Service",
        **{
            "service": "files",
            "name": NAME,
            "family": FAMILY,
            "cluster": cluster(scope, exec=configured.exec),
            "network": balancer.network,
            "targets": load_balancers.targets(balancer, blue_green=blue_green),
            "config": configured,
            "image": IMAGE,
            "repository_arn": REPOSITORY,
            "log_group_name": "/ecs/files-test/application",
            "logs_key": builders.key(scope, "LogKey"),
            "roles": ROLES,
            "region": REGION,
            **options,
        },
    )


def blue_green(
    scope: TerraformStack, changes: dict[str, Any] | None = None, **options: Any
) -> BlueGreenDeployment:
    made = service(
        scope, changes, **{"blue_green": True, "test_port": options.pop("test_port", None)} | options
    )
    return BlueGreenDeployment(
        scope,
        "Deployment",
        name=FAMILY,
        service=made,
        alarm_names=["acme-errors", "acme-latency"],
        roles=ROLES,
        region=REGION,
    )


def built(synth: Synth, *args: Any, **options: Any) -> tuple[FargateService, Synthesized]:
    found: list[FargateService] = []
    stack = synth(lambda scope: found.append(service(scope, *args, **options)))
    return found[0], stack


def own(stack: Synthesized, kind: str) -> dict[str, Body]:
    """Resources of the service alone, without its surroundings."""
    return {path: body for path, body in stack.all(kind).items() if path.startswith("Service/")}
