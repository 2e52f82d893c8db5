"""How an environment is reached and whom it calls: load balancer, web ACL, notifications."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from environments.base import Form, FrozenModel, NamedOnce
from environments.errors import Finding

Email = Annotated[
    str, Form(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", "an e-mail address", "on-call@example.com", max_length=254)
]
PathPattern = Annotated[
    str,
    Form(
        r"/[A-Za-z0-9_.*$/~\"'@:+-]*",
        "a path of CloudFront that starts with /, with * for any text",
        "/api/*",
        max_length=255,
    ),
]
CountryCode = Annotated[str, Form(r"[A-Z]{2}", "the two letters of a country (ISO 3166-1)", "KR")]
RuleGroup = Literal[
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
]

TlsPolicy = Literal[
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
]
TLS_1_3_ONLY: TlsPolicy = "ELBSecurityPolicy-TLS13-1-3-2021-06"


class FirewallConfig(FrozenModel):
    """AWS WAF in front of the load balancer; the managed rule groups are fixed."""

    rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests from one address in five minutes; more are refused."""

    count_only: Annotated[tuple[RuleGroup, ...], NamedOnce] = ()
    """Rule groups that count instead of refusing, while false alarms are looked at."""


class LoadBalancerConfig(FrozenModel):
    """The Application Load Balancer that all services of an environment share. HTTPS only."""

    clients: Literal["internet", "cloudfront"] = "internet"
    """Who may connect: everybody, or CloudFront and Route 53's health checkers only."""

    tls_policy: TlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    """TLS versions and ciphers; TLS 1.3 alone is not for the environment behind the CDN."""

    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Time without data after which a connection is closed."""

    test_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Port of a listener, reachable from the VPC only, that shows new tasks before users see them."""

    firewall: FirewallConfig = FirewallConfig()

    def rules(self) -> Iterable[Iterable[Finding]]:
        return (self._test_port_free(),)

    def _test_port_free(self) -> Iterator[Finding]:
        if self.test_port in (80, 443):
            yield Finding(
                ("test_port",), "is where users connect; use another, such as 8443", str(self.test_port)
            )


class SlackConfig(FrozenModel):
    """A Slack workspace that an administrator has authorised in Amazon Q Developer (AWS Chatbot) once."""

    workspace_id: Annotated[str, Form(r"T[A-Z0-9]{8,11}", "a Slack workspace ID", "T0123ABCD")]
    """ID of the workspace (team)."""

    channel_id: Annotated[str, Form(r"[CG][A-Z0-9]{8,11}", "a Slack channel ID", "C0123ABCD")]
    """ID of the channel."""


class NotificationsConfig(FrozenModel):
    """Who hears of alarms."""

    critical_emails: Annotated[tuple[Email, ...], NamedOnce] = ()
    """Addresses for alarms that must wake somebody; each has to confirm the subscription once."""

    warning_emails: Annotated[tuple[Email, ...], NamedOnce] = ()
    """Addresses for alarms of the day."""

    slack: SlackConfig | None = None
    """Channel that gets both."""
