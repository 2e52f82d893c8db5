"""EC2: prefix lists that AWS manages.

Moto 5.2.5 has no list of Route 53's health checkers (VPC user guide, "Available AWS-managed prefix lists").
"""

from typing import Any

from moto.ec2.models.managed_prefixes import ManagedPrefixListBackend

from operations.local.moto_extension.adopt import adopt

_create_default_pls = ManagedPrefixListBackend.create_default_pls


def install() -> None:
    """Register the fix."""
    adopt(ManagedPrefixListBackend, PrefixLists)


class PrefixLists(ManagedPrefixListBackend):
    """What AWS has."""

    def create_default_pls(self: Any) -> None:
        _create_default_pls(self)
        for family, infix, cidrs in (
            ("IPv4", "", ("15.177.0.0/18", "54.228.16.0/26")),
            ("IPv6", "ipv6.", ("2406:da18:7ff:f800::/53",)),
        ):
            self._create_aws_managed_prefix_list(
                name=f"com.amazonaws.{self.region_name}.{infix}route53-healthchecks",
                address_family=family,
                entries=[{"Cidr": cidr, "Description": "default"} for cidr in cidrs],
            )
