"""What an account must have before the platform is deployed. On a real account a person provides it once."""

from operations.local.environment import client
from operations.local.state import Server


def seed(server: Server, *, zones: list[str]) -> list[str]:
    """Create the public hosted zones of `zones` that do not exist yet; returns those created."""
    if not zones:
        return []
    route53 = client(server, "route53")
    pages = route53.get_paginator("list_hosted_zones").paginate()
    known = {zone["Name"] for page in pages for zone in page["HostedZones"]}
    missing = [zone for zone in zones if f"{zone.rstrip('.')}." not in known]
    for zone in missing:
        # The reference makes a repeated call with the same name an error instead of a second zone.
        route53.create_hosted_zone(Name=zone, CallerReference=f"hybrid-local-{zone}")
    return missing
