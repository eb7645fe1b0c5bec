"""Moments as the register keeps them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.rules.values import moments


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2025, 1, 14, 15, 23, 47, tzinfo=LONDON), "2025-01-14T15:23:47Z"),
        (datetime(2025, 7, 1, 0, 30, tzinfo=LONDON), "2025-06-30T23:30:00Z"),
        (datetime(2025, 10, 26, 1, 30, tzinfo=LONDON), "2025-10-26T00:30:00Z"),
        (datetime(2025, 10, 26, 1, 30, fold=1, tzinfo=LONDON), "2025-10-26T01:30:00Z"),
        (datetime(2025, 1, 14, 23, 0, tzinfo=timezone(timedelta(hours=-5))), "2025-01-15T04:00:00Z"),
    ],
)
def test_a_moment_is_kept_in_utc_and_read_again(moment: datetime, text: str) -> None:
    assert moments.kept(moment) == text
    assert moments.parse(text).timestamp() == moment.timestamp()
