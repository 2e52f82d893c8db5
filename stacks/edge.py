"""What users meet first, in front of both regions."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from constructs import Construct

from environments import naming
from environments.schema import Fleet
from environments.shared import KeyPurpose
from hybrid_constructs.edge.certificate import Certificate
from hybrid_constructs.edge.distribution import Distribution
from hybrid_constructs.edge.failover import FailoverDns, LoadBalancer
from hybrid_constructs.edge.switch import FailoverSwitch
from hybrid_constructs.edge.web_acl import WebAcl
from hybrid_constructs.network.exchange import Published
from hybrid_constructs.observability.dashboard import Dashboard
from hybrid_constructs.observability.monitoring import Monitoring
from hybrid_constructs.observability.notifications import Notifications
from hybrid_constructs.observability.watch import Severity
from hybrid_constructs.observability.watched import Watchable
from hybrid_constructs.security.key import DataKey
from hybrid_constructs.security.key_policies import for_purpose
from stacks.base import GLOBAL_REGION, PlatformStack
from stacks.monitoring import runbooks, slack_channels
from stacks.operations_dashboard import in_region, lag_alarms, operations_rows


class EdgeStack(PlatformStack):
    """Failover DNS and CDN; applied after both load balancers exist. A failover changes nothing in here."""

    def __init__(self, scope: Construct, id_: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id_, fleet=fleet, environment=fleet.dr)
        self.primary = self.extra_provider(fleet.primary.region, alias="primary")
        self.us_east_1 = self.extra_provider(GLOBAL_REGION, alias="us_east_1")
        self._balancers: dict[naming.Side, Published] = {}
        zone_id = DataAwsRoute53Zone(self, "Zone", name=self.organisation.domain).zone_id
        self.failover = self._failover(zone_id)
        self.web_acl, self.distribution = self._cdn(zone_id)
        self._watch()

    def _failover(self, zone_id: str) -> FailoverDns:
        fleet, edge = self.fleet, self.fleet.dr.edge
        namespace, metric, dimensions = naming.failover_metric(fleet)
        switch = FailoverSwitch(
            self,
            "Switch",
            name=naming.failover_switch(fleet),
            namespace=namespace,
            metric=metric,
            dimensions=dimensions,
            region=fleet.dr.region,
        )
        return FailoverDns(
            self,
            "Failover",
            host=edge.host,
            zone_id=zone_id,
            primary=self._load_balancer("primary", fleet.primary.name, self.primary),
            dr=self._load_balancer("dr", fleet.dr.name, self.provider),
            switch=switch,
            health_check=edge.health_check,
            standby_is_warm=fleet.dr.standby.service_tasks > 0,
            # With one side only, clients of IPv6 would have no second region to go to.
            ipv6=fleet.primary.network.ipv6 and fleet.dr.network.ipv6,
        )

    def _load_balancer(
        self, side: naming.Side, environment: str, provider: TerraformProvider
    ) -> LoadBalancer:
        published = self._balancers[side] = Published(
            self,
            f"LoadBalancer-{side}",
            name=naming.load_balancer_parameter(environment),
            provider=provider,
        )
        return LoadBalancer(
            host=naming.origin_host(self.fleet, side),
            dns_name=published.get("dns_name"),
            zone_id=published.get("zone_id"),
        )

    def _cdn(self, zone_id: str) -> tuple[WebAcl, Distribution]:
        dr, name = self.fleet.dr, f"{self.organisation.prefix}-cdn"
        key = self._global_key("logs", "Encrypts logs of the CDN")
        web_acl = WebAcl(
            self,
            "WebAcl",
            name=name,
            scope_="CLOUDFRONT",
            key=key,
            account_id=self.account_id,
            region=GLOBAL_REGION,
            rate_limit=dr.edge.cdn.firewall.rate_limit,
            count_only=dr.edge.cdn.firewall.count_only,
            log_retention_days=dr.log_retention_days,
            provider=self.us_east_1,
        )
        distribution = Distribution(
            self,
            "Cdn",
            name=name,
            current_host=dr.edge.host,
            standby_host=naming.origin_host(self.fleet, "dr"),
            config=dr.edge.cdn,
            zone_id=zone_id,
            certificate=Certificate(
                self, "Certificate", domain=dr.edge.cdn.alias, zone_id=zone_id, provider=self.us_east_1
            ),
            web_acl=web_acl,
            key=key,
            account_id=self.account_id,
            region=GLOBAL_REGION,
            log_retention_days=dr.log_retention_days,
            provider=self.us_east_1,
        )
        return web_acl, distribution

    def _watch(self) -> None:
        """Route 53 and CloudFront report in us-east-1, so their alarms and topics are there too."""
        fleet, dr = self.fleet, self.fleet.dr
        watch: list[Watchable] = [self.failover, self.distribution, self.web_acl]
        topics = Notifications(
            self,
            "Notifications",
            key=self._global_key("messaging", "Encrypts alarms"),
            config=dr.notifications,
            topic_names={
                severity: naming.alarm_topic(self.organisation.prefix, self.node.id, severity)
                for severity in Severity
            },
            region=GLOBAL_REGION,
            account_id=self.account_id,
            provider=self.us_east_1,
        )
        monitoring = Monitoring(
            self,
            "Monitoring",
            name_prefix=f"{self.organisation.prefix}-{self.node.id}",
            watch=watch,
            topic_arns=topics.topic_arns,
            region=GLOBAL_REGION,
            account_id=self.account_id,
            runbook_url=runbooks(self),
            provider=self.us_east_1,
        )
        Dashboard(
            self,
            "Operations",
            name=naming.operations_dashboard(fleet),
            rows=[
                *in_region(self.failover.dashboard_rows(), GLOBAL_REGION),
                *operations_rows(
                    fleet, {side: found.get("arn_suffix") for side, found in self._balancers.items()}
                ),
                *in_region(self.distribution.dashboard_rows(), GLOBAL_REGION),
            ],
            region=dr.region,
            alarms={**monitoring.alarms_of(watch), **lag_alarms(self)},
            runbook_url=runbooks(self),
        )
        slack_channels(self, global_topics=[*topics.topic_arns.values()])

    def _global_key(self, purpose: KeyPurpose, description: str) -> DataKey:
        """A key of a region that has no key ring."""
        return DataKey(
            self,
            f"{purpose.title()}Key",
            # A name of its own: the region may be somebody's home, with a key ring.
            alias=naming.key_alias(self.organisation.prefix, f"edge-{purpose}"),
            description=description,
            account_id=self.account_id,
            statements=for_purpose(purpose, account_id=self.account_id, region=GLOBAL_REGION),
            deletion_window_days=self.fleet.dr.key_deletion_window_days,
            provider=self.us_east_1,
        )
