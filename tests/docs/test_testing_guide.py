"""docs/testing.md: its tests are the examples' or pass as they are shown, and its calls are the interface's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lrs_soap.testing import Lrs, LrsServer
from lrs_soap.testing.lrs import WorldClock
from tests.kit.documents import PROJECT, Document

GUIDE = Document("docs/testing.md")
_CALL = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) ([^` ]+)")
EXAMPLES = PROJECT / "client_examples" / "tests"


def shown(title: str) -> list[str]:
    """The Python of a section."""
    return re.findall(r"```python\n(.*?)```\n", GUIDE.section(title), re.S)


def run(tests: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "test_shown.py").write_text(tests, "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=folder, capture_output=True, text=True
    )


def test_the_tests_of_the_nightly_job_are_the_examples() -> None:
    fixture, *tests = shown("A program and its tests")
    assert fixture in (EXAMPLES / "conftest.py").read_text("utf-8")
    there = (EXAMPLES / "test_nightly.py").read_text("utf-8")
    assert len(tests) >= 7
    for test in tests:
        assert test in there


def test_the_table_names_everything_that_a_world_has() -> None:
    told = " ".join(cell for cell, _ in GUIDE.rows("In pytest", "`lrs.`", ""))
    public = {name for name in dir(Lrs) if not name.startswith("_")} | {"url", "clock", "control"}
    clock = {name for name in dir(WorldClock) if not name.startswith("_")}
    # The fixture deletes the world.
    assert {name for name in public | clock if not re.search(rf"\b{name}\b", told)} == {"delete"}


@pytest.mark.slow
def test_the_first_test_passes_and_the_report_of_the_failing_one_is_as_it_is_shown(tmp_path: Path) -> None:
    (passing,), (failing,) = shown("In pytest"), shown("When a test fails")
    assert run(passing, tmp_path).returncode == 0
    told = run(failing, tmp_path).stdout
    *_, report = GUIDE.blocks("When a test fails")
    lines = [_alike(line) for line in told.splitlines()]
    for line in report.splitlines():
        assert _alike(line) in lines


@pytest.mark.slow
def test_the_settings_are_those_of_the_server(tmp_path: Path) -> None:
    (fixture,) = shown("The server")
    (tmp_path / "conftest.py").write_text(f"import pytest\n\n\n{fixture}", "utf-8")
    expects = 'def test_it(lrs): assert lrs.policy()["service_hours"] == ["Mon-Fri 08:00-20:00"]\n'
    done = run(expects, tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_calls_are_the_interface_s(lrs_server: LrsServer) -> None:
    paths = lrs_server.control.ask("GET", "/openapi.json")["paths"]
    calls = [call for _, cell in GUIDE.rows("From any language", "what", "request") for call in _CALL.findall(cell)]
    assert len(calls) >= 11
    for method, target in calls:
        path = target.partition("?")[0].replace("…", "/_lrs/worlds/test-17")
        for given, name in (("test-17", "world"), ("ULN", "uln"), ("10012345", "ukprn")):
            path = path.replace(f"/{given}", f"/{{{name}}}")
        assert method.lower() in paths.get(path, paths.get(path.replace("{world}", "{name}"), ())), (method, target)


def _alike(line: str) -> str:
    """A line of a report without what is another one each time."""
    return re.sub(r"[0-9a-f]{8,}|[0-9.]+(?= ms)|(?<=:)[0-9]{5}", "_", line).strip("- ")
