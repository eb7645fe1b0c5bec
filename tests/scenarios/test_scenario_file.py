"""The file of scenarios, and what is said of a wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lrs_soap.errors import InvalidSetting
from lrs_soap.scenarios.scenario_file import read


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scenarios.toml"


def test_it_has_what_the_control_interface_takes(file: Path) -> None:
    file.write_text(
        """
        # Closed for Okafors.
        [[scenario]]
        name = "closed"
        when = { operation = "learnerByULN", family_name = "Okafor" }
        times = "all"
        do = { fault = "WSEC0004" }

        [[scenario]]
        name = "slow"
        share = 0.5

        [scenario.when]
        user = "tester"
        """
    )
    closed, slow = (json.loads(each) for each in read(file).values())
    assert closed["when"] == {"operation": "learnerByULN", "family_name": "Okafor"}
    assert (closed["times"], closed["do"]) == (None, {"fault": "WSEC0004"})
    assert (slow["when"], slow["share"], slow["do"]) == ({"user": "tester"}, 0.5, {"delay": 3})


def test_an_empty_one_has_none(file: Path) -> None:
    file.write_text("# Nothing yet.\n")
    assert read(file) == {}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[scenario]]\nname = "one"\ndo = { delay = true }\n', 3, "do.delay"),
        ('[[scenario]]\nname = "slow"\n\n[[scenario]]\nname = "Two"\n', 5, "name: has to be 1 to 40"),
        ('[[scenario]]\nname = "slow"\n[[scenario]]\nname = "slow"\n', 4, "name: there is a scenario 'slow' before"),
        ('[[scenario]]\nname = "one"\n', 1, "do: has to be given"),
        ('[[scenario]]\nname = "start"\ndo = { delay = 1 }', 2, "name: No scenario can be called 'start'"),
        ('[[scenario]]\nname = "slow"\nwhen.operation = "find"\n', 3, "when.operation: 'find' is no operation"),
        ('[[scenario]]\nname = "slow"\ntimes = 0\n', 3, "times: "),
        ('[[scenario]]\nname = "slow"\ncount = 1\n', 3, "count: Extra inputs"),
        ('[[scenario]]\nname = "one"\n[scenario.do]\nfault = "WSEC0003"\ndrop = "after"\n', 3, "do: cannot be fault"),
        ('[[scenario]]\nname = "one"\n[scenario.do]\nfault = "WSEC0"\n', 4, "do.fault: 'WSEC0' is the code"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(file: Path, text: str, line: int, said: str) -> None:
    file.write_text(text)
    with pytest.raises(InvalidSetting) as wrong:
        read(file)
    assert str(wrong.value).startswith(f"The file of scenarios {file} is wrong in line {line}: {said}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[[scenario]\n", "is not TOML: "),
        (b'name = "slow"\n', "has to have [[scenario]] tables"),
        (b'scenario = "slow"\n', "has to have [[scenario]] tables"),
        (b"\xff", "cannot be read: it is not UTF-8"),
    ],
)
def test_what_is_no_file_of_scenarios_is_refused(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    with pytest.raises(InvalidSetting) as wrong:
        read(file)
    assert said in str(wrong.value)


def test_a_file_that_is_not_there_is_refused(file: Path) -> None:
    with pytest.raises(InvalidSetting, match="cannot be read: No such file"):
        read(file)
