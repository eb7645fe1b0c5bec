"""Certificates for tests of HTTPS: a CA, a server, and clients good and bad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Files in PEM format; each client's is certificate and key in one."""

    ca: Path
    server: Path
    key: Path
    client: Path
    expired: Path
    future: Path
    stranger: Path

    @classmethod
    def made_in(cls, folder: Path) -> Certificates:
        """New ones, in a folder."""
        names = ("ca", "server", "key", "client", "expired", "future", "stranger")
        made = cls(*(folder / f"{name}.pem" for name in names))
        authority = trustme.CA()
        server = authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(made.ca)
        server.cert_chain_pems[0].write_to_path(made.server)
        server.private_key_pem.write_to_path(made.key)
        for path, client in (
            (made.client, authority.issue_cert("a@b", common_name="vendor, one", organization_name="A vendor")),
            (made.expired, authority.issue_cert("a@b", common_name="late", not_after=datetime(2020, 1, 1))),
            (made.future, authority.issue_cert("a@b", common_name="early", not_before=datetime(2037, 1, 1))),
            (made.stranger, trustme.CA().issue_cert("a@b", common_name="stranger")),
        ):
            client.private_key_and_cert_chain_pem.write_to_path(path)
        return made

    @property
    def flags(self) -> tuple[str, ...]:
        """Those of `serve` for HTTPS that anybody may use."""
        return ("--tls-cert", str(self.server), "--tls-key", str(self.key))

    @property
    def flags_for_clients(self) -> tuple[str, ...]:
        """Those of `serve` for HTTPS that asks for a certificate."""
        return (*self.flags, "--tls-client-ca", str(self.ca))
