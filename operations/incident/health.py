"""Asks the health path of a service at its load balancer, as users do: HTTPS, with name and certificate."""

import http.client
import socket
import ssl
from dataclasses import dataclass

TIMEOUT_SECONDS = 10.0
HTTPS = 443
LONGEST = 64 * 1024


@dataclass(frozen=True)
class Address:
    """Where to connect to."""

    host: str
    port: int = HTTPS

    def __str__(self) -> str:
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    ok: bool
    text: str


def ask(address: Address, name: str, path: str) -> Answer:
    """Connect to `address`, and ask for `name`. DNS does not decide: it may lead to the other region."""
    where = f"https://{name}{path} at {address}"
    try:
        status = _status(address, name, path)
    except ssl.SSLCertVerificationError as error:
        return Answer(False, f"{where}: the certificate is refused: {error.verify_message}")
    except (OSError, http.client.HTTPException) as error:
        return Answer(False, f"{where}: no answer ({error})")
    return Answer(status == 200, f"{where}: {status}")


def _status(address: Address, name: str, path: str) -> int:
    context = ssl.create_default_context()
    with (
        socket.create_connection((address.host, address.port), timeout=TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        connection = http.client.HTTPConnection(name, timeout=TIMEOUT_SECONDS)
        connection.sock = secure
        connection.request("GET", path, headers={"Host": name, "User-Agent": "hybrid-verify"})
        response = connection.getresponse()
        response.read(LONGEST)
        return response.status
