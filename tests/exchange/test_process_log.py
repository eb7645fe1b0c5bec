"""The log of a process that serves: one form for what it says, what libraries say and what anything prints."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from lrs_soap.clock import SettableClock
from lrs_soap.exchange.log import ProcessLog

CLOCK = SettableClock(datetime(2025, 7, 14, 15, 23, 47))
NOW = "2025-07-14T15:23:47+01:00"


@contextmanager
def process_log(
    folder: Path, form: Literal["text", "json"], monkeypatch: pytest.MonkeyPatch, level: str = "info"
) -> Iterator[ProcessLog]:
    """A log to the file `log` in the folder; libraries log to it alone."""
    # With a handler of the test's tools there, ours would not be added.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with (folder / "log").open("w") as file, monkeypatch.context() as standard_error:
        standard_error.setattr(sys, "stderr", file)
        log = ProcessLog(level, form, CLOCK)
        with log.taking_what_is_printed():
            yield log


def lines(folder: Path) -> list[str]:
    return (folder / "log").read_text("utf-8").splitlines()


def say_all(log: ProcessLog) -> None:
    """One of each kind of what a log is told."""
    log.logger.error("process", post="server", ended=7)
    log.announce("ready", "lrs-soap is ready on http://127.0.0.1:1", address="http://127.0.0.1:1")
    logging.getLogger("alembic").warning("two\nlines")
    warnings.warn("a warning", stacklevel=1)
    print("printed", file=sys.stderr)
    try:
        raise ValueError("CompatSitePass01")
    except ValueError:
        logging.getLogger("sqlalchemy").exception("failed")
    thread = threading.Thread(target=lambda: int("no number"))
    thread.start()
    thread.join()


@pytest.mark.filterwarnings("always")
def test_in_json_every_line_is_an_object_with_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with process_log(tmp_path, "json", monkeypatch) as log:
        say_all(log)

    told: list[dict[str, Any]] = [json.loads(line) for line in lines(tmp_path)]
    assert {each["time"] for each in told} == {NOW}
    assert {each["event"] for each in told} == {"process", "ready", "library", "printed", "failure"}
    assert [each["address"] for each in told if each["event"] == "ready"] == ["http://127.0.0.1:1"]
    libraries = [each for each in told if each["event"] == "library"]
    assert [each.get("logger") or each["warning"] for each in libraries] == ["alembic", "UserWarning", "sqlalchemy"]
    assert [each["message"] for each in told if each["event"] == "printed"] == ["printed"]
    assert [each["exception"].splitlines()[-1] for each in told if "exception" in each] == ["ValueError", "ValueError"]


def test_as_text_a_sentence_for_people_is_the_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with process_log(tmp_path, "text", monkeypatch, "error") as log:
        log.announce("ready", "lrs-soap is ready on http://127.0.0.1:1", address="http://127.0.0.1:1")
        log.logger.error("process", post="server", ended=7)
        print("printed", file=sys.stderr)

    assert lines(tmp_path) == [
        "lrs-soap is ready on http://127.0.0.1:1",
        f"time={NOW} post=server ended=7 event=process level=error",
        "printed",
    ]


def test_a_library_s_failure_is_logged_by_its_type_and_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with process_log(tmp_path, "text", monkeypatch):
        try:
            int("CompatSite" + "Pass01")
        except ValueError:
            logging.getLogger("cheroot").exception("failed")

    first, heading, *place, kind = lines(tmp_path)
    assert first.startswith(f"time={NOW} logger=cheroot place=")
    assert "test_process_log.py:" in first
    assert (heading, kind) == ("Traceback (most recent call last):", "ValueError")
    assert "test_process_log.py" in place[0]


SECRET = "CompatSitePass01"


def say_secrets(log: ProcessLog) -> None:
    """What libraries do with a password that was sent, one after the other."""
    library = logging.getLogger("waitress")
    library.warning(f"cannot read {SECRET}")
    library.warning("cannot read %s", SECRET)
    library.warning("cannot read %(what)s", {"what": SECRET})
    library.error(ValueError(SECRET))
    warnings.warn(f"an odd {SECRET}", stacklevel=1)
    try:
        try:
            raise KeyError(bytes(SECRET, "ascii"))
        except KeyError as error:
            raise RuntimeError(f"cannot read {SECRET!r}") from error
    except RuntimeError as error:
        library.exception("cannot read %s", SECRET)
        library.error("cannot", exc_info=error)
        log.logger.error("process", exc_info=error)
    thread = threading.Thread(target=lambda: int(SECRET))
    thread.start()
    thread.join()


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_library_s_words_are_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Literal["text", "json"]
) -> None:
    with process_log(tmp_path, form, monkeypatch) as log:
        say_secrets(log)

    text = "\n".join(lines(tmp_path))
    assert SECRET not in text
    # With values of its own in it, a library's sentence is its own without them.
    assert text.count("cannot read %s") == 2
    assert text.count("RuntimeError") == text.count("KeyError") == 3 + text.count("raise KeyError")


def test_what_a_library_logs_below_a_warning_is_not_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with process_log(tmp_path, "text", monkeypatch, "debug"):
        logging.getLogger("alembic").info("Context impl SQLiteImpl.")

    assert lines(tmp_path) == []


def test_a_message_that_does_not_fit_its_arguments_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process_log(tmp_path, "text", monkeypatch):
        logging.getLogger("odd").warning("%d of them", "two")

    (line,) = lines(tmp_path)
    assert 'message="%d of them" event=library level=warning' in line


def test_what_lrs_soap_s_own_loggers_say_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with process_log(tmp_path, "text", monkeypatch):
        logging.getLogger("lrs_soap.server.connection").error("A connection failed: %s", "OSError")

    (line,) = lines(tmp_path)
    assert 'message="A connection failed: OSError"' in line


def test_lines_that_are_lost_are_told_in_the_log_s_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in ("text", "json"):
        with process_log(tmp_path, form, monkeypatch) as log:
            print("x" * 2_000_000, file=sys.stderr)
            log.logger.info("job")
            assert log.lost == 1
        notice = lines(tmp_path)[-1]
        if form == "text":
            assert notice == f"time={NOW} lost=1 event=log level=warning"
        else:
            assert json.loads(notice) == {"time": NOW, "lost": 1, "event": "log", "level": "warning"}


def test_standard_error_may_be_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (None, io.StringIO()):
        with monkeypatch.context() as standard_error:
            standard_error.setattr(sys, "stderr", stream)
            log = ProcessLog("info", "text", CLOCK)
            log.logger.info("job")
