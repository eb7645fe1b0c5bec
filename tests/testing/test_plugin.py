"""The pytest plugin in other people's suites: what it costs them, and what they are told when something goes wrong."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kit.running_server import is_running
from tests.kit.waiting import until

if TYPE_CHECKING:
    from conftest import Suite

# What a suite has at hand to call the service as a program does.
CALLS = """
import os, resource, signal, time
from pathlib import Path

def find(lrs, uln, family_name="Lee", given_name="Robin"):
    return lrs.client().service.learnerByULN(
        FindType="FUL", UKPRN=lrs.ukprn, OrgPassword=lrs.password, UserName="theirs",
        ULN=uln, FamilyName=family_name, GivenName=given_name,
    ).ResponseCode

def until(what):
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)

def kill(lrs_server):
    os.kill(lrs_server.pid, signal.SIGKILL)
    until(lambda: not lrs_server.is_running)
"""


def lines_of(result: pytest.RunResult) -> str:
    return "\n".join(line.rstrip() for line in result.outlines)


def test_the_plugin_imports_nothing_heavy() -> None:
    imports = "import sys, pytest; before = set(sys.modules); import lrs_soap.testing.plugin; "
    shows = "print(*sorted(sys.modules.keys() - before))"
    done = subprocess.run([sys.executable, "-c", imports + shows], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["lrs_soap", "lrs_soap.testing", "lrs_soap.testing.plugin"]


def test_a_suite_that_does_not_use_it_pays_nothing(suite: Suite) -> None:
    result = suite(
        """
        import sys

        def test_nothing_is_imported(request):
            assert request.config.pluginmanager.has_plugin("lrs-soap")
            ours = {name for name in sys.modules if name.startswith("lrs_soap")}
            assert ours == {"lrs_soap", "lrs_soap.testing", "lrs_soap.testing.plugin"}
        """
    )
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_failed_test_shows_what_it_has_asked_and_why_it_was_answered_so(suite: Suite) -> None:
    result = suite(
        CALLS
        + """
def test_it_passes(lrs):
    assert find(lrs, lrs.add_learner(FamilyName="Lee")) == "WSRC0004"

def test_it_fails(lrs, lrs_server):
    uln = lrs.add_learner(FamilyName="Okonkwo")
    assert find(lrs, uln, "Okonkwo") == "WSRC0004"
    assert find(lrs_server.main, "4170265830", "Okafor", "Grace") == "WSRC0004"
    assert find(lrs, uln, "Okonkwa") == "WSRC0004"

def test_nothing_asked(lrs):
    assert False

def test_not_used():
    assert False
""",
    )
    result.assert_outcomes(passed=1, failed=3)
    # Each has its own alone.
    result.stdout.fnmatch_lines(
        [
            "*_ test_it_fails _*",
            "*- lrs-soap: what was asked of http://127.0.0.1:* -*",
            "learnerByULN by TEST0001/theirs -> WSRC0004 (status 200, * ms, exchange *)",
            "*- lrs-soap: what was asked of http://127.0.0.1:*/w/test-it-fails-* -*",
            "learnerByULN by TEST0001/theirs -> WSRC0004 (status 200, * ms, exchange *)",
            "    names: given EQUAL, family EQUAL",
            "learnerByULN by TEST0001/theirs -> WSRC0003 (status 200, * ms, exchange *)",
            "    names: given EQUAL, family SIMILAR",
            "        family_name: sent 'Okonkwa', held 'Okonkwo'",
            "*_ test_nothing_asked _*",
        ]
    )
    told = lines_of(result)
    assert told.count("learnerByULN by ") == 3
    assert told.count("lrs-soap: what was asked of ") == 2
    assert "CompatSitePass01" not in told


@pytest.mark.slow
def test_a_server_that_dies_is_said_and_the_next_test_has_another(suite: Suite) -> None:
    result = suite(
        CALLS
        + """
def test_unnoticed(lrs, lrs_server):
    kill(lrs_server)

def test_next(lrs):
    assert find(lrs, lrs.add_learner(FamilyName="Lee")) == "WSRC0004"

def test_noticed(lrs, lrs_server):
    kill(lrs_server)
    lrs.add_learner()

def test_by_its_client(lrs, lrs_server):
    kill(lrs_server)
    find(lrs, "4170265830")

def test_server_alone(lrs_server):
    assert find(lrs_server.main, "4170265830", "Okafor", "Grace") == "WSRC0004"
    kill(lrs_server)

def test_between():
    pass
