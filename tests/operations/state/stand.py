"""A stack with real Terraform and the S3 backend of the platform on the embedded AWS, applied three times."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operations.local import control
from operations.local.environment import ACCOUNT_ID, REGION, variables
from operations.local.state import Server
from operations.state import place
from operations.state.place import Place
from stacks.working_directory import use_provider_mirror
from tests.operations.engine.killing import Hybrid
from tests.operations.engine.secrecy import CANARY
from tests.operations.local.conftest import client_of

STACK = "dev"
QUEUE, BUCKET = "aws_sqs_queue.Orders", "aws_s3_bucket.Files"
FIRST = ["aws_s3_bucket.Files", "aws_sqs_queue.Orders", "aws_ssm_parameter.Secret"]
FIRST += ["aws_subnet.A", "aws_subnet.C", "aws_vpc.Vpc"]
TAGS = {"Environment": "dev", "Team": "platform"}


def configuration(at: Place, *parameters: str) -> dict[str, Any]:
    """The stack as CDKTF would write it, with a parameter for each name."""
    subnet = {"vpc_id": "${aws_vpc.Vpc.id}", "availability_zone": f"{REGION}a"}
    zones = {"A": "10.9.1.0/24", "C": "10.9.2.0/24"}
    texts = {name: {"name": f"/dev/{name}", "type": "String", "value": name} for name in parameters}
    secret = {"name": "/dev/secret", "type": "SecureString", "value": CANARY}
    return {
        "terraform": {
            "required_providers": {"aws": {"source": "aws", "version": "5.100.0"}},
            "backend": {
                "s3": {
                    "bucket": at.bucket,
                    "key": at.key,
                    "region": at.region,
                    "encrypt": True,
                    "kms_key_id": at.kms_key,
                    "use_lockfile": True,
                    "use_path_style": True,
                    "access_key": "test",
                    "secret_key": "test",
                    "allowed_account_ids": [ACCOUNT_ID],
                }
            },
        },
        "provider": {
            "aws": [
                {
                    "region": REGION,
                    "access_key": "test",
                    "secret_key": "test",
                    "s3_use_path_style": True,
                    "default_tags": [{"tags": TAGS}],
                }
            ]
        },
        "resource": {
            "aws_vpc": {"Vpc": {"cidr_block": "10.9.0.0/16", "tags": {"Name": "dev"}}},
            "aws_subnet": {
                name: {**subnet, "cidr_block": cidr, "tags": {"Name": f"dev-{name}"}}
                for name, cidr in zones.items()
            },
            "aws_s3_bucket": {"Files": {"bucket": "dev-files", "lifecycle": {"prevent_destroy": True}}},
            "aws_sqs_queue": {"Orders": {"name": "orders", "message_retention_seconds": 600}},
            "aws_ssm_parameter": {"Secret": secret, **texts},
        },
    }


@dataclass
class Stand:
    """The stack, and what was written by three applies."""

    server: Server
    folder: Path
    at: Place
    hybrid: Hybrid
    bodies: tuple[bytes, ...] = ()
    """The state after each apply."""

    def without_terraform(self) -> None:
        """From now on `hybrid` finds no terraform, as on a machine that lacks it."""
        self.hybrid = replace(self.hybrid, more={**self.hybrid.more, "PATH": "/nowhere"})

    @property
    def s3(self) -> Any:
        return client_of(self.server, "s3")

    def configure(self, *parameters: str, **more: Any) -> None:
        """Write the stack's JSON as `cdktf synth` does."""
        stack = self.folder / "stacks" / STACK
        stack.mkdir(parents=True, exist_ok=True)
        (stack / "cdk.tf.json").write_text(json.dumps(configuration(self.at, *parameters) | more))
        use_provider_mirror(self.folder)

    def terraform(self, *arguments: str, code: int = 0) -> str:
        """Terraform as a person runs it in the stack's folder."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder / "stacks" / STACK,
            env={**os.environ, **variables(self.server), "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def state(
        self, *arguments: str, code: int | None = 0, kill: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """`hybrid state ...` for the stack."""
        command, *more = arguments
        return self.hybrid("state", command, STACK, *more, code=code, kill=kill)

    def body(self, key: str = "") -> bytes:
        """What is in the bucket now."""
        data: bytes = self.s3.get_object(Bucket=self.at.bucket, Key=key or self.at.key)["Body"].read()
        return data

    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body())
        return found

    def versions(self) -> list[str]:
        """Ids of the state's versions, newest first."""
        listed = self.s3.list_object_versions(Bucket=self.at.bucket, Prefix=self.at.key).get("Versions", [])
        return [one["VersionId"] for one in listed if one["Key"] == self.at.key]

    def keys(self) -> list[str]:
        """Objects in the bucket: no lock and no half-built state must be left."""
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=self.at.bucket).get("Contents", [])]

    def put(self, body: bytes, key: str = "") -> None:
        self.s3.put_object(Bucket=self.at.bucket, Key=key or self.at.key, Body=body)

    def lock(self, **note: str) -> bytes:
        """Hold the lock as somebody else's Terraform does."""
        held = {
            "ID": "0f0e-1",
            "Who": "jo@desk",
            "Created": "2026-01-02T03:04:05Z",
            "Operation": "Apply",
        } | note
        self.put(body := json.dumps(held).encode(), self.at.lock_key)
        return body

    def empty(self) -> None:
        """Delete every version of everything in the bucket."""
        listed = self.s3.list_object_versions(Bucket=self.at.bucket)
        for one in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
            self.s3.delete_object(Bucket=self.at.bucket, Key=one["Key"], VersionId=one["VersionId"])

    def writes(self) -> Mapping[str, int]:
        return control.calls(self.server, control.Kind.WRITES)


def build(server: Server, root: Path) -> Stand:
    """Make the bucket and apply three times."""
    control.reset(server)
    at = place.find(STACK)
    source = root / "cdktf.out"
    stand = Stand(server, source, at, Hybrid(server, root / "home", more=variables(server)))
    stand.s3.create_bucket(Bucket=at.bucket, CreateBucketConfiguration={"LocationConstraint": at.region})
    stand.s3.put_bucket_versioning(Bucket=at.bucket, VersioningConfiguration={"Status": "Enabled"})
    kms = client_of(server, "kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=at.kms_key.partition(":")[2].rpartition(":")[2], TargetKeyId=key)
    # Imported by the first apply: the provider waits 25 s for a queue that it makes itself.
    attributes = {"MessageRetentionPeriod": "600", "MaximumMessageSize": "262144"}
    queue = client_of(server, "sqs").create_queue(QueueName="orders", Attributes=attributes, tags=TAGS)
    stand.configure(**{"import": [{"to": QUEUE, "id": queue["QueueUrl"]}]})
    stand.terraform("init", "-input=false")
    for parameters in ((), ("one",), ("one", "two")):
        if parameters:
            stand.configure(*parameters)
        stand.terraform("apply", "-auto-approve", "-input=false", "-no-color")
        stand.bodies += (stand.body(),)
    return stand
