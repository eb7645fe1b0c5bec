"""The register as the records of a job look things up in it and write to it."""

from __future__ import annotations

from typing import Protocol

from lrs_soap.operations.find_by_demographics import find_by_checked_demographics
from lrs_soap.operations.register import register_checked
from lrs_soap.operations.update import update
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import jobs, learners


class JobRegister(Protocol):
    """What a record of a job needs of the register. Each record sees what the earlier ones have done."""

    @property
    def work(self) -> UnitOfWork:
        """The unit of work that reads, with the day and the policy."""

    def learner(self, uln: str) -> Learner | None:
        """The learner with this ULN, deleted or linked or not; None if there is none."""

    def changed_field(self, uln: str) -> str | None:
        """The mandatory field of a learner that earlier records of the job have changed, by its own name."""

    def note_changed(self, uln: str, field: str) -> None:
        """Note that a record has changed this mandatory field. `changed_field` has not found another one."""

    def find(self, asked: DemographicsAsked) -> Decision:
        """Find by demographics, for details that are known to break no field rule."""

    def update(self, record: SentLearner, held: Learner) -> Decision:
        """Update the learner that was read as `held` with a record that is known to break no field rule."""

    def register(self, record: SentLearner) -> Decision:
        """Register the learner of a record that breaks no field rule, after a find that found nobody."""


class HeldRegister:
    """The register itself, in a unit of work that writes, for the records of one job."""

    def __init__(self, work: UnitOfWork, job_id: int) -> None:
        self.work = work
        self._job_id = job_id

    def learner(self, uln: str) -> Learner | None:
        return learners.by_uln(self.work.transaction, uln)

    def changed_field(self, uln: str) -> str | None:
        return jobs.changed_field(self.work.transaction, self._job_id, uln)

    def note_changed(self, uln: str, field: str) -> None:
        if self.changed_field(uln) is None:
            jobs.add_change(self.work.transaction, self._job_id, uln, field)

    def find(self, asked: DemographicsAsked) -> Decision:
        return find_by_checked_demographics(self.work, asked)

    def update(self, record: SentLearner, held: Learner) -> Decision:
        return update(self.work, record, uln=held.uln, version=held.version_number)

    def register(self, record: SentLearner) -> Decision:
        return register_checked(self.work, record, is_looked_for=True)
