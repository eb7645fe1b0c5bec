"""Close an exception: choose a learner, register a new one, or withdraw it (docs/behaviour.md, Exceptions)."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.operations.list_exceptions import get_exception
from lrs_soap.operations.register import register_checked
from lrs_soap.operations.update import update
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_exceptions import (
    ExceptionState,
    RecordException,
    unwritable,
)
from lrs_soap.rules.batches.batch_records import REQUIRED_TO_REGISTER
from lrs_soap.rules.batches.jobs import ImpossibleTransition, JobEvent, after
from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.values.codes import ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Decision, Reason, passed_over
from lrs_soap.rules.values.learner_fields import BY_NAME, Check
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import batch_exceptions, jobs, learners


class KeysTaken(NotPossible):
    """Another learner has the five identity keys that a record has; the message names its ULN."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """How an exception was resolved: its record's new outcome, why, and sentences about the values not written."""

    code: ReturnCode
    uln: str
    reasons: tuple[Reason, ...] = ()
    not_written: tuple[str, ...] = ()


def choose_learner(work: UnitOfWork, number: int, uln: str, *, check: Check) -> Resolution:
    """Resolve an exception: its record means the learner with this ULN. The record's outcome becomes EXACT_MATCH.

    Values that were sent and differ are written as an update, except the UPN and those that break a facet, which
    `check` checks, or a field rule. Raises NotHeld for an unknown exception. Raises NotPossible if the exception is
    closed or its job has not finished, if the learner is unknown or linked, or if another learner has the record's five
    identity keys. The caller has to undo the unit of work if anything is raised.
    """
    exception = _close(work, number, ExceptionState.RESOLVED)
    record = exception.sent.filled_in()._replace(unique_pupil_number=None)
    reasons = unwritable(record, check=check, today=work.today, prohibited=work.policy.prohibited)
    not_written = _write(work, uln, record.without(reasons))
    jobs.set_outcome(work.transaction, exception.job_id, exception.position, code=ReturnCode.EXACT_MATCH, uln=uln)
    left_out = (reason for name, reason in reasons.items() if BY_NAME[name].is_settable)
    return Resolution(ReturnCode.EXACT_MATCH, uln, not_written=(*left_out, *not_written))


def register_corrected(work: UnitOfWork, number: int, corrections: SentLearner, *, check: Check) -> Resolution:
    """Resolve an exception by registering its record with corrections. The record's outcome becomes REGISTERED.

    An empty text in `corrections` removes the field's value (`corrections_of`). The record's other fields stay, but for
    its ULN, since a new one is issued. `check` checks the schema's facets. Raises NotHeld for an unknown exception.
    Raises NotPossible if the exception is closed or its job has not finished, or if a learner with the five identity
    keys is held. Raises InvalidRecord for the first field that is wrong. The caller has to undo the unit of work if
    anything is raised.
    """
    exception = _close(work, number, ExceptionState.RESOLVED)
    record = exception.sent.corrected_by(corrections).filled_in()._replace(uln=None, mis_identifier=None)
    for field in REQUIRED_TO_REGISTER:
        if getattr(record, field.name) is None:
            raise InvalidRecord("missing", field.contract_name)
    for reason in unwritable(record, check=check, today=work.today, prohibited=work.policy.prohibited).values():
        raise InvalidRecord(reason)
    decision = register_checked(work, record)
    if decision.code is not ResponseCode.REGISTERED:
        raise _held_already(decision)
    (learner,) = decision.learners
    jobs.set_outcome(
        work.transaction, exception.job_id, exception.position, code=ReturnCode.REGISTERED, uln=learner.uln
    )
    not_written = tuple(passed_over(decision.reasons))
    return Resolution(ReturnCode.REGISTERED, learner.uln, decision.reasons, not_written)


def withdraw_exception(work: UnitOfWork, number: int) -> RecordException:
    """Close an exception that nobody needs to decide. Its record keeps its return code. Returns it as it was before.

    Raises NotHeld if it is unknown, NotPossible if it is already closed.
    """
    return _close(work, number, ExceptionState.WITHDRAWN)


def _close(work: UnitOfWork, number: int, state: ExceptionState) -> RecordException:
    """Close an exception, so that nobody else can. Returns it as it was before."""
    exception = get_exception(work, number)
    if exception.state_on(work.today) is not ExceptionState.OPEN:
        raise NotPossible(_why_closed(exception))
    if state is ExceptionState.RESOLVED:
        try:
            after(exception.job_state, JobEvent.RESOLVE)
        except ImpossibleTransition:
            job = f"Job {exception.job_id} is {exception.job_state.shown}"
            raise NotPossible(f"{job}: only what a successful one has left can be resolved.") from None
    work.before_write()
    if not batch_exceptions.close(work.transaction, number, state, moment=work.now, by=work.author.user):
        raise NotPossible(_why_closed(get_exception(work, number)))
    return exception


def _why_closed(exception: RecordException) -> str:
    if exception.closed is None:
        return f"Exception {exception.id} has expired: its last day was {exception.last_day}."
    day = exception.closed.date()
    return f"Exception {exception.id} was {exception.state.value} by {exception.closed_by} on {day} already."


def _write(work: UnitOfWork, uln: str, record: SentLearner) -> tuple[str, ...]:
    """Update the learner with this ULN. Returns sentences about the fields that may not be written."""
    not_written: tuple[str, ...] = ()
    while True:
        learner = holder_of(uln, learners.by_uln(work.transaction, uln))
        if isinstance(learner, NoHolder):
            raise NotPossible(f"There is no learner with the ULN {uln}.")
        if learner.master_uln is not None:
            raise NotPossible(f"The learner with the ULN {uln} is linked to {learner.master_uln}: choose that one.")
        decision = update(work, record, uln=uln, version=learner.version_number)
        if decision.code in (ResponseCode.UPDATED, ResponseCode.NO_CHANGES):
            return not_written
        if decision.code is ResponseCode.ALREADY_EXISTS:
            raise _held_already(decision)
        if decision.code is ResponseCode.INVALID_SHARING_CHANGE:
            before, sent = learner.ability_to_share, record.ability_to_share
            not_written = (f"AbilityToShare: {before} is held and may not become {sent}",)
            record = record._replace(ability_to_share=None)


def _held_already(decision: Decision) -> KeysTaken:
    holder = f"The learner with the ULN {decision.holder_uln}"
    return KeysTaken(f"{holder} has these names, this date of birth, gender and postcode already.")
