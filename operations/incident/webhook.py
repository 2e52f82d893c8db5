"""Tells a channel, by a Slack-compatible incoming webhook. Its URL is a secret, and is never shown.

Being unable to tell never stops anybody who mitigates: the timeline notes it, and the work goes on.
"""

import json
import os
import re
import time
from collections.abc import Sequence
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from environments import naming
from operations.engine.redact import Redactor
from operations.errors import HybridError
from operations.incident.patience import Quick
from operations.incident.record import Record
from operations.incident.severity import Severity

if TYPE_CHECKING:
    from environments.schema import Fleet

ATTEMPTS, TIMEOUT_SECONDS, FIRST_PAUSE, LONGEST_PAUSE = 3, 5.0, 0.5, 10.0
LOCAL = ("127.0.0.1", "localhost", "::1")
COLORS = {Severity.P0: "#d00000", Severity.P1: "#e85d04", Severity.P2: "#ffba08"}


class NotTold(HybridError):
    """The channel was not told; the message says why and holds no secret."""


def tell(fleet: "Fleet", record: Record, text: str) -> str:
    """Tell the channel about an incident, and note in the timeline whether that worked.

    Returns why it did not; empty if it did.
    """
    try:
        url = read_url(fleet, record.redactor)
        post(url, message(record, text))
    except HybridError as error:
        why = record.redactor.text(str(error))
        record.write("not told", why, message=text)
        return why
    record.write("told", f"the channel was told: {text}")
    return ""


def read_url(fleet: "Fleet", redactor: Redactor) -> str:
    """The URL from its secret; from the copy in the second region if the first does not answer."""
    name = naming.incident_webhook(fleet.shared.organisation.prefix)
    failures = []
    aws = Quick(fleet.shared.account_id)
    for region in (fleet.shared.region, fleet.dr.region):
        try:
            url = aws.secret(name, region).strip()
        except HybridError as error:
            failures.append(str(error))
            continue
        redactor.add(url)
        return _checked(url, name)
    raise NotTold(f"the webhook's URL is not to be had: {'; '.join(failures)}")


def message(record: Record, text: str) -> dict[str, Any]:
    """As Slack takes it (Slack API, "Sending messages using incoming webhooks")."""
    severity = record.severity
    fields = {"Service": record.about, "Severity": severity, "Incident": record.id}
    return {
        "text": _escaped(f"{severity} {record.header.title} ({record.about}): {text}"),
        "attachments": [
            {
                "color": COLORS[severity],
                "fields": [
                    *(
                        {"title": title, "value": _escaped(value), "short": True}
                        for title, value in fields.items()
                    ),
                    {"title": "What", "value": _escaped(text), "short": False},
                ],
            }
        ],
    }


def post(url: str, body: dict[str, Any]) -> None:
    """Send it, again while the other side is busy or does not answer; never follow it elsewhere."""
    failure = ""
    for pause in [*_pauses(), None]:
        try:
            return _send(url, body)
        except HTTPError as error:
            # Its text would be the body of somebody else; the URL is in the error itself.
            failure, asked = f"the webhook answered {error.code}", error.headers.get("Retry-After", "")
            error.close()
            if error.code != 429 and error.code < 500:
                break
            if pause and asked.isascii() and asked.isdigit():
                pause = min(float(asked), LONGEST_PAUSE)  # noqa: PLW2901
        except (OSError, HTTPException, ValueError) as error:
            # The type only: texts of these quote the URL, or what the other side wrote.
            reason = getattr(error, "reason", None)
            named = reason if isinstance(reason, Exception) else error
            failure = f"the webhook does not answer ({type(named).__name__})"
        if pause is not None:
            time.sleep(pause)
    raise NotTold(failure)


def _send(url: str, body: dict[str, Any]) -> None:
    request = Request(  # noqa: S310 - checked
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    host = urlsplit(url).hostname
    opener = build_opener(*([ProxyHandler({})] if host in LOCAL else []), _NoRedirect)
    with opener.open(request, timeout=TIMEOUT_SECONDS):
        pass


class _NoRedirect(HTTPRedirectHandler):
    """The path of the URL is a password: it goes to no other host."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _pauses() -> Sequence[float]:
    return [FIRST_PAUSE * 2**number for number in range(ATTEMPTS - 1)]


def _checked(url: str, name: str) -> str:
    if not re.fullmatch("[!-~]*", url):
        raise NotTold(
            f"the secret {name} holds more than a URL: a second line, a space, or what is not ASCII; "
            "write the webhook's URL into it, and nothing else"
        )
    wrong = NotTold(f"the secret {name} holds no https:// URL; write the webhook's URL into it")
    try:
        parts = urlsplit(url)
        _ = parts.port  # checked only when it is read
    except ValueError:
        raise wrong from None
    embedded = urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname in LOCAL
    if parts.hostname and parts.scheme == "https":
        return url
    if embedded and parts.scheme == "http" and parts.hostname in LOCAL:
        return url
    raise wrong


def _escaped(text: str) -> str:
    """Slack API, "Formatting text": these three characters are control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
