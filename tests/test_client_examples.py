"""The programs of client_examples/, as a reader would run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running_server import RunningServer

EXAMPLES = Path(__file__).resolve().parent.parent / "client_examples"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def find_by_uln(server: RunningServer, *who: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, str(EXAMPLES / "find_by_uln.py"), *who, server.url)


def test_zeep_finds_a_learner(server: RunningServer) -> None:
    done = find_by_uln(server, "4170265830", "Okafor", "Grace")
    assert done.stdout.splitlines() == ["WSRC0004", "4170265830 Grace Okafor 2005-03-14 LS1 4AP"]
    assert done.returncode == 0


def test_zeep_shows_a_fault(server: RunningServer) -> None:
    done = find_by_uln(server, "417026583", "Okafor", "Grace")
    assert done.returncode == 1
    assert done.stderr.startswith("WSEC0001: Invalid request")
    assert "cvc-pattern-valid: Value '417026583'" in done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_finds_a_learner(server: RunningServer) -> None:
    done = run("sh", str(EXAMPLES / "find_by_uln.sh"), "4170265830", "Okafor", "Grace", server.url)
    assert "<ResponseCode>WSRC0004</ResponseCode>" in done.stdout
    assert "<FamilyName>Okafor</FamilyName>" in done.stdout
