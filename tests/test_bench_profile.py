"""The profile: every question gets the answer that it is about, and every stage of it is timed."""

from __future__ import annotations

import re
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
