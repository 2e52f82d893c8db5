"""Providers, backends and the one seam to the embedded AWS.

With `AWS_ENDPOINT_URL` pointing at this machine, providers and backends get what an emulator needs and
nothing in the account is protected from deletion. The endpoint itself stays in the environment: JSON that
was made for the emulator carries dummy credentials, so applying it to real AWS fails at once.
"""

import json
import os
from typing import Any
from urllib.parse import urlsplit

from cdktf import S3Backend, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

TERRAFORM_VERSION = ">= 1.11"
"""Write-only arguments and the S3 lock file need it."""

_EMULATOR_CREDENTIAL = "test"


def on_emulator() -> bool:
    """Whether this synthesis is for the embedded AWS on this machine."""
    return urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname in {"127.0.0.1", "localhost", "::1"}


def protected() -> TerraformResourceLifecycle | None:
    """Life cycle of a resource whose loss cannot be undone; an emulated account is disposable."""
    return None if on_emulator() else TerraformResourceLifecycle(prevent_destroy=True)


def aws_provider(
    scope: Construct,
    *,
    region: str,
    account_id: str,
    tags: dict[str, str],
    alias: str | None = None,
) -> AwsProvider:
    """The provider of one region. It refuses every account but `account_id`."""
    emulator = on_emulator()
    return AwsProvider(
        scope,
        f"aws-{alias}" if alias else "aws",
        alias=alias,
        region=region,
        allowed_account_ids=[account_id],
        default_tags=[AwsProviderDefaultTags(tags=tags)],
        access_key=_EMULATOR_CREDENTIAL if emulator else None,
        secret_key=_EMULATOR_CREDENTIAL if emulator else None,
        s3_use_path_style=emulator or None,
    )


def s3_backend(
    stack: TerraformStack, *, bucket: str, key: str, region: str, account_id: str, key_alias: str
) -> None:
    """Keep the stack's state in `bucket`, encrypted with the KMS key `key_alias`, locked by a lock file."""
    emulator = on_emulator()
    S3Backend(
        stack,
        bucket=bucket,
        key=key,
        region=region,
        encrypt=True,
        # Without it `encrypt` asks for SSE-S3 and overrides the bucket's own KMS default.
        kms_key_id=f"arn:aws:kms:{region}:{account_id}:{key_alias}",
        access_key=_EMULATOR_CREDENTIAL if emulator else None,
        secret_key=_EMULATOR_CREDENTIAL if emulator else None,
    )
    # cdktf 0.21 has no property for these.
    stack.add_override("terraform.backend.s3.use_lockfile", True)
    stack.add_override("terraform.backend.s3.allowed_account_ids", [account_id])
    if emulator:
        stack.add_override("terraform.backend.s3.use_path_style", True)


def policy(*statements: dict[str, Any]) -> str:
    """An IAM policy document as compact JSON with a stable order."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))
