"""EC2: Transit Gateways.

Moto 5.2.5
- gives every gateway a default route table and associates every attachment with it, even when the gateway
  was made with the default association and propagation disabled; and always reports that table;
- cannot undo that default association (DisassociateTransitGatewayRouteTable fails with a KeyError);
- remembers one propagation per attachment, so that disabling the second one fails;
- takes an attachment's tags from the wrong resource type, and so loses them;
- keeps associations and propagations of deleted attachments in the route tables, but forgets the attachment
  at once, where AWS shows it as deleted for a while and the Terraform provider waits to see that;
- stores the attachment of a route in a form that the answer then leaves out;
- ignores `tag:` filters of attachments and route tables.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    DuplicateTransitGatewayAttachmentError,
    EC2ClientError,
    InvalidTransitGatewayID,
)
from moto.ec2.models.transit_gateway import TransitGateway
from moto.ec2.models.transit_gateway_attachments import (
    TransitGatewayAttachment,
    TransitGatewayAttachmentBackend,
    TransitGatewayVpcAttachment,
)
from moto.ec2.models.transit_gateway_route_tables import (
    TransitGatewayRelations,
    TransitGatewayRouteTable,
    TransitGatewayRouteTableBackend,
)
from moto.ec2.responses.transit_gateway_attachments import TransitGatewayAttachment as AttachmentResponses
from moto.ec2.utils import describe_tag_filter

from operations.local.moto_extension.adopt import adopt

_init_transit_gateway = TransitGateway.__init__
_describe_attachments = TransitGatewayAttachmentBackend.describe_transit_gateway_vpc_attachments
_describe_route_tables = TransitGatewayRouteTableBackend.get_all_transit_gateway_route_tables
_create_route = TransitGatewayRouteTableBackend.create_transit_gateway_route


def install() -> None:
    """Register the fixes."""
    TransitGateway.__init__ = init_transit_gateway  # type: ignore[method-assign]
    TransitGatewayAttachment.association = property(association)  # type: ignore[method-assign,assignment]
    adopt(TransitGatewayAttachmentBackend, Attachments)
    adopt(TransitGatewayRouteTableBackend, RouteTables)
    adopt(AttachmentResponses, Responses)


def init_transit_gateway(self: Any, backend: Any, description: str | None, options: Any = None) -> None:
    """Make the default route table only for what is enabled by default."""
    _init_transit_gateway(self, backend, description, options)
    table = self.default_route_table
    for purpose, flag in (("Association", "association"), ("Propagation", "propagation")):
        if self.options[f"DefaultRouteTable{purpose}"] == "disable":
            self.options.pop(f"{purpose}DefaultRouteTableId")
            setattr(table, f"default_{flag}_route_table", False)
    if not (table.default_association_route_table or table.default_propagation_route_table):
        del backend.transit_gateways_route_tables[table.id]
        self.default_route_table = None


def association(self: Any) -> dict[str, str] | None:
    """The association that was made, not the gateway's default."""
    table = self._association_data.get("transitGatewayRouteTableId")
    if self.state != "available" or not table:
        return None
    return {"State": "associated", "TransitGatewayRouteTableId": table}


class InvalidAssociation(EC2ClientError):
    """The attachment is not associated with that route table."""

    def __init__(self, attachment_id: str, table_id: str) -> None:
        super().__init__(
            "InvalidAssociation.NotFound",
            f"Attachment {attachment_id} is not associated with route table {table_id}.",
        )


class InvalidPropagation(EC2ClientError):
    """The attachment does not propagate to that route table."""

    def __init__(self, attachment_id: str, table_id: str) -> None:
        super().__init__(
            "TransitGatewayRouteTablePropagation.NotFound",
            f"Attachment {attachment_id} does not propagate to route table {table_id}.",
        )


