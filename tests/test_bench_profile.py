"""The profile: every question gets the answer that it is about, and every stage of it is timed."""

from __future__ import annotations

import re
import shutil
import sys

import pytest

from bench.profile import __main__ as profile
from bench.profile.questions import questions
from lrs_soap.exchange.exchange import Stage


@pytest.mark.slow
def test_every_question_is_timed_stage_by_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["profile", "--rounds", "1", "--requests", "2", "--before", sys.executable])

    assert profile.main() == 0

    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "microseconds"
    assert all(name in head for name in questions())
    assert [line.split()[0] for line in lines] == [*(stage.value for stage in Stage), "journal", "CPU"]
    for line in lines:
        assert len(re.findall(r"[0-9.]+ → [0-9.]+", line)) == len(questions())


@pytest.mark.slow
def test_a_version_that_cannot_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["profile", "--rounds", "1", "--requests", "1", "--before", "/bin/false"])

    assert profile.main() == 1
    assert capsys.readouterr().err.startswith("bench.profile: the requests were not answered")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("callgrind_control") is None, reason="valgrind is not installed")
def test_the_instructions_of_two_versions_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    how = ["--instructions", "--requests", "5", "--before", sys.executable]
    monkeypatch.setattr(sys, "argv", ["profile", *how, "verify", "update"])

    assert profile.main() == 0

    head, counts = capsys.readouterr().out.splitlines()
    assert head.split() == ["thousands", "verify", "update"]
    name, *numbers = counts.replace("→", " ").split()
    assert name == "instructions"
    verified, verified_again, updated, updated_again = map(float, numbers)
    # Whatever the machine, a verification takes more than this, and what writes more than what reads.
    assert 50 < verified < updated
    assert 0.8 < verified / verified_again < 1.25
    assert 0.8 < updated / updated_again < 1.25


def test_without_valgrind_nothing_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "argv", ["profile", "--instructions"])

    assert profile.main() == 1
    assert capsys.readouterr().err == (
        "bench.profile: valgrind is not installed; on Debian and Ubuntu: apt install valgrind\n"
    )