""",
    )
    # Who has noticed fails by that, and is told once; who has not is told afterwards.
    result.assert_outcomes(passed=4, failed=2, errors=2)
    died = "The lrs-soap server has died (SIGKILL), and its worlds with it. The next test gets another."
    for heading in ("ERROR at teardown of test_unnoticed", "ERROR at teardown of test_server_alone"):
        result.stdout.fnmatch_lines([f"*_ {heading} _*", f"{_literally(died)}*"], consecutive=True)
    result.stdout.fnmatch_lines(
        ["*_ test_noticed _*", ">       lrs.add_learner()", f"E *ServerUnavailable: {_literally(died)}*"]
    )
    result.stdout.fnmatch_lines(["*_ test_by_its_client _*", "*- lrs-soap -*", f"{_literally(died)}*"])


@pytest.mark.slow
def test_a_server_that_is_stopped_says_so_to_whoever_asks_and_the_next_test_has_another(suite: Suite) -> None:
    result = suite(
        CALLS
        + """
import pytest
from lrs_soap.testing import ServerUnavailable

STOPPED = "The lrs-soap server was stopped, and its worlds ended with it."

@pytest.mark.parametrize("end", ["stop", "kill"])
def test_stopped(lrs, lrs_server, end):
    getattr(lrs_server, end)()
    for ask in (lrs.add_learner, lrs.exchanges, lrs.clock.now, lrs_server.new_world, lambda: lrs_server.url):
        with pytest.raises(ServerUnavailable, match=STOPPED):
            ask()
    lrs_server.start()
    with pytest.raises(ServerUnavailable, match="at http://127.0.0.1:[0-9]+ has ended, and its worlds with it"):
        lrs.add_learner()
    with lrs_server.new_world() as another:
        assert find(another, another.add_learner(FamilyName="Lee")) == "WSRC0004"
    lrs_server.stop()

def test_too_late(request, lrs_server):
    lrs_server.stop()
    request.getfixturevalue("lrs")

def test_next(lrs):
    assert find(lrs, lrs.add_learner(FamilyName="Lee")) == "WSRC0004"
""",
    )
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["*_ test_too_late _*", "The lrs-soap server was stopped, and its worlds ended with it.*"]
    )


@pytest.mark.slow
def test_a_world_that_is_left_behind_is_named(suite: Suite) -> None:
    result = suite(
        CALLS
        + """
LEFT = []

def test_leaves(lrs_server, lrs):
    LEFT.append(lrs_server.new_world("Left Behind!"))

def test_deletes_its_own(lrs, lrs_server):
    lrs_server.control.delete_world(lrs.name)

def test_in_order(lrs_server):
    names = [each["name"] for each in lrs_server.control.worlds()]
    assert names == ["main", LEFT[0].name]
    assert [each.name for each in lrs_server.worlds] == names[1:]
    with lrs_server.new_world() as inner:
        pass
    assert [each["name"] for each in lrs_server.control.worlds()] == names
""",
    )
    result.assert_outcomes(passed=3, warnings=1)
    result.stdout.fnmatch_lines(
        ["*UserWarning: The world left-behind-???????? was left behind, and ends with the server. Make a world by*"]
    )


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_without_a_trace(suite: Suite) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = suite("def test_it(lrs): pass", conftest=settings(port=port))
    result.assert_outcomes(errors=1)
    told = lines_of(result)
    assert "The lrs-soap server has not started. The last lines of its log " in told
    assert f"lrs-soap cannot listen on 127.0.0.1:{port}: Address already in use." in told
    assert "Traceback" not in told
    assert "lrs_server.py" not in told


@pytest.mark.slow
def test_settings_are_the_suite_s_own_and_a_wrong_one_is_said(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of neither the environment nor the folder, which are those of the program that is tested.
    monkeypatch.setenv("LRS_FIND_BEFORE_REGISTER", "true")
    Path("lrs-soap.toml").write_text("find_before_register = true\n")
    tests = """
def test_it(lrs):
    policy = lrs.policy()
    assert (policy["find_before_register"], policy["batch_delay"]) == (False, 7)
    assert policy["service_hours"] == ["Mon-Fri 08:00-20:00", "Sat 08:00-12:00"]
"""
    hours = ("Mon-Fri 08:00-20:00", "Sat 08:00-12:00")
    suite(tests, conftest=settings(batch_delay=7, service_hours=hours)).assert_outcomes(passed=1)
    result = suite("def test_it(lrs): pass", conftest=settings(servise_hours="Mon-Fri 08:00-20:00"))
    result.assert_outcomes(errors=1)
    assert "'servise_hours', which is not a setting: did you mean service_hours?" in lines_of(result)


needs_limits = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process's files")


@pytest.mark.slow
@needs_limits
def test_a_disk_that_is_full_is_said(suite: Suite) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))"
    result = suite("def test_it(lrs): pass", "-p", "no:cacheprovider", conftest=limited)
    result.assert_outcomes(errors=1)
    told = lines_of(result)
    assert "The lrs-soap server has not started. The last lines of its log " in told
    assert re.search(r"Error: The database file \S+lrs.db cannot be read or written: its disk reports an error\.", told)


@pytest.mark.slow
@needs_limits
def test_a_disk_that_fills_up_is_said(suite: Suite) -> None:
    result = suite(
        CALLS
        + """
