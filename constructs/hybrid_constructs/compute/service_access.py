"""Who may connect to a service's tasks, and to whom they may connect."""

from collections.abc import Mapping
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from hybrid_constructs.compute.load_balancer import LoadBalancer
from hybrid_constructs.network.vpc import ANYWHERE, ANYWHERE_V6, Network

HTTPS = 443


class ServiceAccess(Construct):
    """Security group of one service: in from the load balancer, out by HTTPS and to what `reach_*` names."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, network: Network, balancer: LoadBalancer, port: int
    ) -> None:
        super().__init__(scope, id_)
        self.security_group_id = SecurityGroup(
            self,
            "Group",
            name=name,
            description=f"Tasks of {name}",
            vpc_id=network.vpc_id,
            tags={"Name": name},
        ).id
        VpcSecurityGroupIngressRule(
            self,
            "From-load-balancer",
            security_group_id=self.security_group_id,
            description="Requests from the load balancer",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            referenced_security_group_id=balancer.security_group_id,
        )
        self.ready: list[ITerraformDependable] = [self._reach("Https", HTTPS, "HTTPS", cidr_ipv4=ANYWHERE)]
        """Without these no task starts: images, secrets and logs come by HTTPS."""

        if network.config.ipv6:
            self.ready.append(self._reach("Https-v6", HTTPS, "HTTPS", cidr_ipv6=ANYWHERE_V6))

    def reach_group(self, id_: str, *, port: int, security_group_id: str) -> None:
        """Let tasks connect to the members of a security group, such as a cache's."""
        self._reach(id_, port, id_, referenced_security_group_id=security_group_id)

    def reach_ranges(self, id_: str, *, port: int, cidrs: Mapping[str, str]) -> None:
        """Let tasks connect to networks by static key (zone or name), such as a database's in another VPC."""
        for key, cidr in cidrs.items():
            self._reach(f"{id_}-{key}", port, f"{id_} in {key}", cidr_ipv4=cidr)

    def _reach(self, id_: str, port: int, what: str, **target: Any) -> VpcSecurityGroupEgressRule:
        return VpcSecurityGroupEgressRule(
            self,
            f"To-{id_}",
            security_group_id=self.security_group_id,
            description=f"To {what}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            **target,
        )
