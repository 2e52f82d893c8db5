"""Database, cache, secrets and parameters."""

from collections.abc import Iterator

from environments import naming
from environments.recovery import ReplicaRole
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, Held, View, objective


def database_replicated(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """A replica of the right source, watched closely enough for the RPO."""
    if twin is None:
        return
    dr, name = view.fleet.dr, view.name(twin)
    if dr.database_replica.role is ReplicaRole.PRIMARY:
        yield Gap(
            f"{name} is promoted and nothing replicates it (database_replica.role: primary)",
            "fail back: make a replica in the other region from it",
        )
        return
    source = f"arn:aws:rds:{block.region}:{view.fleet.shared.account_id}:db:{view.name(block)}"
    if twin.body.get("replicate_source_db") != source:
        yield Gap(
            f"{name} replicates {twin.body.get('replicate_source_db') or 'nothing'}, not {source}",
            "set replicate_source_db of the replica to that ARN (DatabaseReplica, source_arn)",
        )
    yield from _lag_watched(view, name)


def _lag_watched(view: View, replica: str) -> Iterator[Finding]:
    wanted = objective(view, "database")
    alarms = view.alarms(view.fleet.dr.region, "ReplicaLag", DBInstanceIdentifier=replica)
    # Missing data must ring: a replica that reports nothing may be gone.
    alarms = [alarm for alarm in alarms if alarm.body.get("treat_missing_data") == "breaching"]
    late = [
        alarm.body["threshold"] for alarm in alarms if alarm.body["comparison_operator"].startswith("Greater")
    ]
    stopped = [alarm for alarm in alarms if alarm.body["comparison_operator"].startswith("Less")]
    if wanted is not None and wanted.rpo_minutes is not None:
        limit = wanted.rpo_minutes * 60
        if not late or min(late) > limit:
            found = f"the alarm on ReplicaLag rings above {min(late)} s" if late else "no alarm on ReplicaLag"
            yield Gap(
                f"{found}; the RPO is {limit} s", "set database_replica.lag_alarm_seconds to the RPO or less"
            )
        else:
            yield Held(f"alarm above {max(each for each in late if each <= limit)} s of lag")
    if not stopped:
        yield Gap(
            "no alarm on a ReplicaLag below 0, which RDS reports when replication has stopped",
            "add the alarm to the replica (RDS user guide, 'Monitoring read replication')",
        )


def cache_can_be_made(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """A cold cache is made by the failover; what it needs beforehand has rows of its own."""
    if twin is not None:
        yield Held("runs, empty")
    elif view.fleet.dr.standby.cache == "off":
        nodes, kind = block.body.get("num_cache_clusters"), block.body.get("node_type")
        yield Held(f"the failover makes {view.counterparts.of(view.name(block))}: {nodes} x {kind}, empty")
    else:
        yield Gap(
            f"no cache {view.counterparts.of(view.name(block))}, although standby.cache is warm",
            "add it to the stack of the standby, or set standby.cache to off",
        )


def secret_copy(view: View, block: Block) -> Block | None:
    """The copy is no resource of its own; the secret stands for it if it names the region."""
    regions = [replica.get("region") for replica in block.body.get("replica") or ()]
    return block if view.fleet.dr.region in regions else None


def secret_replicated(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """AWS keeps copies current; they must be readable with a key of their own region."""
    region = view.fleet.dr.region
    if twin is None:
        yield Gap(
            f"secret {view.name(block)} is not copied to {region}",
            f"add a replica in {region} with a key of it",
        )
        return
    replica = next(each for each in block.body["replica"] if each["region"] == region)
    keys = list(view.synthesis.references(block.stack, str(replica.get("kms_key_id", ""))))
    if [key.region for key in keys] != [region]:
        found = ", ".join(f"{view.name(key)} in {key.region}" for key in keys) or "no key of ours"
        yield Gap(
            f"the copy of {view.name(block)} is encrypted with {found}",
            f"name a key in {region} (Secrets Manager: a key works in its own region only)",
        )


def switched_by_failover(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """What a failover writes, the next apply must not undo."""
    database = f"{naming.database_parameters(view.fleet.primary.name)}/endpoint"
    if twin is None or not (view.name(block) == database or cache_is_off(view, block)):
        return
    if "value" not in (twin.body.get("lifecycle") or {}).get("ignore_changes", []):
        yield Gap(
            f"an apply would undo what the failover writes into {view.name(twin)}",
            "put `value` into ignore_changes of the parameter",
        )
    yield Held("written again by the failover")


def cache_is_off(view: View, block: Block) -> dict[str, str]:
    """The address of a cache that does not run is the one value that cannot be there."""
    endpoint = f"{naming.cache_parameters(view.fleet.primary.name)}/endpoint"
    if view.name(block) != endpoint or view.fleet.dr.standby.cache != "off":
        return {}
    return {"value": "the failover makes the cache and writes its address"}
