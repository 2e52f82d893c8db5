"""Failover DNS: one name that leads to the primary region until a person switches over."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.route53_record import (
    Route53Record,
    Route53RecordAlias,
    Route53RecordFailoverRoutingPolicy,
)
from constructs import Construct

from environments.naming import Side
from environments.recovery import HealthCheckConfig
from hybrid_constructs.edge.health_checks import calculated_check, endpoint_check, health, unhealthy
from hybrid_constructs.edge.switch import FailoverSwitch
from hybrid_constructs.observability.watch import Alarm, DashboardRow, Severity


@dataclass(frozen=True)
class LoadBalancer:
    """One region's load balancer: its own name in our zone, and where AWS says it is."""

    host: str
    dns_name: str
    zone_id: str


class FailoverDns(Construct):
    """Records of `host` and of both load balancers, and the checks that decide between them.

    The PRIMARY record holds while its endpoint is healthy and nobody switched over. With no tasks in the
    second region Route 53 has no healthy answer and gives the primary; after the switch a primary that comes
    back stale gets no traffic by itself. The SECONDARY record has a check of its own, so traffic moves when
    the second region is ready and not before. A failover changes no record and no check, only the switch.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        host: str,
        zone_id: str,
        primary: LoadBalancer,
        dr: LoadBalancer,
        switch: FailoverSwitch,
        health_check: HealthCheckConfig,
        standby_is_warm: bool = False,
        ipv6: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.host = host
        self._zone_id = zone_id
        self._types = ("A", "AAAA") if ipv6 else ("A",)
        self._warm = standby_is_warm
        self.primary_check_id, self.dr_check_id = (
            endpoint_check(self, id_, name=side.host, host=side.host, config=health_check)
            for id_, side in (("PrimaryEndpoint", primary), ("DrEndpoint", dr))
        )
        self.switch_check_id = switch.check_id
        self.leads_to_primary_check_id = calculated_check(
            self,
            "LeadsToPrimary",
            name=f"{host} leads to the primary",
            children=[self.primary_check_id, self.switch_check_id],
            healthy_children=2,
        )
        self.served_check_id = calculated_check(
            self,
            "Served",
            name=f"{host} is served",
            children=[self.leads_to_primary_check_id, self.dr_check_id],
            healthy_children=1,
        )
        for side in (primary, dr):
            self._own_name(side)
        self._failover("primary", primary, self.leads_to_primary_check_id)
        self._failover("dr", dr, self.dr_check_id)

    def alarms(self) -> list[Alarm]:
        """Nobody answers users, the primary fails, or traffic is away from it. For us-east-1."""
        alarms = [
            unhealthy(
                self.served_check_id,
                id_="failover-unserved",
                description=f"No region answers to {self.host}",
                severity=Severity.CRITICAL,
            ),
            unhealthy(
                self.primary_check_id,
                id_="failover-primary-unhealthy",
                description=f"The primary region fails the health check of {self.host}; decide on a failover",
                severity=Severity.CRITICAL,
            ),
            unhealthy(
                self.switch_check_id,
                id_="failover-switched",
                description=f"{self.host} was switched over to the second region; fail back when the primary "
                "is whole again",
                severity=Severity.WARNING,
            ),
        ]
        # A pilot light has no tasks: its check is unhealthy until a failover, and that is no news.
        if self._warm:
            alarms.append(
                unhealthy(
                    self.dr_check_id,
                    id_="failover-dr-unhealthy",
                    description=f"The warm standby fails the health check of {self.host}; a failover would "
                    "not move traffic",
                    severity=Severity.WARNING,
                )
            )
        return alarms

    def dashboard_rows(self) -> list[DashboardRow]:
        """Which region is healthy, and to which one the name leads."""
        return [
            DashboardRow(
                f"Failover of {self.host}",
                {
                    "Primary healthy": [health(self.primary_check_id)],
                    "Standby healthy": [health(self.dr_check_id)],
                    "Not switched over": [health(self.switch_check_id)],
                    "Leads to the primary": [health(self.leads_to_primary_check_id)],
                },
            )
        ]

    def _own_name(self, side: LoadBalancer) -> None:
        for type_ in self._types:
            Route53Record(
                self,
                f"{side.host}-{type_}",
                zone_id=self._zone_id,
                name=side.host,
                type=type_,
                # The one answer there is, healthy or not.
                alias=_alias(side, evaluate_target_health=False),
            )

    def _failover(self, side: Side, target: LoadBalancer, check_id: str) -> None:
        for type_ in self._types:
            Route53Record(
                self,
                f"{side}-{type_}",
                zone_id=self._zone_id,
                name=self.host,
                type=type_,
                set_identifier=side,
                failover_routing_policy=Route53RecordFailoverRoutingPolicy(
                    type="PRIMARY" if side == "primary" else "SECONDARY"
                ),
                health_check_id=check_id,
                alias=_alias(target, evaluate_target_health=True),
            )


def _alias(target: LoadBalancer, *, evaluate_target_health: bool) -> Route53RecordAlias:
    return Route53RecordAlias(
        name=target.dns_name, zone_id=target.zone_id, evaluate_target_health=evaluate_target_health
    )
