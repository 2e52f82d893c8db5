"""The master user of a database: a password that AWS makes and Terraform never stores."""

from typing import Any

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from hybrid_constructs.data.secret import ServiceSecret
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.policies import Statement

PASSWORD_LENGTH = 40
"""RDS takes 8 to 41 characters for MySQL (RDS API reference, CreateDBInstance, MasterUserPassword)."""

EXCLUDED_CHARACTERS = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"
"""RDS refuses / ' " @ and space; the others would need quoting in a URL, a shell or an option file."""

_PASSWORD = "aws_secretsmanager_random_password"  # noqa: S105 - the name of a block
_READ_BACK = "aws_secretsmanager_secret_version"


class DatabaseCredentials(Construct):
    """A secret `{username, password, engine, port, dbname}`, and the password for the instance.

    An ephemeral random password goes into the secret by a write-only argument, and an ephemeral read of the
    secret brings it to the instance: neither JSON, plan nor state ever holds it. Reading it back keeps secret
    and database equal when one of the two fails and the apply is repeated. RDS's own managed password is no
    way out: such a source cannot have a read replica (RDS user guide, "Password management", limitations).
    The host is not in it, because the instance needs the password before it has a host.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        secret_name: str,
        region: str,
        key: Key,
        username: str,
        database_name: str,
        port: int,
        version: int = 1,
        replica_keys: dict[str, Key] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.username = username
        self.version = version
        self._secret = ServiceSecret(
            self,
            "Secret",
            name=secret_name,
            description=f"Master user of the database {database_name}",
            key=key,
            region=region,
            replicas=replica_keys,
        )
        self.secret_arn = self._secret.arn
        fields = {
            "username": f'"{username}"',
            "password": f"{self._random_password()}.random_password",
            "engine": '"mysql"',
            "port": str(port),
            "dbname": f'"{database_name}"',
        }
        pairs = ", ".join(f"{name} = {value}" for name, value in fields.items())
        stored = SecretsmanagerSecretVersion(
            self,
            "Version",
            secret_id=self.secret_arn,
            secret_string_wo=_expression(f"jsonencode({{{pairs}}})"),
            secret_string_wo_version=version,
        )
        address = f"{stored.terraform_resource_type}.{stored.friendly_unique_id}"
        read = self._ephemeral(_READ_BACK, {"secret_id": stored.secret_id, "depends_on": [address]})
        self.password = _expression(f'jsondecode({read}.secret_string)["password"]')

    def grant_read(self) -> list[Statement]:
        """Read the secret: whoever may is master of every database on the instance."""
        return self._secret.grant_read()

    def _random_password(self) -> str:
        return self._ephemeral(
            _PASSWORD,
            {
                "password_length": PASSWORD_LENGTH,
                "exclude_characters": EXCLUDED_CHARACTERS,
                "require_each_included_type": True,
            },
        )

    def _ephemeral(self, kind: str, body: dict[str, Any]) -> str:
        """Add an ephemeral block, for which cdktf 0.21 has no class, and return its address."""
        name = self.node.path.replace("/", "_")
        TerraformStack.of(self).add_override(f"ephemeral.{kind}.{name}", body)
        return f"ephemeral.{kind}.{name}"


def _expression(text: str) -> str:
    return f"${{{text}}}"
