"""The network that every environment stands on: VPC, flow logs, endpoints, and its published ids."""

from constructs import Construct

from environments import naming
from environments.schema import EnvironmentBase
from hybrid_constructs.network.endpoints import Endpoints
from hybrid_constructs.network.exchange import publish_network
from hybrid_constructs.network.flow_logs import FlowLogs
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.roles import RoleScope


def environment_network(
    scope: Construct, *, environment: EnvironmentBase, name: str, roles: RoleScope, logs_key: Key
) -> Network:
    """Build and publish the network of `environment`; `logs_key` encrypts what it records."""
    config = environment.network
    network = Network(scope, "Network", name=name, config=config)
    FlowLogs(
        scope,
        "FlowLogs",
        network=network,
        log_group_name=naming.flow_log_group(environment.name),
        roles=roles,
        config=config.flow_logs,
        kms_key_arn=logs_key.arn,
    )
    Endpoints(
        scope,
        "Endpoints",
        network=network,
        config=config.endpoints,
        region=environment.region,
        account_id=environment.account_id,
    )
    publish_network(
        scope, "NetworkParameter", name=naming.network_parameter(environment.name), network=network
    )
    return network
