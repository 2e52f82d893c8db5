"""AWS as commands need it: clients of the right account, and errors a person understands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from operations.errors import HybridError, Refused


class Secret(Protocol):
    """Something that takes itself out of a text."""

    def hide(self, text: str) -> str: ...


@dataclass
class Aws:
    """Clients by service and region, made once. `AWS_ENDPOINT_URL` and the usual credentials apply."""

    account_id: str
    """The only account that these clients may be used in."""

    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _checked: bool = False

    def client(self, service: str, region: str) -> Any:
        """A client; the first one checks the account."""
        if not self._checked:
            self._check_account(region)
            self._checked = True
        return self._made(service, region)

    def _made(self, service: str, region: str) -> Any:
        import boto3

        if (service, region) not in self._clients:
            make: Any = boto3.client
            self._clients[service, region] = make(service, region_name=region)
        return self._clients[service, region]

    def _check_account(self, region: str) -> None:
        with explained("sts:GetCallerIdentity"):
            account = self._made("sts", region).get_caller_identity()["Account"]
        if account != self.account_id:
            raise Refused(
                f"these credentials are of account {account}, but the environment is in {self.account_id} "
                "(environments/*.yaml, account_id); nothing was done"
            )


def error_code(error: Exception) -> str:
    """AWS's name of an error; empty if it is none of AWS's."""
    # An error of the connection has a response, too: None.
    response: dict[str, Any] = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


class NoAnswer(HybridError):
    """AWS throttled a call, failed itself, or did not answer: later the same call may succeed."""


@contextmanager
def explained(call: str, *hidden: Secret) -> Iterator[None]:
    """Turn an error of the SDK into one of ours that names the call and has no secret in it."""
    from botocore.exceptions import BotoCoreError, ClientError

    from operations.engine.retry import Fate, fate  # here, because it builds on this module

    failure = None
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        text = str(error)
        for secret in hidden:
            text = secret.hide(text)
        passing = fate(error) in (Fate.THROTTLED, Fate.LOST)
        failure = (NoAnswer if passing else HybridError)(f"{call} failed: {text}")
    if failure:
        raise failure
