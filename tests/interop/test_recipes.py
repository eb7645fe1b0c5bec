"""The recipes of docs/clients.md, as they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.client import attempt, needs
from tests.interop.node_program import needs_package
from tests.kit.documents import ADDRESS, Document
from tests.kit.running_server import RunningServer

GUIDE = Document("docs/clients.md")


def recipe(title: str, file: Path, server: RunningServer) -> Path:
    """The program that stands in a section, in a file, for this server."""
    program = "\n\n".join(GUIDE.blocks(title))
    file.write_text(program.replace(ADDRESS, server.url), "utf-8")
    return file


@pytest.mark.parametrize("package", ["soap", "strong-soap"])
@needs("nodejs npm", "node")
def test_a_package_of_npm_finds_a_learner(package: str, observed: RunningServer, tmp_path: Path) -> None:
    needs_package(package)
    done = attempt("node", recipe(f"npm {package}", tmp_path / "find.js", observed))
    assert (done.stdout, done.stderr) == ("WSRC0004 2005-03-14\n", "")


@needs("libsoap-lite-perl", "perl")
def test_soap_lite_finds_a_learner(observed: RunningServer, tmp_path: Path) -> None:
    if attempt("perl", "-MSOAP::Lite", "-e", "1").returncode != 0:
        pytest.skip("needs SOAP::Lite: apt install libsoap-lite-perl")
    done = attempt("perl", recipe("SOAP::Lite", tmp_path / "find.pl", observed))
    assert (done.stdout, done.stderr) == ("WSRC0004 2005-03-14\n", "")
