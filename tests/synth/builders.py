"""A stack around the construct under test, and the constructs that others need to exist."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.synth.synthesized import ENDPOINT, Synthesized, read_stacks

# isort: split
import pytest
from cdktf import App, TerraformStack

from environments.network import NetworkConfig
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.key import DataKey
from hybrid_constructs.security.roles import RoleScope

ACCOUNT = "111122223333"
ROLES = RoleScope(ACCOUNT, "/acme/test/", f"arn:aws:iam::{ACCOUNT}:policy/acme-test-boundary")
REGION = "eu-central-1"
ZONES = ("eu-central-1a", "eu-central-1b")
CIDR = "10.9.0.0/16"

Synth = Callable[..., Synthesized]
"""The fixture `synth`."""


def synth_construct(
    build: Callable[[TerraformStack], object],
    outdir: Path,
    *,
    endpoint: str | None = None,
) -> Synthesized:
    """Synthesize a stack of one provider and whatever `build` adds, for real AWS or for `endpoint`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENDPOINT)
        if endpoint is not None:
            patch.setenv(ENDPOINT, endpoint)
        app = App(outdir=str(outdir))
        stack = TerraformStack(app, "test")
        aws_provider(stack, region=REGION, account_id=ACCOUNT, tags={"Environment": "test"})
        build(stack)
        app.synth()  # not Testing.synth, which leaves the construct paths out
    return read_stacks(outdir)["test"]


def config(**changes: Any) -> NetworkConfig:
    """An address plan of two zones in a region that no environment uses."""
    return NetworkConfig.model_validate({"cidr": CIDR, "zones": ZONES, **changes})


def network(stack: TerraformStack, **changes: Any) -> Network:
    return Network(stack, "Network", name="acme-test", config=config(**changes))


def key(stack: TerraformStack, id_: str = "Key", **options: Any) -> DataKey:
    return DataKey(
        stack, id_, **{"alias": "alias/acme", "description": "d", "account_id": ACCOUNT, **options}
    )


def bucket(
    stack: TerraformStack, name: str, *, encrypted_with: DataKey | None = None, **options: Any
) -> SecureBucket:
    return SecureBucket(
        stack, f"Bucket-{name}", name=name, key=encrypted_with or key(stack, f"Key-{name}"), **options
    )
