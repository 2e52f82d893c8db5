"""What looks like a secret, and times as people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from operations.errors import UsageError
from operations.incident import times
from operations.incident.hiding import hidden


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("DB_PASSWORD=hunter2 rest", "DB_PASSWORD=<hidden> rest"),
        ('{"apiKey": "abc", "n": 1}', '{"apiKey": "<hidden>", "n": 1}'),
        ('{"message": "{\\"secret\\": \\"abc\\"}"}', '{"message": "{\\"secret\\": \\"<hidden>\\"}"}'),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer <hidden>"),
        ("mysql://app:pw@db:3306/x", "mysql://app:<hidden>@db:3306/x"),
        ("key AKIAIOSFODNN7EXAMPLE used", "key <hidden> used"),
        ("t eyJhbGciOiJI.eyJzdWIiOiIx.c2ln end", "t <hidden> end"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "<hidden>"),
        ("post to https://hooks.slack.com/services/T/B/x failed", "post to <hidden> failed"),
        ("arn:aws:secretsmanager:x:1:secret:a/b-c", "arn:aws:secretsmanager:x:1:secret:a/b-c"),
        ("secretsmanager:GetSecretValue failed", "secretsmanager:GetSecretValue failed"),
        ("token: null, secret=true", "token: null, secret=true"),
        ("ERROR cannot reach database after 3 s", "ERROR cannot reach database after 3 s"),
    ],
)
def test_what_looks_like_a_secret_is_left_out(text: str, shown: str) -> None:
    assert hidden(text) == shown


def test_times_are_read_as_people_type_them(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
    monkeypatch.setattr(times, "now", lambda: now)
    assert times.given("00:05", "--at") == datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
    assert times.given("23:50", "--at") == datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
    assert times.given("2h", "--at") == now - timedelta(hours=2)
    for text in ("15m", "15 m", "15m ago", "15 m ago", " 15m  ago "):
        assert times.given(text, "--at") == now - timedelta(minutes=15)
    assert times.given("2026-11-22T14:30Z", "--at") == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    assert times.given("2026-11-22T14:30", "--at") == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    assert times.given("2026-11-22T10:00+09:00", "--at") == datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    for text in ("25:00", "10 years", "999999999999d", "ago", "15mago", "15m before"):
        with pytest.raises(UsageError, match="not a time"):
            times.given(text, "--at")
