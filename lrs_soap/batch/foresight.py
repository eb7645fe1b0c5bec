"""What a job will say of each learner in a batch file, as the register is now. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lrs_soap.batch import file_checking
from lrs_soap.batch.batch_file import BatchFile
from lrs_soap.batch.file_checking import Finding
from lrs_soap.batch.file_contents import FileRecord
from lrs_soap.batch.record_work import do_registration
from lrs_soap.operations.find_by_demographics import find_by_checked_demographics
from lrs_soap.operations.unwritten import Unwritten
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_records import RecordOutcome
from lrs_soap.rules.learners import registration, updates
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.codes import LeftToDecide, ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_NAME, Check
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store.portions import in_portions
from lrs_soap.world import World

# SQLite cannot shorten its journal while a transaction reads.
_RECORDS_IN_ONE_TRANSACTION = 300

_BY_ITS_FORM = frozenset({ReturnCode.INCORRECT_FORMAT, ReturnCode.INCORRECT_IDENTIFIER, ReturnCode.OUTSIDE_AGE_RANGE})
_ONE_FIELD = "a job changes one mandatory field of a learner"


WITH_ERRORS = frozenset(
    code
    for code in ReturnCode
    if code.left_to_decide is LeftToDecide.DATA_ERROR or code is ReturnCode.INSUFFICIENT_DATA
)
"""RC006 and RC009 to RC013: somebody has to correct the record. RC007 and RC008 only need a decision."""


class Foreseen(NamedTuple):
    """What the job will say of a learner in a file, and why: findings about fields, or with '' about the learner."""

    record: FileRecord
    code: ReturnCode
    findings: tuple[Finding, ...]


def foresee(world: World, batch: BatchFile, check: Check, *, full: bool) -> Iterator[Foreseen]:
    """What a FUL job (`full`) or a CHK job would say of the learners in a file, each after the ones before it.

    `check` checks the schema's facets. The register is read in portions; nobody has to wait for that. What this file
    would change stays in memory. Raises InvalidRecord as the file's records do.
    """
    unwritten = Unwritten()
    changed: dict[str, str] = {}
    for portion in in_portions(batch.records, _RECORDS_IN_ONE_TRANSACTION):
        with world.reading(OPERATOR) as work:
            for record in portion:
                submitted = file_checking.submitted_record(record.sent, check)
                outcome = do_registration(
                    _ForeseenRegister(work, unwritten, changed, record.number),
                    submitted.sent,
                    full=full,
                    facet_errors=submitted.facet_errors,
                    identifier_errors=submitted.identifier_errors,
                )
                yield Foreseen(record, outcome.code, tuple(_findings(work, batch, record.sent, outcome, check)))


class _ForeseenRegister:
    """The register with what the earlier learners in a file would do to it, for the learner at `number`.

    A learner who would be registered has that number in place of a ULN.
    """

    def __init__(self, work: UnitOfWork, unwritten: Unwritten, changed: dict[str, str], number: int) -> None:
        self.work = work
        self._unwritten = unwritten
        self._changed = changed
        self._number = number

    def learner(self, uln: str) -> Learner | None:
        return self._unwritten.by_uln(self.work.transaction, uln)

    def changed_field(self, uln: str) -> str | None:
        return self._changed.get(uln)

    def note_changed(self, uln: str, field: str) -> None:
        self._changed[uln] = field

    def find(self, asked: DemographicsAsked) -> Decision:
        return find_by_checked_demographics(self.work, asked, unwritten=self._unwritten)

    def update(self, record: SentLearner, held: Learner) -> Decision:
        decision = updates.update(held, record, uln=held.uln, version=held.version_number, now=self.work.now)
        if decision.code is not ResponseCode.UPDATED:
            return decision
        (changed,) = decision.learners
        holder = self._unwritten.by_identity(self.work.transaction, changed)
        if holder is not None and holder.uln != changed.uln:
            return registration.already_exists(changed, holder)
        self._unwritten.put(changed)
        return decision

    def register(self, record: SentLearner) -> Decision:
        learner = registration.new_learner(record, now=self.work.now)._replace(uln=str(self._number))
        self._unwritten.put(learner)
        return registration.registered(learner, record)


def _findings(
    work: UnitOfWork, batch: BatchFile, sent: SentLearner, outcome: RecordOutcome, check: Check
) -> Iterator[Finding]:
    if outcome.code in _BY_ITS_FORM:
        yield from file_checking.findings(sent, check, today=work.today, prohibited=work.policy.prohibited)
    for reason in outcome.reasons:
        yield from _because_of(reason, batch)
    known = outcome.possible if outcome.uln is None else (outcome.uln,)
    if known and outcome.code is not ReturnCode.REGISTERED:
        yield Finding("", ", ".join(_name_of(uln, batch) for uln in known))


def _because_of(reason: Reason, batch: BatchFile) -> Iterator[Finding]:
    """What a reason that no check of the file alone can know says about the learner."""
    fields = [BY_NAME[field].contract_name for field in reason.fields]
    if reason.rule is Rule.REQUIRED and reason.outcome is Outcome.NOT_SENT:
        for field in fields:
            yield Finding(field, "empty")
    elif reason.outcome is Outcome.CHANGED_BEFORE:
        yield Finding(fields[0], f"not the learner's, and a record before it changes {fields[1]}: {_ONE_FIELD}")
    elif reason.rule is Rule.MANDATORY_FIELDS and reason.outcome is Outcome.CHANGED and len(fields) > 1:
        for field in fields:
            yield Finding(field, f"not the learner's: {_ONE_FIELD}")
    elif reason.rule is Rule.SHARING_CHANGE:
        yield Finding(fields[0], f"{reason.held[0]} is held and may not become {reason.sent[0]}")
    elif reason.rule is Rule.ULN_HOLDER:
        yield Finding(fields[0], "nobody has this ULN")
    elif reason.rule is Rule.IDENTITY_KEYS and reason.uln is not None:
        yield Finding("", f"{_name_of(reason.uln, batch)} has these names, this date of birth, gender and postcode")
    elif reason.outcome is Outcome.NOT_KEPT:
        yield Finding(fields[0], reason.findings[0])


def _name_of(uln: str, batch: BatchFile) -> str:
    return f"ULN {uln}" if ulns.is_valid(uln) else f"the learner of {batch.place_of_record(int(uln))}"
