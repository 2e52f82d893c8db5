"""VPC endpoints: AWS services reached without a NAT gateway."""

from typing import Any

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from environments.network import EndpointsConfig
from hybrid_constructs.aws import policy
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.policies import ecr_layers, own_account_only

HTTPS = 443
_GATEWAY_TIERS = {"s3": ("public", "private"), "dynamodb": ("private",)}
"""Public subnets may use S3, for load balancers' tools; only services use DynamoDB."""


class Endpoints(Construct):
    """Gateway and interface endpoints of a network, for principals of the own account only."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: Network,
        config: EndpointsConfig,
        region: str,
        account_id: str,
    ) -> None:
        super().__init__(scope, id_)
        self._network = network
        self._region = region
        self._account_id = account_id
        self.gateway_ids = {service: self._gateway(service) for service in config.gateway}
        self.security_group_id: str | None = None
        if config.interface:
            self.security_group_id = self._https_from_vpc()
        self.interface_ids = {service: self._interface(service) for service in config.interface}

    def _gateway(self, service: str) -> str:
        tables = self._network.tables(*_GATEWAY_TIERS[service])
        return self._endpoint(service, vpc_endpoint_type="Gateway", route_table_ids=list(tables.values()))

    def _interface(self, service: str) -> str:
        return self._endpoint(
            service,
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=list(self._network.subnet_ids["private"].values()),
            security_group_ids=[self.security_group_id],
        )

    def _endpoint(self, service: str, **kind: Any) -> str:
        statements = [own_account_only(self._account_id)]
        if service == "s3":
            statements.append(ecr_layers(self._region))
        return VpcEndpoint(
            self,
            service,
            vpc_id=self._network.vpc_id,
            service_name=f"com.amazonaws.{self._region}.{service}",
            policy=policy(*statements),
            tags={"Name": f"{self._network.name}-{service}"},
            **kind,
        ).id

    def _https_from_vpc(self) -> str:
        name = f"{self._network.name}-endpoints"
        group_id = SecurityGroup(
            self,
            "Access",
            name=name,
            description="HTTPS from the VPC to interface endpoints",
            vpc_id=self._network.vpc_id,
            tags={"Name": name},
        ).id
        VpcSecurityGroupIngressRule(
            self,
            "AccessHttps",
            security_group_id=group_id,
            description="HTTPS from the VPC",
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            cidr_ipv4=self._network.cidr,
        )
        return group_id
