"""The certificates that HTTPS is tried with: those that `lrs-soap certs` makes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.interop.client import run


@dataclass(frozen=True)
class Certificates:
    """The files that `lrs-soap certs` makes in a folder."""

    folder: Path
    password = "lrs-soap"
    """That of `client_pkcs12`."""

    @classmethod
    def made_in(cls, folder: Path) -> Certificates:
        run(sys.executable, "-m", "lrs_soap", "certs", folder)
        return cls(folder)

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def client_with_key(self) -> Path:
        return self.folder / "client.pem"

    @property
    def client_pkcs12(self) -> Path:
        return self.folder / "client.p12"

    @property
    def server_flags(self) -> tuple[str, ...]:
        """What makes `lrs-soap serve` speak HTTPS with those who have the client's certificate."""
        server, key = str(self.folder / "server.pem"), str(self.folder / "server-key.pem")
        return "--tls-cert", server, "--tls-key", key, "--tls-client-ca", str(self.authority)

    def fetch(self, url: str) -> bytes:
        """What a GET with the client's certificate brings."""
        answer = requests.get(url, verify=str(self.authority), cert=str(self.client_with_key), timeout=60)
        answer.raise_for_status()
        return answer.content
