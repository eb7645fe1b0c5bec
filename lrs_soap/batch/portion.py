"""A portion of a job: records that are decided one after the other, and then written together.

They are decided by the register as one transaction reads it. What they write is kept until `write`, which another
transaction commits at once, so that nobody has to wait while records are decided. It comes to what the same records
come to one by one: a record that would read what an earlier one is going to write has to wait for the next portion, and
where another writer was faster, nothing of the portion is written.
"""

from __future__ import annotations

from dataclasses import replace

from lrs_soap.batch import job_work
from lrs_soap.batch.job_work import Lease, Outcome
from lrs_soap.errors import AlreadyHeld, LrsError
from lrs_soap.operations.find_by_demographics import find_by_checked_demographics
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_exceptions import leaves_exception
from lrs_soap.rules.batches.batch_records import RecordOutcome
from lrs_soap.rules.batches.job_records import JobRecord, VerifiedRecord
from lrs_soap.rules.learners import registration, updates
from lrs_soap.rules.names.candidates import Candidates
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.rules.names.lookup_keys import name_keys_of
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.change import Action, Author, Change, fields_changed
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import batch_exceptions, history, jobs, key_version, learner_rows, learners, ulns

_NOTHING: frozenset[str] = frozenset()


class Overtaken(LrsError):
    """Another writer has changed what a portion was decided by. Its records are to be done one by one."""


class _ReadsUnwritten(Exception):
    """A record would read what an earlier record of its portion is going to write."""


class Portion:
    """The next records of a job that a worker has. Each is decided in turn; `write` writes all of them."""

    def __init__(self, lease: Lease, work: UnitOfWork) -> None:
        """`work` reads the register, for as long as records are decided."""
        self._lease = lease
        self._work = work.by(Author(lease.job.organisation, lease.job.user))
        self._unwritten = _Unwritten()
        self._decided: list[tuple[int, Outcome, _PortionRegister]] = []
        # What older rules have made keys for may be found by other keys than it should be.
        self._has_current_keys = key_version.is_current(work.transaction)

    def __len__(self) -> int:
        """How many records are decided."""
        return len(self._decided)

    def decide(self, record: JobRecord) -> Outcome | None:
        """The outcome of the next record; None if it has to wait for the next portion, which the first never has to.

        The ULN of a learner who is to be registered is still empty. Whatever is raised, the portion is as before.
        """
        if self._decided and not self._has_current_keys:
            return None
        register = _PortionRegister(self._work, self._lease.job.id, self._unwritten)
        try:
            outcome = job_work.decide(register, self._lease.job, record)
        except _ReadsUnwritten:
            return None
        register.settle()
        self._decided.append((record.position, outcome, register))
        return outcome

    def write(self, work: UnitOfWork) -> Lease:
        """Write all that was decided, in a unit of work that writes. Returns the lease after the last record.

        Raises LeaseLost, and Overtaken if another writer was faster. Then undo the unit of work.
        """
        lease = job_work.records_done(work, self._lease, len(self._decided))
        try:
            self._write_learners(work)
        except AlreadyHeld as error:
            raise Overtaken("Another writer holds a learner of the portion.") from error
        job = lease.job
        outcomes = {position: outcome for position, outcome, _ in self._decided if isinstance(outcome, RecordOutcome)}
        jobs.set_outcomes(
            work.transaction, job.id, {position: (each.code, each.uln) for position, each in outcomes.items()}
        )
        jobs.set_each_verified(
            work.transaction,
            job.id,
            {
                position: VerifiedRecord.of(outcome)
                for position, outcome, _ in self._decided
                if not isinstance(outcome, RecordOutcome)
            },
        )
        batch_exceptions.add_each(
            work.transaction,
            job_id=job.id,
            opened=job.submitted,
            possible={
                position: each.possible
                for position, each in outcomes.items()
                if leaves_exception(each.code, job.job_type)
            },
        )
        return lease

    def _write_learners(self, work: UnitOfWork) -> None:
        transaction, unit = work.transaction, self._work
        work.before_write()
        new = [index for index, (_, _, register) in enumerate(self._decided) if register.registered is not None]
        numbered: list[Learner] = []
        for index, uln in zip(new, ulns.issue_many(transaction, len(new)), strict=True):
            position, outcome, register = self._decided[index]
            assert register.registered is not None
            assert isinstance(outcome, RecordOutcome)
            numbered.append(register.registered._replace(uln=uln))
            self._decided[index] = position, replace(outcome, uln=uln), register
        learner_rows.insert(transaction, learner_rows.rows_of(numbered))
        registers = [register for _, _, register in self._decided]
        updated = [register.updated for register in registers if register.updated is not None]
        # In the order in which everybody locks learners, so that no two writers wait for each other.
        updated.sort(key=lambda change: change[0].uln)
        if not learners.update_each(transaction, updated):
            raise Overtaken("Another writer has changed a learner of the portion.")
        # In the order of the records, as they would come one by one.
        of_new = iter(numbered)
        changes: list[tuple[str, Change]] = []
        for register in registers:
            if register.registered is not None:
                changes.append((next(of_new).uln, Change(Action.REGISTERED, unit.now, unit.author)))
            elif register.updated is not None:
                before, after = register.updated
                fields = fields_changed(before, after)
                changes.append((after.uln, Change(Action.UPDATED, unit.now, unit.author, fields)))
        history.add_each(transaction, changes)
        jobs.add_changes(
            transaction, self._lease.job.id, {uln: field for register in registers for uln, field in register.changed}
        )


