"""Import ids, as provider 5.100.0 wants them."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.paths import PROJECT_ROOT
from operations.state import importing
from operations.state.discovery import TAGGED
from operations.state.importing import UNIMPORTABLE, import_id, own_id

SCALED = {
    "service_namespace": "ecs",
    "resource_id": "service/c/s",
    "scalable_dimension": "ecs:service:DesiredCount",
}
ROUTE = {"id": "r-rtb-11", "route_table_id": "rtb-1"}
FORMATS = [
    ("aws_vpc", {"id": "vpc-1"}, "vpc-1"),
    ("aws_appautoscaling_target", SCALED, "ecs/service/c/s/ecs:service:DesiredCount"),
    ("aws_appautoscaling_policy", SCALED | {"name": "p"}, "ecs/service/c/s/ecs:service:DesiredCount/p"),
    ("aws_cloudwatch_event_target", {"id": "r-t", "rule": "r", "target_id": "t"}, "r/t"),
    ("aws_cloudwatch_log_metric_filter", {"id": "f", "log_group_name": "/g", "name": "f"}, "/g:f"),
    ("aws_cloudwatch_log_subscription_filter", {"id": "x", "log_group_name": "/g", "name": "f"}, "/g|f"),
    ("aws_codedeploy_app", {"id": "uuid:a", "name": "a"}, "a"),
    ("aws_codedeploy_deployment_group", {"id": "u", "app_name": "a", "deployment_group_name": "g"}, "a:g"),
    ("aws_db_instance", {"id": "db-ABC", "identifier": "shared"}, "shared"),
    ("aws_ecs_cluster", {"id": "arn:x", "name": "c"}, "c"),
    ("aws_ecs_service", {"id": "arn:s", "cluster": "arn:aws:ecs:r:1:cluster/c", "name": "s"}, "c/s"),
    ("aws_ecs_task_definition", {"id": "f", "arn": "arn:td:7"}, "arn:td:7"),
    ("aws_iam_role_policy_attachment", {"id": "r-2", "role": "r", "policy_arn": "arn:p"}, "r/arn:p"),
    ("aws_route", ROUTE | {"destination_cidr_block": "0.0.0.0/0"}, "rtb-1_0.0.0.0/0"),
    ("aws_route", ROUTE | {"destination_cidr_block": "", "destination_prefix_list_id": "pl-1"}, "rtb-1_pl-1"),
    ("aws_route_table_association", {"id": "a", "subnet_id": "s-1", "route_table_id": "rtb-1"}, "s-1/rtb-1"),
    ("aws_wafv2_web_acl", {"id": "i", "name": "n", "scope": "REGIONAL"}, "i/n/REGIONAL"),
    ("aws_acm_certificate_validation", {"id": "x"}, ""),
    ("aws_ecs_service", {"id": "arn:s", "name": "s"}, ""),
    ("aws_s3_bucket_versioning", {"bucket": "b"}, "b"),
]


@pytest.mark.parametrize(("kind", "attributes", "wanted"), FORMATS)
def test_the_format_of(kind: str, attributes: dict[str, Any], wanted: str) -> None:
    assert import_id(kind, attributes) == wanted


def test_a_named_resource_is_referred_to_by_its_name() -> None:
    assert own_id("aws_s3_bucket", {"bucket": "b"}) == "b"
    assert own_id("aws_vpc", {"cidr_block": "10.0.0.0/16"}) == ""


def test_every_argument_that_ids_come_from_exists() -> None:
    """A misspelt attribute would silently make a resource one without an id."""
    schemas = _arguments()
    wanted = {kind: [name] for kind, name in importing._NAMED.items()}
    wanted |= {kind: importing._names(template) for kind, template in importing._TEMPLATES.items()}
    told_by_aws = {"id", "arn"}

    for kind, names in wanted.items():
        if kind in schemas:
            assert set(names) - told_by_aws <= schemas[kind], kind
    assert len(wanted.keys() & schemas.keys()) > 30
    assert TAGGED.keys() & schemas.keys()
    assert not UNIMPORTABLE & wanted.keys()


def _arguments() -> dict[str, set[str]]:
    """Arguments by type, of everything that the committed stacks hold."""
    found: dict[str, set[str]] = {}
    for file in (PROJECT_ROOT / "tests/synth/__snapshots__/test_snapshots").glob("*.json"):
        for kind, bodies in json.loads(Path(file).read_text())["resource"].items():
            for body in bodies.values():
                found.setdefault(kind, set()).update(body)
    return found
