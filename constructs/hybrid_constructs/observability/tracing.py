"""X-Ray: how much is traced, and which traces belong together."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.xray_encryption_config import XrayEncryptionConfig
from cdktf_cdktf_provider_aws.xray_group import XrayGroup, XrayGroupInsightsConfiguration
from cdktf_cdktf_provider_aws.xray_sampling_rule import XraySamplingRule
from constructs import Construct

from environments.observability import TracingConfig
from hybrid_constructs.security.key import Key

SECONDS_PER_MONTH = 730 * 60 * 60
"""AWS bills a month as 730 hours (AWS Pricing Calculator)."""

LONGEST_NAME = 32
"""Characters in the name of a group or sampling rule (X-Ray API reference, CreateGroup, SamplingRule)."""

_HEALTH_PRIORITY, _SERVICE_PRIORITY = 100, 1000
"""The lower number is tried first."""


class TraceEncryption(Construct):
    """Encrypts the traces of a region with `key`; X-Ray has this setting once for each account and region."""

    def __init__(self, scope: Construct, id_: str, *, key: Key) -> None:
        super().__init__(scope, id_)
        XrayEncryptionConfig(self, "Encryption", type="KMS", key_id=key.arn)


class Tracing(Construct):
    """Sampling of an environment's `services`, and the group that shows their traces alone.

    `services` are the names that services give themselves in their traces, each with the path of its health
    check, which is never traced: load balancers ask it all day long. Nothing is made without any.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        services: Mapping[str, str],
        traces_per_month: int,
        config: TracingConfig,
    ) -> None:
        super().__init__(scope, id_)
        self.group = _checked(name)
        if not services:
            return  # nobody sends traces, so there is nothing to sample or to show
        reservoir = traces_per_second(traces_per_month, len(services))
        for service, health_path in services.items():
            _rule(
                self, f"{service}-ping", service, health_path, priority=_HEALTH_PRIORITY, reservoir=0, rate=0
            )
            _rule(
                self,
                service,
                service,
                "*",
                priority=_SERVICE_PRIORITY,
                reservoir=reservoir,
                rate=config.sampling_rate,
            )
        XrayGroup(
            self,
            "Group",
            group_name=name,
            filter_expression=" OR ".join(f'service("{service}")' for service in services),
            insights_configuration=XrayGroupInsightsConfiguration(
                insights_enabled=config.insights, notifications_enabled=False
            ),
        )


def traces_per_second(traces_per_month: int, services: int) -> int:
    """Whole traces in each second that a service may record before the rate applies.

    Rounded down, so that these alone never exceed what was planned; below 2.6 million a month it is none.
    """
    return traces_per_month // (SECONDS_PER_MONTH * services)


def _rule(
    scope: Construct, name: str, service: str, path: str, *, priority: int, reservoir: int, rate: float
) -> None:
    XraySamplingRule(
        scope,
        f"Rule-{name}",
        rule_name=_checked(name),
        priority=priority,
        version=1,
        reservoir_size=reservoir,
        fixed_rate=rate,
        service_name=service,
        url_path=path,
        host="*",
        http_method="*",
        service_type="*",
        resource_arn="*",
    )


def _checked(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise ValueError(
            f"X-Ray name {name} has {len(name)} characters; X-Ray allows {LONGEST_NAME}, shorten the name of "
            "the service or the environment (X-Ray API reference, SamplingRule)"
        )
    return name
