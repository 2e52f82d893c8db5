"""The environment variables that point an AWS client at the embedded AWS, and nowhere else."""

import os
import shlex
from typing import Any, Protocol

REGION = "ap-northeast-2"
ACCOUNT_ID = "123456789012"


class HasUrl(Protocol):
    """Anything with the URL of a running emulator."""

    @property
    def url(self) -> str: ...


def variables(server: HasUrl) -> dict[str, str]:
    """What SDKs, the AWS CLI and Terraform need. Profiles and instance credentials are shut out."""
    return {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def client(server: HasUrl, service: str, region: str = REGION) -> Any:
    """A boto3 client of the emulator, whatever the caller's own environment says."""
    # Only a command that calls AWS pays for boto3.
    import boto3

    make: Any = boto3.client
    return make(
        service,
        endpoint_url=server.url,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
    )


def unset() -> list[str]:
    """Variables that would win over, or mix with, the ones of `variables`."""
    return ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"]


def exports(server: HasUrl) -> str:
    """Shell lines for `eval`."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables(server).items()]
    return "\n".join([*lines, f"unset {' '.join(unset())}"])


def of_server_process() -> dict[str, str]:
    """The whole environment of the server process: no credentials or proxies of the person who starts it."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
    return kept | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
        # Ids of a replayed recording must not depend on the order of sets.
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        # A certificate is issued after this many seconds; moto's default is a minute.
        "MOTO_ACM_VALIDATION_WAIT": "1",
        # The fleet has no instances, so nothing looks for images.
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    }
