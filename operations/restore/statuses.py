"""What the status of an instance means here (RDS user guide, "Viewing Amazon RDS DB instance status")."""

import json
from collections.abc import Mapping

SERVING: Mapping[str, str] = {
    "available": "healthy",
    "backing-up": "storage pauses for seconds at most; a restored instance stays so for hours",
    "storage-optimization": "fully operational; lasts hours, up to a day",
    "storage-initialization": "blocks still come from S3 after a restore: slower, and in use",
    "configuring-enhanced-monitoring": "an agent beside the engine starts or stops",
    "configuring-iam-database-auth": "changed without downtime",
    "configuring-log-exports": "changed without downtime",
    "resetting-master-credentials": "the master password changes; other users go on",
}
"""Statuses in which an instance takes connections, and why. The others may mean a restart (`modifying`,
`maintenance`, `upgrading`, `rebooting`, `renaming`), or that nothing runs."""

DOOMED = (
    "failed",
    "inaccessible-encryption-credentials",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "restore-error",
    "storage-full",
)
"""Statuses that no wait ends."""

SNAPSHOT_READY = "available"
"""Of a snapshot."""


def one_of(statuses: Mapping[str, str] | tuple[str, ...], path: str) -> str:
    """JMESPath that is true if the status at `path` is one of them."""
    return f"contains(`{json.dumps([*statuses])}`, {path})"
