"""From synthesized JSON to the topology."""

from collections import Counter
from collections.abc import Callable, Iterator

from operations.errors import UsageError
from operations.graph.links import conditions, edges, failover_records, standbys
from operations.graph.model import GLOBAL, Node, Place, Tier, Topology
from operations.graph.nodes import COUNTED, GLOBAL_SERVICES, READERS, About
from operations.graph.synthesis import Resource, Synthesis
from operations.synthesis import UNREADABLE, blocks

_TIERS: dict[str, Tier] = {"public": "public", "private": "private", "data": "data"}


def read(synthesis: Synthesis) -> Topology:
    """Everything that the picture shows."""
    return _Reader(synthesis).topology()


class _Reader:
    def __init__(self, synthesis: Synthesis) -> None:
        self._synthesis = synthesis
        self._vpcs = {vpc.stack: vpc for vpc in synthesis.all("aws_vpc")}

    def topology(self) -> Topology:
        nodes = [*self._read(), *self._counted(), *self._entrances()]
        nodes += self._copies(nodes)
        stands_for = standbys(self._synthesis, self._place_of)
        vpcs = {(node.place, node.region): node.id for node in nodes if node.kind == "aws_vpc"}
        places = [
            Place(
                name=name,
                region=region,
                vpc=vpcs.get((name, region)),
                stands_for=stands_for.get(name) if (name, region) in vpcs else None,
            )
            for name, region in sorted({(node.place, node.region) for node in nodes})
        ]
        return Topology(
            regions=tuple(_ordered(places)),
            places=tuple(places),
            nodes=tuple(nodes),
            edges=tuple(edges(self._synthesis, nodes)),
        )

    def _read(self) -> Iterator[Node]:
        for kind, reader in READERS.items():
            for each in self._synthesis.all(kind):
                if about := _about(self._synthesis, each, reader):
                    place, region = self._where(each)
                    yield Node(
                        id=each.path,
                        kind=kind,
                        name=about.name,
                        region=region,
                        place=place,
                        tier=self._tier(each, about.subnets),
                        facts=tuple(about.facts),
                        standby=about.standby,
                    )

    def _counted(self) -> Iterator[Node]:
        found = Counter((*self._where(each), each.kind) for each in self._synthesis.resources)
        for (place, region, kind), count in sorted(found.items()):
            if name := COUNTED.get(kind):
                name = name if count > 1 else name.removesuffix("s")
                yield Node(
                    id=f"{place}/{region}/{kind}",
                    kind=kind,
                    name=name,
                    region=region,
                    place=place,
                    count=count,
                )

    def _entrances(self) -> Iterator[Node]:
        """One node for all failover records of a name."""
        for name, records in failover_records(self._synthesis).items():
            yield Node(
                id=records[0].path,
                kind="aws_route53_record",
                name=name,
                region=GLOBAL,
                place=records[0].stack,
                facts=tuple(dict.fromkeys(self._choice(record) for record in records)),
            )

    def _choice(self, record: Resource) -> str:
        where = self._synthesis.referred(record, record.get("alias", "name"), "aws_lb")
        names = [balancer.body.get("name") for balancer in where] or [record.get("set_identifier")]
        checks = [
            READERS[check.kind](self._synthesis, check) for check in conditions(self._synthesis, record)
        ]
        when = f" while {checks[0].name}" if checks and checks[0] else ""
        return f"{record.get('failover_routing_policy', 'type')} {names[0]}{when}"

    def _copies(self, nodes: list[Node]) -> Iterator[Node]:
        """Secrets Manager keeps copies of a secret itself; no resource in the other region says so."""
        for secret in self._synthesis.all("aws_secretsmanager_secret"):
            for replica in blocks(secret.body.get("replica")):
                region = replica["region"]
                homes = [node.place for node in nodes if node.kind == "aws_vpc" and node.region == region]
                yield Node(
                    id=f"{secret.path}@{region}",
                    kind=secret.kind,
                    name=secret.body["name"],
                    region=region,
                    place=homes[0] if homes else self._place_of(secret),
                    facts=("copy",),
                )

    def _place_of(self, each: Resource) -> str:
        return self._where(each)[0]

    def _where(self, each: Resource) -> tuple[str, str]:
        """Place and region. A stream of logs belongs to those whose logs it takes."""
        if each.kind == "aws_kinesis_firehose_delivery_stream":
            each = self._log_group(each) or each
        vpc = self._vpcs.get(each.stack)
        place = self._synthesis.environment(each.stack) if vpc else each.stack
        if each.kind.startswith(GLOBAL_SERVICES):
            return place, vpc.region if vpc else GLOBAL
        return place, each.region

    def _log_group(self, stream: Resource) -> Resource | None:
        for subscription in self._synthesis.all("aws_cloudwatch_log_subscription_filter"):
            target = subscription.get("destination_arn")
            if stream in self._synthesis.referred(subscription, target, stream.kind):
                name = str(subscription.get("log_group_name"))
                return self._synthesis.named("aws_cloudwatch_log_group", subscription, name, "name")
        return None

    def _tier(self, each: Resource, subnets: object) -> Tier | None:
        for subnet in self._synthesis.referred(each, subnets, "aws_subnet"):
            return _TIERS.get(subnet.get("tags", "Tier") or "")
        return None


def _about(
    synthesis: Synthesis, each: Resource, reader: Callable[[Synthesis, Resource], About | None]
) -> About | None:
    """What the reader says; what it cannot read is named to whoever wrote it."""
    try:
        return reader(synthesis, each)
    except UNREADABLE as error:
        reason = f"it has no {error.args[0]}" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"{each.path} ({each.kind}) cannot be drawn: {reason}; correct it") from None


def _ordered(places: list[Place]) -> list[str]:
    """What belongs to no region first, then the region of the environments, then where they stand by."""
    homes = Counter(place.region for place in places if place.vpc)
    waiting = {place.region for place in places if place.stands_for}
    regions = {place.region for place in places}
    return sorted(
        regions,
        key=lambda region: (region in homes, region in waiting, -homes[region], region != GLOBAL, region),
    )
