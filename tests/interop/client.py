"""A client of any stack, as the cases see it: something to ask, which tells what it read."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import pytest

SOURCES = Path(__file__).resolve().parent
EXAMPLES = SOURCES.parent.parent / "client_examples"

_PATIENCE = 120


class NoAnswer(Exception):
    """A client did not get as far as an answer, be it a fault. Says what it said."""


@dataclass(frozen=True)
class Reading:
    """What a stack made of an answer: values by the contract's names, those without one left out.

    `facts` are the answer's own or a fault's. The `LinkedULNs` of a learner are separated by spaces, '' for none.
    """

    facts: dict[str, str] = field(default_factory=dict)
    learners: list[dict[str, str]] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)


class Client(Protocol):
    """Asks an endpoint: the first argument is the command, as each program's head lists them."""

    def ask(self, address: str, *arguments: str) -> Reading: ...


@dataclass(frozen=True)
class Program:
    """A program in a stack's own language that prints a fact a line; run anew for each request."""

    command: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def ask(self, address: str, *arguments: str) -> Reading:
        return read(run(*self.command, address, *arguments, environment=self.environment))

    def in_environment(self, **variables: str | Path) -> Program:
        """The same program with variables set."""
        return replace(self, environment={name: str(value) for name, value in variables.items()})


def run(
    *command: str | Path, folder: Path | None = None, environment: Mapping[str, str] | None = None, text: str = ""
) -> str:
    """What a command prints, given `text`; NoAnswer if it fails."""
    done = attempt(*command, folder=folder, environment=environment, text=text)
    if done.returncode != 0:
        raise NoAnswer(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def attempt(
    *command: str | Path, folder: Path | None = None, environment: Mapping[str, str] | None = None, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, given `text`."""
    # Without a locale of UTF-8, Java and Mono read other arguments than were given, and print other letters.
    variables = {**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}
    return subprocess.run(
        command, cwd=folder, env=variables, input=text, capture_output=True, encoding="utf-8", timeout=_PATIENCE
    )


def read(output: str) -> Reading:
    """The facts that a program printed."""
    reading = Reading()
    facts = reading.facts
    for line in output.splitlines():
        name, _, value = line.partition("=")
        if line == "Learner:":
            facts = {}
            reading.learners.append(facts)
        elif name == "operation":
            reading.operations.append(value)
        elif name == "faultcode":
            # Some stacks keep the prefix, some put their own in its place, some take it apart.
            facts[name] = value.rpartition(":")[2]
        elif value or name == "LinkedULNs":
            facts[name] = value
    return reading


def needs(packages: str, *tools: str | Path) -> pytest.MarkDecorator:
    """Skips where a tool, a command or a file, is not installed, and says which packages of Debian's have them."""
    missing = [str(tool) for tool in tools if shutil.which(tool) is None and not Path(tool).is_file()]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}: apt install {packages}")
