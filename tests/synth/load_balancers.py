"""A load balancer with what it needs around it, and a service behind it."""

from typing import Any

from cdktf import TerraformStack

from environments.exposure import LoadBalancerConfig
from hybrid_constructs.compute.load_balancer import LoadBalancer
from hybrid_constructs.compute.targets import ServiceTargets
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.edge.certificate import Certificate
from hybrid_constructs.edge.web_acl import WebAcl
from tests.synth import builders
from tests.synth.builders import ACCOUNT, REGION

NAME = "acme-test-alb"


def load_balancer(
    scope: TerraformStack,
    *,
    zones: tuple[str, ...] = builders.ZONES,
    ipv6: bool = False,
    **options: Any,
) -> LoadBalancer:
    """Options of `LoadBalancerConfig` and of the construct."""
    config = {key: options.pop(key) for key in tuple(options) if key in LoadBalancerConfig.model_fields}
    return LoadBalancer(
        scope,
        "LoadBalancer",
        **{
            "name": NAME,
            "network": builders.network(scope, zones=zones, ipv6=ipv6),
            "config": LoadBalancerConfig.model_validate(config),
            "certificates": [Certificate(scope, "Certificate", domain="files.example.com", zone_id="Z1")],
            "web_acl": WebAcl(
                scope,
                "Firewall",
                name=NAME,
                scope_="REGIONAL",
                key=builders.key(scope),
                account_id=ACCOUNT,
                region=REGION,
            ),
            "access_logs": AccessLogBucket(scope, "AccessLogs", name="acme-test-logs", account_id=ACCOUNT),
            "deletion_protection": True,
            **options,
        },
    )


def targets(balancer: LoadBalancer, name: str = "files", **options: Any) -> ServiceTargets:
    """A service of `balancer`, rolling unless `options` say otherwise."""
    return ServiceTargets(
        TerraformStack.of(balancer),
        f"Targets-{name}",
        **{
            "load_balancer": balancer,
            "network": balancer.network,
            "names": (f"{name}-test-blue", f"{name}-test-green"),
            "port": 8080,
            "hosts": [f"{name}.example.com"],
            "priority": 1000,
            "health_check_path": "/actuator/health",
            "deregistration_delay_seconds": 60,
            "blue_green": False,
            **options,
        },
    )
