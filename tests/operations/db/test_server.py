"""Which servers are trusted, and what a person reads when something is wrong."""

import socket
import threading
from pathlib import Path

import pytest

from operations.db import names
from operations.db.server import KEEP_ALIVE, Endpoint, Login, Lost, session, try_login
from operations.db.sql import Password
from operations.errors import HybridError, Refused
from tests.operations.db import certificates
from tests.operations.db.conftest import REGION, STANDBY, Cli, World, publish
from tests.operations.db.engine import ADMIN, ADMIN_PASSWORD, Engine
from tests.operations.local.conftest import Clients

NOBODY = Password("Canary-nobody-1d2c")


def failure(endpoint: Endpoint, user: str = "nobody", password: Password = NOBODY) -> str:
    with pytest.raises(HybridError) as caught, session(endpoint, user, password):
        pass
    assert caught.value.exit_code in (1, 2)
    return str(caught.value)


def test_fails_when_the_certificate_is_from_another_authority(engine: Engine, tmp_path: Path) -> None:
    other = certificates.make(tmp_path / "other")
    assert "is not who it should be" in failure(Endpoint("127.0.0.1", engine.port, other.ca))


def test_fails_when_the_certificate_is_for_another_name(engine: Engine) -> None:
    at = Endpoint("other.example.com", engine.port, engine.certificates.ca, "127.0.0.1")
    assert "The certificate must name other.example.com" in failure(at)


def test_fails_when_there_is_no_authority_to_trust(engine: Engine, tmp_path: Path) -> None:
    assert "global-bundle.pem" in failure(Endpoint("127.0.0.1", engine.port, tmp_path / "none.pem"))
    (tmp_path / "empty.pem").write_text("nothing")
    assert "no certificates in PEM" in failure(Endpoint("127.0.0.1", engine.port, tmp_path / "empty.pem"))


def test_fails_before_it_says_anything_when_the_server_has_no_tls(
    session_engine: Engine, tmp_path: Path
) -> None:
    greeting = _greeting_without_tls(session_engine)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_once, args=(listener, greeting, heard))
        thread.start()
        at = Endpoint("127.0.0.1", listener.getsockname()[1], session_engine.certificates.ca)
        said = failure(at)
        thread.join(timeout=10)

    assert "offers no TLS" in said
    assert heard == [b""], "nothing may be sent to such a server"


