"""EC2: rules of security groups.

Moto 5.2.5 tells the description of a rule only where its source is an address range; that of a rule whose
source is a group or a prefix list it keeps back, so every plan wants to write it again.
"""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from operations.local.moto_extension.adopt import adopt

_init = SecurityGroupRule.__init__


def install() -> None:
    """Register the fixes."""
    SecurityGroupRule.__init__ = _keeping_description  # type: ignore[method-assign]
    adopt(SecurityGroupRule, Rule)


def _keeping_description(self: SecurityGroupRule, *args: Any, **options: Any) -> None:
    _init(self, *args, **options)
    # In this order moto passes range, group and prefix list, the three kinds of source.
    sources = (
        *args[5:8],
        options.get("ip_range"),
        options.get("source_group"),
        options.get("prefix_list_id"),
    )
    found = (source.get("Description") for source in sources if isinstance(source, dict))
    vars(self)["source_description"] = next(filter(None, found), None)


class Rule(SecurityGroupRule):
    """A rule as AWS tells it."""

    @property
    def description(self) -> str | None:
        # The range may have been changed since.
        told: str | None = self.ip_range.get("Description") or vars(self)["source_description"]
        return told
