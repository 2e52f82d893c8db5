"""What the role of a replication needs, to copy one bucket into another."""

from collections.abc import Iterator

from operations.dr.audit import rights
from operations.dr.audit.blocks import Block
from operations.dr.audit.findings import Gap, View

_READ = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
_WRITE = ("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags")
_DELIVERING = {"aws_cloudtrail": "kms_key_id", "aws_config_delivery_channel": "s3_kms_key_arn"}
"""Services that encrypt what they deliver with a key of their own, and where it is named."""


def allowed(
    view: View, buckets: tuple[Block, Block], configuration: Block, replica_key: str, prefix: str
) -> Iterator[Gap]:
    """S3 user guide, "Setting up permissions for live replication"."""
    block, twin = buckets
    source, target = f"arn:aws:s3:::{view.name(block)}", f"arn:aws:s3:::{view.name(twin)}"
    uses = [
        rights.Use(("s3:GetReplicationConfiguration", "s3:ListBucket"), source),
        rights.Use(_READ, f"{source}/{prefix}object"),
        rights.Use(_WRITE, f"{target}/{prefix}object"),
        *(rights.of_key(view, key, "kms:Decrypt") for key in _written_with(view, block)),
        # GenerateDataKey for bucket keys (S3 user guide, "Reducing the cost of SSE-KMS").
        *(
            rights.of_key(view, key, "kms:Encrypt", "kms:GenerateDataKey")
            for key in keys(view, configuration, replica_key)
        ),
    ]
    through = rights.Through(
        configuration.stack, str(configuration.body.get("role") or ""), "s3.amazonaws.com", source
    )
    yield from rights.may(view, f"copies of {view.name(block)}", through, uses)


def _written_with(view: View, bucket: Block) -> list[Block]:
    """Keys that objects of a bucket are encrypted with: its own, and those of services that deliver."""
    found = [
        key
        for each in view.synthesis.attached(bucket)
        if each.kind == "aws_s3_bucket_server_side_encryption_configuration"
        for rule in each.body.get("rule") or ()
        for key in keys(
            view,
            each,
            str((rule.get("apply_server_side_encryption_by_default") or {}).get("kms_master_key_id") or ""),
        )
    ]
    for kind, attribute in _DELIVERING.items():
        for each in view.synthesis.all(kind, region=bucket.region):
            if each.body.get("s3_bucket_name") == view.name(bucket):
                found += keys(view, each, str(each.body.get(attribute) or ""))
    return list(dict.fromkeys(found))


def keys(view: View, block: Block, expression: str) -> list[Block]:
    return [key for key in view.synthesis.references(block.stack, expression) if key.kind == "aws_kms_key"]
