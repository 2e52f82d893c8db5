"""A small app of two stacks: the shared database in one region, its replica in another."""

from pathlib import Path
from typing import Any

import hybrid_constructs  # noqa: F401 - its shims must be in place before jsii starts Node

# isort: split
from cdktf import App, TerraformStack

from environments.recovery import ReplicaRole
from environments.schema import DrEnvironment, SharedEnvironment
from hybrid_constructs.aws import aws_provider, s3_backend
from hybrid_constructs.data.database import SharedDatabase
from hybrid_constructs.data.database_replica import DatabaseReplica
from hybrid_constructs.data.enhanced_monitoring import EnhancedMonitoring
from hybrid_constructs.network.vpc import Network
from hybrid_constructs.security.key import DataKey
from hybrid_constructs.security.roles import RoleScope
from stacks.working_directory import use_provider_mirror

STATE_BUCKET = "acme-state"
SECRET = "acme/db"  # noqa: S105 - a name
NEAR, FAR = "near", "far"


class _Stack(TerraformStack):
    """Network, key and monitoring of one region; state in S3."""

    def __init__(self, app: App, name: str, environment: SharedEnvironment | DrEnvironment) -> None:
        super().__init__(app, name)
        self.region, self.account_id = environment.region, environment.account_id
        aws_provider(self, region=self.region, account_id=self.account_id, tags={"Environment": name})
        s3_backend(
            self,
            bucket=STATE_BUCKET,
            key=f"{name}/terraform.tfstate",
            region="us-east-1",
            account_id=self.account_id,
            key_alias="alias/acme",
        )
        self.key = DataKey(
            self, "Key", alias=f"alias/acme-{name}", description="d", account_id=self.account_id
        )
        self.surroundings: dict[str, Any] = {
            "network": Network(
                self,
                "Network",
                name=f"acme-{name}",
                config=environment.network.model_copy(update={"nat": "none"}),
            ),
            "key": self.key,
            "logs_key": self.key,
            "monitoring": EnhancedMonitoring(
                self,
                "Monitoring",
                role_name=f"acme-{name}-monitoring",
                roles=RoleScope(self.account_id, "/acme/"),
                region=self.region,
                logs_key=self.key,
            ),
            "region": self.region,
            "account_id": self.account_id,
            "client_cidrs": {"clients-a": "10.40.32.0/19"},
            "secret_name": SECRET,
            "parameter_prefix": f"/acme/rds/{name}",
        }


def synthesize(
    outdir: Path,
    near: SharedEnvironment,
    far: DrEnvironment,
    *,
    role: ReplicaRole = ReplicaRole.REPLICA,
    password_version: int = 1,
) -> None:
    """Write both stacks below `outdir`; `AWS_ENDPOINT_URL` says for which emulator."""
    app = App(outdir=str(outdir))
    settings = near.database.model_copy(update={"password_version": password_version})
    source = _Stack(app, NEAR, near)
    there = aws_provider(source, region=far.region, account_id=near.account_id, tags={}, alias="far")
    copies = DataKey(
        source,
        "CopiesKey",
        alias="alias/acme-copies",
        description="d",
        account_id=near.account_id,
        provider=there,
    )
    SharedDatabase(
        source,
        "Database",
        config=settings,
        secrets_key=source.key,
        replica_keys={far.region: copies},
        **source.surroundings,
    )
    target = _Stack(app, FAR, far)
    DatabaseReplica(
        target,
        "Database",
        config=far.database_replica.model_copy(update={"role": role}),
        source=settings,
        source_arn=f"arn:aws:rds:{near.region}:{near.account_id}:db:{settings.identifier}",
        **target.surroundings,
    )
    app.synth()
    use_provider_mirror(outdir)
