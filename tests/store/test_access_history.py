from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.rules.records.access_history import AccessAction, Page, RecordAccess
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import access_history, learners
from lrs_soap.store.store import Store

FIRST, SECOND = "1000000016", "2000000003"
SUMMER = datetime(2025, 7, 1, 12, 30, tzinfo=LONDON)
WINTER = datetime(2025, 1, 1, 12, 30, tzinfo=LONDON)


def entry(number: int) -> RecordAccess:
    action, moment = (AccessAction.VIEWED, SUMMER) if number % 2 else (AccessAction.NOT_SHARED, WINTER)
    return RecordAccess(moment, action, Author("TEST0001", f"Zoë ’<&> {number}"))


def test_entries_come_back_as_they_were_written_the_last_one_first(
    store: Store, learner: Callable[..., Learner]
) -> None:
    entries = list(map(entry, range(21)))
    with store.writing() as transaction:
        learners.insert(transaction, learner(FIRST))
        learners.insert(transaction, learner(SECOND, family_name="Ash"))
        for each in entries:
            access_history.add(transaction, FIRST, each)
            access_history.add(transaction, SECOND, entry(99))
    newest_first = tuple(reversed(entries))
    with store.reading() as transaction:
        pages = {index: access_history.page(transaction, FIRST, index) for index in (1, 2, 3, 4, 2**31 - 1)}
    assert pages == {
        1: Page(1, newest_first[:10], 21),
        2: Page(2, newest_first[10:20], 21),
        3: Page(3, newest_first[20:], 21),
        4: Page(4, (), 21),
        2**31 - 1: Page(2**31 - 1, (), 21),
    }


@pytest.mark.parametrize(("total", "count"), [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2)])
def test_how_many_pages_there_are(total: int, count: int) -> None:
    assert Page(1, (), total).page_count == count


def test_only_who_is_held_has_an_access_history(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.writing() as transaction:
        access_history.add(transaction, FIRST, entry(1))
