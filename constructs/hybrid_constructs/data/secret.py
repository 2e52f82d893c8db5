"""Secrets of services, copied to the regions that stand by."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret, SecretsmanagerSecretReplica
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from hybrid_constructs.aws import on_emulator, protected
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement

RECOVERY_DAYS = 30
"""The longest that Secrets Manager lets a deletion be taken back."""

GENERATED_LENGTH = 48
_RANDOM_PASSWORD = "aws_secretsmanager_random_password"  # noqa: S105 - the name of a block


class ServiceSecret(Construct):
    """The secret of one service; Terraform never sees its value.

    Without `generate` it is empty until a person or a tool writes it. With it, the first version is a JSON
    object with a random value for each name: made by AWS, passed through Terraform as an ephemeral value, in
    no state or plan. A higher `generation` makes new values.

    There is no resource policy: Secrets Manager answers over TLS only, and IAM and the key decide who reads.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        key: Key,
        region: str,
        replicas: dict[str, Key] | None = None,
        generate: tuple[str, ...] = (),
        generation: int = 1,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self._key_arn = key.arn
        self._region = region
        if region in (replicas or {}):
            raise ValueError(
                f"replicas of secret {name}: {region} is the region of the secret itself; "
                "name other regions (Secrets Manager user guide, replication)"
            )
        secret = SecretsmanagerSecret(
            self,
            "Secret",
            name=name,
            description=description,
            kms_key_id=key.arn,
            # An emulated account is taken down and put up again under the same names.
            recovery_window_in_days=0 if on_emulator() else RECOVERY_DAYS,
            replica=[
                SecretsmanagerSecretReplica(region=replica, kms_key_id=replica_key.arn)
                for replica, replica_key in (replicas or {}).items()
            ]
            or None,
            lifecycle=protected(),
        )
        self.arn = secret.arn
        if generate:
            self._generate(secret.id, generate, generation)

    def grant_read(self) -> list[Statement]:
        """Read the value."""
        return read_secret(self.arn, self._key_arn, self._region)

    def _generate(self, secret_id: str, names: tuple[str, ...], generation: int) -> None:
        stack = TerraformStack.of(self)
        values = {name: "_".join((*self.node.path.split("/"), name)) for name in names}
        for block in values.values():
            # cdktf 0.21 has no class for ephemeral blocks.
            stack.add_override(
                f"ephemeral.{_RANDOM_PASSWORD}.{block}",
                {"password_length": GENERATED_LENGTH, "exclude_punctuation": True},
            )
        pairs = ", ".join(
            f'"{name}" = ephemeral.{_RANDOM_PASSWORD}.{block}.random_password'
            for name, block in values.items()
        )
        SecretsmanagerSecretVersion(
            self,
            "Value",
            secret_id=secret_id,
            secret_string_wo=f"${{jsonencode({{{pairs}}})}}",
            secret_string_wo_version=generation,
        )


def secret_arns(name: str, *, region: str, account_id: str) -> str:
    """Pattern of the ARN of a secret known by name only, such as a copy in another region."""
    # Secrets Manager appends a hyphen and six characters; the pattern must not match longer names.
    return f"arn:aws:secretsmanager:{region}:{account_id}:secret:{name}-??????"


def read_secret(secret_arn: str, key_arn: str, region: str) -> list[Statement]:
    """Read a secret that is encrypted with the given key."""
    return [
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            "Resource": secret_arn,
        },
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
        },
    ]
