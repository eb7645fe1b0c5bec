"""The programs of node/, each of which uses one package of npm's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.interop.certificates import Certificates
from tests.interop.client import SOURCES, Program

_FOLDER = SOURCES / "node"


def needs_package(package: str) -> None:
    """Skips where Node.js does not find a package."""
    look = ["node", "-e", f"require({package!r})"]
    if subprocess.run(look, cwd=_FOLDER, capture_output=True).returncode != 0:
        pytest.skip(f"node does not find {package}: npm ci with the files of tests/interop/node, and NODE_PATH")


def program(package: str, **environment: str | Path) -> Program:
    """The program that uses a package. Skips where Node.js does not find the package."""
    needs_package(package)
    return Program("node", _FOLDER / f"{package}.js", environment=environment)


def certified(certificates: Certificates) -> dict[str, str | Path]:
    """The environment of a program that has the client's certificate."""
    return {**stranger(certificates), "TLS_CERTIFICATE": certificates.client_with_key}


def stranger(certificates: Certificates) -> dict[str, str | Path]:
    """The environment of a program that has none."""
    return {"NODE_EXTRA_CA_CERTS": certificates.authority}
