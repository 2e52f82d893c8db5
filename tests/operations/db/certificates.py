"""A certificate authority of the tests, and a server's certificate from it."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PUBLISHED = "shared-rds.example.internal"
"""Name under which the instance publishes itself in tests that use another way to it."""


@dataclass(frozen=True)
class Certificates:
    """Files in PEM form."""

    ca: Path
    server: Path
    key: Path


def make(directory: Path, *names: str) -> Certificates:
    """A new authority and a certificate for `names`; by default for every name that tests use."""
    directory.mkdir(parents=True, exist_ok=True)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    ca = _builder(issuer, issuer, ca_key).add_extension(x509.BasicConstraints(True, None), critical=True)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test server")])
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names or ("localhost", PUBLISHED)]
    if not names:
        alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    server = _builder(subject, issuer, key).add_extension(
        x509.SubjectAlternativeName(alternatives), critical=False
    )
    files = Certificates(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    files.ca.write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    files.server.write_bytes(server.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return files


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )
