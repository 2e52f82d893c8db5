"""What a restore rests on, and what is asked of it."""

from dataclasses import dataclass
from datetime import datetime

from operations.restore.instances import Instance
from operations.restore.kept import Snapshot, Window
from operations.restore.side import Side


@dataclass(frozen=True)
class DataCheck:
    """A query whose first value says whether the data is what it should be."""

    query: str
    expected: str | None
    ca: str
    host: str | None
    port: int | None


@dataclass(frozen=True)
class Wanted:
    """What is asked for."""

    point: datetime | Snapshot
    target: str | None = None
    check: DataCheck | None = None
    limit_seconds: float = 3 * 3600


@dataclass(frozen=True)
class RestoreFacts:
    """All that a plan depends on."""

    side: Side
    source: Instance
    """Whose settings the new one gets; of a point in time also whose data."""

    window: Window | None
    secret_arn: str
    """Of the master user, whom the restored instance gets with the password of today."""

    target: Instance | None = None
    """What is there already under the new name."""

    backup_arn: str = ""
    """Of the backups to restore from, where the source was deleted."""

    notes: tuple[str, ...] = ()
    """Where the settings come from."""
