"""find_by_uln, with zeep and with curl."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.client_examples.programs import EXAMPLES, run
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer

# Programs are told nothing of the database.
pytestmark = on_sqlite


def find(server: RunningServer, *who: str) -> subprocess.CompletedProcess[str]:
    return run(server.url, sys.executable, str(EXAMPLES / "find_by_uln.py"), *who)


def test_zeep_finds_a_learner(server: RunningServer) -> None:
    done = find(server, "4170265830", "Okafor", "Grace")
    assert done.stdout.splitlines() == ["WSRC0004", "4170265830 Grace Okafor 2005-03-14 LS1 4AP"]
    assert done.returncode == 0


def test_zeep_shows_a_fault(server: RunningServer) -> None:
    done = find(server, "417026583", "Okafor", "Grace")
    assert done.returncode == 1
    assert done.stderr.startswith("WSEC0001: Invalid request")
    assert "cvc-pattern-valid: Value '417026583'" in done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
class TestCurl:
    def find(self, address: str, *who: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run(address, "sh", str(EXAMPLES / "find_by_uln.sh"), *who, **more)

    def test_it_finds_a_learner(self, server: RunningServer) -> None:
        done = self.find(server.url, "4170265830", "Okafor", "Grace")
        assert (done.stderr, done.returncode) == ("", 0)
        assert done.stdout.startswith("<?xml ")
        assert "<FamilyName>Okafor</FamilyName>" in done.stdout

    def test_it_escapes_names(self, server: RunningServer) -> None:
        done = self.find(server.url, "4170265830", "O & <b>", "Grace")
        assert "<ResponseCode>WSRC0001</ResponseCode>" in done.stdout
        assert "<FamilyName>O &amp; &lt;b" in done.stdout

    def test_it_shows_a_fault(self, server: RunningServer) -> None:
        done = self.find(server.url, "417026583", "Okafor", "Grace")
        assert (done.stdout, done.returncode) == ("", 1)
        assert "<ErrorCode>WSEC0001</ErrorCode>" in done.stderr
