"""A real plan of all stacks, made by Terraform and the AWS provider against an empty embedded AWS."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from operations.local import seeds
from operations.local.environment import variables
from operations.local.state import Server
from tests.policy.references import Renderer
from tests.synth.synthesized import Body, Synthesized
from tests.terraform.command import as_modules, require_terraform

Plan = dict[str, Any]


def make_plan(stacks: dict[str, Synthesized], server: Server, directory: Path) -> Plan:
    """The plan as JSON; each stack is a module. It is that of a first deployment to a real account."""
    _seed(stacks, server)
    terraform, root = require_terraform(), as_modules(stacks, directory)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables(server).items():
            patch.setenv(name, value)
        terraform.init(root)
        terraform.run(root, "plan", "-input=false", "-no-color", "-lock=false", "-out=plan")
        plan: Plan = json.loads(terraform.run(root, "show", "-json", "plan"))
    return plan


def _seed(stacks: dict[str, Synthesized], server: Server) -> None:
    """Put there what the stacks look up: what others publish, and what an account must already have."""
    renderer = Renderer(stacks)
    for stack in stacks.values():
        for kind, bodies in stack.json.get("data", {}).items():
            for body in bodies.values():
                if seed := _SEEDS.get(kind):
                    seed(server, _region(stack, body), body, renderer)


def _alias(server: Server, region: str, body: Body, _renderer: Renderer) -> None:
    kms = _client(server, "kms", region)
    kms.create_alias(AliasName=body["name"], TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def _parameter(server: Server, region: str, body: Body, renderer: Renderer) -> None:
    value = renderer.parameter(body["name"])
    ssm = _client(server, "ssm", region)
    ssm.put_parameter(Name=body["name"], Value=value, Type="String", Overwrite=True)


def _secret(server: Server, region: str, body: Body, _renderer: Renderer) -> None:
    _client(server, "secretsmanager", region).create_secret(Name=body["name"])


def _zone(server: Server, _region: str, body: Body, _renderer: Renderer) -> None:
    seeds.seed(server, zones=[body["name"]])


_SEEDS: dict[str, Callable[[Server, str, Body, Renderer], None]] = {
    "aws_kms_alias": _alias,
    "aws_route53_zone": _zone,
    "aws_secretsmanager_secret": _secret,
    "aws_ssm_parameter": _parameter,
}
"""Kinds that must be there; others, such as managed policies and prefix lists, AWS itself provides."""


def _region(stack: Synthesized, body: Body) -> str:
    alias = body.get("provider", "aws").partition(".")[2]
    region: str = next(one for one in stack.providers if one.get("alias", "") == alias)["region"]
    return region


def _client(server: Server, service: str, region: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=server.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
    )
