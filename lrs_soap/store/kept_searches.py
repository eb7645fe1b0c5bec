"""What people have asked for on the portal, and whom they have found. Moments are seconds of the machine's clock."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import bindparam, delete, insert, select, update

from lrs_soap.rules.learners.kept_search import Asked, KeptSearch
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import found_learners, kept_searches
from lrs_soap.store.transaction import Transaction

_SEARCH = Prepared(
    select(kept_searches.c.asked, kept_searches.c.fields, kept_searches.c.uln).where(
        kept_searches.c.id == bindparam("id"), kept_searches.c.visit == bindparam("visit")
    ),
    *("id", "visit"),
)
_FOUND = Prepared(
    select(found_learners.c.uln).where(
        found_learners.c.visit == bindparam("visit"), found_learners.c.uln == bindparam("uln")
    ),
    *("visit", "uln"),
)


def keep(transaction: Transaction, search_id: str, visit: str, search: KeptSearch, seconds: int) -> None:
    """Keep a search under an id that nobody can guess. Raises AlreadyHeld where one is kept under it."""
    row = {
        "id": search_id,
        "visit": visit,
        "asked": search.asked.value,
        "fields": json.dumps(search.fields.by_contract_name()),
        "uln": search.uln,
        "kept": seconds,
    }
    transaction.execute(insert(kept_searches), row)


def find(transaction: Transaction, search_id: str, visit: str) -> KeptSearch | None:
    """The search that was kept under this id in this visit; None if there is none."""
    row = _SEARCH.row(transaction, search_id, visit)
    if row is None:
        return None
    asked, fields, uln = row
    return KeptSearch(Asked(asked), SentLearner.of(json.loads(fields)), uln)


def set_registered(transaction: Transaction, search_id: str, visit: str, uln: str) -> None:
    """Note which learner was registered by what was kept."""
    transaction.execute(
        update(kept_searches).where(kept_searches.c.id == search_id, kept_searches.c.visit == visit).values(uln=uln)
    )


def add_found(transaction: Transaction, visit: str, ulns: Iterable[str], seconds: int) -> None:
    """Note that these learners, none of whom is noted yet, were found in a visit."""
    rows = [{"visit": visit, "uln": uln, "found": seconds} for uln in ulns]
    if rows:
        transaction.execute(insert(found_learners), rows)


def was_found(transaction: Transaction, visit: str, uln: str) -> bool:
    """Whether a learner was found in a visit."""
    return _FOUND.row(transaction, visit, uln) is not None


def forget(transaction: Transaction, before: int) -> None:
    """Forget everything that was kept and found before this moment."""
    transaction.execute(delete(kept_searches).where(kept_searches.c.kept < before))
    transaction.execute(delete(found_learners).where(found_learners.c.found < before))
