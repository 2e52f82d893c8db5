"""The id that Terraform imports a resource by, from what its state or its configuration says.

Formats are those of AWS provider 5.100.0, as it states them when an id is wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any

UNIMPORTABLE = frozenset({"aws_acm_certificate_validation", "aws_appautoscaling_scheduled_action"})
"""The provider answers "doesn't support import"."""

WRITE_ONLY = "_wo"
"""Ends the names of arguments that Terraform sends and keeps out of the state (Terraform language,
"Write-only arguments"). Beside `secret_string_wo` there is `secret_string`, which an import fills in."""

UNTOLD = "password_wo"
"""Ends the names of those whose value AWS tells nobody, so that an import cannot fill it in."""

_SCALING = "{service_namespace}/{resource_id}/{scalable_dimension}"

_TEMPLATES = {
    "aws_appautoscaling_policy": f"{_SCALING}/{{name}}",
    "aws_appautoscaling_target": _SCALING,
    "aws_cloudtrail": "{arn}",
    "aws_cloudwatch_event_target": "{rule}/{target_id}",
    "aws_cloudwatch_log_delivery_destination": "{name}",
    "aws_cloudwatch_log_delivery_source": "{name}",
    "aws_cloudwatch_log_metric_filter": "{log_group_name}:{name}",
    "aws_cloudwatch_log_stream": "{log_group_name}:{name}",
    "aws_cloudwatch_log_subscription_filter": "{log_group_name}|{name}",
    "aws_codedeploy_app": "{name}",
    "aws_codedeploy_deployment_group": "{app_name}:{deployment_group_name}",
    "aws_db_instance": "{identifier}",
    "aws_ecs_cluster": "{name}",
    "aws_ecs_task_definition": "{arn}",
    "aws_iam_role_policy": "{role}:{name}",
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_wafv2_web_acl": "{id}/{name}/{scope}",
}
"""Types whose import id is not their `id`."""

_NAMED = {
    "aws_cloudwatch_composite_alarm": "alarm_name",
    "aws_cloudwatch_dashboard": "dashboard_name",
    "aws_cloudwatch_event_rule": "name",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_log_resource_policy": "policy_name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_config_config_rule": "name",
    "aws_db_parameter_group": "name",
    "aws_db_subnet_group": "name",
    "aws_dynamodb_table": "name",
    "aws_ecr_lifecycle_policy": "repository",
    "aws_ecr_repository": "name",
    "aws_ecr_repository_policy": "repository",
    "aws_ecs_cluster_capacity_providers": "cluster_name",
    "aws_elasticache_parameter_group": "name",
    "aws_elasticache_replication_group": "replication_group_id",
    "aws_elasticache_subnet_group": "name",
    "aws_elasticache_user": "user_id",
    "aws_elasticache_user_group": "user_group_id",
    "aws_iam_role": "name",
    "aws_kms_alias": "name",
    "aws_s3_bucket": "bucket",
    "aws_s3_bucket_lifecycle_configuration": "bucket",
    "aws_s3_bucket_logging": "bucket",
    "aws_s3_bucket_ownership_controls": "bucket",
    "aws_s3_bucket_policy": "bucket",
    "aws_s3_bucket_public_access_block": "bucket",
    "aws_s3_bucket_replication_configuration": "bucket",
    "aws_s3_bucket_server_side_encryption_configuration": "bucket",
    "aws_s3_bucket_versioning": "bucket",
    "aws_ssm_parameter": "name",
    "aws_xray_sampling_rule": "rule_name",
}
"""Types whose `id` is one of their arguments."""


def import_id(kind: str, attributes: Mapping[str, Any]) -> str:
    """The import id; empty if the attributes do not tell it, or the type cannot be imported."""
    if kind in UNIMPORTABLE:
        return ""
    if special := _SPECIAL.get(kind):
        return special(attributes)
    if found := _filled(_TEMPLATES.get(kind, "{id}"), attributes):
        return found
    return _text(attributes, _NAMED.get(kind, ""))


def write_only(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Arguments of a configured resource that must not be in the state."""
    return tuple(name for name, value in body.items() if name.endswith(WRITE_ONLY) and value is not None)


def tells_secret(body: Mapping[str, Any]) -> bool:
    """Whether an import would write into the state, in plain text, what the configuration keeps out of it."""
    return any(not name.endswith(UNTOLD) for name in write_only(body))


def own_id(kind: str, attributes: Mapping[str, Any]) -> str:
    """What `id` will be, where an argument tells it; other resources refer to it."""
    return _text(attributes, "id") or _text(attributes, _NAMED.get(kind, ""))


def _route(attributes: Mapping[str, Any]) -> str:
    names = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
    target = next((text for name in names if (text := _text(attributes, name))), "")
    table = _text(attributes, "route_table_id")
    return f"{table}_{target}" if table and target else ""


def _association(attributes: Mapping[str, Any]) -> str:
    associated = _text(attributes, "subnet_id") or _text(attributes, "gateway_id")
    table = _text(attributes, "route_table_id")
    return f"{associated}/{table}" if associated and table else ""


def _service(attributes: Mapping[str, Any]) -> str:
    cluster, name = _text(attributes, "cluster").rpartition("/")[2], _text(attributes, "name")
    return f"{cluster}/{name}" if cluster and name else ""


_SPECIAL: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "aws_ecs_service": _service,
    "aws_route": _route,
    "aws_route_table_association": _association,
}


def _filled(template: str, attributes: Mapping[str, Any]) -> str:
    try:
        values = {name: _text(attributes, name) for name in _names(template)}
    except KeyError:
        return ""
    return template.format(**values) if all(values.values()) else ""


def _names(template: str) -> list[str]:
    return [part.partition("}")[0] for part in template.split("{")[1:]]


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else ""
