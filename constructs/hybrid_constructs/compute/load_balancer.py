"""The Application Load Balancer in front of an environment's services."""

import re
from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs, LbConnectionLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_listener_certificate import LbListenerCertificate
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct

from environments.exposure import LoadBalancerConfig
from hybrid_constructs.aws import on_emulator
from hybrid_constructs.compute import load_balancer_watch
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.edge.certificate import Certificate
from hybrid_constructs.edge.web_acl import WebAcl
from hybrid_constructs.network.vpc import ANYWHERE, ANYWHERE_V6, Network
from hybrid_constructs.observability.watch import Alarm, DashboardRow

HTTP, HTTPS = 80, 443
ONE_YEAR_SECONDS = 31_536_000
FEWEST_ZONES = 2
_NAME = r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?"
"""ELB API reference, CreateLoadBalancer."""

_CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing"


class LoadBalancer(Construct):
    """Takes HTTPS for all services of an environment; a host that no service claims gets a 404.

    `ServiceTargets` brings a service behind it. It reaches the private subnets only, each port once a service
    asked for it with `reach`. One that `stands_by` has no tasks until a failover, which is no alarm. On the
    emulator nothing is protected from deletion.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: Network,
        config: LoadBalancerConfig,
        certificates: Sequence[Certificate],
        web_acl: WebAcl,
        access_logs: AccessLogBucket,
        deletion_protection: bool,
        stands_by: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        _check(name, network, certificates)
        self.name = name
        self.network, self._config = network, config
        self._certificate_arns = [one.arn for one in certificates]
        self._stands_by = stands_by
        self._reached: set[int] = set()
        self.security_group_id = self._group("Access", name, f"Load balancer {name}")
        groups = [self.security_group_id, *self._let_clients_in()]
        logs, prefix = access_logs.id, access_logs.load_balancer_prefix(name)
        balancer = Lb(
            self,
            "LoadBalancer",
            name=name,
            load_balancer_type="application",
            internal=False,
            ip_address_type="dualstack" if network.config.ipv6 else "ipv4",
            subnets=list(network.subnet_ids["public"].values()),
            security_groups=groups,
            idle_timeout=config.idle_timeout_seconds,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            # The address that ELB saw is the last one; what stands before it, the client may have made up.
            xff_header_processing_mode="append",
            enable_deletion_protection=deletion_protection and not on_emulator(),
            access_logs=LbAccessLogs(bucket=logs, prefix=prefix, enabled=True),
            # Handshakes that fail are in these only.
            connection_logs=LbConnectionLogs(bucket=logs, prefix=prefix, enabled=True),
            # ELB writes a test object first, and refuses a VPC that has no internet gateway yet.
            depends_on=[access_logs.policy, network.internet_gateway],
        )
        self.arn = balancer.arn
        self.arn_suffix = balancer.arn_suffix
        self.dns_name = balancer.dns_name
        self.zone_id = balancer.zone_id
        Wafv2WebAclAssociation(self, "WebAcl", resource_arn=self.arn, web_acl_arn=web_acl.arn)
        if config.clients == "internet":
            self._redirect_to_https()
        self.listener_arn = self._https("Https", HTTPS)
        self.test_listener_arn: str | None = None
        if config.test_port is not None:
            self.test_listener_arn = self._https("Test", config.test_port)

    def reach(self, port: int) -> None:
        """Let the load balancer connect to `port` in the private subnets; safe to repeat."""
        if port in self._reached:
            return
        self._reached.add(port)
        for zone, cidr in self.network.config.tiers["private"].items():
            VpcSecurityGroupEgressRule(
                self,
                f"To-private-{zone[-1]}-{port}",
                security_group_id=self.security_group_id,
                description=f"Tasks in private-{zone[-1]}",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                cidr_ipv4=cidr,
            )

    def alarms(self) -> list[Alarm]:
        """Errors of the load balancer itself, and a certificate that nobody renews."""
        return load_balancer_watch.alarms(self.arn_suffix, self._certificate_arns, stands_by=self._stands_by)

    def dashboard_rows(self) -> list[DashboardRow]:
        """Requests, answers, latency and connections."""
        return load_balancer_watch.dashboard_rows(self.name, self.arn_suffix)

    def _group(self, id_: str, name: str, description: str) -> str:
        return SecurityGroup(
            self,
            id_,
            name=name,
            description=description,
            vpc_id=self.network.vpc_id,
            tags={"Name": name},
        ).id

    def _let_clients_in(self) -> list[str]:
        """Open the ports; returns what further security groups that takes."""
        config, group = self._config, self.security_group_id
        if config.test_port is not None:
            self._let_in("From-vpc", group, config.test_port, "the VPC", cidr_ipv4=self.network.cidr)
        if config.clients == "internet":
            anywhere = {"": {"cidr_ipv4": ANYWHERE}}
            if self.network.config.ipv6:
                anywhere["-v6"] = {"cidr_ipv6": ANYWHERE_V6}
            for suffix, source in anywhere.items():
                self._let_in(f"From-anywhere{suffix}", group, HTTPS, "anywhere", **source)
                redirected = "anywhere, to be redirected to HTTPS"
                self._let_in(f"From-anywhere-http{suffix}", group, HTTP, redirected, **source)
            return []
        # Both come by IPv4. A list counts as many rules as its weight, 55 and 25, and a group takes 60 (VPC
        # user guide, "AWS-managed prefix list weight"): each list has a group of its own.
        checkers_name = f"{self.name}-health-checkers"
        checkers = self._group("HealthCheckers", checkers_name, f"Health checkers of Route 53 to {self.name}")
        # A zone is named after its region, with a letter at the end.
        region = self.network.config.zones[0][:-1]
        health_checks = f"com.amazonaws.{region}.route53-healthchecks"
        self._let_list_in("CloudFront", group, _CLOUDFRONT, "CloudFront")
        self._let_list_in("HealthChecks", checkers, health_checks, "Route 53's health checkers")
        return [checkers]

    def _let_list_in(self, id_: str, group: str, list_name: str, who: str) -> None:
        prefix_list = DataAwsEc2ManagedPrefixList(self, id_, name=list_name).id
        self._let_in(f"From-{id_}", group, HTTPS, who, prefix_list_id=prefix_list)

    def _let_in(self, id_: str, group: str, port: int, who: str, **source: Any) -> None:
        VpcSecurityGroupIngressRule(
            self,
            id_,
            security_group_id=group,
            description=f"Port {port} from {who}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            **source,
        )

    def _redirect_to_https(self) -> None:
        LbListener(
            self,
            "Http",
            load_balancer_arn=self.arn,
            port=HTTP,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect=LbListenerDefaultActionRedirect(
                        protocol="HTTPS", port=str(HTTPS), status_code="HTTP_301"
                    ),
                )
            ],
        )

    def _https(self, id_: str, port: int) -> str:
        first, *others = self._certificate_arns
        listener = LbListener(
            self,
            id_,
            load_balancer_arn=self.arn,
            port=port,
            protocol="HTTPS",
            ssl_policy=self._config.tls_policy,
            certificate_arn=first,
            default_action=[_not_found()],
            routing_http_response_server_enabled=False,
            routing_http_response_strict_transport_security_header_value=f"max-age={ONE_YEAR_SECONDS}",
        )
        for number, arn in enumerate(others, 2):
            LbListenerCertificate(
                self, f"{id_}-certificate-{number}", listener_arn=listener.arn, certificate_arn=arn
            )
        return listener.arn


def _not_found() -> LbListenerDefaultAction:
    return LbListenerDefaultAction(
        type="fixed-response",
        fixed_response=LbListenerDefaultActionFixedResponse(
            content_type="text/plain", message_body="Not found", status_code="404"
        ),
    )


def _check(name: str, network: Network, certificates: Sequence[Certificate]) -> None:
    if not certificates:
        raise ValueError(f"{name} has no certificate; clients are served by HTTPS only")
    if not re.fullmatch(_NAME, name):
        raise ValueError(
            f"{name}: not a name that a load balancer takes; use up to 32 letters, digits and hyphens, no "
            "hyphen at either end, and not internal- at the start (ELB API reference, CreateLoadBalancer)"
        )
    if len(zones := network.config.zones) < FEWEST_ZONES:
        raise ValueError(
            f"network {network.name} has one zone, {zones[0]}; a load balancer needs subnets in "
            f"{FEWEST_ZONES}: add a zone (ELB guide, Availability Zones)"
        )
