"""What the tests of the nightly job are given."""

from __future__ import annotations

from pathlib import Path

import pytest
from night import Night

from lrs_soap.testing import Lrs


@pytest.fixture
def night(lrs: Lrs, tmp_path: Path) -> Night:
    """The nightly job, against the test's own service."""
    return Night(lrs, tmp_path)
