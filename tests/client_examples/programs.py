"""The programs of client_examples/, as a reader would run them."""

from __future__ import annotations

import os
import random
import shutil
import string
import subprocess
import sys

import pytest

from tests.kit.documents import PROJECT

EXAMPLES = PROJECT / "client_examples"


def has_soap() -> bool:
    return (
        shutil.which("php") is not None and subprocess.run(["php", "--ri", "soap"], capture_output=True).returncode == 0
    )


ZEEP = pytest.param((sys.executable, ".py"), id="zeep")
PHP = pytest.param(
    # A WSDL in the cache would outlive the server that it is of.
    ("php", "-d", "soap.wsdl_cache_enabled=0", ".php"),
    # `make test` needs nothing but this folder.
    marks=[
        pytest.mark.skipif(not has_soap(), reason="needs php and soap: apt install php-cli php-soap"),
        pytest.mark.slow,
    ],
    id="php",
)
LANGUAGES = (ZEEP, PHP)
"""What runs a program in each language, and how its file's name ends."""


def command(name: str, language: tuple[str, ...]) -> tuple[str, ...]:
    """The command that runs a program."""
    *interpreter, suffix = language
    return (*interpreter, str(EXAMPLES / f"{name}{suffix}"))


def variables(address: str, **more: str) -> dict[str, str]:
    """The environment of a program that calls the service at an address; `more` are other variables of its own."""
    own = {"ADDRESS": address, "TIMEOUT": "20", "RETRIES": "0", **more}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LEARNING_RECORDS_")}
    return {**inherited, **{f"LEARNING_RECORDS_{name}": value for name, value in own.items()}}


PATIENCE = 120.0
"""Within how many seconds every program ends."""


def run(address: str, *command: str, said: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end against the service at an address; `more` are variables as of `variables`."""
    return subprocess.run(
        command, input=said, capture_output=True, encoding="utf-8", timeout=PATIENCE, env=variables(address, **more)
    )


def new_name() -> str:
    """A name that is like no other."""
    return "".join(random.choices(string.ascii_lowercase, k=20))
