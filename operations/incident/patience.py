"""Clients for what must not keep anybody waiting while a region is down."""

import random
from typing import Any

from operations.aws import Aws, explained
from operations.engine.retry import THROTTLED
from operations.errors import HybridError, Refused

GLOBAL_REGION = "us-east-1"
"""Where IAM, Route 53 and CloudFront write their events, and another place to ask who we are."""

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3.0, 20.0, 2

THROTTLED_ATTEMPTS, FIRST_PAUSE, LONGEST_PAUSE = 7, 0.5, 8.0
"""About 20 seconds at most: CloudTrail allows two calls of LookupEvents a second, and a limit of 5000 events
takes a hundred (CloudTrail API reference, "LookupEvents")."""


class Quick(Aws):
    """Gives up soon. The account is asked for elsewhere if the region does not answer."""

    def secret(self, name: str, region: str) -> str:
        """The text of a secret; an error names the secret and the reason only."""
        client = self.client("secretsmanager", region)
        with explained(f"secretsmanager:GetSecretValue of {name} ({region})"):
            try:
                answer = client.get_secret_value(SecretId=name)
            except client.exceptions.ResourceNotFoundException:
                answer = None  # of the secret, or of its value
        if answer is None:
            raise HybridError(f"the secret {name} ({region}) holds no value")
        if "SecretString" not in answer:
            raise HybridError(
                f"the secret {name} ({region}) is binary; write it as text, with --secret-string"
            )
        return str(answer["SecretString"])

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


class Patient(Quick):
    """Gives up a region that is down as soon, but sends a throttled call again for a while."""

    def _made(self, service: str, region: str) -> Any:
        client = super()._made(service, region)
        # Beside botocore's own handler, which counts every kind of failure alike and ends after ATTEMPTS.
        client.meta.events.register("needs-retry", _pause, unique_id="hybrid-throttled")
        return client


def _pause(response: Any, attempts: int, **_: Any) -> float | None:
    """Seconds until a call is sent again; None: not for being throttled, or not any more."""
    code = response[1].get("Error", {}).get("Code") if response else None
    if code not in THROTTLED or attempts >= THROTTLED_ATTEMPTS:
        return None
    # Random, so that sources of one service do not come back at once.
    longest: float = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, hides nothing
