"""Which subnets of the fleet reach which, worked out from the synthesized route tables as AWS would."""

from collections import defaultdict
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TypeVar

from tests.synth.published import Exchange
from tests.synth.synthesized import Body, Synthesized

Place = tuple[str, str]
"""An environment and a tier."""
Resource = tuple[str, str]
"""A stack and a construct path in it."""

Target = TypeVar("Target")
_TARGETS = ("gateway_id", "nat_gateway_id", "transit_gateway_id", "vpc_peering_connection_id")


@dataclass(frozen=True)
class Hop:
    """Where a route leads: the kind of target and the resource."""

    kind: str
    target: Resource


class Fleet:
    """The networks of all stacks, joined by Transit Gateway and peering."""

    def __init__(self, stacks: dict[str, Synthesized], exchange: Exchange) -> None:
        self._stacks = stacks
        self._exchange = exchange
        self._vpcs = {
            name: IPv4Network(stack.only("aws_vpc")["cidr_block"])
            for name, stack in stacks.items()
            if stack.all("aws_vpc")
        }
        self._routes: dict[Resource, dict[IPv4Network, Hop]] = defaultdict(dict)
        self._transit: dict[Resource, dict[IPv4Network, str]] = defaultdict(dict)
        self._lookup: dict[str, Resource] = {}
        for name, stack in stacks.items():
            self._read_routes(name, stack)
            self._read_transit(name, stack)

    @property
    def places(self) -> set[Place]:
        return {
            (name, body["tags"]["Tier"])
            for name in self._vpcs
            for body in self._stacks[name].all("aws_subnet").values()
        }

    def connected(self) -> set[frozenset[Place]]:
        """Every pair of places in different environments that can hold a conversation."""
        return {
            frozenset((one, other))
            for one in self.places
            for other in self.places
            if one[0] != other[0] and self.delivers(one, other) and self.delivers(other, one)
        }

    def delivers(self, source: Place, target: Place) -> bool:
        """Whether packets from every subnet of `source` arrive in every subnet of `target`."""
        return all(
            self._next(table, destination, source[0]) == target[0]
            for table in self._tables(source)
            for destination in self._subnets(target).values()
        )

    def transit_routes(self, table: str) -> dict[str, str]:
        """Environment by destination, of a Transit Gateway route table in the hub."""
        return {str(cidr): name for cidr, name in self._transit["shared", f"Transit/Table-{table}"].items()}

    def _next(self, table: Resource, destination: IPv4Network, source: str) -> str | None:
        """The environment in which a packet to `destination` arrives."""
        if destination.subnet_of(self._vpcs[source]):
            return source
        hop = _longest(self._routes[table], destination)
        if hop is None:
            return None
        if hop.kind == "transit_gateway_id":
            assert hop.target == ("shared", "Transit/Gateway")
            looked_up = self._lookup.get(source)
            return _longest(self._transit[looked_up], destination) if looked_up else None
        if hop.kind == "vpc_peering_connection_id":
            [other] = self._peers(hop.target) - {source}
            return other if destination.subnet_of(self._vpcs[other]) else None
        return None

    def _subnets(self, place: Place) -> dict[str, IPv4Network]:
        return {
            path: IPv4Network(body["cidr_block"])
            for path, body in self._stacks[place[0]].all("aws_subnet").items()
            if body["tags"]["Tier"] == place[1]
        }

    def _tables(self, place: Place) -> set[Resource]:
        stack, subnets = self._stacks[place[0]], self._subnets(place)
        return {
            (place[0], stack.follow(body["route_table_id"]))
            for body in stack.all("aws_route_table_association").values()
            if stack.follow(body["subnet_id"]) in subnets
        }

    def _read_routes(self, name: str, stack: Synthesized) -> None:
        for body in stack.all("aws_route").values():
            [kind] = [target for target in _TARGETS if target in body]
            cidr = IPv4Network(body["destination_cidr_block"])
            table = self._routes[self._resolve(name, body["route_table_id"])]
            assert cidr not in table, f"{name}: two routes to {cidr}"
            table[cidr] = Hop(kind, self._resolve(name, body[kind]))

    def _read_transit(self, name: str, stack: Synthesized) -> None:
        for association in stack.all("aws_ec2_transit_gateway_route_table_association").values():
            self._lookup[self._attached(name, association)] = self._table(name, association)
        for route in stack.all("aws_ec2_transit_gateway_route").values():
            cidr = IPv4Network(route["destination_cidr_block"])
            self._transit[self._table(name, route)][cidr] = self._attached(name, route)
        for propagation in stack.all("aws_ec2_transit_gateway_route_table_propagation").values():
            attached = self._attached(name, propagation)
            self._transit[self._table(name, propagation)][self._vpcs[attached]] = attached

    def _table(self, name: str, body: Body) -> Resource:
        return self._resolve(name, body["transit_gateway_route_table_id"])

    def _attached(self, name: str, body: Body) -> str:
        """The environment whose VPC an attachment joins."""
        stack, path = self._resolve(name, body["transit_gateway_attachment_id"])
        attachment = self._stacks[stack].all("aws_ec2_transit_gateway_vpc_attachment")[path]
        return self._resolve(stack, attachment["vpc_id"])[0]

    def _peers(self, accepter: Resource) -> set[str]:
        stack, path = accepter
        accepted = self._stacks[stack].all("aws_vpc_peering_connection_accepter")[path]
        _, connection = self._resolve(stack, accepted["vpc_peering_connection_id"])
        body = self._stacks[stack].all("aws_vpc_peering_connection")[connection]
        return {self._resolve(stack, body[end])[0] for end in ("vpc_id", "peer_vpc_id")}

    def _resolve(self, name: str, expression: str) -> Resource:
        """Follow a reference within a stack, or a lookup into what another stack published."""
        if expression.startswith("${jsondecode("):
            name, expression = self._exchange.resolve(self._stacks[name], expression)
        return name, self._stacks[name].follow(expression)


def _longest(routes: dict[IPv4Network, Target], destination: IPv4Network) -> Target | None:
    matches = [cidr for cidr in routes if destination.subnet_of(cidr)]
    return routes[max(matches, key=lambda cidr: cidr.prefixlen)] if matches else None
