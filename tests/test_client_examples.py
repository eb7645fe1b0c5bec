"""The programs of client_examples/, as a reader would run them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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


def find_or_register(server: RunningServer, *learner: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, str(EXAMPLES / "find_or_register.py"), server.url, *learner)


def test_zeep_finds_who_has_a_uln(server: RunningServer) -> None:
    done = find_or_register(server, "Okafor", "Grace", "4170265830")
    assert done.stdout.splitlines() == ["WSRC0004", "4170265830 Grace Okafor 2005-03-14 LS1 4AP"]
    assert done.returncode == 0


def test_zeep_registers_who_has_none(tmp_path: Path, database_url: str) -> None:
    learner = ("Lovelace", "Ada", "2007-12-10", "2", "LS1 4AP")
    with RunningServer(tmp_path, database_url=database_url) as server:
        code, uln = find_or_register(server, *learner).stdout.splitlines()
        assert code == "WSRC0005"
        assert re.fullmatch("[1-9][0-9]{9}", uln)
        assert find_or_register(server, *learner).stdout.splitlines() == ["WSRC0021"]


def test_zeep_shows_why_a_learner_is_refused(server: RunningServer) -> None:
    done = find_or_register(server, "Lovelace", "Ada", "2007-12-10", "3", "LS1 4AP")
    assert done.returncode == 1
    assert done.stderr.startswith("WSEC0001: Invalid request")


def update(server: RunningServer, *change: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, str(EXAMPLES / "update.py"), server.url, *change)


def test_zeep_updates_a_learner(tmp_path: Path, database_url: str) -> None:
    with RunningServer(tmp_path, database_url=database_url) as server:
        done = update(server, "4170265830", "Okafor", "Grace", "Title", "Dr")
        assert (done.returncode, done.stdout) == (0, "WSRC0006\n")
        done = update(server, "4170265830", "Okafor", "Grace", "Title", "Dr")
        assert (done.returncode, done.stdout) == (1, "WSRC0020\n")
        assert done.stderr == "The learner has not been updated: WSRC0020.\n"


def test_zeep_asks_again_where_somebody_else_was_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import update as example

    held = dict.fromkeys(example.MANDATORY, "as held")

    class Service:
        """Somebody else updates the learner twice between the find and the update that follows it."""

        def __init__(self) -> None:
            self.version = 1
            self.seen: list[int] = []

        def learnerByULN(self, **request: str) -> SimpleNamespace:
            return SimpleNamespace(ResponseCode="WSRC0004", Learner=[{**held, "VersionNumber": self.version}])

        def updateSingleLearner(self, Learner: dict[str, Any], **request: str) -> str:
            self.seen.append(Learner["VersionNumber"])
            self.version += len(self.seen) <= 2
            return "WSRC0006" if Learner["VersionNumber"] == self.version else "WSRC0013"

    service = Service()
    assert example.update(service, "4170265830", "Okafor", "Grace", "Title", "Dr") == "WSRC0006"
    assert service.seen == [1, 2, 3]


def test_zeep_verifies_a_learner(server: RunningServer) -> None:
    def verify(*who: str) -> subprocess.CompletedProcess[str]:
        return run(sys.executable, str(EXAMPLES / "verify.py"), server.url, *who)

    done = verify("4170265830", "Okafor", "Grace", "2005-03-14", "2")
    assert (done.returncode, done.stdout.splitlines()) == (0, ["WSVRC001", "4170265830 Grace Okafor 2005-03-14"])
    done = verify("4170265830", "Okafor", "Hannah")
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        [
            "WSVRC005",
            "VRF1: the given name is not the given name",
            "VRF2: the given name is not the family name either",
        ],
    )
    done = verify("4170265830", "Okafor", "Grace", "1900-02-29")
    assert done.stderr.endswith("Value '1900-02-29' of element 'DateOfBirth' is not a valid date.\n")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_finds_a_learner(server: RunningServer) -> None:
    done = run("sh", str(EXAMPLES / "find_by_uln.sh"), "4170265830", "Okafor", "Grace", server.url)
    assert "<ResponseCode>WSRC0004</ResponseCode>" in done.stdout
    assert "<FamilyName>Okafor</FamilyName>" in done.stdout
