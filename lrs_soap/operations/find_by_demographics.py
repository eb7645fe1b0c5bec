"""Find a learner by names, date of birth, gender and postcode."""

from __future__ import annotations

from collections.abc import Iterator

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.field_checks import check_fields
from lrs_soap.rules.names.candidates import Candidates
from lrs_soap.rules.names.demographics import DemographicsAsked, exact_match, possible_matches
from lrs_soap.rules.names.lookup_keys import NameKey
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, name_keys
from lrs_soap.store.transaction import Transaction


def find_by_demographics(work: UnitOfWork, asked: DemographicsAsked) -> Decision:
    """Find the learner with these details, or possible matches (docs/behaviour.md, Find by demographics).

    Answers EXACT_MATCH with the learner, or MASTER_SUBSTITUTED with its master. Otherwise answers POSSIBLE_MATCHES with
    at most ten learners, best first, or TOO_MANY_MATCHES or NO_MATCH with none. Raises FieldsRefused.
    """
    check_fields(asked.sent, today=work.today, prohibited=work.policy.prohibited)
    return find_by_checked_demographics(work, asked)


def find_by_checked_demographics(work: UnitOfWork, asked: DemographicsAsked) -> Decision:
    """Like `find_by_demographics`, for details that are known to break no field rule."""
    transaction = work.transaction
    learner = learners.by_identity(transaction, asked)
    if learner is not None:
        return exact_match(asked, learner, learners.master_of(transaction, learner))
    return possible_matches(asked, _candidates(transaction, asked))


def _candidates(transaction: Transaction, asked: DemographicsAsked) -> Iterator[tuple[Learner, Learner | None]]:
    """Each learner who fits a rule, once, with the master of a linked one. They are read as they are iterated over."""
    candidates = Candidates(asked)
    loaded: set[str] = set()
    for row in _rows(transaction, asked, candidates):
        if row.uln not in loaded and candidates.fits(row):
            loaded.add(row.uln)
            learner = learners.held(transaction, row.uln)
            yield learner, learners.master_of(transaction, learner)


def _rows(transaction: Transaction, asked: DemographicsAsked, candidates: Candidates) -> Iterator[NameKey]:
    for key in candidates.keys_by_date:
        yield from name_keys.by_date(transaction, asked.date_of_birth, key)
    for key in candidates.keys_by_post_code:
        yield from name_keys.by_post_code(transaction, candidates.post_code, key)
