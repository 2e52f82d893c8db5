"""Keeps two runs apart, and clears what a killed run left locked."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from environments import naming
from environments.schema import Fleet
from operations.errors import Refused
from operations.local.environment import client
from operations.local.state import Server
from operations.paths import STATE_DIR


@contextmanager
def only_one() -> Iterator[None]:
    """Hold this checkout's deployment lock; the operating system releases it whatever ends the process."""
    path = STATE_DIR / "fleet.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("another `make up` is running in this checkout; wait for it or end it") from None
        yield


def clear_stale(server: Server, fleet: Fleet) -> list[str]:
    """Remove state locks from the emulator's buckets; returns their keys.

    Only a killed run leaves one behind: this checkout's lock is held, and the emulator serves no one else.
    """
    from botocore.exceptions import ClientError

    s3 = client(server, "s3")
    removed = []
    for name in fleet.environments:
        bucket = naming.state_bucket(fleet.shared.organisation.prefix, name)
        try:
            objects = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
            continue  # before the first deployment of bootstrap
        for key in (item["Key"] for item in objects):
            if key.endswith(".tflock"):
                s3.delete_object(Bucket=bucket, Key=key)
                removed.append(f"{bucket}/{key}")
    return removed
