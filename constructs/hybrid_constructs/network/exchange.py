"""How stacks learn of each other's networks: JSON in SSM parameters, never a CDKTF cross-stack reference.

Publisher and reader share one shape, so a stack deploys alone and the CLI can read the same facts.
"""

from typing import Any

from cdktf import Fn
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from hybrid_constructs.network.vpc import Network


def publish(scope: Construct, id_: str, *, name: str, description: str, value: dict[str, Any]) -> None:
    """Publish ids that another stack needs; none of them is a secret."""
    SsmParameter(scope, id_, name=name, type="String", description=description, value=Fn.jsonencode(value))


def publish_network(scope: Construct, id_: str, *, name: str, network: Network) -> None:
    """Publish a VPC with its subnets and route tables."""
    publish(
        scope,
        id_,
        name=name,
        description=f"VPC, subnets and route tables of {network.name}",
        value={
            "vpc_id": network.vpc_id,
            "cidr": network.cidr,
            "subnet_ids": network.subnet_ids,
            "route_table_ids": network.route_tables,
        },
    )


class Published(Construct):
    """What another stack published under `name`; every key is known at synthesis."""

    def __init__(self, scope: Construct, id_: str, *, name: str, provider: Any = None) -> None:
        super().__init__(scope, id_)
        parameter = DataAwsSsmParameter(self, "Parameter", name=name, provider=provider)
        # insecure_value: ids are no secrets, and plans stay readable.
        self._json = Fn.jsondecode(parameter.insecure_value)

    def get(self, *path: str) -> str:
        """The value at a path, such as `get("route_table_ids", "private-a")`."""
        value: str = Fn.lookup_nested(self._json, list(path))
        return value
