"""Security headers that CloudFront adds to every answer."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfig,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigXssProtection,
)
from constructs import Construct

HSTS_SECONDS = 63_072_000
"""Two years, what browsers ask for to preload a host (hstspreload.org, "Deployment Recommendations")."""


def security_headers(
    scope: Construct, id_: str, *, name: str, provider: TerraformProvider | None = None
) -> str:
    """Id of a policy that keeps browsers on HTTPS and out of frames, and lets them guess no content type."""
    return CloudfrontResponseHeadersPolicy(
        scope,
        id_,
        name=name,
        security_headers_config=CloudfrontResponseHeadersPolicySecurityHeadersConfig(
            strict_transport_security=(
                CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity(
                    access_control_max_age_sec=HSTS_SECONDS, include_subdomains=True, override=True
                )
            ),
            content_type_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions(
                override=True
            ),
            # The three below say what a service has not said: it may know better.
            frame_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions(
                frame_option="DENY", override=False
            ),
            referrer_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy(
                referrer_policy="strict-origin-when-cross-origin", override=False
            ),
            xss_protection=CloudfrontResponseHeadersPolicySecurityHeadersConfigXssProtection(
                protection=True, mode_block=True, override=False
            ),
        ),
        provider=provider,
    ).id
