"""Data Firehose.

Moto 5.2.5 writes what it gets as it is. AWS
- puts date and time into a prefix that asks for them, instead of appending them;
- unpacks, separates and packs records as the stream is told to;
- appends the file extension.
"""

import gzip
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.firehose.models import FirehoseBackend
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

from operations.local.moto_extension.adopt import adopt

_JAVA_TO_PYTHON = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_TIMESTAMP = re.compile(r"!\{timestamp:([^}]*)\}")


def install() -> None:
    """Register the fixes."""
    adopt(FirehoseBackend, Backend)


class Backend(FirehoseBackend):
    """What AWS does with records on their way to S3."""

    def put_s3_records(
        self,
        delivery_stream_name: str,
        version_id: str,
        s3_destination: dict[str, Any],
        records: list[dict[str, bytes]],
    ) -> list[dict[str, str]]:
        bucket = s3_destination["BucketARN"].split(":")[-1]
        name = object_name(f"{delivery_stream_name}-{version_id}", s3_destination, utcnow())
        body = processed([record["Data"] for record in records], s3_destination)
        s3_backends[self.account_id][self.partition].put_object(bucket, name, body)
        return [{"RecordId": str(mock_random.uuid4())} for _ in records]


def object_name(stream: str, destination: dict[str, Any], now: datetime) -> str:
    """Name of the object (Firehose, "Custom prefixes for S3 objects", "Configure S3 object name format")."""
    prefix = destination.get("Prefix") or ""
    dated = _TIMESTAMP.sub(lambda found: _formatted(found[1], now), prefix)
    if dated == prefix:
        dated += f"{now:%Y/%m/%d/%H}/"
    extension = destination.get("FileExtension") or ""
    return f"{dated}{stream}-{now:%Y-%m-%d-%H-%M-%S}-{mock_random.uuid4()}{extension}"


def _formatted(pattern: str, now: datetime) -> str:
    for java, python in _JAVA_TO_PYTHON.items():
        pattern = pattern.replace(java, python)
    return now.strftime(pattern)


def processed(records: Iterable[bytes], destination: dict[str, Any]) -> bytes:
    """Content of the object."""
    for processor in _processors(destination):
        if processor == "Decompression":
            records = [gzip.decompress(record) for record in records]
        elif processor == "AppendDelimiterToRecord":
            records = [record + b"\n" for record in records]
        else:
            raise NotImplementedError(f"processor {processor} of a delivery stream")
    body = b"".join(records)
    return gzip.compress(body) if destination.get("CompressionFormat") == "GZIP" else body


def _processors(destination: dict[str, Any]) -> list[str]:
    configuration = destination.get("ProcessingConfiguration") or {}
    processors = configuration.get("Processors", []) if configuration.get("Enabled") else []
    return [processor["Type"] for processor in processors]
