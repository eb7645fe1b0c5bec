"""Certificates for trying HTTPS out: a CA that nobody else trusts, a server's certificate, a client's."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import PrivateFormat, load_pem_private_key, pkcs12

CA, SERVER, SERVER_KEY, CLIENT, CLIENT_PKCS12 = "ca.pem", "server.pem", "server-key.pem", "client.pem", "client.p12"
FILES = (CA, SERVER, SERVER_KEY, CLIENT, CLIENT_PKCS12)
PKCS12_PASSWORD = "lrs-soap"

_OWN_HOSTS = ("localhost", "127.0.0.1", "::1")
_ORGANISATION = "lrs-soap development"
_CLIENT = "development client"
_CLIENT_IDENTITY = "client@localhost"


def write(folder: Path, hosts: Iterable[str] = ()) -> None:
    """Write `FILES` to a folder, in place of what may be there by these names.

    The server's certificate is for this machine and for `hosts`, names or addresses. The CA's own key is not kept, so
    that nobody can sign more for those who have come to trust it. Raises ValueError for what is no host, OSError.
    """
    names = list(dict.fromkeys((*_OWN_HOSTS, *hosts)))
    for name in names:
        # Those would be taken for an e-mail address or a network.
        if "@" in name or "/" in name:
            raise ValueError(f"{name!r} is not the name or address of a host")
    # RSA, because not every client stack has come to take the shorter keys.
    authority = trustme.CA(
        organization_name=_ORGANISATION, organization_unit_name="Certificate authority", key_type=trustme.KeyType.RSA
    )
    server = authority.issue_cert(
        *names,
        common_name=names[0],
        organization_name=_ORGANISATION,
        organization_unit_name="Server",
        key_type=trustme.KeyType.RSA,
    )
    client = authority.issue_cert(
        _CLIENT_IDENTITY,
        common_name=_CLIENT,
        organization_name=_ORGANISATION,
        organization_unit_name="Client",
        key_type=trustme.KeyType.RSA,
    )
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / CA, authority.cert_pem.bytes(), 0o644)
    _write(folder / SERVER, server.cert_chain_pems[0].bytes(), 0o644)
    _write(folder / SERVER_KEY, server.private_key_pem.bytes(), 0o600)
    _write(folder / CLIENT, client.private_key_and_cert_chain_pem.bytes(), 0o600)
    _write(folder / CLIENT_PKCS12, _pkcs12(client, authority), 0o600)


def _pkcs12(client: trustme.LeafCert, authority: trustme.CA) -> bytes:
    key = load_pem_private_key(client.private_key_pem.bytes(), password=None)
    # What protects the key in transit is the file's mode; 3DES is what Mono and older Windows can read.
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(50_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(SHA1())
        .build(PKCS12_PASSWORD.encode())
    )
    return pkcs12.serialize_key_and_certificates(
        _CLIENT.encode(),
        cast("pkcs12.PKCS12PrivateKeyTypes", key),
        x509.load_pem_x509_certificate(client.cert_chain_pems[0].bytes()),
        [x509.load_pem_x509_certificate(authority.cert_pem.bytes())],
        protection,
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    # Anew, since a file that is written over keeps its mode.
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        # The process's own mask may be stricter, and other users' clients have to know whom to trust.
        os.fchmod(file.fileno(), mode)
        file.write(content)
