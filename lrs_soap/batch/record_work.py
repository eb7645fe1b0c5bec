"""Process one record of a batch: of a registration or of a verification."""

from __future__ import annotations

from lrs_soap.batch.job_register import JobRegister
from lrs_soap.operations.verify import verify
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches import batch_records
from lrs_soap.rules.batches.batch_records import RecordOutcome
from lrs_soap.rules.learners import verification
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.verification import ToVerify, Verification
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import learners


def do_registration(
    register: JobRegister,
    sent: SentLearner,
    *,
    full: bool,
    facet_errors: tuple[str, ...] = (),
    identifier_errors: tuple[str, ...] = (),
) -> RecordOutcome:
    """Register or update the learner of a record, or only look it up if the job is not `full`. Returns the outcome.

    In `sent` None and empty are the same. `register` is that of the record's job.
    `facet_errors` is how the record breaks the schema's facets, `identifier_errors` what is wrong with its UPN or UCI
    (docs/behaviour.md, Records of a batch).

    Raises nothing, whatever the record contains. UPDATED and REGISTERED have written a learner and its history; the
    other outcomes have written nothing.
    """
    record = sent.filled_in()
    malformed = batch_records.malformed(
        record,
        facet_errors=facet_errors,
        identifier_errors=identifier_errors,
        today=register.work.today,
        prohibited=register.work.policy.prohibited,
    )
    if malformed is not None:
        return malformed
    if record.uln is not None:
        return _with_uln(register, record, full=full)
    return batch_records.incomplete(record) or _without_uln(register, record, full=full)


def do_verification(work: UnitOfWork, sent: SentLearner, *, facet_errors: tuple[str, ...] = ()) -> Verification:
    """Verify that the details of a record belong to the learner with its ULN.

    `sent` has the fields of MIAPBatchLearnerToVerify, and `facet_errors` is how it breaks the schema's facets. A record
    that a single verification would refuse gets the answer to an unknown ULN, or no match (docs/behaviour.md, Records
    of a batch).
    """
    asked = ToVerify(sent.given_name or "", sent.family_name or "", sent.date_of_birth, sent.gender)
    uln = sent.uln or ""
    errors = facet_errors
    if not errors:
        try:
            return verify(work, asked, uln=uln)
        except FieldsRefused as refused:
            errors = refused.findings
    return batch_records.not_verified(verification.verify(asked, uln, learners.by_uln(work.transaction, uln)), errors)


def _with_uln(register: JobRegister, record: SentLearner, *, full: bool) -> RecordOutcome:
    uln = record.uln or ""
    before = register.changed_field(uln)
    while True:
        found = batch_records.learner_to_update(record, register.learner(uln), full=full, changed_before=before)
        if isinstance(found, RecordOutcome):
            return found
        outcome = batch_records.outcome_of_update(found, register.update(record, found.learner))
        if outcome is not None:
            if outcome.changed is not None:
                register.note_changed(uln, outcome.changed)
            return outcome


def _without_uln(register: JobRegister, record: SentLearner, *, full: bool) -> RecordOutcome:
    while True:
        found = register.find(batch_records.demographics_asked(record))
        outcome = batch_records.outcome_of_find(record, found, full=full)
        if outcome is None:
            outcome = batch_records.outcome_of_registration(register.register(record))
        if outcome is not None:
            return outcome
