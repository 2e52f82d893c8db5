"""What CloudFront keeps, for how long, and what it passes on."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudfront_cache_policy import (
    CloudfrontCachePolicy,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig,
)
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionDefaultCacheBehavior,
    CloudfrontDistributionOrderedCacheBehavior,
)
from constructs import Construct

from environments.recovery import CacheTtlConfig

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS's managed cache policy (CloudFront guide, "Use managed cache policies")."""

USER_AGENT_AND_REFERER = "acba4595-bd28-49b8-b9fe-13317c0390fa"
"""Managed origin request policy: two headers for the origin's logs, and not Host."""

ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Managed origin request policy AllViewerExceptHostHeader."""

READ = ["GET", "HEAD", "OPTIONS"]
WRITE = ["DELETE", "PATCH", "POST", "PUT"]


def shared_answers(
    scope: Construct, id_: str, *, name: str, ttl: CacheTtlConfig, provider: TerraformProvider | None = None
) -> str:
    """Id of a policy that keeps one answer for each path and query, the same for everybody.

    Neither cookies nor Authorization reach the origin, so it cannot answer with what belongs to one user.
    """
    none = "none"
    return CloudfrontCachePolicy(
        scope,
        id_,
        name=name,
        min_ttl=ttl.minimum,
        default_ttl=ttl.default,
        max_ttl=ttl.maximum,
        parameters_in_cache_key_and_forwarded_to_origin=(
            CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin(
                cookies_config=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig(
                    cookie_behavior=none
                ),
                headers_config=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig(
                    header_behavior=none
                ),
                query_strings_config=(
                    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig(
                        query_string_behavior="all"
                    )
                ),
                enable_accept_encoding_brotli=True,
                enable_accept_encoding_gzip=True,
            )
        ),
        provider=provider,
    ).id


def cached_reads(
    *, target: str, cache_policy_id: str, response_headers_policy_id: str
) -> CloudfrontDistributionDefaultCacheBehavior:
    """Everything that no path pattern claims. An origin group takes no other methods (CloudFront guide)."""
    return CloudfrontDistributionDefaultCacheBehavior(
        target_origin_id=target,
        allowed_methods=READ,
        cached_methods=["GET", "HEAD"],
        viewer_protocol_policy="redirect-to-https",
        compress=True,
        cache_policy_id=cache_policy_id,
        origin_request_policy_id=USER_AGENT_AND_REFERER,
        response_headers_policy_id=response_headers_policy_id,
    )


def uncached(
    path_pattern: str, *, target: str, response_headers_policy_id: str
) -> CloudfrontDistributionOrderedCacheBehavior:
    """Every method, straight to the origin. Plain HTTP is refused: a redirected body was readable already."""
    return CloudfrontDistributionOrderedCacheBehavior(
        path_pattern=path_pattern,
        target_origin_id=target,
        allowed_methods=[*READ, *WRITE],
        cached_methods=["GET", "HEAD"],
        viewer_protocol_policy="https-only",
        compress=True,
        cache_policy_id=CACHING_DISABLED,
        origin_request_policy_id=ALL_BUT_HOST,
        response_headers_policy_id=response_headers_policy_id,
    )
