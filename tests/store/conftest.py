"""Learners to put into a store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lrs_soap
from lrs_soap.rules.values.learner import Learner


@pytest.fixture
def learner() -> Callable[..., Learner]:
    """Makes a learner, ordinary but for what is given."""

    def make(uln: str = "1000000016", **changed: Any) -> Learner:
        ordinary: dict[str, Any] = {
            "given_name": "Nadia",
            "family_name": "Birch",
            "date_of_birth": "2001-04-05",
            "gender": "2",
            "last_known_post_code": "YO1 7HH",
            "ability_to_share": "1",
            "created_date": "2024-09-01",
            "last_updated_date": "2024-09-01",
        }
        return Learner(uln, **{**ordinary, **changed})

    return make


@pytest.fixture
def start_process() -> Callable[..., subprocess.Popen[str]]:
    """Starts Python with a script and its arguments, with lrs_soap on its path."""

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=Path(lrs_soap.__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start
