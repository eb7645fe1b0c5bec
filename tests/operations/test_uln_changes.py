"""The report of merged, unmerged and deleted ULNs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.list_uln_changes import list_uln_changes
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from tests.kit.databases import on_sqlite
from tests.kit.work import NOW, unit

STEMS = [str(stem) for stem in range(100000001, 100000008) if ulns.check_digit(str(stem))]
ANN, BEA, CAT = (f"{stem}{ulns.check_digit(stem)}" for stem in STEMS[:3])
DAYS = [NOW + timedelta(days=days) for days in range(4)]


@pytest.fixture
def changed(store: Store) -> Store:
    """A day each: Bea is merged into Ann, Ann with Bea into Cat; Ann is unmerged with Bea; Cat is deleted."""
    with store.writing() as transaction:
        for uln, name in ((ANN, "Ann"), (BEA, "Bea"), (CAT, "Cat")):
            learners.insert(
                transaction,
                Learner(uln, name, "Birch", "2001-05-05", "2", "YO1 7HH", "1", "2024-09-01", "2024-09-01", 3),
            )
        merge_learners(unit(transaction, now=DAYS[0]), ANN, BEA)
        merge_learners(unit(transaction, now=DAYS[1]), CAT, ANN)
        unmerge_learner(unit(transaction, now=DAYS[2]), ANN)
        delete_learner(unit(transaction, now=DAYS[3]), CAT)
    return store


def report(store: Store, since: date) -> list[tuple[date, str, str, str | None, str | None]]:
    with store.reading() as transaction:
        return [
            (each.change.moment.date(), each.change.action.value, each.uln, each.master_before, each.master_after)
            for each in list_uln_changes(unit(transaction), since)
        ]


def test_every_uln_that_is_asked_for_differently_is_named_once_a_change(changed: Store) -> None:
    days = [day.date() for day in DAYS]
    whole = [
        (days[0], "merged", BEA, None, ANN),
        (days[1], "merged", ANN, None, CAT),
        (days[1], "merged", BEA, ANN, CAT),
        (days[2], "unmerged", ANN, CAT, None),
        (days[2], "unmerged", BEA, CAT, ANN),
        (days[3], "deleted", CAT, None, None),
    ]
    assert report(changed, days[0]) == whole
    assert report(changed, date.min) == whole
    assert report(changed, days[2]) == whole[3:]
    assert report(changed, days[3] + timedelta(days=1)) == []


@on_sqlite
def test_it_is_read_from_an_index_that_has_nothing_else(changed: Store) -> None:
    with changed.reading() as transaction:
        plan = transaction.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT uln FROM history WHERE action IN ('merged', 'unmerged', 'deleted') "
                "AND moment >= '2025' ORDER BY moment, id"
            )
        ).all()
    assert any("ix_history_ulns" in str(row) for row in plan)
