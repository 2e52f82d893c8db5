"""Clients for what must not keep anybody waiting while a region is down."""

from typing import Any

from operations.aws import Aws, explained
from operations.errors import HybridError, Refused

GLOBAL_REGION = "us-east-1"
"""Where IAM, Route 53 and CloudFront write their events, and another place to ask who we are."""

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3.0, 20.0, 2


class Quick(Aws):
    """Gives up soon. The account is asked for elsewhere if the region does not answer."""

    def secret(self, name: str, region: str) -> str:
        """The text of a secret; an error names the secret and the reason only."""
        client = self.client("secretsmanager", region)
        with explained(f"secretsmanager:GetSecretValue of {name} ({region})"):
            try:
                return str(client.get_secret_value(SecretId=name)["SecretString"])
            except client.exceptions.ResourceNotFoundException:
                pass  # of the secret, or of its value
        raise HybridError(f"the secret {name} ({region}) holds no value")

    def _made(self, service: str, region: str) -> Any:
        import boto3
        from botocore.config import Config

        if (service, region) not in self._clients:
            # A session of its own: one must not be shared by threads (boto3 guide, "Multithreading").
            make: Any = boto3.session.Session().client
            self._clients[service, region] = make(
                service,
                region_name=region,
                config=Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                ),
            )
        return self._clients[service, region]

    def _check_account(self, region: str) -> None:
        failure = HybridError(f"sts:GetCallerIdentity ({region}) was not asked")
        for where in (region, GLOBAL_REGION):
            try:
                return super()._check_account(where)
            except HybridError as error:
                failure = error
            # The next call must not find a client and think that the account was checked.
            self._clients.clear()
            if isinstance(failure, Refused):
                break
        raise failure
