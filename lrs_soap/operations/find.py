"""Find a learner."""

from __future__ import annotations

from collections.abc import Iterator

from lrs_soap.operations.field_checks import check_fields
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.find_by_uln import find_by_uln
from lrs_soap.rules.learners.uln_lookup import invalid_uln
from lrs_soap.rules.names.candidates import Candidates
from lrs_soap.rules.names.demographics import DemographicsAsked, exact_match, possible_matches
from lrs_soap.rules.names.lookup_keys import NameKey
from lrs_soap.rules.names.matching import NamesAsked
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, name_keys
from lrs_soap.store.transaction import Transaction


def by_uln(work: UnitOfWork, *, uln: str, given_name: str, family_name: str) -> Decision:
    """Who has this ULN, if the names are that learner's; the values are as they were sent.

    Answers NO_MATCH, EXACT_MATCH or POSSIBLE_MATCHES with the learner; where it is linked, MASTER_SUBSTITUTED or
    POSSIBLE_MATCHES with its master. Raises FieldsRefused.
    """
    _check_names(work, given_name, family_name)
    return _by_uln(work.transaction, uln, NamesAsked(given_name, family_name))


def by_valid_uln(work: UnitOfWork, *, uln: str, given_name: str, family_name: str) -> Decision:
    """Like `by_uln`, but answers INVALID_ULN to a malformed ULN (docs/behaviour.md, The other operations of R9)."""
    _check_names(work, given_name, family_name)
    return invalid_uln(uln) or _by_uln(work.transaction, uln, NamesAsked(given_name, family_name))


def _check_names(work: UnitOfWork, given_name: str, family_name: str) -> None:
    record = {"GivenName": given_name, "FamilyName": family_name}
    check_fields(record, today=work.today, prohibited=work.policy.prohibited)


def _by_uln(transaction: Transaction, uln: str, asked: NamesAsked) -> Decision:
    learner = learners.by_uln(transaction, uln)
    master = None if learner is None else master_of(transaction, learner)
    return find_by_uln(asked, uln, learner, master)


def by_demographics(work: UnitOfWork, asked: DemographicsAsked) -> Decision:
    """Whom names, date of birth, gender and postcode mean (docs/behaviour.md, Find by demographics).

    Answers EXACT_MATCH with the learner, or MASTER_SUBSTITUTED with its master; else POSSIBLE_MATCHES with at most ten
    learners, best first; TOO_MANY_MATCHES or NO_MATCH with none. Raises FieldsRefused.
    """
    record = {
        "GivenName": asked.given_name,
        "FamilyName": asked.family_name,
        "DateOfBirth": asked.date_of_birth,
        "Gender": asked.gender,
        "LastKnownPostCode": asked.last_known_post_code,
        "PreviousFamilyName": asked.previous_family_name,
        "SchoolAtAge16": asked.school_at_age_16,
        "PlaceOfBirth": asked.place_of_birth,
        "EmailAddress": asked.email_address,
    }
    check_fields(record, today=work.today, prohibited=work.policy.prohibited)
    return by_checked_demographics(work.transaction, asked)


def by_checked_demographics(transaction: Transaction, asked: DemographicsAsked) -> Decision:
    """Find as `by_demographics` does, by what is known to break no field rule."""
    learner = learners.by_identity(
        transaction,
        given_name=asked.given_name,
        family_name=asked.family_name,
        date_of_birth=asked.date_of_birth,
        gender=asked.gender,
        post_code=asked.last_known_post_code,
    )
    if learner is not None:
        return exact_match(asked, learner, master_of(transaction, learner))
    return possible_matches(asked, _candidates(transaction, asked))


def _candidates(transaction: Transaction, asked: DemographicsAsked) -> Iterator[tuple[Learner, Learner | None]]:
    """Everybody who fits a rule, once, with the master of a linked one; looked up as they are asked for."""
    candidates = Candidates(asked)
    loaded: set[str] = set()
    for row in _rows(transaction, asked, candidates):
        if row.uln not in loaded and candidates.fits(row):
            loaded.add(row.uln)
            learner = _held(transaction, row.uln)
            yield learner, master_of(transaction, learner)


def _rows(transaction: Transaction, asked: DemographicsAsked, candidates: Candidates) -> Iterator[NameKey]:
    for key in candidates.keys_by_date:
        yield from name_keys.by_date(transaction, asked.date_of_birth, key)
    for key in candidates.keys_by_post_code:
        yield from name_keys.by_post_code(transaction, candidates.post_code, key)


def master_of(transaction: Transaction, learner: Learner) -> Learner | None:
    """Who stands in for a linked learner; None where it is not linked."""
    return None if learner.master_uln is None else _held(transaction, learner.master_uln)


def _held(transaction: Transaction, uln: str) -> Learner:
    """The learner with a ULN that another row refers to."""
    learner = learners.by_uln(transaction, uln)
    if learner is None:
        raise LookupError(f"The database has lost the learner with the ULN {uln}.")
    return learner
