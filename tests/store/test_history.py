from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.rules.values.change import Action, Author, Change
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import history, learners
from lrs_soap.store.store import Store

AUTHOR = Author("TEST0001", "Zoë ’<&>")
SUMMER = datetime(2025, 7, 1, 12, 30, tzinfo=LONDON)
WINTER = datetime(2025, 1, 1, 12, 30, tzinfo=LONDON)


def test_changes_come_back_as_they_were_made_and_in_that_order(store: Store, learner: Callable[..., Learner]) -> None:
    changes = (
        Change(Action.REGISTERED, SUMMER, AUTHOR),
        Change(Action.REGISTERED, WINTER, AUTHOR, {"given_name": ("Ana", "Ána"), "title": (None, "Ms")}),
    )
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        learners.insert(transaction, learner("2000000003", family_name="Ash"))
        for change in changes:
            history.add(transaction, "1000000016", change)
    with store.reading() as transaction:
        assert history.of(transaction, "1000000016") == changes
        assert history.of(transaction, "2000000003") == ()


def test_only_who_is_held_has_a_history(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.writing() as transaction:
        history.add(transaction, "1000000016", Change(Action.REGISTERED, SUMMER, AUTHOR))
