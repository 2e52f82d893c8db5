"""What an account must have before the platform is deployed. On a real account a person provides it once.

The hosted zone comes before everything; images and database credentials as soon as the stack `shared` has
made the repositories and the keys, because services start with them.
"""

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from environments import naming
from operations.db.names import database_name
from operations.errors import UsageError
from operations.local.environment import client
from operations.local.state import Server

if TYPE_CHECKING:
    from environments.schema import Fleet


def seed(server: Server, *, zones: list[str]) -> list[str]:
    """Create the public hosted zones of `zones` that do not exist yet; returns those created."""
    if not zones:
        return []
    route53 = client(server, "route53")
    pages = route53.get_paginator("list_hosted_zones").paginate()
    known = {zone["Name"] for page in pages for zone in page["HostedZones"]}
    missing = [zone for zone in zones if f"{zone.rstrip('.')}." not in known]
    for zone in missing:
        # The reference makes a repeated call with the same name an error instead of a second zone.
        route53.create_hosted_zone(Name=zone, CallerReference=f"hybrid-local-{zone}")
    return missing


def seed_services(server: Server, fleet: "Fleet") -> list[str]:
    """Give every service its first image and, where it needs a database, credentials; returns what was made.

    Only what can exist yet: images need their repository, credentials the key that encrypts them.
    """
    made = []
    for workload in fleet.workloads.values():
        standby = (fleet.dr.region,) if workload is fleet.primary else ()
        for name, service in workload.services.items():
            for region in (workload.region, *standby):
                if push(server, service.repository, service.tag, region):
                    made.append(f"image {service.image} in {region}")
            if "database" in service.needs and _credentials(server, fleet, name, workload.name):
                made.append(f"secret {naming.service_secret_database(name, workload.name)}")
    return made


def push(server: Server, repository: str, tag: str, region: str, *, required: bool = False) -> bool:
    """Push a placeholder image; False if the tag is there, or the repository is not.

    Raises:
        UsageError: `required`, and the repository does not exist.
    """
    ecr = client(server, "ecr", region)
    try:
        known = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": tag}])["images"]
    except ecr.exceptions.RepositoryNotFoundException:
        if required:
            raise UsageError(
                f"no repository {repository} in {region}; deploy the stack shared first"
            ) from None
        return False
    if known:
        return False
    ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=_manifest(f"{repository}:{tag}"))
    return True


def _manifest(content: str) -> str:
    """The manifest of an image without layers; another content is another digest."""
    digest = f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
    kind = "application/vnd.oci.image"
    config = {"mediaType": f"{kind}.config.v1+json", "digest": digest, "size": len(content)}
    manifest = {"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json", "config": config, "layers": []}
    return json.dumps(manifest)


def _credentials(server: Server, fleet: "Fleet", service: str, environment: str) -> bool:
    """The secret that `hybrid db provision` makes on a real database; nothing logs in here."""
    workload = fleet.workloads[environment]
    name = naming.service_secret_database(service, environment)
    key = naming.key_alias(fleet.shared.organisation.prefix, "secrets")
    vault = client(server, "secretsmanager", workload.region)
    if _exists(vault, name) or not _has_key(server, key, workload.region):
        return False
    copies = {}
    if workload is fleet.primary and _has_key(server, key, fleet.dr.region):
        copies = {"AddReplicaRegions": [{"Region": fleet.dr.region, "KmsKeyId": key}]}
    database = database_name(service, environment)
    value = {
        "username": database,
        "password": secrets.token_urlsafe(24),
        "dbname": database,
        "engine": "mysql",
    }
    vault.create_secret(Name=name, KmsKeyId=key, SecretString=json.dumps(value), **copies)
    return True


def withdraw(server: Server, fleet: "Fleet") -> None:
    """Delete the credentials again; images go with their repository."""
    for workload in fleet.workloads.values():
        vault = client(server, "secretsmanager", workload.region)
        for service in workload.services:
            name = naming.service_secret_database(service, workload.name)
            if _exists(vault, name):
                copies = vault.describe_secret(SecretId=name).get("ReplicationStatus", [])
                if copies:
                    regions = [copy["Region"] for copy in copies]
                    vault.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=regions)
                vault.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def _exists(vault: Any, name: str) -> bool:
    try:
        vault.describe_secret(SecretId=name)
    except vault.exceptions.ResourceNotFoundException:
        return False
    return True


def _has_key(server: Server, alias: str, region: str) -> bool:
    kms = client(server, "kms", region)
    try:
        kms.describe_key(KeyId=alias)
    except kms.exceptions.NotFoundException:
        return False
    return True