def test_fails_when_nobody_listens(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    said = failure(Endpoint("127.0.0.1", port, engine.certificates.ca))
    assert f"127.0.0.1:{port} cannot be reached (Connection refused)" in said
    assert "--host and --port" in said


def test_fails_when_the_name_is_unknown(engine: Engine) -> None:
    assert "cannot be reached" in failure(Endpoint("no-such-host.invalid", 3306, engine.certificates.ca))


def test_a_wrong_password_is_denied_and_a_locked_account_is_an_error(engine: Engine) -> None:
    at = Endpoint("127.0.0.1", engine.port, engine.certificates.ca)
    engine.run("CREATE USER someone IDENTIFIED BY 'right'")
    assert try_login(at, "someone", Password("right")) is Login.WORKS
    assert try_login(at, "someone", Password("wrong")) is Login.DENIED

    engine.run("ALTER USER someone ACCOUNT LOCK")
    with pytest.raises(HybridError, match="locked"):
        try_login(at, "someone", Password("right"))


def test_another_way_to_the_server_verifies_and_records_its_own_name(world: World, aws: Clients) -> None:
    path = names.instance_parameter("prod", "endpoint")
    aws("ssm").put_parameter(Name=path, Value=certificates.PUBLISHED, Type="String", Overwrite=True)

    world.by(world.engine.port).provision()

    assert world.secret()["host"] == certificates.PUBLISHED
    world.connect(host="127.0.0.1").close()


def test_fails_when_the_published_endpoint_has_a_port(world: World, aws: Clients) -> None:
    path = names.instance_parameter("prod", "endpoint")
    aws("ssm").put_parameter(Name=path, Value="db.example.com:3306", Type="String", Overwrite=True)
    with pytest.raises(HybridError, match="must be a host name alone"):
        world.on.instance()


@pytest.mark.parametrize("item", ["endpoint", "port", "secret-arn"])
def test_fails_when_the_instance_is_not_published(world: World, cli: Cli, aws: Clients, item: str) -> None:
    path = names.instance_parameter("prod", item)
    aws("ssm").delete_parameter(Name=path)
    said = cli("provision", "fileflow", "--yes", code=1).stderr
    assert f"{path} is not in SSM of {REGION}" in said
    assert "deploy the stack shared first" in said


def test_fails_when_the_master_secret_is_gone_or_of_another_shape(
    world: World, cli: Cli, aws: Clients
) -> None:
    client = aws("secretsmanager")
    client.put_secret_value(SecretId="shared/rds", SecretString='{"user": "x", "password": "Canary-odd-77"}')
    said = cli("provision", "fileflow", "--yes", code=1).stderr
    assert "does not hold JSON with username and password" in said
    assert "Canary-odd-77" not in said

    client.delete_secret(SecretId="shared/rds", ForceDeleteWithoutRecovery=True)
    assert "GetSecretValue of" in cli("provision", "fileflow", "--yes", code=1).stderr


def test_fails_when_the_master_password_is_wrong(world: World, cli: Cli, aws: Clients) -> None:
    aws("secretsmanager").delete_secret(SecretId="shared/rds", ForceDeleteWithoutRecovery=True)
    publish(aws, "127.0.0.1", world.engine.port, "Canary-wrong-88")
    said = cli("provision", "fileflow", "--yes", code=1).stderr
    assert f"does not accept {ADMIN}" in said
    assert "Canary-wrong-88" not in said


def test_fails_in_another_account(world: World, cli: Cli) -> None:
    world.on.aws.account_id = "999999999999"
    with pytest.raises(Refused, match="credentials are of account 123456789012"):
        world.provision()


def test_fails_when_aws_does_not_answer(world: World, cli: Cli) -> None:
    cli.environment |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    assert "sts:GetCallerIdentity failed" in cli("list", code=1).stderr


def test_fails_when_there_is_no_key_for_the_secret(world: World, cli: Cli, aws: Clients) -> None:
    for region in (REGION, STANDBY):
        aws("kms", region).delete_alias(AliasName="alias/ryuqqq-secrets")
    said = cli("provision", "fileflow", "--yes", code=3).stderr
    assert "alias/ryuqqq-secrets" in said
    assert not world.facts().secret.exists


def _greeting_without_tls(engine: Engine) -> bytes:
    """The server's own first packet, with the bit for TLS cleared."""
    with socket.create_connection(("127.0.0.1", engine.port)) as client:
        packet = bytearray(client.recv(4096))
    flags = packet.index(0, 5) + 1 + 4 + 8 + 1  # after version, thread id, salt and filler
    assert packet[flags + 1] & 0x08, "the server offers TLS"
    packet[flags + 1] &= ~0x08
    return bytes(packet)


def _serve_once(listener: socket.socket, greeting: bytes, heard: list[bytes]) -> None:
    client, _ = listener.accept()
    with client:
        client.sendall(greeting)
        client.settimeout(5)
        heard.append(client.recv(4096))


def test_admin_password_is_used_over_tls(engine: Engine) -> None:
    at = Endpoint("localhost", engine.port, engine.certificates.ca)
    with session(at, ADMIN, Password(ADMIN_PASSWORD)) as admin:
        [(_, cipher)] = admin.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    assert cipher


def test_who_connects_says_how_long_a_statement_may_take(engine: Engine) -> None:
    at = Endpoint("localhost", engine.port, engine.certificates.ca)
    with (
        session(at, ADMIN, Password(ADMIN_PASSWORD), answer_limit=0.5) as admin,
        pytest.raises(Lost, match="was lost in: SELECT SLEEP"),
    ):
        admin.rows("SELECT SLEEP(60)")


def test_a_silent_connection_is_kept_alive(engine: Engine) -> None:
    at = Endpoint("localhost", engine.port, engine.certificates.ca)
    with session(at, ADMIN, Password(ADMIN_PASSWORD)) as admin:
        connected = admin._connection._sock  # type: ignore[attr-defined]
        assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        for name, value in KEEP_ALIVE.items():
            if option := getattr(socket, name, None):
                assert connected.getsockopt(socket.IPPROTO_TCP, option) == value
