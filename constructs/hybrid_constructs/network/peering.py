"""Peering of two VPCs in different regions, with routes on both sides."""

from dataclasses import dataclass
from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.vpc_peering_connection import VpcPeeringConnection
from cdktf_cdktf_provider_aws.vpc_peering_connection_accepter import (
    VpcPeeringConnectionAccepterA,
)
from cdktf_cdktf_provider_aws.vpc_peering_connection_options import (
    VpcPeeringConnectionOptions,
    VpcPeeringConnectionOptionsAccepter,
    VpcPeeringConnectionOptionsRequester,
)
from constructs import Construct

from environments.network import NetworkConfig
from hybrid_constructs.network.exchange import Published
from hybrid_constructs.network.vpc import private_table


@dataclass(frozen=True)
class Side:
    """One end of the peering: the environment's published network, its address plan, its provider."""

    name: str
    region: str
    config: NetworkConfig
    published: Published
    provider: TerraformProvider

    @property
    def tables(self) -> dict[str, str]:
        """Route table ids of the private and the data tier: services on one side, databases on the other."""
        keys = (*map(private_table, self.config.zones), "data")
        return {key: self.published.get("route_table_ids", key) for key in keys}


class Peering(Construct):
    """Joins `requester` and `accepter`: connection, acceptance, DNS resolution and routes both ways."""

    def __init__(
        self, scope: Construct, id_: str, *, requester: Side, accepter: Side, account_id: str
    ) -> None:
        super().__init__(scope, id_)
        name = f"{requester.name}-{accepter.name}"
        connection_id = VpcPeeringConnection(
            self,
            "Connection",
            vpc_id=requester.published.get("vpc_id"),
            peer_vpc_id=accepter.published.get("vpc_id"),
            peer_owner_id=account_id,
            peer_region=accepter.region,
            auto_accept=False,  # impossible across regions: the accepter below does it
            provider=requester.provider,
            tags={"Name": name, "Side": "requester"},
        ).id
        # Everything else waits for the acceptance by using the accepter's id: it is the connection's own.
        self.connection_id = VpcPeeringConnectionAccepterA(
            self,
            "Accepter",
            vpc_peering_connection_id=connection_id,
            auto_accept=True,
            provider=accepter.provider,
            tags={"Name": name, "Side": "accepter"},
        ).id
        self._resolve_names(requester, requester=VpcPeeringConnectionOptionsRequester(**_DNS))
        self._resolve_names(accepter, accepter=VpcPeeringConnectionOptionsAccepter(**_DNS))
        self._route(requester, accepter)
        self._route(accepter, requester)

    def _resolve_names(self, side: Side, **options: Any) -> None:
        VpcPeeringConnectionOptions(
            self,
            f"Dns-{side.name}",
            vpc_peering_connection_id=self.connection_id,
            provider=side.provider,
            **options,
        )

    def _route(self, source: Side, target: Side) -> None:
        for key, table_id in source.tables.items():
            Route(
                self,
                f"{source.name}-{key}",
                route_table_id=table_id,
                destination_cidr_block=target.config.cidr,
                vpc_peering_connection_id=self.connection_id,
                provider=source.provider,
            )


_DNS = {"allow_remote_vpc_dns_resolution": True}
"""Names of the other side resolve to private addresses."""
