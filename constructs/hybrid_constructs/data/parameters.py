"""SSM parameters that say where data is. The runbooks switch them; applications read them at start."""

import re
from collections.abc import Mapping, Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

CACHE_OFF = "cache-off.invalid"
"""Host name of a cache that does not run; nothing ever resolves it (RFC 2606, section 2)."""

_LEVELS = 15
_LENGTH = 1011


def absolute_name(name: str) -> str:
    """`name`, if SSM takes it as a parameter in a hierarchy (SSM user guide, "Creating parameters")."""
    wrong = None
    if not name.startswith("/"):
        wrong = f"is not absolute; write /{name}"
    elif not re.fullmatch(r"(/[A-Za-z0-9_.-]+)+", name):
        wrong = "must be words of letters, digits, _ . and -, each after one /, such as /acme/rds/port"
    elif re.match(r"/(aws|ssm)", name, re.IGNORECASE):
        wrong = "begins with aws or ssm, which AWS keeps for itself; use another first word"
    elif name.count("/") > _LEVELS or len(name) > _LENGTH:
        wrong = f"has {name.count('/')} levels and {len(name)} characters; SSM allows {_LEVELS} and {_LENGTH}"
    if wrong:
        raise ValueError(f'parameter name {name}: {wrong} (SSM user guide, "Creating parameters")')
    return name


def connection_parameters(
    scope: Construct,
    *,
    prefix: str,
    address: str,
    port: int,
    secret_arn: str,
    resource_id: str,
) -> dict[str, str]:
    """Publish a database below `prefix`; returns the parameters' names. None of the values is a secret.

    `/endpoint` is the host alone: JDBC URLs and clients add the port themselves. The CLI points it to a
    restored or promoted database, so Terraform writes it once and then leaves it (docs/runtime-fields.md).
    """
    values = {
        "endpoint": ("Host name of the database; switched by the runbooks", address),
        "port": ("Port of the database", str(port)),
        "secret-arn": ("Secret with the master user of the database", secret_arn),
        "resource-id": ("Resource id of the database, for IAM statements", resource_id),
    }
    return _publish(scope, "Parameter", prefix, values, switched=("endpoint",))


def cache_parameters(scope: Construct, *, prefix: str, endpoint: str | None, port: int) -> dict[str, str]:
    """Publish a cache below `prefix`; returns the parameters' names.

    Without an `endpoint` the cache does not run: the host is `CACHE_OFF` until a failover adds the nodes and
    writes theirs, which Terraform then leaves (docs/runtime-fields.md).
    """
    values = {
        "endpoint": ("Host name of the cache's primary node", endpoint or CACHE_OFF),
        "port": ("Port of the cache", str(port)),
    }
    return _publish(scope, "CacheParameter", prefix, values, switched=() if endpoint else ("endpoint",))


def _publish(
    scope: Construct, id_: str, prefix: str, values: Mapping[str, tuple[str, str]], *, switched: Sequence[str]
) -> dict[str, str]:
    """A parameter for each of `values` (description, value); the runbooks write those in `switched`."""
    names = {key: absolute_name(f"{prefix}/{key}") for key in values}
    for key, (description, value) in values.items():
        SsmParameter(
            scope,
            f"{id_}-{key}",
            name=names[key],
            type="String",
            description=description,
            value=value,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["value"]) if key in switched else None,
        )
    return names
