"""Values of the standby that are meant to differ from the primary's, and how far they may."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from environments import naming
from environments.recovery import ReplicaRole
from operations.dr.audit import check_data, check_objects
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import View
from operations.synthesis import blocks


@dataclass(frozen=True)
class Meant:
    """Why an attribute differs, and what it must be there all the same, whether it differs or not."""

    why: str
    only: str
    """What is allowed, in words: "it must be ..."."""

    holds: Callable[[View, Block, Block], bool]
    """Of the primary's block and the one that stands by for it."""


MayDiffer = Mapping[str, str | Meant]
"""Path of an attribute, and why both sides differ in it; a text alone allows any value."""


def inherited(attribute: str) -> Meant:
    """What a replica takes from its source."""
    return Meant(
        "a replica has it from its source (RDS, CreateDBInstanceReadReplica)",
        "absent, or the source's",
        lambda _view, block, twin: twin.body.get(attribute) in (None, block.body.get(attribute)),
    )


def cache_is_off(view: View, block: Block) -> MayDiffer:
    """The one value of a cache that does not run that cannot be there yet."""
    return {
        path: Meant(why, f"{CACHE_OFF}, which no name server answers for", _no_cache)
        for path, why in check_data.cache_is_off(view, block).items()
    }


CACHE_OFF = "cache-off.invalid"
"""As in hybrid_constructs.data.parameters, which loads the provider's bindings."""


def _no_cache(_view: View, _block: Block, twin: Block) -> bool:
    return twin.body.get("value") == CACHE_OFF


def _rolling(_view: View, _block: Block, twin: Block) -> bool:
    # ECS is what a service without the block gets (ECS API reference, DeploymentController).
    return _single(twin.body.get("deployment_controller")) in (None, {"type": "ECS"})


def _rolls_back(_view: View, _block: Block, twin: Block) -> bool:
    return bool(_single(twin.body.get("deployment_circuit_breaker")) == {"enable": True, "rollback": True})


def _watched(view: View, _block: Block, twin: Block) -> bool:
    alarms = _single(twin.body.get("alarms")) or {}
    kind, names = "aws_cloudwatch_metric_alarm", alarms.get("alarm_names") or []
    known = [view.synthesis.find(kind, view.fleet.dr.region, _plain(view, twin, name)) for name in names]
    return bool(known) and None not in known and bool(alarms.get("enable") and alarms.get("rollback"))


def _standby_tasks(view: View, _block: Block, twin: Block) -> bool:
    return bool(twin.body.get("desired_count") == view.fleet.dr.standby.service_tasks)


def _nat_of_standby(view: View, block: Block, twin: Block) -> bool:
    target = twin.body.get("nat_gateway_id")
    if not block.body.get("nat_gateway_id"):
        return target is None
    found = [each.kind for each in view.synthesis.references(twin.stack, str(target))]
    return twin.stack == view.fleet.dr.name and found == ["aws_nat_gateway"]


def _no_snapshot(view: View, _block: Block, twin: Block) -> bool:
    promoted = view.fleet.dr.database_replica.role is ReplicaRole.PRIMARY
    return promoted or (twin.body.get("skip_final_snapshot") is True and not twin.body.get(SNAPSHOT))


def _others_state(view: View, _block: Block, twin: Block) -> bool:
    """The statement denies; were the standby's own bucket in it, its roles could not read their state."""
    bucket = naming.state_bucket(view.fleet.shared.organisation.prefix, view.fleet.dr.name)
    own = {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}
    statements = blocks(json.loads(twin.body["policy"])["Statement"])
    return not any(
        own & set(blocks(each["Resource"])) for each in statements if each.get("Sid") == "StateOfOthers"
    )


def _plain(view: View, block: Block, name: str) -> str:
    """The name of what an expression refers to, or the name itself."""
    return next((view.name(each) for each in view.synthesis.references(block.stack, name)), name)


def _copied(view: View, block: Block, twin: Block) -> bool:
    """How long copies stay is judged with their replication; where nothing is copied, rules are the same."""
    buckets = view.synthesis.references(block.stack, str(block.body.get("bucket")))
    if any(check_objects.is_access_log(view, bucket) for bucket in buckets):
        return bool(block.body.get("rule") == twin.body.get("rule"))
    mine, theirs = (
        [each.get("noncurrent_version_transition") for each in blocks(one.body.get("rule"))]
        for one in (block, twin)
    )
    return all(each in mine for each in theirs if each)


def _single(value: Any) -> Any:
    """A block, written alone or in a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


ROLLING = "deployments are rolling on the standby, so that a failover needs no CodeDeploy"
SERVICE: MayDiffer = {
    "deployment_controller": Meant(ROLLING, 'absent, or {"type": "ECS"}', _rolling),
    "deployment_circuit_breaker": Meant(
        "rolling deployments roll back by themselves", "enabled, with rollback", _rolls_back
    ),
    "force_new_deployment": "rolling deployments follow the configuration",
    "alarms": Meant(
        "rolling deployments watch alarms by themselves, CodeDeploy does it for blue/green",
        "enabled, with rollback, and name alarms of the second region",
        _watched,
    ),
    "desired_count": Meant(
        "standby.service_tasks; the failover starts the primary's number of tasks",
        "standby.service_tasks",
        _standby_tasks,
    ),
}
SNAPSHOT = "final_snapshot_identifier"
DATABASE: MayDiffer = {
    "replicate_source_db": "it is a replica",
    "multi_az": "the failover makes it Multi-AZ after its promotion",
    "maintenance_window": "a replica is maintained before its source",
    "delete_automated_backups": "set when it is promoted",
    "skip_final_snapshot": Meant(
        "RDS refuses a final snapshot of a replica", f"true, with no {SNAPSHOT}", _no_snapshot
    ),
    SNAPSHOT: "RDS refuses a final snapshot of a replica",
    "apply_immediately": "nobody uses the standby",
    **{
        attribute: inherited(attribute)
        for attribute in (
            "allocated_storage",
            "db_name",
            "engine",
            "engine_version",
            "storage_type",
            "username",
            "password_wo",
            "password_wo_version",
        )
    },
}
BOUNDARY: MayDiffer = {
    "policy.Statement.StateOfOthers.Resource": Meant(
        "each keeps away from the state of all others", "the state of others, not its own", _others_state
    )
}
PARTS: dict[str, MayDiffer] = {
    "aws_route": {
        "nat_gateway_id": Meant(
            "the standby has as many NAT gateways as its file asks for (network.nat)",
            "a NAT gateway of the standby where the primary's route has one",
            _nat_of_standby,
        )
    },
    "aws_s3_bucket_lifecycle_configuration": {
        "rule": Meant(
            "copies arrive in replication.storage_class and go on from there",
            "the primary's where nothing is copied, and archive old versions as the primary does",
            _copied,
        )
    },
}
"""The same for parts, by their kind."""
