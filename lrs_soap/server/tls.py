"""What HTTPS is spoken with, from the files that the settings name, and what a caller's certificate says."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from lrs_soap.errors import InvalidSetting


def context_of(certificate: Path, key: Path, client_ca: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer with the certificate of a file, whose private key is in another.

    With `client_ca` a caller must have a certificate that one of that file's has signed. Raises InvalidSetting.
    """
    chain = _certificates(certificate, "tls_cert")
    if _public_part(chain[0].public_key()) != _public_part(_private_key(key).public_key()):
        raise InvalidSetting(f"The private key in {key} (tls_key) is not that of the certificate in {certificate}.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        raise InvalidSetting(
            f"HTTPS cannot be spoken with the certificate in {certificate} (tls_cert): {error.reason}."
        ) from None
    if client_ca is not None:
        _certificates(client_ca, "tls_client_ca")
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def peer_subject(connection: ssl.SSLSocket | ssl.SSLObject) -> str | None:
    """Whom the certificate at the other end names, as RFC 4514 writes it; None where none was asked for."""
    certificate = connection.getpeercert(binary_form=True)
    return None if certificate is None else x509.load_der_x509_certificate(certificate).subject.rfc4514_string()


def _certificates(path: Path, setting: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_content(path, setting))
    except ValueError:
        raise InvalidSetting(f"The file {path} ({setting}) has no certificate in PEM format.") from None


def _private_key(path: Path) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(_content(path, "tls_key"), password=None)
    except TypeError:
        raise InvalidSetting(
            f"The private key in {path} (tls_key) is protected by a password; a service that starts by itself needs "
            "one that is not, in a file that nobody else can read."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidSetting(f"The file {path} (tls_key) has no private key in PEM format.") from None


def _content(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidSetting(f"The file {path} ({setting}) cannot be read: {error.strerror}.") from None


def _public_part(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
