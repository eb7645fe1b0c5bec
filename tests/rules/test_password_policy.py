from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.clock import LONDON
from lrs_soap.rules.access.password_policy import LONGEST, MOST_DAYS, SHORTEST, broken_by, has_expired, kinds_of

CHOSEN = datetime(2025, 3, 10, 12, 30, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("password", "is_kept"),
    [
        ("Abcdefg1", True),
        ("abcdefg1!", True),
        ("ABCDEFG1!", True),
        ("Abcdefgh!", True),
        ("Äbcdéfg1", True),
        ("Pass word1", True),
        ("Abcdef1", False),
        ("abcdefg1", False),
        ("ABCDEFG1", False),
        ("Abcdefgh", False),
        ("12345678!", False),
        ("", False),
        ("Ab1" + "x" * (LONGEST - 3), True),
        ("Ab1" + "x" * (LONGEST - 2), False),
    ],
)
def test_a_password_has_eight_characters_of_three_kinds(password: str, is_kept: bool) -> None:
    assert (broken_by(password) is None) is is_kept


@given(st.text(max_size=LONGEST + 5))
def test_a_password_is_kept_by_its_length_and_kinds_alone(password: str) -> None:
    is_kept = SHORTEST <= len(password) <= LONGEST and len(kinds_of(password)) >= 3
    reason = broken_by(password)
    assert (reason is None) is is_kept
    # The reason goes to the log.
    assert reason is None or (not reason.sent and not reason.held)


@given(st.text(min_size=1))
def test_one_more_character_takes_no_kind_away(password: str) -> None:
    assert kinds_of(password[:-1]) <= kinds_of(password)


def test_the_old_password_is_no_new_one() -> None:
    reason = broken_by("Abcdefg1", old="Abcdefg1")
    assert reason is not None
    assert reason.findings == ("The new password must not be the old one.",)
    assert broken_by("Abcdefg1", old="Abcdefg2") is None


@pytest.mark.parametrize(
    ("later", "is_over"),
    [
        (timedelta(days=MOST_DAYS, seconds=-1), False),
        (timedelta(days=MOST_DAYS), True),
        (timedelta(days=400), True),
        (timedelta(days=-1), False),
    ],
)
def test_a_password_expires_after_44_days(later: timedelta, is_over: bool) -> None:
    assert has_expired(CHOSEN, CHOSEN + later) is is_over
