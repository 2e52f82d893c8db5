"""What is read from the committed fleet: everything that stands somewhere, and what leads where."""

import pytest

from environments.schema import Fleet
from operations.graph.model import GLOBAL, TIMES, Edge, Node, Topology
from tests.operations.graph.conftest import ADDED
from tests.synth.synthesized import Synthesized


def _nodes(topology: Topology, kind: str, place: str | None = None) -> list[Node]:
    return [node for node in topology.nodes if node.kind == kind and place in (None, node.place)]


def _one(topology: Topology, kind: str, place: str) -> Node:
    (node,) = _nodes(topology, kind, place)
    return node


def _edges(topology: Topology, relation: str) -> set[tuple[str, str, str]]:
    nodes = {node.id: node for node in topology.nodes}
    return {
        (nodes[edge.source].name, nodes[edge.target].name, edge.label)
        for edge in topology.edges
        if edge.relation == relation
    }


@pytest.mark.parametrize(
    "kind",
    [
        "aws_vpc",
        "aws_lb",
        "aws_nat_gateway",
        "aws_ecs_service",
        "aws_vpc_endpoint",
        "aws_db_instance",
        "aws_elasticache_replication_group",
        "aws_s3_bucket",
        "aws_sqs_queue",
        "aws_ecr_repository",
        "aws_kinesis_firehose_delivery_stream",
        "aws_cloudtrail",
        "aws_config_configuration_recorder",
        "aws_cloudfront_distribution",
        "aws_route53_health_check",
        "aws_ec2_transit_gateway",
    ],
)
def test_every_resource_is_a_node(topology: Topology, stacks: dict[str, Synthesized], kind: str) -> None:
    synthesized = sum(len(stack.json["resource"].get(kind, {})) for stack in stacks.values())
    assert len(_nodes(topology, kind)) == synthesized > 0


@pytest.mark.parametrize("kind", ["aws_kms_key", "aws_cloudwatch_metric_alarm", "aws_iam_role"])
def test_what_is_counted_is_counted_in_its_place(
    topology: Topology, stacks: dict[str, Synthesized], kind: str
) -> None:
    synthesized = sum(len(stack.json["resource"].get(kind, {})) for stack in stacks.values())
    assert sum(node.count for node in _nodes(topology, kind)) == synthesized > 0


def test_ids_are_unique_and_edges_end_at_nodes(topology: Topology) -> None:
    ids = [node.id for node in topology.nodes]
    assert len(ids) == len(set(ids))
    assert {end for edge in topology.edges for end in (edge.source, edge.target)} <= set(ids)
    assert len(topology.edges) == len(set(topology.edges))


def test_regions_come_in_the_order_of_traffic(topology: Topology, fleet: Fleet) -> None:
    assert topology.regions == (GLOBAL, "us-east-1", fleet.shared.region, fleet.dr.region)


def test_environments_are_the_stacks_with_a_network(topology: Topology, fleet: Fleet) -> None:
    assert set(topology.environments) == set(fleet.environments)


def test_the_standby_is_the_environment_of_the_secondary_record(topology: Topology, fleet: Fleet) -> None:
    pairs = {place.name: place.stands_for for place in topology.places if place.stands_for}
    assert pairs == {fleet.dr.name: fleet.dr.primary}


def test_tiers_are_those_of_the_subnets(topology: Topology, fleet: Fleet) -> None:
    primary = fleet.primary.name
    assert {node.tier for node in _nodes(topology, "aws_lb")} == {"public"}
    assert {node.tier for node in _nodes(topology, "aws_nat_gateway")} == {"public"}
    assert {node.tier for node in _nodes(topology, "aws_ecs_service")} == {"private"}
    assert {node.tier for node in _nodes(topology, "aws_vpc_endpoint")} == {"private"}
    assert {node.tier for node in _nodes(topology, "aws_db_instance")} == {"data"}
    assert _one(topology, "aws_elasticache_replication_group", primary).tier == "data"
    assert _nodes(topology, "aws_s3_bucket", primary)[0].tier is None


def test_a_service_says_how_many_tasks_of_which_size_run_where(topology: Topology, fleet: Fleet) -> None:
    (config,) = fleet.primary.services.values()
    size = f"{config.cpu / 1024:g} vCPU, {config.memory_mib / 1024:g} GiB"
    running = _one(topology, "aws_ecs_service", fleet.primary.name)
    assert not running.standby
    assert running.facts == (
        f"{config.tasks} {TIMES} {size}",
        "scales 4 to 8",
        "blue/green",
        "Spot 70",
        "on demand 30 (base 1)",
    )


def test_what_does_not_run_stands_by(topology: Topology, fleet: Fleet) -> None:
    assert {(node.kind, node.place) for node in topology.nodes if node.standby} == {
        ("aws_ecs_service", fleet.dr.name),
        ("aws_elasticache_subnet_group", fleet.dr.name),
    }


def test_a_load_balancer_names_its_hosts_and_firewall(topology: Topology, fleet: Fleet) -> None:
    hosts = [service.host for service in fleet.workloads["dev"].services.values()]
    assert _one(topology, "aws_lb", "dev").facts == (*hosts, "WAF")


def test_traffic_goes_to_the_primary_then_to_the_standby(topology: Topology, fleet: Fleet) -> None:
    host, alias = fleet.dr.edge.host, fleet.dr.edge.cdn.alias
    balancers = [_one(topology, "aws_lb", side.name).name for side in (fleet.primary, fleet.dr)]
    assert _edges(topology, "primary") == {(host, balancers[0], "PRIMARY")}
    assert _edges(topology, "secondary") == {(host, balancers[1], "SECONDARY")}
    assert _edges(topology, "origin") == {(alias, host, "origin")}
    assert _edges(topology, "fallback") == {(alias, balancers[1], "after 500, 502, 503, 504")}


