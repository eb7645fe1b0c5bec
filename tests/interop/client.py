"""A client of any stack, as the cases see it: something to ask, which tells what it read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import pytest

SOURCES = Path(__file__).resolve().parent
EXAMPLES = SOURCES.parent.parent / "client_examples"

LEARNER_SERVICE, LEARNER_SERVICE_R9 = "LearnerService", "LearnerServiceR9"

_PATIENCE = 120

Values = dict[str, Any]
"""Values by the contract's names: text, a structure of such values, or a list of one of these."""


class NoAnswer(Exception):
    """A client did not get as far as an answer, be it a fault. Says what it said."""


@dataclass(frozen=True)
class Reading:
    """What a stack made of an answer, or else of a fault, in a form that is the same for all stacks.

    Numbers are text. An element that may come several times is a list, also where it came once. What is null, empty
    text or an empty list is left out, because not every stack can tell these apart; a structure without values is {}.
    A fault is its faultcode without prefix, its faultstring, and the fields of its detail.
    """

    answer: Values = field(default_factory=dict)
    fault: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A request of an operation: what its element holds, where None is null in the stack's own terms.

    `action` goes as SOAPAction in place of the right one.
    """

    operation: str
    request: Values
    service: str = LEARNER_SERVICE
    action: str | None = None


class Client(Protocol):
    """What asks a service at an address."""

    def operations(self, address: str, service: str) -> list[str]:
        """The operations that the stack makes of the service's WSDL."""

    def ask(self, address: str, question: Question) -> Reading:
        """What the stack makes of the answer. Raises NoAnswer."""


class Program:
    """A program in a stack's own language that answers questions as long as it runs. A context manager.

    It reads a question a line: a list, in JSON, of the address, the service, the operation, the SOAPAction, mostly
    null, and the request's values; where all but address and service are null it is asked for the operations. It
    prints a line in return, an object of one name in JSON: `operations`, `answer` or `fault`. What is wrong otherwise
    ends it with some words on standard error; it is started again with the next question.
    """

    def __init__(self, *command: str | Path, environment: Mapping[str, str | Path] | None = None) -> None:
        self._command = command
        self._environment = _variables(environment)
        self._process: subprocess.Popen[str] | None = None
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (open as long as this is)

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._end(self._process)
        self._errors.close()

    def operations(self, address: str, service: str) -> list[str]:
        names: list[str] = self._exchange([address, service, None, None, None])["operations"]
        return names

    def ask(self, address: str, question: Question) -> Reading:
        line = [address, question.service, question.operation, question.action, question.request]
        return reading(self._exchange(line))

    def _exchange(self, question: list[Any]) -> Values:
        process = self._running()
        watchdog = threading.Timer(_PATIENCE, process.kill)
        watchdog.start()
        try:
            line = _answer_of(process, json.dumps(question, ensure_ascii=False))
        finally:
            watchdog.cancel()
        if not line:
            raise NoAnswer(f"{self._command[0]} ended with {self._end(process)}:\n{self._complaints()}")
        answer: Values = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
            )
        return self._process

    def _end(self, process: subprocess.Popen[str]) -> int:
        """The exit status of the program, which ends where its input does."""
        self._process = None
        process.communicate(timeout=_PATIENCE)
        return process.returncode

    def _complaints(self) -> str:
        self._errors.seek(0)
        return self._errors.read()


def _answer_of(process: subprocess.Popen[str], line: str) -> str:
    """The line that comes in return for a line; '' where the process ends."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    except BrokenPipeError:
        return ""
    return process.stdout.readline()


def reading(line: Values) -> Reading:
    """What a client printed, in the form that is the same for all stacks."""
    fault = _normal(line.get("fault", {}))
    if "faultcode" in fault:
        # Some stacks keep the prefix, some put their own in its place, some take it apart.
        fault["faultcode"] = fault["faultcode"].rpartition(":")[2]
    return Reading(_normal(line.get("answer", {})), fault)


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        values = {name: _normal(each) for name, each in value.items()}
        return {name: each for name, each in values.items() if each not in (None, "", [])}
    if isinstance(value, list):
        return [_normal(each) for each in value]
    return json.dumps(value) if isinstance(value, int) else value


def without_empty_structures(value: Any) -> Any:
    """Values as stacks have them that do not tell a structure without values from one that is not there."""
    if isinstance(value, dict):
        values = {name: without_empty_structures(each) for name, each in value.items()}
        return {name: each for name, each in values.items() if each != {}}
    return [without_empty_structures(each) for each in value] if isinstance(value, list) else value


def run(
    *command: str | Path,
    folder: Path | None = None,
    environment: Mapping[str, str | Path] | None = None,
    text: str = "",
) -> str:
    """What a command prints, given `text`; NoAnswer if it fails."""
    done = attempt(*command, folder=folder, environment=environment, text=text)
    if done.returncode != 0:
        raise NoAnswer(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def attempt(
    *command: str | Path,
    folder: Path | None = None,
    environment: Mapping[str, str | Path] | None = None,
    text: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, given `text`."""
    return subprocess.run(
        command,
        cwd=folder,
        env=_variables(environment),
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE,
    )


def _variables(more: Mapping[str, str | Path] | None) -> dict[str, str]:
    # Without a locale of UTF-8, Java and Mono read other arguments than were given, and print other letters.
    return {**os.environ, "LC_ALL": "C.UTF-8", **{name: str(value) for name, value in (more or {}).items()}}


def needs(packages: str, *tools: str | Path) -> pytest.MarkDecorator:
    """Skips where a tool, a command or a file, is not installed, and says which packages of Debian's have them."""
    missing = [str(tool) for tool in tools if shutil.which(tool) is None and not Path(tool).is_file()]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}: apt install {packages}")
