"""What each resource is called and what is worth knowing about it. A kind that is not here is not drawn."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from operations.graph.model import TIMES
from operations.graph.synthesis import Resource, Synthesis
from operations.synthesis import blocks, task_size


@dataclass(frozen=True)
class About:
    """Name, facts, and where its subnets are named."""

    name: str
    facts: Iterable[str] = ()
    subnets: Any = None
    standby: bool = False


Reader = Callable[[Synthesis, Resource], About]

COUNTED = {
    "aws_cloudwatch_metric_alarm": "alarms",
    "aws_cloudwatch_composite_alarm": "composite alarms",
    "aws_cloudwatch_dashboard": "dashboards",
    "aws_cloudwatch_log_group": "log groups",
    "aws_sns_topic": "topics",
    "aws_kms_key": "keys",
    "aws_acm_certificate": "certificates",
    "aws_wafv2_web_acl": "web ACLs",
    "aws_iam_role": "roles",
    "aws_iam_openid_connect_provider": "OIDC providers",
}
"""Kinds of which only the number is worth a place in the picture."""

GLOBAL_SERVICES = ("aws_route53_", "aws_cloudfront_", "aws_iam_", "aws_budgets_", "aws_ce_")


def _named(attribute: str) -> Reader:
    return lambda _, each: About(str(each.body.get(attribute, each.path)))


def _load_balancer(synthesis: Synthesis, each: Resource) -> About:
    hosts = [
        host
        for rule in synthesis.all("aws_lb_listener_rule")
        if rule.stack == each.stack and _belongs(synthesis, rule, each)
        for condition in blocks(rule.body.get("condition"))
        for block in blocks(condition.get("host_header"))
        for host in block["values"]
    ]
    guarded = any(
        synthesis.referred(link, link.get("resource_arn"), "aws_lb") == [each]
        for link in synthesis.all("aws_wafv2_web_acl_association")
    )
    facts = [*hosts, *(["internal"] if each.body.get("internal") else []), *(["WAF"] if guarded else [])]
    return About(each.body["name"], facts, each.body["subnets"])


def _belongs(synthesis: Synthesis, rule: Resource, balancer: Resource) -> bool:
    listeners = synthesis.referred(rule, rule.get("listener_arn"), "aws_lb_listener")
    return any(
        synthesis.referred(each, each.get("load_balancer_arn"), "aws_lb") == [balancer] for each in listeners
    )


def _nat(synthesis: Synthesis, each: Resource) -> About:
    name = each.body["subnet_id"]
    for subnet in synthesis.referred(each, name, "aws_subnet"):
        name = subnet.body.get("availability_zone") or name
    return About(str(name), subnets=each.body["subnet_id"])


def _endpoint(synthesis: Synthesis, each: Resource) -> About:
    name = each.body["service_name"].partition(f"{each.region}.")[2]
    # One of type Gateway is in route tables; it serves the private tier all the same.
    tables = synthesis.referred(each, each.body.get("route_table_ids"), "aws_route_table")
    associations = [
        link.get("subnet_id")
        for link in synthesis.all("aws_route_table_association")
        for table in synthesis.referred(link, link.get("route_table_id"), "aws_route_table")
        if table in tables
    ]
    # AWS makes a gateway unless told otherwise (EC2 API reference, CreateVpcEndpoint).
    kind = str(each.body.get("vpc_endpoint_type", "Gateway")).lower()
    return About(name, [kind], each.body.get("subnet_ids") or associations)


CAPACITY = {"FARGATE_SPOT": "Spot", "FARGATE": "on demand"}


def _service(synthesis: Synthesis, each: Resource) -> About:
    tasks = each.body.get("desired_count", 0)
    facts = []
    for task in synthesis.referred(each, each.body["task_definition"], "aws_ecs_task_definition"):
        cpu, memory = task_size(task.body["cpu"]) / 1024, task_size(task.body["memory"]) / 1024
        facts.append(f"{tasks} {TIMES} {cpu:g} vCPU, {memory:g} GiB")
    facts += [
        f"scales {target.get('min_capacity')} to {target.get('max_capacity')}"
        for target in synthesis.all("aws_appautoscaling_target")
        if each in synthesis.referred(target, target.get("resource_id"), each.kind)
    ]
    blue_green = each.get("deployment_controller", "type") == "CODE_DEPLOY"
    facts.append("blue/green" if blue_green else "rolling")
    shares = blocks(each.body.get("capacity_provider_strategy"))
    for share in sorted(shares, key=lambda share: -share.get("weight", 0)):
        name = CAPACITY.get(share["capacity_provider"], share["capacity_provider"])
        base = f" (base {share['base']})" if share.get("base") else ""
        facts.append(f"{name} {share.get('weight', 0)}{base}")
    return About(each.body["name"], facts, each.get("network_configuration", "subnets"), standby=tasks == 0)


def _database(synthesis: Synthesis, each: Resource) -> About:
    body = each.body
    engine = [f"{body['engine']} {body.get('engine_version', '')}".strip()] if "engine" in body else []
    storage = [f"{body['allocated_storage']} GB"] if "allocated_storage" in body else []
    facts = [
        body["instance_class"],
        "Multi-AZ" if body.get("multi_az") else "single AZ",
        *engine,
        *storage,
        *(["read replica"] if body.get("replicate_source_db") else []),
    ]
    groups = synthesis.referred(each, body.get("db_subnet_group_name"), "aws_db_subnet_group")
    return About(body["identifier"], facts, [group.get("subnet_ids") for group in groups])


def _cache(synthesis: Synthesis, each: Resource) -> About:
    body = each.body
    groups = synthesis.referred(each, body.get("subnet_group_name"), "aws_elasticache_subnet_group")
    zones = "Multi-AZ" if body.get("multi_az_enabled") else "single AZ"
    facts = [f"{body.get('num_cache_clusters', 1)} {TIMES} {body['node_type']}", zones]
    return About(body["replication_group_id"], facts, [group.get("subnet_ids") for group in groups])


def _cache_that_is_off(synthesis: Synthesis, each: Resource) -> About | None:
    """Subnets that wait for a cache."""
    for cache in synthesis.all("aws_elasticache_replication_group"):
        if each in synthesis.referred(cache, cache.get("subnet_group_name"), each.kind):
            return None
    return About(each.body["name"], ["off: no nodes"], each.body["subnet_ids"], standby=True)


def _stream(synthesis: Synthesis, each: Resource) -> About:
    arn = each.get("extended_s3_configuration", "bucket_arn")
    bucket = synthesis.named("aws_s3_bucket", each, arn, "bucket")
    return About(each.body["name"], [f"to {bucket.body['bucket'] if bucket else arn}"])


def _trail(_: Synthesis, each: Resource) -> About:
    regions = "all regions" if each.body.get("is_multi_region_trail") else "one region"
    return About(each.body["name"], ["CloudTrail", regions])


def _recorder(synthesis: Synthesis, each: Resource) -> About:
    rules = [
        rule
        for rule in synthesis.all("aws_config_config_rule")
        if (rule.stack, rule.region) == (each.stack, each.region)
    ]
    return About("Config", [f"{len(rules)} rules"])


PERIODS = {"DAILY": "a day", "MONTHLY": "a month", "QUARTERLY": "a quarter", "ANNUALLY": "a year"}


def _budget(_: Synthesis, each: Resource) -> About:
    body = each.body
    period = PERIODS.get(body["time_unit"], body["time_unit"])
    return About(body["name"], [f"{body['limit_amount']} {body['limit_unit']} {period}"])


def _insights(synthesis: Synthesis, each: Resource) -> About:
    groups = synthesis.referred(each, each.get("resource_group_name"), "aws_resourcegroups_group")
    return About(str(groups[0].get("name") if groups else each.path))


def _distribution(_: Synthesis, each: Resource) -> About:
    body = each.body
    aliases = body.get("aliases") or [each.path]
    facts = [*aliases[1:]]
    for behaviour in blocks(body.get("ordered_cache_behavior")):
        methods = "all methods" if "POST" in behaviour.get("allowed_methods", []) else "read only"
        facts.append(f"{behaviour['path_pattern']} {methods}")
    facts += ["WAF"] if body.get("web_acl_id") else []
    protocol = each.get("viewer_certificate", "minimum_protocol_version")
    return About(aliases[0], [*facts, *([protocol] if protocol else [])])


def _check(_: Synthesis, each: Resource) -> About:
    body = each.body
    name = each.get("tags", "Name") or body.get("fqdn") or each.path
    if "fqdn" in body:
        # What Route 53 takes unless told otherwise (API reference, HealthCheckConfig).
        every = f"{body.get('failure_threshold', 3)} {TIMES} {body.get('request_interval', 30)} s"
        return About(name, [f"{body['type']} {body.get('resource_path', '')}".strip(), every])
    if "cloudwatch_alarm_name" in body:
        return About(name, [f"alarm in {body.get('cloudwatch_alarm_region')}"])
    children = len(body.get("child_healthchecks", []))
    return About(name, [f"{body.get('child_health_threshold', children)} of {children} healthy"])


def _gateway(_: Synthesis, each: Resource) -> About:
    name = each.get("tags", "Name") or each.path
    return About(name, [f"ASN {each.body['amazon_side_asn']}"] if "amazon_side_asn" in each.body else [])


def _vpc(synthesis: Synthesis, each: Resource) -> About:
    zones = {
        str(subnet.get("availability_zone")).removeprefix(each.region)
        for subnet in synthesis.all("aws_subnet")
        if each in synthesis.referred(subnet, subnet.get("vpc_id"), each.kind)
    }
    return About(each.body["cidr_block"], [f"zones {', '.join(sorted(zones))}"] if zones else [])


READERS: dict[str, Callable[[Synthesis, Resource], About | None]] = {
    "aws_vpc": _vpc,
    "aws_ec2_transit_gateway": _gateway,
    "aws_cloudfront_distribution": _distribution,
    "aws_route53_health_check": _check,
    "aws_lb": _load_balancer,
    "aws_nat_gateway": _nat,
    "aws_ecs_service": _service,
    "aws_vpc_endpoint": _endpoint,
    "aws_db_instance": _database,
    "aws_elasticache_replication_group": _cache,
    "aws_elasticache_subnet_group": _cache_that_is_off,
    "aws_s3_bucket": _named("bucket"),
    "aws_sqs_queue": _named("name"),
    "aws_ecr_repository": _named("name"),
    "aws_secretsmanager_secret": _named("name"),
    "aws_kinesis_firehose_delivery_stream": _stream,
    "aws_cloudtrail": _trail,
    "aws_config_configuration_recorder": _recorder,
    "aws_prometheus_workspace": _named("alias"),
    "aws_grafana_workspace": _named("name"),
    "aws_xray_group": _named("group_name"),
    "aws_applicationinsights_application": _insights,
    "aws_budgets_budget": _budget,
    "aws_ce_anomaly_monitor": _named("name"),
}