class _Unwritten:
    """What the records of a portion are going to write, as far as a later one could read it."""

    def __init__(self) -> None:
        self._ulns: set[str] = set()
        self._identities: set[IdentityKeys] = set()
        # By the first of the two keys, the others that a search asks for with it.
        self._by_date: dict[str, set[str]] = {}
        self._by_post_code: dict[str, set[str]] = {}

    def put(self, learner: Learner) -> None:
        """Note that this learner is going to be written or, as the register has it, replaced."""
        self._ulns.add(learner.uln)
        self._identities.add(IdentityKeys.of(learner))
        date, post_code = learner.date_of_birth, postcode.identity_key(learner.last_known_post_code)
        keys = [key.key for key in name_keys_of(learner)]
        # The postcode too: a search asks for all learners of its date and postcode.
        self._by_date.setdefault(date, set()).update(keys, [_post_code_as_key(post_code)])
        self._by_post_code.setdefault(post_code, set()).update(keys)

    def has(self, uln: str) -> bool:
        """Whether the learner with this ULN is among them."""
        return uln in self._ulns

    def has_identity(self, learner: Learner) -> bool:
        """Whether one of them has or had the learner's five identity keys."""
        return IdentityKeys.of(learner) in self._identities

    def has_near(self, asked: DemographicsAsked) -> bool:
        """Whether one of them has or had the date of birth or the postcode that is asked for."""
        return (
            asked.date_of_birth in self._by_date
            or postcode.identity_key(asked.last_known_post_code) in self._by_post_code
        )

    def may_answer(self, asked: DemographicsAsked, search: Candidates) -> bool:
        """Whether a find by demographics, which looks up these candidates, would read one of them.

        It may read one of them as the master of another learner, too. But of a master only the ULN counts, and no
        record changes that or who is linked.
        """
        if IdentityKeys.of(asked) in self._identities:
            return True
        of_date = self._by_date.get(asked.date_of_birth, _NOTHING)
        if not of_date.isdisjoint(search.keys_by_date):
            return True
        if search.post_code is None:
            return False
        of_post_code = self._by_post_code.get(search.post_code, _NOTHING)
        return _post_code_as_key(search.post_code) in of_date or not of_post_code.isdisjoint(search.keys_by_post_code)


class _PortionRegister:
    """The register for one record of a portion: a JobRegister that reads what is held, and keeps what is to be written.

    `registered` is the learner whom the record registers, without a ULN, or None; `updated` is the learner whom it
    updates, before and after, or None; `changed` has the learner's ULN and the first mandatory field that the job
    changes of them, if it is this record that does.
    """

    def __init__(self, work: UnitOfWork, job_id: int, unwritten: _Unwritten) -> None:
        self.work = work
        self.registered: Learner | None = None
        self.updated: tuple[Learner, Learner] | None = None
        self.changed: list[tuple[str, str]] = []
        self._job_id = job_id
        self._unwritten = unwritten

    def settle(self) -> None:
        """Let the later records know what this one is going to write."""
        for learner in (self.registered, *(self.updated or ())):
            if learner is not None:
                self._unwritten.put(learner)

    def learner(self, uln: str) -> Learner | None:
        if self._unwritten.has(uln):
            raise _ReadsUnwritten
        return learners.by_uln(self.work.transaction, uln)

    def changed_field(self, uln: str) -> str | None:
        return jobs.changed_field(self.work.transaction, self._job_id, uln)

    def note_changed(self, uln: str, field: str) -> None:
        if self.changed_field(uln) is None:
            self.changed.append((uln, field))

    def find(self, asked: DemographicsAsked) -> Decision:
        candidates = None
        if self._unwritten.has_near(asked):
            candidates = Candidates(asked.as_of(self.work.today))
            if self._unwritten.may_answer(asked, candidates):
                raise _ReadsUnwritten
        return find_by_checked_demographics(self.work, asked, candidates=candidates)

    def update(self, record: SentLearner, held: Learner) -> Decision:
        decision = updates.update(held, record, uln=held.uln, version=held.version_number, now=self.work.now)
        if decision.code is not ResponseCode.UPDATED:
            return decision
        (changed,) = decision.learners
        if self._unwritten.has_identity(changed):
            raise _ReadsUnwritten
        holder = learners.by_identity(self.work.transaction, changed)
        if holder is not None and holder.uln != held.uln:
            return registration.already_exists(changed, holder)
        self.updated = held, changed
        return decision

    def register(self, record: SentLearner) -> Decision:
        self.registered = registration.new_learner(record, now=self.work.now)
        return registration.registered(self.registered, record)


def _post_code_as_key(post_code: str) -> str:
    # No key of a name begins like this.
    return f" {post_code}"
