"""What refers to a dependency or its counterpart, and is found from neither."""

from collections.abc import Iterator

from operations.dr.audit.attached import ATTACHED
from operations.dr.audit.blocks import Block
from operations.dr.audit.compare import Difference
from operations.dr.audit.findings import Accepted, Gap, Row, View
from operations.dr.audit.kinds import KINDS
from operations.dr.audit.walk import EVERYTHING, leads_to

_WATCHES = "it watches; alarms are judged by the objective that they watch"
_RECORDS = "it records what happens, in each region by itself"
_DEPLOYS = "the standby deploys without it, and the failover starts the primary's number of tasks"
_DNS = "judged with the host names and the CDN (edge)"
_JOINS = "it joins networks; their routes are judged"

IGNORED = {
    "aws_appautoscaling_policy": _DEPLOYS,
    "aws_appautoscaling_scheduled_action": _DEPLOYS,
    "aws_appautoscaling_target": _DEPLOYS,
    "aws_applicationinsights_application": _WATCHES,
    "aws_budgets_budget": "it watches what is spent, in all regions",
    "aws_cloudfront_distribution": _DNS,
    "aws_cloudtrail": "one trail records all regions",
    "aws_cloudwatch_composite_alarm": _WATCHES,
    "aws_cloudwatch_dashboard": _WATCHES,
    "aws_cloudwatch_event_rule": _WATCHES,
    "aws_cloudwatch_event_target": _WATCHES,
    "aws_cloudwatch_log_metric_filter": _WATCHES,
    "aws_cloudwatch_log_stream": "AWS writes into it what goes wrong with a delivery",
    "aws_cloudwatch_metric_alarm": _WATCHES,
    "aws_codedeploy_app": _DEPLOYS,
    "aws_codedeploy_deployment_group": _DEPLOYS,
    "aws_config_delivery_channel": _RECORDS,
    "aws_default_security_group": "nothing is in it, and it admits nothing",
    "aws_ec2_transit_gateway_vpc_attachment": _JOINS,
    "aws_flow_log": _RECORDS,
    "aws_grafana_workspace": _WATCHES,
    "aws_prometheus_workspace": _WATCHES,
    "aws_route53_health_check": _DNS,
    "aws_route53_record": _DNS,
    "aws_secretsmanager_secret_version": "AWS copies it with its secret",
    "aws_vpc_peering_connection": _JOINS,
    "aws_xray_encryption_config": _RECORDS,
}
"""Kinds that refer to dependencies and are none, with the reason."""


def rows(view: View) -> Iterator[Row]:
    """A row for each block that does something to a dependency or its counterpart, nobody decided what."""
    fleet = view.fleet
    # What other environments make of what all share is their own affair.
    others = set(fleet.environments) - {fleet.shared.name, fleet.primary.name, fleet.dr.name}
    twins = {view.twin(node) for node in view.needs if isinstance(node, Block)} - {None}
    for block in view.synthesis.blocks:
        known = block.kind in KINDS or block.kind in ATTACHED or block.kind in IGNORED
        if known or block in view.needs or block.stack in others:
            continue
        touched = [each for each in leads_to(view.synthesis, fleet, block) if isinstance(each, Block)]
        concerned = [each for each in touched if each in view.needs or each in twins]
        if concerned:
            yield _unknown(view, block, concerned[0])


def _unknown(view: View, block: Block, concerned: Block) -> Row:
    gap = Gap(
        f"the audit does not know what {block.kind} {view.name(block)} of the stack {block.stack} does to "
        f"{concerned.kind} {view.name(concerned)}, and what stands by for it",
        "say in operations/dr/audit what it belongs to (attached.py), how it is kept in step (kinds.py), or "
        "why it does not matter (strays.py)",
    )
    needed_by = tuple(sorted(view.needs.get(concerned, {EVERYTHING})))
    return Row("unknown", block.kind, needed_by, view.name(block), None, "-", None, (gap,))


def extra_parts(view: View, label: str, block: Block) -> Iterator[Accepted | Gap]:
    """What belongs to the counterpart of `block`, and to nothing of the primary: a rule that denies, say."""
    twin = view.twin(block)
    # The hub's network and the primary's have one counterpart; both sides' parts are expected there.
    owners = [node for node in view.needs if isinstance(node, Block) and node.kind == block.kind]
    owners = [node for node in owners if view.twin(node) is twin]
    if twin is None or owners[:1] != [block]:
        return
    expected = {
        (part.kind, view.counterparts.of(view.name(part)))
        for owner in owners
        for part in view.synthesis.attached(owner)
    }
    for part in view.synthesis.attached(twin):
        if not ATTACHED[part.kind].part or (part.kind, view.name(part)) in expected:
            continue
        kind = part.kind.removeprefix("aws_")
        if _for_the_primary(view, part):
            difference = Difference(f"{kind} {view.name(part)}", None, "there")
            yield Accepted(difference, "the primary's services reach the standby's database over the peering")
        else:
            yield Gap(
                f"{label}, {kind}: {view.name(part)} of {view.name(twin)} has no counterpart at the primary",
                f"delete it from {part.stack}, or add it to {view.fleet.primary.name} as well",
            )


def _for_the_primary(view: View, part: Block) -> bool:
    """Rules of the database's security group that admit the subnets of the primary's services."""
    private = view.fleet.primary.network.tiers["private"].values()
    return (
        part.kind == "aws_vpc_security_group_ingress_rule"
        and part.body.get("cidr_ipv4") in private
        and any(
            owner in view.synthesis.references(database.stack, str(database.body["vpc_security_group_ids"]))
            for database in view.synthesis.all("aws_db_instance", region=view.fleet.dr.region)
            for owner in view.synthesis.references(part.stack, str(part.body["security_group_id"]))
        )
    )