def test_fills_it_up(lrs, lrs_server):
    for pid in Path(f"/proc/{lrs_server.pid}/task/{lrs_server.pid}/children").read_text().split():
        resource.prlimit(int(pid), resource.RLIMIT_FSIZE, (50_000, 50_000))

def test_next(lrs):
    pass
""",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*_ ERROR at setup of test_next _*", "The database file */lrs.world-?.db *"], consecutive=True
    )


@pytest.mark.slow
def test_a_folder_that_another_run_has_emptied_is_said_and_the_next_test_has_another(suite: Suite) -> None:
    result = suite(
        CALLS
        + """
import shutil

def test_its_folder_goes(lrs, lrs_server, tmp_path):
    shutil.rmtree(tmp_path.parent)
    find(lrs, lrs.add_learner())

def test_next(lrs):
    assert find(lrs, lrs.add_learner(FamilyName="Lee")) == "WSRC0004"
""",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E *The folder of the lrs-soap server, */lrs-soap0/1, is gone*same --basetemp.*"])


@pytest.mark.slow
def test_two_runs_in_one_folder_do_not_meet(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        CALLS
        + """
def test_both_run(lrs, lrs_server):
    uln = lrs.add_learner(FamilyName="Lee")
    mine = Path(os.environ["MINE"])
    mine.write_text(lrs_server.url)
    # Each goes on when the other has its server, too.
    until(lambda: Path(os.environ["THEIRS"]).exists() and Path(os.environ["THEIRS"]).read_text())
    assert Path(os.environ["THEIRS"]).read_text() != lrs_server.url
    assert find(lrs, uln) == "WSRC0004"
    assert [each["name"] for each in lrs_server.control.worlds()] == ["main", lrs.name]
"""
    )
    names = ("one", "two")
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q"],
            cwd=pytester.path,
            env={**_environment(), "MINE": mine, "THEIRS": theirs},
            stdout=subprocess.PIPE,
            text=True,
        )
        for mine, theirs in (names, names[::-1])
    ]
    for run in runs:
        out, _ = run.communicate(timeout=120)
        assert "1 passed" in out, out


@pytest.mark.slow
def test_each_process_of_xdist_has_a_server_and_shows_its_own_exchanges(suite: Suite) -> None:
    result = suite(
        CALLS
        + """
import pytest

@pytest.mark.parametrize("number", range(8))
def test_it(lrs, lrs_server, number, worker_id):
    Path(os.environ["SEEN"], worker_id).write_text(lrs_server.url)
    assert [each["name"] for each in lrs_server.control.worlds()] == ["main", lrs.name]
    assert find(lrs, lrs.add_learner(FamilyName="Lee")) == ("WSRC0004" if number != 5 else "failing")
""",
        "-n", "2", "-p", "no:cacheprovider",
        conftest="import os; os.environ.setdefault('SEEN', os.getcwd())",
    )  # fmt: skip
    result.assert_outcomes(passed=7, failed=1)
    result.stdout.fnmatch_lines(["*- lrs-soap: what was asked of *", "learnerByULN by TEST0001/theirs -> WSRC0004 *"])
    assert len({Path(worker).read_text() for worker in ("gw0", "gw1")}) == 2


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_no_server(suite: Suite) -> None:
    suite(
        CALLS
        + """
def test_it_is_killed(lrs, lrs_server):
    Path("server").write_text(str(lrs_server.pid))
    os.kill(os.getpid(), signal.SIGKILL)
""",
    )
    pid = int(Path("server").read_text())
    until(lambda: not is_running(pid))


@pytest.mark.slow
def test_the_next_run_begins_with_the_ready_database(suite: Suite, tmp_path: Path) -> None:
    tests = """
def test_it(lrs_server):
    assert lrs_server.main.control.learner("4170265830")["FamilyName"] == "Okafor"
"""
    for _ in range(2):
        suite(tests, "-o", f"cache_dir={tmp_path}").assert_outcomes(passed=1)
        (ready,) = (tmp_path / "d" / "lrs-soap").iterdir()
    before = ready.stat().st_mtime_ns, ready.stat().st_ino
    suite(tests, "-o", f"cache_dir={tmp_path}").assert_outcomes(passed=1)
    assert (ready.stat().st_mtime_ns, ready.stat().st_ino) == before


def settings(**values: object) -> str:
    """A conftest.py that gives the server settings."""
    return f"""
import pytest

@pytest.fixture(scope="session")
def lrs_settings():
    return {values!r}
"""


def _literally(text: str) -> str:
    """A text for `fnmatch_lines`."""
    return text.replace("[", "[[]")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
