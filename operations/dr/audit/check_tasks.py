"""Tasks: started by the failover, from the same images, under the names that users call."""

import json
from collections.abc import Iterator

from environments import naming
from environments.schema import Fleet
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Finding, Gap, Held, View


def scaled_by_failover(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """The next apply must not stop what a failover started."""
    if twin is None:
        return
    ignored = (twin.body.get("lifecycle") or {}).get("ignore_changes", [])
    if "desired_count" not in ignored:
        yield Gap(
            f"an apply would set {view.name(twin)} back to {twin.body.get('desired_count')} tasks",
            "put desired_count into ignore_changes of the service",
        )
    yield Held(f"the failover starts {block.body.get('desired_count')} tasks")


def same_images(view: View, block: Block, twin: Block | None) -> Iterator[Finding]:
    """Images of ours must come from the standby's region; public ones are the same everywhere."""
    if twin is None:
        return
    fleet = view.fleet
    foreign = naming.image_registry(fleet.primary.account_id, fleet.primary.region)
    for image in _images(twin):
        if image.startswith(foreign):
            yield Gap(
                f"{view.name(twin)} pulls {image} from the primary region", "name the registry of the standby"
            )
    yield Held(", ".join(image.rpartition("/")[2] for image in _images(block)))


def images_replicated(view: View, block: Block, _twin: Block | None) -> Iterator[Finding]:
    """ECR copies what is pushed after the rule exists, by the start of the repository's name."""
    region, name = view.fleet.dr.region, view.name(block)
    # Another account's registry would take the images as well, and the standby pulls from its own.
    registry = {"region": region, "registry_id": view.fleet.dr.account_id}
    for found in view.synthesis.all("aws_ecr_replication_configuration", region=block.region):
        for rule in found.body.get("replication_configuration", {}).get("rule", []):
            filters = [each["filter"] for each in rule.get("repository_filter") or [{"filter": ""}]]
            places = [{key: to.get(key) for key in registry} for to in rule.get("destination") or ()]
            if registry in places and name.startswith(tuple(filters)):
                yield Held(f"rule {', '.join(filters) or 'for all'}")
                return
    yield Gap(
        f"nothing copies images of {name} to {region}, into the registry {view.fleet.dr.account_id}",
        "add the repository to the registry's replication (RegistryReplication, prefixes)",
    )


def hosts_covered(view: View, _block: Block, twin: Block | None) -> Iterator[Finding]:
    """Everything that the standby's rules answer to must be in its certificates."""
    if twin is None:
        return
    names: set[object] = set()
    for one in view.synthesis.all(twin.kind, stack=view.fleet.dr.name, region=view.fleet.dr.region):
        names |= {one.body.get("domain_name"), *(one.body.get("subject_alternative_names") or ())}
    for host in sorted(_hosts(view.fleet)):
        wildcard = f"*.{host.partition('.')[2]}"
        if not names & {host, wildcard}:
            yield Gap(
                f"the certificate in {view.fleet.dr.region} does not cover {host}",
                "add the name to the standby's certificate",
            )


def any_of_its_kind(view: View, block: Block) -> Block | None:
    """The standby may have fewer of them (network.nat); the routes say which one is used."""
    others = view.synthesis.all(block.kind, stack=view.fleet.dr.name, region=view.fleet.dr.region)
    return view.twin(block) or next(iter(others), None)


def _images(block: Block) -> list[str]:
    return [str(each.get("image")) for each in json.loads(block.body["container_definitions"])]


def _hosts(fleet: Fleet) -> set[str]:
    hosts = {service.host for service in fleet.primary.services.values()}
    return hosts | ({naming.origin_host(fleet, "dr")} if fleet.dr.edge.host in hosts else set())
