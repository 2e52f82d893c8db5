"""What a web ACL writes down about the requests it stops."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationLoggingFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from hybrid_constructs.edge.delivered_logs import DeliveredLogs

_KEPT = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
"""Access logs have every request already; a copy of those that passed would only cost."""

_SECRET_HEADERS = ("authorization", "cookie")


def log_what_is_stopped(
    scope: Construct,
    id_: str,
    *,
    web_acl_arn: str,
    logs: DeliveredLogs,
    provider: TerraformProvider | None,
) -> None:
    """Log requests that a rule stopped or counted, without the headers that are worth stealing."""
    Wafv2WebAclLoggingConfiguration(
        scope,
        id_,
        resource_arn=web_acl_arn,
        log_destination_configs=[logs.arn],
        logging_filter=Wafv2WebAclLoggingConfigurationLoggingFilter(
            default_behavior="DROP",
            filter=[
                Wafv2WebAclLoggingConfigurationLoggingFilterFilter(
                    behavior="KEEP",
                    requirement="MEETS_ANY",
                    condition=[_action_is(action) for action in _KEPT],
                )
            ],
        ),
        redacted_fields=[
            Wafv2WebAclLoggingConfigurationRedactedFields(
                single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
            )
            for header in _SECRET_HEADERS
        ],
        depends_on=[logs.policy],
        provider=provider,
    )


def _action_is(action: str) -> Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition:
    return Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition(
        action_condition=Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition(
            action=action
        )
    )
