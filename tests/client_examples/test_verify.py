"""verify.py."""

from __future__ import annotations

import subprocess
import sys

from tests.client_examples.programs import EXAMPLES, run
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer

# Programs are told nothing of the database.
pytestmark = on_sqlite


def test_zeep_verifies_a_learner(server: RunningServer) -> None:
    def verify(*who: str) -> subprocess.CompletedProcess[str]:
        return run(server.url, sys.executable, str(EXAMPLES / "verify.py"), *who)

    done = verify("4170265830", "Okafor", "Grace", "2005-03-14", "2")
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        ["WSVRC001: everything is equal", "4170265830 Grace Okafor 2005-03-14"],
    )
    done = verify("4170265830", "Okafor", "Hannah")
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        [
            "WSVRC005: something is neither equal nor similar",
            "VRF1: the given name is not the learner's given name",
            "VRF2: the given name is not the learner's family name",
        ],
    )
    done = verify("2865174033", "Iyer", "Pria")
    assert (done.returncode, done.stdout.splitlines()[1]) == (0, "2865174033 Priya Iyer 2002-02-28")
    assert done.stdout.startswith("WSVRC004: the names are similar")
    done = verify("4170265831", "Okafor", "Grace")
    assert (done.returncode, done.stdout) == (1, "WSVRC006: there is no such ULN\n")
    done = verify("4170265830", "Okafor", "Grace", "1900-02-29")
    assert done.stderr.endswith("Value '1900-02-29' of element 'DateOfBirth' is not a valid date.\n")
