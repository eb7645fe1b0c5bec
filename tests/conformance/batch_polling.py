"""Waiting for a batch job, as a client does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 10.0
_PATIENCE = 600.0


def collect(output: Callable[[], Any], *, incomplete: str) -> Any:
    """What `output` answers when the job is done: once its code is not the `incomplete` one."""
    ends = time.monotonic() + _PATIENCE
    pause = _FIRST_PAUSE
    while (answer := output()).ResponseCode == incomplete:
        if time.monotonic() > ends:
            pytest.fail(f"the job is {answer.JobStatus} after {_PATIENCE:.0f} seconds")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return answer
