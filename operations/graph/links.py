"""What leads from one resource to another, in any stack and region."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from operations.graph.model import Edge, Node, Relation
from operations.graph.synthesis import Resource, Synthesis
from operations.synthesis import blocks


def edges(synthesis: Synthesis, nodes: Iterable[Node]) -> list[Edge]:
    """Every edge whose two ends are nodes, once."""
    known = {node.id for node in nodes}
    found = [
        *_traffic(synthesis),
        *_checks(synthesis),
        *_networks(synthesis),
        *_databases(synthesis),
        *_objects(synthesis),
        *_images(synthesis),
        *_secrets(synthesis),
        *_logs(synthesis),
    ]
    return [edge for edge in dict.fromkeys(found) if {edge.source, edge.target} <= known]


def failover_records(synthesis: Synthesis) -> dict[str, list[Resource]]:
    """Failover records by name, the primary first."""
    found: dict[str, list[Resource]] = {}
    for record in synthesis.all("aws_route53_record"):
        if record.get("failover_routing_policy", "type"):
            found.setdefault(record.body["name"], []).append(record)
    for records in found.values():
        records.sort(key=lambda record: (record.get("failover_routing_policy", "type"), record.path))
    return found


def standbys(synthesis: Synthesis, place_of: Callable[[Resource], str]) -> dict[str, str]:
    """Environment that stands by, and the one it stands for, as failover records say."""
    found = {}
    for records in failover_records(synthesis).values():
        by_type = {
            record.get("failover_routing_policy", "type"): place_of(balancer)
            for record in records
            for balancer in _balancers(synthesis, record)
        }
        if {"PRIMARY", "SECONDARY"} <= by_type.keys():
            found[by_type["SECONDARY"]] = by_type["PRIMARY"]
    return found


def conditions(synthesis: Synthesis, record: Resource) -> list[Resource]:
    """The health check that a record asks."""
    check = record.body.get("health_check_id")
    return synthesis.referred(record, check, "aws_route53_health_check") if check else []


def _balancers(synthesis: Synthesis, record: Resource) -> list[Resource]:
    return synthesis.referred(record, record.get("alias", "name"), "aws_lb")


def _traffic(synthesis: Synthesis) -> Iterator[Edge]:
    failover = failover_records(synthesis)
    relations: dict[str, Relation] = {"PRIMARY": "primary", "SECONDARY": "secondary"}
    for records in failover.values():
        for record in records:
            for balancer in _balancers(synthesis, record):
                kind = record.get("failover_routing_policy", "type")
                yield Edge(relation=relations[kind], source=records[0].path, target=balancer.path, label=kind)
    for distribution in synthesis.all("aws_cloudfront_distribution"):
        yield from _origins(synthesis, distribution, failover)


def _origins(
    synthesis: Synthesis, distribution: Resource, failover: dict[str, list[Resource]]
) -> Iterator[Edge]:
    """Only what a behaviour sends requests to: CloudFront never asks an origin that is merely declared."""
    body = distribution.body
    behaviours = [*blocks(body.get("default_cache_behavior")), *blocks(body.get("ordered_cache_behavior"))]
    asked = {behaviour.get("target_origin_id") for behaviour in behaviours}
    codes: dict[str, str] = {}
    for group in blocks(body.get("origin_group")):
        members = [member.get("origin_id") for member in blocks(group.get("member"))]
        if group.get("origin_id") in asked and members:
            asked.add(members[0])
            statuses = [
                code for each in blocks(group.get("failover_criteria")) for code in each["status_codes"]
            ]
            codes |= dict.fromkeys(members[1:], ", ".join(map(str, statuses)))
    for origin in blocks(body.get("origin")):
        found: list[tuple[Relation, str]] = []
        if origin.get("origin_id") in asked:
            found.append(("origin", "origin"))
        if origin.get("origin_id") in codes:
            found.append(("fallback", f"after {codes[origin['origin_id']]}"))
        for relation, label in found:
            for target in _answering(synthesis, origin.get("domain_name", ""), failover):
                yield Edge(relation=relation, source=distribution.path, target=target.path, label=label)


def _answering(synthesis: Synthesis, host: str, failover: dict[str, list[Resource]]) -> list[Resource]:
    """What a host name leads to."""
    if host in failover:
        return failover[host][:1]
    return [
        balancer
        for record in synthesis.all("aws_route53_record")
        if record.body.get("name") == host
        for balancer in _balancers(synthesis, record)
    ]


def _checks(synthesis: Synthesis) -> Iterator[Edge]:
    for check in synthesis.all("aws_route53_health_check"):
        for target in _answering(synthesis, check.body.get("fqdn", ""), {}):
            yield Edge(relation="checks", source=check.path, target=target.path)
        for child in synthesis.referred(check, check.body.get("child_healthchecks"), check.kind):
            yield Edge(relation="checks", source=check.path, target=child.path)
    for records in failover_records(synthesis).values():
        for record in records:
            for check in conditions(synthesis, record):
                kind = record.get("failover_routing_policy", "type")
                yield Edge(relation="checks", source=records[0].path, target=check.path, label=kind)


def _networks(synthesis: Synthesis) -> Iterator[Edge]:
    for link in synthesis.all("aws_vpc_peering_connection"):
        ends = [synthesis.referred(link, link.get(end), "aws_vpc") for end in ("vpc_id", "peer_vpc_id")]
        for source, target in zip(*ends, strict=False):
            yield Edge(relation="peers", source=source.path, target=target.path, label="VPC peering")
    for link in synthesis.all("aws_ec2_transit_gateway_vpc_attachment"):
        vpcs = synthesis.referred(link, link.get("vpc_id"), "aws_vpc")
        hubs = synthesis.referred(link, link.get("transit_gateway_id"), "aws_ec2_transit_gateway")
        for vpc, hub in zip(vpcs, hubs, strict=False):
            yield Edge(relation="attaches", source=vpc.path, target=hub.path)


def _databases(synthesis: Synthesis) -> Iterator[Edge]:
    for replica in synthesis.all("aws_db_instance"):
        if of := replica.body.get("replicate_source_db"):
            source = synthesis.named(replica.kind, replica, of, "identifier")
            if source:
                label = _objective(synthesis, "ReplicaLag", "DBInstanceIdentifier", replica.get("identifier"))
                yield Edge(relation="database", source=source.path, target=replica.path, label=label)


def _objective(synthesis: Synthesis, metric: str, dimension: str, name: object) -> str:
    """How late data may be: what the highest alarm on its age waits for."""
    limits = [
        float(alarm.body["threshold"])
        for alarm in synthesis.all("aws_cloudwatch_metric_alarm")
        if alarm.body.get("metric_name") == metric
        and alarm.get("dimensions", dimension) == name
        and str(alarm.get("comparison_operator")).startswith("GreaterThan")
        and alarm.get("threshold") is not None
    ]
    return f"≤ {_duration(max(limits))}" if limits else "no limit watched"


def _objects(synthesis: Synthesis) -> Iterator[Edge]:
    for copy in synthesis.all("aws_s3_bucket_replication_configuration"):
        source = synthesis.named("aws_s3_bucket", copy, str(copy.get("bucket")), "bucket")
        for rule in blocks(copy.body.get("rule")):
            if rule.get("status") == "Disabled":
                continue
            for destination in blocks(rule.get("destination")):
                target = synthesis.named("aws_s3_bucket", copy, str(destination.get("bucket")), "bucket")
                if not (source and target):
                    continue
                time: dict[str, Any] = next(iter(blocks(destination.get("replication_time"))), {})
                enabled = time.get("status") == "Enabled"
                within = next((each["minutes"] for each in blocks(time.get("time")) if enabled), None)
                label = f"RTC {within} min" if within else "no time promised"
                yield Edge(relation="objects", source=source.path, target=target.path, label=label)


def _images(synthesis: Synthesis) -> Iterator[Edge]:
    repositories = list(synthesis.all("aws_ecr_repository"))
    for replication in synthesis.all("aws_ecr_replication_configuration"):
        for rule in blocks(replication.get("replication_configuration", "rule")):
            prefixes = tuple(each["filter"] for each in blocks(rule.get("repository_filter"))) or ("",)
            regions = {each.get("region") for each in blocks(rule.get("destination"))}
            for source in repositories:
                name = source.body["name"]
                if source.region == replication.region and name.startswith(prefixes):
                    for target in repositories:
                        if target.region in regions and target.body["name"] == name:
                            yield Edge(
                                relation="images", source=source.path, target=target.path, label="on push"
                            )


def _secrets(synthesis: Synthesis) -> Iterator[Edge]:
    for secret in synthesis.all("aws_secretsmanager_secret"):
        for replica in blocks(secret.body.get("replica")):
            copy = f"{secret.path}@{replica['region']}"
            yield Edge(relation="secrets", source=secret.path, target=copy, label="on change")


def _logs(synthesis: Synthesis) -> Iterator[Edge]:
    for stream in synthesis.all("aws_kinesis_firehose_delivery_stream"):
        arn = stream.get("extended_s3_configuration", "bucket_arn")
        bucket = synthesis.named("aws_s3_bucket", stream, arn, "bucket") if arn else None
        if bucket:
            name = stream.get("name")
            label = _objective(synthesis, "DeliveryToS3.DataFreshness", "DeliveryStreamName", name)
            yield Edge(relation="logs", source=stream.path, target=bucket.path, label=label)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds % 60 == 0 else f"{seconds:g} s"