class Attachments(TransitGatewayAttachmentBackend):
    """What AWS stores of attachments."""

    def create_transit_gateway_vpc_attachment(
        self: Any,
        transit_gateway_id: str,
        vpc_id: str,
        subnet_ids: list[str],
        tags: dict[str, str] | None = None,
        options: dict[str, str] | None = None,
    ) -> TransitGatewayVpcAttachment:
        """Attach, and associate and propagate as far as the gateway does that by default."""
        gateway = self.transit_gateways.get(transit_gateway_id)
        if gateway is None:
            raise InvalidTransitGatewayID(
                transit_gateway_id, f"Transit Gateway {transit_gateway_id} was deleted or does not exist."
            )
        same = {"transit-gateway-id": [transit_gateway_id], "vpc-id": [vpc_id], "state": ["available"]}
        if self.describe_transit_gateway_vpc_attachments(filters=same):
            raise DuplicateTransitGatewayAttachmentError(transit_gateway_id)
        attachment = TransitGatewayVpcAttachment(self, gateway, vpc_id, subnet_ids, tags, options)
        self.transit_gateway_attachments[attachment.id] = attachment
        if table := gateway.options.get("AssociationDefaultRouteTableId"):
            self.associate_transit_gateway_route_table(attachment.id, table)
        if table := gateway.options.get("PropagationDefaultRouteTableId"):
            self.enable_transit_gateway_route_table_propagation(attachment.id, table)
        return attachment

    def describe_transit_gateway_vpc_attachments(
        self, transit_gateways_attachment_ids: list[str] | None = None, filters: Any = None
    ) -> list[TransitGatewayAttachment]:
        found = _describe_attachments(self, transit_gateways_attachment_ids, filters)
        # Moto answers with attachments of every kind.
        found = [attachment for attachment in found if isinstance(attachment, TransitGatewayVpcAttachment)]
        return describe_tag_filter(filters or {}, found)

    def delete_transit_gateway_vpc_attachment(
        self: Any, transit_gateway_attachment_id: str
    ) -> TransitGatewayAttachment:
        """Delete, but keep it visible; leave nothing of it in the route tables; routes to it lead nowhere."""
        self.transit_gateway_associations.pop(transit_gateway_attachment_id, None)
        for key in [
            key for key in self.transit_gateway_propagations if key[0] == transit_gateway_attachment_id
        ]:
            del self.transit_gateway_propagations[key]
        for table in self.transit_gateways_route_tables.values():
            table.route_table_associations.pop(transit_gateway_attachment_id, None)
            self.disable_route_table_propagation(transit_gateway_attachment_id, table.id)
            for route in table.routes.values():
                targets = route.get("transitGatewayAttachments", [])
                if any(to["transitGatewayAttachmentId"] == transit_gateway_attachment_id for to in targets):
                    route["state"] = "blackhole"
        attachment: TransitGatewayAttachment = self.transit_gateway_attachments[transit_gateway_attachment_id]
        attachment.state = "deleted"
        return attachment


class RouteTables(TransitGatewayRouteTableBackend):
    """What AWS stores of route tables. Propagations are keyed by attachment and table."""

    def create_transit_gateway_route(
        self,
        transit_gateway_route_table_id: str,
        destination_cidr_block: str,
        transit_gateway_attachment_id: str | None = None,
        blackhole: bool = False,
    ) -> dict[str, Any]:
        route: dict[str, Any] = _create_route(
            self,
            transit_gateway_route_table_id,
            destination_cidr_block,
            transit_gateway_attachment_id,
            blackhole,
        )
        if isinstance(target := route.get("transitGatewayAttachments"), dict):
            route["transitGatewayAttachments"] = [target]
        return route

    def get_all_transit_gateway_route_tables(
        self, transit_gateway_route_table_ids: str | None = None, filters: Any = None
    ) -> list[TransitGatewayRouteTable]:
        found = _describe_route_tables(self, transit_gateway_route_table_ids, filters)
        return describe_tag_filter(filters or {}, found)

    def enable_transit_gateway_route_table_propagation(
        self: Any, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str
    ) -> TransitGatewayRelations:
        relation = (transit_gateway_attachment_id, transit_gateway_route_table_id)
        if relation not in self.transit_gateway_propagations:
            self.transit_gateway_propagations[relation] = TransitGatewayRelations(self, *relation, "enabled")
            self.set_route_table_propagation(*relation)
            self.set_attachment_propagation(*relation)
        propagation: TransitGatewayRelations = self.transit_gateway_propagations[relation]
        return propagation

    def disable_transit_gateway_route_table_propagation(
        self: Any, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str
    ) -> TransitGatewayRelations:
        relation = (transit_gateway_attachment_id, transit_gateway_route_table_id)
        if relation not in self.transit_gateway_propagations:
            raise InvalidPropagation(*relation)
        self.disable_route_table_propagation(*relation)
        propagation: TransitGatewayRelations = self.transit_gateway_propagations.pop(relation)
        propagation.state = "disabled"
        return propagation

    def disassociate_transit_gateway_route_table(
        self: Any, tgw_attach_id: str, tgw_rt_id: str
    ) -> TransitGatewayRelations:
        associated: TransitGatewayRelations | None = self.transit_gateway_associations.get(tgw_attach_id)
        if associated is None or associated.transit_gateway_route_table_id != tgw_rt_id:
            raise InvalidAssociation(tgw_attach_id, tgw_rt_id)
        del self.transit_gateway_associations[tgw_attach_id]
        associated.state = "disassociated"
        self.unset_route_table_association(tgw_rt_id, tgw_attach_id=tgw_attach_id)
        self.unset_attachment_association(tgw_attach_id)
        return associated


class Responses(AttachmentResponses):
    """What AWS answers."""

    def create_transit_gateway_vpc_attachment(self) -> ActionResult:
        attachment = self.ec2_backend.create_transit_gateway_vpc_attachment(
            transit_gateway_id=self._get_param("TransitGatewayId"),
            tags=self._parse_tag_specification().get("transit-gateway-attachment", {}),
            vpc_id=self._get_param("VpcId"),
            subnet_ids=self._get_param("SubnetIds", []),
            options=self._get_param("Options", {}),
        )
        return ActionResult({"TransitGatewayVpcAttachment": attachment})
