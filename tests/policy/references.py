"""Puts plausible values where the synthesized JSON refers to what AWS will answer."""

import json
import re
from typing import Any

from tests.synth.published import Exchange, parse
from tests.synth.synthesized import Synthesized

ACCOUNT = "123456789012"
REGION = "ap-northeast-2"

_ARNS = {
    "aws_acm_certificate": "acm:R:A:certificate/x",
    "aws_cloudfront_distribution": "cloudfront::A:distribution/X",
    "aws_cloudtrail": "cloudtrail:R:A:trail/x",
    "aws_cloudwatch_composite_alarm": "cloudwatch:R:A:alarm:x",
    "aws_cloudwatch_event_rule": "events:R:A:rule/x",
    "aws_cloudwatch_log_group": "logs:R:A:log-group:x",
    "aws_cloudwatch_metric_alarm": "cloudwatch:R:A:alarm:x",
    "aws_codedeploy_app": "codedeploy:R:A:application:x",
    "aws_codedeploy_deployment_group": "codedeploy:R:A:deploymentgroup:x/y",
    "aws_db_instance": "rds:R:A:db:x",
    "aws_dynamodb_table": "dynamodb:R:A:table/x",
    "aws_ecr_repository": "ecr:R:A:repository/x",
    "aws_ecs_cluster": "ecs:R:A:cluster/x",
    "aws_ecs_service": "ecs:R:A:service/x/y",
    "aws_ecs_task_definition": "ecs:R:A:task-definition/x:1",
    "aws_elasticache_replication_group": "elasticache:R:A:replicationgroup:x",
    "aws_elasticache_user": "elasticache:R:A:user:x",
    "aws_grafana_workspace": "grafana:R:A:/workspaces/x",
    "aws_iam_openid_connect_provider": "iam::A:oidc-provider/token.actions.githubusercontent.com",
    "aws_iam_policy": "iam::A:policy/x",
    "aws_iam_role": "iam::A:role/x",
    "aws_kinesis_firehose_delivery_stream": "firehose:R:A:deliverystream/x",
    "aws_kms_alias": "kms:R:A:alias/x",
    "aws_kms_key": "kms:R:A:key/11111111-2222-3333-4444-555555555555",
    "aws_lb": "elasticloadbalancing:R:A:loadbalancer/app/x/1",
    "aws_lb_listener": "elasticloadbalancing:R:A:listener/app/x/1/2",
    "aws_lb_listener_rule": "elasticloadbalancing:R:A:listener-rule/app/x/1/2/3",
    "aws_lb_target_group": "elasticloadbalancing:R:A:targetgroup/x/1",
    "aws_prometheus_workspace": "aps:R:A:workspace/ws-1",
    "aws_s3_bucket": "s3:::x",
    "aws_secretsmanager_secret": "secretsmanager:R:A:secret:x-AbCdEf",
    "aws_sns_topic": "sns:R:A:x",
    "aws_sqs_queue": "sqs:R:A:x",
    "aws_ssm_parameter": "ssm:R:A:parameter/x",
    "aws_wafv2_web_acl": "wafv2:R:A:regional/webacl/x/1",
}
"""Shape of each kind's ARN; R is a region, A an account (Service Authorization Reference, resource types)."""

_OTHER = {"account_id": ACCOUNT, "region": REGION, "name": "x", "bucket": "x", "id": "x", "unique_id": "X"}
"""Attributes that are the same for every kind."""

# IAM's own variables are written `$${aws:...}`, so that Terraform leaves them alone.
_REFERENCE = re.compile(r"(?<!\$)\$\{(?P<expression>[^{}]*)\}")
_PLAIN = re.compile(
    r"(?:data\.)?(?P<kind>aws_[a-z0-9_]+)\.(?P<name>[A-Za-z0-9_-]+)\.(?P<attribute>[a-z0-9_]+)"
)


class UnknownReference(ValueError):
    """Nobody said what AWS answers there."""


class Renderer:
    """Renders the texts of a fleet's stacks; follows what one stack publishes and another looks up."""

    def __init__(self, stacks: dict[str, Synthesized]) -> None:
        self._stacks = stacks
        self._exchange = Exchange(stacks)
        self._published = {
            body["name"]: (name, body["value"])
            for name, stack in stacks.items()
            for body in stack.all("aws_ssm_parameter").values()
        }

    def text(self, stack: str, text: str) -> str:
        """`text` with a plausible value for every reference in it."""
        rendered = _REFERENCE.sub(lambda match: self._value(stack, match["expression"]), text)
        return rendered.replace("$${", "${")

    def parameter(self, name: str) -> str:
        """What the fleet publishes in the SSM parameter `name`."""
        if name not in self._published:
            raise UnknownReference(f"the SSM parameter {name} is looked up, but no stack publishes it")
        publisher, value = self._published[name]
        if not value.startswith("${jsonencode("):
            return self.text(publisher, value)
        return json.dumps(self._structure(publisher, parse(value)))

    def _structure(self, stack: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._structure(stack, inner) for key, inner in value.items()}
        return self.text(stack, value)

    def _value(self, stack: str, expression: str) -> str:
        if expression.startswith("jsondecode(data.aws_ssm_parameter."):
            publisher, published = self._exchange.resolve(self._stacks[stack], f"${{{expression}}}")
            return self.text(publisher, published)
        match = _PLAIN.fullmatch(expression)
        if match is None:
            raise UnknownReference(f"{stack}: cannot tell what ${{{expression}}} is; use a plain reference")
        kind, attribute = match["kind"], match["attribute"]
        if attribute == "insecure_value":
            return self.parameter(self._stacks[stack].json["data"][kind][match["name"]]["name"])
        if attribute == "target_key_arn":
            return arn("aws_kms_key")
        if attribute == "arn" or attribute.endswith("_arn"):
            return arn(kind)
        return _OTHER.get(attribute, attribute.replace("_", "-"))


def arn(kind: str) -> str:
    """A plausible ARN of a kind of resource."""
    if kind not in _ARNS:
        raise UnknownReference(f"what does the ARN of {kind} look like? Add it to {__name__}")
    service, region, account, resource = _ARNS[kind].split(":", 3)
    return f"arn:aws:{service}:{region and REGION}:{account and ACCOUNT}:{resource}"
