"""What HTTPS is spoken with, from the files that the settings name, and what a caller's certificate says."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from lrs_soap.errors import InvalidSetting

if TYPE_CHECKING:
    from lrs_soap.settings import Settings


class Certificates:
    """What HTTPS is spoken with on new connections, from files that can be read again when there are others.

    A connection keeps the context with which it began.
    """

    def __init__(self, certificate: Path, key: Path, client_ca: Path | None) -> None:
        """See `context_of`. Raises InvalidSetting."""
        self._files = (certificate, key, client_ca)
        self.read()

    def read(self) -> None:
        """Read the files. Raises InvalidSetting, and leaves everything as it was then."""
        certificate, _, _ = self._files
        context = context_of(*self._files)
        expires = _certificates(certificate, "tls_cert")[0].not_valid_after_utc
        self.context: ssl.SSLContext = context
        """What the next connection begins with."""
        self.expires: datetime = expires
        """Until when the service's certificate is valid."""


def certificates_of(settings: Settings) -> Certificates | None:
    """Those that the settings name; None if the service speaks HTTP. Raises InvalidSetting."""
    if settings.tls_cert is not None and settings.tls_key is not None:
        return Certificates(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
    if settings.tls_cert is None and settings.tls_key is None and settings.tls_client_ca is None:
        return None
    raise InvalidSetting(
        "HTTPS needs both the service's certificate (tls_cert) and its private key (tls_key). "
        "`lrs-soap certs FOLDER` makes such files for development."
    )


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
        if client_ca is not None:
            _certificates(client_ca, "tls_client_ca")
            context.load_verify_locations(client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        # The files may have been replaced meanwhile.
        reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
        raise InvalidSetting(
            f"HTTPS cannot be spoken with the certificate in {certificate} (tls_cert): {reason}."
        ) from None
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
