"""Find a learner by names, date of birth, gender and postcode."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lrs_soap.operations.unwritten import Unwritten
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.field_checks import check_fields
from lrs_soap.rules.names.candidates import Candidates
from lrs_soap.rules.names.demographics import (
    MAXIMUM_ROWS,
    DemographicsAsked,
    exact_match,
    possible_matches,
    too_many_rows,
)
from lrs_soap.rules.names.lookup_keys import NameKey
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, name_keys
from lrs_soap.store.transaction import Transaction


def find_by_demographics(work: UnitOfWork, asked: DemographicsAsked) -> Decision:
    """Find the learner with these details, or possible matches (docs/behaviour.md, Find by demographics).

    Answers EXACT_MATCH with the learner, or MASTER_SUBSTITUTED with its master. Otherwise answers POSSIBLE_MATCHES with
    at most ten learners, best first, or TOO_MANY_MATCHES or NO_MATCH with none. A search that would read more than
    MAXIMUM_ROWS rows is TOO_MANY_MATCHES. Raises FieldsRefused.
    """
    check_fields(asked.sent, today=work.today, prohibited=work.policy.prohibited)
    return find_by_checked_demographics(work, asked)


def find_by_checked_demographics(
    work: UnitOfWork, asked: DemographicsAsked, *, unwritten: Unwritten | None = None
) -> Decision:
    """Like `find_by_demographics`, for details that are known to break no field rule.

    `unwritten` are learners to find as well, in place of those that the register has with their ULNs.
    """
    transaction = work.transaction
    learner = (unwritten or learners).by_identity(transaction, asked)
    if learner is not None:
        return exact_match(asked, learner, learners.master_of(transaction, learner))
    asked = asked.as_of(work.today)
    candidates = Candidates(asked)
    rows = _rows(transaction, asked, candidates)
    fitting = _fitting(transaction, candidates, islice(rows, MAXIMUM_ROWS))
    decision = possible_matches(asked, fitting if unwritten is None else unwritten.in_place(asked, fitting))
    if decision.code is not ResponseCode.TOO_MANY_MATCHES and next(rows, None) is not None:
        return too_many_rows(asked)
    return decision


def _fitting(
    transaction: Transaction, candidates: Candidates, rows: Iterator[NameKey]
) -> Iterator[tuple[Learner, Learner | None]]:
    """Each learner who fits a rule, once, with the master of a linked one.

    Rows and learners are read as they are iterated over: of the learners as many at once as make too many.
    """
    ulns = _fitting_ulns(candidates, rows)
    while some := list(islice(ulns, learners.AT_ONCE)):
        for learner in learners.held_each(transaction, some):
            yield learner, learners.master_of(transaction, learner)


def _fitting_ulns(candidates: Candidates, rows: Iterator[NameKey]) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        if row.uln not in seen and candidates.fits(row):
            seen.add(row.uln)
            yield row.uln


def _rows(transaction: Transaction, asked: DemographicsAsked, candidates: Candidates) -> Iterator[NameKey]:
    """Everything that the look-ups find. A look-up begins when the rows of the one before it have been read."""
    for key in candidates.keys_by_date:
        yield from name_keys.by_date(transaction, asked.date_of_birth, key)
    if candidates.post_code is not None:
        for key in candidates.keys_by_post_code:
            yield from name_keys.by_post_code(transaction, candidates.post_code, key)
        yield from name_keys.by_date_and_post_code(transaction, asked.date_of_birth, candidates.post_code)
