"""What to do about an error of AWS: try again, find out whether the call arrived, or stop."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from operations.aws import Aws, error_code
from operations.engine.redact import Redactor
from operations.errors import HybridError

ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""AWS did not carry the call out (AWS SDKs reference guide, "Retry behavior").

Without LimitExceededException, which most services use for quotas."""

EXPIRED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "RequestExpired",
        "UnrecognizedClientException",
    }
)
"""The credentials are no longer, or not, valid (EC2 API reference and IAM, "Common errors")."""

EXPIRED_LOCALLY = frozenset(
    {
        "CredentialRetrievalError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)


class Fate(Enum):
    """What became of a call that did not succeed."""

    REFUSED = auto()
    """Not carried out; a repetition would be refused, too."""

    THROTTLED = auto()
    """Not carried out; later it may be."""

    LOST = auto()
    """Nobody knows whether it was carried out: no answer, or a 5xx."""

    EXPIRED = auto()
    """Not carried out, because the credentials are not valid."""


class CallFailed(HybridError):
    """A call of AWS did not succeed."""

    def __init__(self, message: str, code: str, fate: Fate) -> None:
        super().__init__(message)
        self.code, self.fate = code, fate


class CredentialsExpired(HybridError):
    """Stop: a person must log in again."""


def fate(error: Exception) -> Fate:
    """Judge an error of botocore."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    code = _code(error)
    if code in EXPIRED or type(error).__name__ in EXPIRED_LOCALLY:
        return Fate.EXPIRED
    if code in THROTTLED:
        return Fate.THROTTLED
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return Fate.LOST if status >= 500 or code.startswith("RequestTimeout") else Fate.REFUSED
    return Fate.LOST if isinstance(error, ConnectionError | HTTPClientError) else Fate.REFUSED


def _code(error: Exception) -> str:
    """Errors without an answer have a `response`, too, which is None."""
    return error_code(error) if getattr(error, "response", None) else ""


@contextmanager
def judged(call: str, redactor: Redactor) -> Iterator[None]:
    """Turn an error of the SDK into one of ours, without secrets, and without the original behind it."""
    from botocore.exceptions import BotoCoreError, ClientError

    failure: HybridError | None = None
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        text, what = redactor.text(f"{call} failed: {error}"), fate(error)
        failure = CallFailed(text, _code(error), what)
        if what is Fate.EXPIRED:
            failure = CredentialsExpired(f"{text}\nThe credentials are not valid (any more): log in again.")
    if failure:
        raise failure


def pauses() -> Iterator[float]:
    """Seconds between attempts: doubling, and random, so that many clients do not come back at once."""
    pause = FIRST_PAUSE
    for _ in range(ATTEMPTS - 1):
        yield pause * random.uniform(0.5, 1)  # noqa: S311 - spreads load, hides nothing
        pause = min(pause * 2, LONGEST_PAUSE)


@dataclass
class Clients(Aws):
    """Clients that retry as AWS's SDKs agree to; and for the engine's own calls, some that never do."""

    _single: dict[tuple[str, str], Any] = field(default_factory=dict)

    def once(self, service: str, region: str) -> Any:
        """A client that sends a request exactly once: the engine must know of a lost answer."""
        if (service, region) not in self._single:
            self.client(service, region)  # checks the account
            self._single[service, region] = _make(service, region, 1)
        return self._single[service, region]

    def _made(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            self._clients[service, region] = _make(service, region, ATTEMPTS)
        return self._clients[service, region]


def _make(service: str, region: str, attempts: int) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
    )
    make: Any = boto3.client
    return make(service, region_name=region, config=config)