def test_the_failover_record_names_what_each_side_depends_on(topology: Topology, fleet: Fleet) -> None:
    (record,) = _nodes(topology, "aws_route53_record")
    checked = {target for source, target, _ in _edges(topology, "checks") if source == record.name}
    assert len(checked) == len(record.facts) == 2
    assert all(any(f"while {name}" in fact for name in checked) for fact in record.facts)


def test_networks_are_joined_by_peering_and_hub(topology: Topology, fleet: Fleet) -> None:
    cidr = {environment.name: environment.network.cidr for environment in fleet.environments.values()}
    assert _edges(topology, "peers") == {(cidr[fleet.primary.name], cidr[fleet.dr.name], "VPC peering")}
    attached = {fleet.shared.name, *fleet.shared.transit_gateway.attach}
    assert {source for source, _, _ in _edges(topology, "attaches")} == {cidr[name] for name in attached}


def test_the_replica_follows_within_the_objective(topology: Topology, fleet: Fleet) -> None:
    replica, limit = fleet.dr.database_replica, fleet.dr.objectives.database.rpo_minutes
    source = fleet.shared.database.identifier
    assert _edges(topology, "database") == {(source, replica.identifier, f"≤ {limit} min")}


def test_objects_are_copied_within_the_time_that_s3_promises(topology: Topology, fleet: Fleet) -> None:
    copies = _edges(topology, "objects")
    assert {label for _, _, label in copies} == {f"RTC {fleet.dr.replication.time_control_minutes} min"}
    assert fleet.dr.replication.bucket in {target for _, target, _ in copies}
    # The states of all environments, the log archive, and the files of the primary's services.
    assert len(copies) == len(fleet.environments) + 1 + len(fleet.primary.services)


def test_images_and_secrets_reach_the_second_region(topology: Topology, fleet: Fleet) -> None:
    names = {service.repository for service in fleet.primary.services.values()}
    assert _edges(topology, "images") == {(name, name, "on push") for name in names}
    copies = {node.name for node in topology.nodes if node.facts == ("copy",) and node.place == fleet.dr.name}
    assert {target for _, target, _ in _edges(topology, "secrets")} == copies
    # The master user of the database, the channel of incidents, and what each service keeps.
    assert len(copies) == 2 + len(fleet.primary.services)


def test_logs_belong_to_who_writes_them_and_reach_both_archives(topology: Topology, fleet: Fleet) -> None:
    streams = _nodes(topology, "aws_kinesis_firehose_delivery_stream", fleet.primary.name)
    limit = fleet.dr.objectives.logs.rpo_minutes
    edges = {edge for edge in _edges(topology, "logs") if edge[0] in {stream.name for stream in streams}}
    assert {label for _, _, label in edges} == {f"≤ {limit} min"}
    places = {node.name: node.place for node in _nodes(topology, "aws_s3_bucket")}
    assert {places[target] for _, target, _ in edges} == {fleet.shared.name, fleet.dr.name}


def test_a_service_that_yaml_adds_appears_by_itself(
    topology: Topology, grown: Topology, fleet: Fleet
) -> None:
    def named(name: str, kind: str) -> set[str]:
        return {node.place for node in grown.nodes if node.kind == kind and name in node.name}

    sides = {fleet.primary.name, fleet.dr.name}
    assert not [node for node in topology.nodes if ADDED[0] in node.name]
    for name in ADDED:
        for kind in ("aws_ecs_service", "aws_sqs_queue", "aws_s3_bucket"):
            assert named(name, kind) == sides
        assert any(name in source and name in target for source, target, _ in _edges(grown, "objects"))
    assert len(_edges(grown, "images")) == len(_edges(topology, "images")) + len(ADDED)


def test_one_environment_is_shown_with_its_standby_and_their_neighbours(
    topology: Topology, fleet: Fleet
) -> None:
    primary, dr, shared = fleet.primary.name, fleet.dr.name, fleet.shared.name
    part = topology.only(primary)
    for place in (primary, dr):
        assert [node for node in part.nodes if node.place == place] == [
            node for node in topology.nodes if node.place == place
        ]
    assert {node.kind for node in part.nodes if node.place == shared} == {
        "aws_db_instance",
        "aws_ec2_transit_gateway",
        "aws_ecr_repository",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
    }
    assert not [node for node in part.nodes if node.place in ("dev", "staging", "bootstrap")]
    assert topology.only(dr) == part


def test_the_way_of_traffic_to_one_environment_is_whole(topology: Topology, fleet: Fleet) -> None:
    kinds = {"aws_cloudfront_distribution", "aws_route53_record", "aws_route53_health_check"}
    way = {node.id for node in topology.nodes if node.kind in kinds}
    part = topology.only(fleet.primary.name)
    assert {node.id for node in part.nodes if node.region == GLOBAL} == way
    assert not [node for node in topology.only("dev").nodes if node.region == GLOBAL]


def test_edges_of_a_part_are_those_of_the_whole(topology: Topology) -> None:
    for name in topology.environments:
        part = topology.only(name)
        ids = {node.id for node in part.nodes}
        whole: set[Edge] = set(topology.edges)
        assert set(part.edges) == {edge for edge in whole if {edge.source, edge.target} <= ids}
