"""The CDN in front of both regions."""

from collections.abc import Sequence

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionOrigin,
    CloudfrontDistributionOriginCustomOriginConfig,
    CloudfrontDistributionOriginGroup,
    CloudfrontDistributionOriginGroupFailoverCriteria,
    CloudfrontDistributionOriginGroupMember,
    CloudfrontDistributionRestrictions,
    CloudfrontDistributionRestrictionsGeoRestriction,
    CloudfrontDistributionViewerCertificate,
)
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from constructs import Construct

from environments.recovery import CdnConfig
from hybrid_constructs.edge.access_logs import DistributionLogs
from hybrid_constructs.edge.caching import cached_reads, shared_answers, uncached
from hybrid_constructs.edge.certificate import Certificate
from hybrid_constructs.edge.distribution_watch import alarms, dashboard_rows
from hybrid_constructs.edge.response_headers import security_headers
from hybrid_constructs.edge.web_acl import WebAcl
from hybrid_constructs.observability.watch import Alarm, DashboardRow
from hybrid_constructs.security.key import Key

CURRENT, STANDBY, BOTH = "current", "standby", "current-then-standby"
"""Origin ids: what the failover name leads to, the second region, and the group of the two in this order."""

_CONNECTION_ATTEMPTS = 2
_CONNECTION_SECONDS = 5
"""Ten seconds until the second region is asked; CloudFront's defaults would take thirty."""


class Distribution(Construct):
    """Serves `config.alias`: reads from the cache and both regions, writes from the region in charge.

    The first origin of the group is the failover name, not the primary's own: after a switch reads must not
    come from a primary that is stale and still answers. The second takes over when the first fails, sooner
    than DNS. Both are names that the load balancers' certificates cover, so Host is never passed on.

    No secret header tells the load balancers who asks: they serve users directly as well, and the secret
    would stand in the state. One that is for CloudFront only admits CloudFront's prefix list instead.

    Certificate, web ACL, key, provider and `region` are of us-east-1: CloudFront takes no others.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        current_host: str,
        standby_host: str,
        config: CdnConfig,
        zone_id: str,
        certificate: Certificate,
        web_acl: WebAcl,
        key: Key,
        account_id: str,
        region: str,
        log_retention_days: int = 14,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        headers = security_headers(self, "Headers", name=name, provider=provider)
        cache = shared_answers(self, "Cache", name=name, ttl=config.ttl_seconds, provider=provider)
        distribution = CloudfrontDistribution(
            self,
            "Distribution",
            enabled=True,
            comment=name,
            aliases=[config.alias],
            price_class=config.price_class,
            http_version="http2and3",
            is_ipv6_enabled=True,
            origin=[_origin(CURRENT, current_host), _origin(STANDBY, standby_host)],
            origin_group=[_group(config.failover_status_codes)],
            default_cache_behavior=cached_reads(
                target=BOTH, cache_policy_id=cache, response_headers_policy_id=headers
            ),
            ordered_cache_behavior=[
                uncached(pattern, target=CURRENT, response_headers_policy_id=headers)
                for pattern in config.uncached_paths
            ],
            restrictions=_countries(config.countries),
            viewer_certificate=CloudfrontDistributionViewerCertificate(
                acm_certificate_arn=certificate.arn,
                minimum_protocol_version="TLSv1.2_2021",
                ssl_support_method="sni-only",
            ),
            web_acl_id=web_acl.arn,
            provider=provider,
        )
        self.id = distribution.id
        self.name = name
        self.domain_name = distribution.domain_name
        self._alias_records(config.alias, zone_id, distribution.hosted_zone_id)
        self.log_group = DistributionLogs(
            self,
            "Logs",
            name=name,
            distribution_arn=distribution.arn,
            key=key,
            retention_days=log_retention_days,
            account_id=account_id,
            region=region,
            provider=provider,
        ).log_group

    def alarms(self) -> list[Alarm]:
        """Users get errors. For us-east-1."""
        return alarms(self.id)

    def dashboard_rows(self) -> list[DashboardRow]:
        """Requests, errors and bytes."""
        return dashboard_rows(self.name, self.id)

    def _alias_records(self, alias: str, zone_id: str, cloudfront_zone_id: str) -> None:
        for type_ in ("A", "AAAA"):
            Route53Record(
                self,
                f"Alias-{type_}",
                zone_id=zone_id,
                name=alias,
                type=type_,
                alias=Route53RecordAlias(
                    name=self.domain_name,
                    zone_id=cloudfront_zone_id,
                    evaluate_target_health=False,  # CloudFront has none to evaluate (Route 53 API reference)
                ),
            )


def _origin(id_: str, host: str) -> CloudfrontDistributionOrigin:
    return CloudfrontDistributionOrigin(
        origin_id=id_,
        domain_name=host,
        connection_attempts=_CONNECTION_ATTEMPTS,
        connection_timeout=_CONNECTION_SECONDS,
        custom_origin_config=CloudfrontDistributionOriginCustomOriginConfig(
            http_port=80,
            https_port=443,
            origin_protocol_policy="https-only",
            origin_ssl_protocols=["TLSv1.2"],
        ),
    )


def _group(status_codes: Sequence[int]) -> CloudfrontDistributionOriginGroup:
    return CloudfrontDistributionOriginGroup(
        origin_id=BOTH,
        failover_criteria=CloudfrontDistributionOriginGroupFailoverCriteria(status_codes=list(status_codes)),
        member=[CloudfrontDistributionOriginGroupMember(origin_id=id_) for id_ in (CURRENT, STANDBY)],
    )


def _countries(countries: Sequence[str]) -> CloudfrontDistributionRestrictions:
    return CloudfrontDistributionRestrictions(
        geo_restriction=CloudfrontDistributionRestrictionsGeoRestriction(
            restriction_type="whitelist" if countries else "none", locations=list(countries)
        )
    )
