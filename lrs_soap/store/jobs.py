"""Batch jobs and their records: what is to be done, how far it is done, and which worker does it.

A worker has a job by a lease, which it renews. Each UPDATE names the owner and the position that it assumes, and
returns whether it matched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, insert, literal_column, null, or_, select, update

from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord, VerifiedRecord
from lrs_soap.rules.batches.jobs import FileFacts, Job, JobKind, JobState, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import RETURN_CODES, FailureFlag, ResponseCode, ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store.dialects import milliseconds_from_now, milliseconds_now
from lrs_soap.store.prepared import Prepared, PreparedInsert, PreparedUpdate
from lrs_soap.store.tables import LARGEST_KEY, UNFINISHED, job_records, jobs, mandatory_changes
from lrs_soap.store.transaction import Transaction

_LEASE_SECONDS = 10
_ZERO, _ONE = literal_column("0", Integer()), literal_column("1", Integer())

_JOB = tuple(
    jobs.c[name]
    for name in (
        *("id", "kind", "job_type", "organisation", "user_name", "state", "submitted", "started", "finished"),
        *("record_count", "position", "file", "withheld"),
    )
)
_RECORD = tuple(
    job_records.c[name]
    for name in ("position", "sent", "facet_errors", "identifier_errors", "return_code", "uln", "answer")
)

# A job that is still being stored has no `due`, and nobody sees it.
_IS_DUE = jobs.c.due <= milliseconds_now()
_LEASE_IS_OVER = jobs.c.lease_until < milliseconds_now()

_BY_ID = Prepared(select(*_JOB).where(jobs.c.id == bindparam("job"), jobs.c.due.is_not(None)), "job")
_LEASED = Prepared(
    select(jobs.c.deaths, *_JOB).where(jobs.c.id == bindparam("job"), jobs.c.lease_owner == bindparam("owner")),
    *("job", "owner"),
)
_HOLDERS = Prepared(
    select(case((_LEASE_IS_OVER, null()), else_=jobs.c.lease_owner)).where(UNFINISHED, _IS_DUE).distinct()
)
_ANY_UNFINISHED = Prepared(
    select(jobs.c.id).where(UNFINISHED, jobs.c.due.is_not(None)).limit(literal_column("1")).offset(literal_column("0"))
)
_COUNTED: tuple[ColumnElement[Any], ...] = (func.count(), func.min(jobs.c.due), milliseconds_now())
_BACKLOG = Prepared(select(*_COUNTED).where(UNFINISHED, jobs.c.due.is_not(None)))
_NEXT_DUE = (
    select(jobs.c.lease_owner, jobs.c.on_record, jobs.c.deaths, jobs.c.suspect, *_JOB)
    .where(UNFINISHED, _IS_DUE)
    .order_by(jobs.c.due, jobs.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_RECORDS = Prepared(
    select(*_RECORD)
    .where(
        job_records.c.job_id == bindparam("job"),
        job_records.c.position >= bindparam("first"),
        job_records.c.position < bindparam("end"),
    )
    .order_by(job_records.c.position),
    *("job", "first", "end"),
)
_OUTCOMES = Prepared(
    select(job_records.c.return_code, func.count())
    .where(job_records.c.job_id == bindparam("job"), job_records.c.return_code.is_not(None))
    .group_by(job_records.c.return_code),
    "job",
)
_CHANGED_FIELD = Prepared(
    select(mandatory_changes.c.field).where(
        mandatory_changes.c.job_id == bindparam("job"), mandatory_changes.c.uln == bindparam("uln")
    ),
    *("job", "uln"),
)
_ADD_CHANGE = PreparedInsert(mandatory_changes, ("job_id", "uln", "field"))

_ITS_OWN = update(jobs).where(jobs.c.id == bindparam("job"), jobs.c.lease_owner == bindparam("owner"))
_AT_ITS_POSITION = _ITS_OWN.where(jobs.c.position == bindparam("at"))
_RENEWED = {"lease_until": milliseconds_from_now(_LEASE_SECONDS)}
_GIVEN_BACK = {"lease_owner": null(), "lease_until": null(), "on_record": null()}

_TAKE = PreparedUpdate(
    update(jobs)
    .where(jobs.c.id == bindparam("job"))
    .values(
        state=bindparam("new_state"),
        started=func.coalesce(jobs.c.started, bindparam("now")),
        lease_owner=bindparam("owner"),
        on_record=null(),
        deaths=bindparam("new_deaths"),
        suspect=bindparam("new_suspect"),
        **_RENEWED,
    ),
    *("job", "owner", "new_state", "now", "new_deaths", "new_suspect"),
)
_BEGIN = PreparedUpdate(
    _AT_ITS_POSITION.values(on_record=bindparam("begun"), **_RENEWED), *("job", "owner", "at", "begun")
)
_DONE = PreparedUpdate(
    _AT_ITS_POSITION.values(
        position=bindparam("next"),
        on_record=bindparam("goes_on_with"),
        deaths=case((jobs.c.suspect == bindparam("next"), _ONE), else_=_ZERO),
        **_RENEWED,
    ),
    *("job", "owner", "at", "next", "goes_on_with"),
)
_COUNT_DEATH = PreparedUpdate(
    _AT_ITS_POSITION.values(deaths=bindparam("new_deaths"), on_record=null(), **_RENEWED),
    *("job", "owner", "at", "new_deaths"),
)
_PUT_BACK = PreparedUpdate(_ITS_OWN.values(due=milliseconds_now(), **_GIVEN_BACK), *("job", "owner"))
_END = PreparedUpdate(
    _ITS_OWN.values(state=bindparam("new_state"), finished=bindparam("now"), **_GIVEN_BACK),
    *("job", "owner", "new_state", "now"),
)
_SET_OUTCOME = PreparedUpdate(
    update(job_records)
    .where(job_records.c.job_id == bindparam("job"), job_records.c.position == bindparam("at"))
    .values(return_code=bindparam("code"), uln=bindparam("its_uln"), answer=bindparam("verified")),
    *("job", "at", "code", "its_uln", "verified"),
)

_RESPONSE_CODES = {code.value: code for code in ResponseCode}
_FLAGS = {flag.value: flag for flag in FailureFlag}


class Backlog(NamedTuple):
    """How many jobs are not finished, and how many seconds ago the first of those could have been taken."""

    jobs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that a worker may take.

    `holder` is the worker that had it last and did not put it back, and `on_record` the position of the record that it
    was on; each may be None. `deaths` is how many workers have died on the next record, `suspect` the position of a
    later one that a worker has died on once; what is done, or None, is not.
    """

    job: Job
    holder: str | None
    on_record: int | None
    deaths: int
    suspect: int | None = None


def insert_job(
    transaction: Transaction,
    *,
    kind: JobKind,
    job_type: JobType | None,
    author: Author,
    submitted: datetime,
    file: FileFacts | None = None,
    owner: str | None = None,
) -> int:
    """Begin to store a job, and return its JobID. Nobody else sees the job before it is released.

    `owner` is who stores it, if that takes several transactions.
    """
    row = {
        "kind": kind.value,
        "job_type": None if job_type is None else job_type.value,
        "organisation": author.organisation,
        "user_name": author.user,
        "state": JobState.WAITING.value,
        "submitted": submitted.isoformat(),
        "record_count": 0,
        "position": 0,
        "file": None if file is None else _json({"format": file.format, "version": file.version, "name": file.name}),
        "lease_owner": owner,
        "deaths": 0,
    }
    inserted = transaction.execute(insert(jobs).values(row)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def add_records(transaction: Transaction, job_id: int, records: Iterable[SubmittedRecord], *, first: int = 0) -> None:
    """Store records of a job that is not released yet. `first` is the position of the first of them."""
    rows = [
        {
            "job_id": job_id,
            "position": position,
            "sent": _json(record.sent.by_contract_name()),
            "facet_errors": _json_or_none(record.facet_errors),
            "identifier_errors": _json_or_none(record.identifier_errors),
        }
        for position, record in enumerate(records, first)
    ]
    if rows:
        transaction.execute(insert(job_records), rows)


def release(transaction: Transaction, job_id: int, *, record_count: int, delay: int) -> None:
    """Show a job that is stored completely. A worker may take it after `delay` seconds."""
    transaction.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(record_count=record_count, due=milliseconds_from_now(delay), **_GIVEN_BACK)
    )


def by_id(transaction: Transaction, job_id: int) -> Job | None:
    """The job with this JobID, of any organisation; None if there is none."""
    row = _BY_ID.row(transaction, job_id) if abs(job_id) <= LARGEST_KEY else None
    return None if row is None else _job(row)


def records(transaction: Transaction, job_id: int, *, first: int, end: int) -> list[JobRecord]:
    """The records of a job from position `first` up to, but without, `end`, in order."""
    return list(map(_record, _RECORDS.rows(transaction, job_id, first, end)))


def outcomes(transaction: Transaction, job_id: int) -> dict[ReturnCode, int]:
    """The number of a job's records with each return code."""
    return {RETURN_CODES[code]: count for code, count in _OUTCOMES.rows(transaction, job_id)}


def holders(transaction: Transaction) -> set[str | None]:
    """The owners of the jobs that are due; with None if one has no owner, or its lease has ended."""
    return {row[0] for row in _HOLDERS.rows(transaction)}


def has_unfinished(transaction: Transaction) -> bool:
    """Whether there is a job that has not ended, due or not."""
    return _ANY_UNFINISHED.row(transaction) is not None


def backlog(transaction: Transaction) -> Backlog:
    """What is to be done, by the database's clock and not by the world's."""
    count, due, now = _BACKLOG.row(transaction) or (0, None, 0)
    return Backlog(count, 0.0 if due is None else max(0, now - due) / 1000)


def next_due(transaction: Transaction, gone: Collection[str]) -> DueJob | None:
    """The job that has been due for longest and is free; None if there is none.

    A job is free if it has no owner, if its owner is among those who are `gone`, or if the lease has ended. Nobody else
    can take it before this writing transaction ends.
    """
    is_free = or_(jobs.c.lease_owner.is_(None), _LEASE_IS_OVER, jobs.c.lease_owner.in_(gone))
    row = transaction.execute(_NEXT_DUE.where(is_free)).one_or_none()
    if row is None:
        return None
    return DueJob(_job(row[4:]), row.lease_owner, row.on_record, row.deaths, row.suspect)


def leased(transaction: Transaction, job_id: int, owner: str) -> tuple[Job, int] | None:
    """A job as it is now, and how many workers have died on its next record; None if `owner` no longer has it."""
    row = _LEASED.row(transaction, job_id, owner)
    return None if row is None else (_job(row[1:]), row[0])


def take(
    transaction: Transaction,
    job_id: int,
    *,
    owner: str,
    state: JobState,
    now: datetime,
    deaths: int,
    suspect: int | None = None,
) -> None:
    """Give a job that `next_due` has found to `owner`. `now` is when it starts, unless it has started before."""
    _TAKE.run(transaction, job_id, owner, state.value, now.isoformat(), deaths, suspect)


def begin_record(transaction: Transaction, job_id: int, *, owner: str, position: int, ahead: int = 0) -> bool:
    """Note that `owner` begins the record that is `ahead` of the next one, at `position`; return whether that matched.

    It is the position of the next one that has to match.
    """
    return _BEGIN.run(transaction, job_id, owner, position, position + ahead) == 1


def record_done(transaction: Transaction, job_id: int, *, owner: str, position: int, goes_on_with: int | None) -> bool:
    """Note that `owner` has done the record at `position`; return whether that matched.

    `goes_on_with` is the position of the record that the owner begins now, or None.
    """
    return _DONE.run(transaction, job_id, owner, position, position + 1, goes_on_with) == 1


def records_done(transaction: Transaction, job_id: int, *, owner: str, position: int, count: int) -> bool:
    """Note that `owner` has done `count` records from `position` on, and is on none; return whether that matched."""
    return _DONE.run(transaction, job_id, owner, position, position + count, None) == 1


def count_death(transaction: Transaction, job_id: int, *, owner: str, position: int, deaths: int) -> bool:
    """Note how many workers have died on the record at `position`; return whether that matched."""
    return _COUNT_DEATH.run(transaction, job_id, owner, position, deaths) == 1


def put_back(transaction: Transaction, job_id: int, *, owner: str) -> bool:
    """Put a job back behind those that are already due; return whether `owner` still had it."""
    return _PUT_BACK.run(transaction, job_id, owner) == 1


def end(transaction: Transaction, job_id: int, *, owner: str, state: JobState, now: datetime) -> bool:
    """End a job in this state; return whether `owner` still had it."""
    return _END.run(transaction, job_id, owner, state.value, now.isoformat()) == 1


def set_outcome(transaction: Transaction, job_id: int, position: int, *, code: ReturnCode, uln: str | None) -> None:
    """Write the outcome of a registration's record."""
    _SET_OUTCOME.run(transaction, job_id, position, code.value, uln, None)


def set_verified(transaction: Transaction, job_id: int, position: int, verified: VerifiedRecord) -> None:
    """Write the answer to a verification's record."""
    _SET_OUTCOME.run(transaction, job_id, position, None, None, _verified_text(verified))


def set_outcomes(transaction: Transaction, job_id: int, outcomes: Mapping[int, tuple[ReturnCode, str | None]]) -> None:
    """Write the outcomes of registrations' records, by position: the return code and the ULN."""
    rows = ((job_id, position, code.value, uln, None) for position, (code, uln) in outcomes.items())
    _SET_OUTCOME.run_each(transaction, rows)


def set_each_verified(transaction: Transaction, job_id: int, answers: Mapping[int, VerifiedRecord]) -> None:
    """Write the answers to verifications' records, by position."""
    rows = ((job_id, position, None, None, _verified_text(verified)) for position, verified in answers.items())
    _SET_OUTCOME.run_each(transaction, rows)


def changed_field(transaction: Transaction, job_id: int, uln: str) -> str | None:
    """The mandatory field of the learner with this ULN that a record of the job has changed; None if none has."""
    row = _CHANGED_FIELD.row(transaction, job_id, uln)
    return None if row is None else str(row[0])


def add_change(transaction: Transaction, job_id: int, uln: str, field: str) -> None:
    """Note the first mandatory field of a learner that a record of the job has changed."""
    add_changes(transaction, job_id, {uln: field})


def add_changes(transaction: Transaction, job_id: int, changed: Mapping[str, str]) -> None:
    """Note the first mandatory field that records of the job have changed of each of these learners, by ULN."""
    _ADD_CHANGE.run(transaction, [(job_id, uln, field) for uln, field in changed.items()])


def _job(row: Sequence[Any]) -> Job:
    (
        id_,
        kind,
        job_type,
        organisation,
        user,
        state,
        submitted,
        started,
        finished,
        record_count,
        position,
        file,
        withheld,
    ) = row
    return Job(
        id=id_,
        kind=JobKind(kind),
        job_type=None if job_type is None else JobType(job_type),
        organisation=organisation,
        user=user,
        state=JobState(state),
        submitted=datetime.fromisoformat(submitted),
        started=_moment(started),
        finished=_moment(finished),
        record_count=record_count,
        position=position,
        file=None if file is None else FileFacts(**json.loads(file)),
        withheld=withheld,
    )


def _record(row: tuple[Any, ...]) -> JobRecord:
    position, sent, facet_errors, identifier_errors, code, uln, verified = row
    return JobRecord(
        position,
        SentLearner.of(json.loads(sent)),
        _texts(facet_errors),
        _texts(identifier_errors),
        None if code is None else RETURN_CODES[code],
        uln,
        None if verified is None else _verified(verified),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _texts(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(json.loads(text))


def _verified_text(verified: VerifiedRecord) -> str:
    return _json({**asdict(verified), "code": verified.code.value, "flags": [flag.value for flag in verified.flags]})


def _verified(text: str) -> VerifiedRecord:
    fields = json.loads(text)
    code, flags = fields.pop("code"), fields.pop("flags")
    return VerifiedRecord(_RESPONSE_CODES[code], tuple(_FLAGS[flag] for flag in flags), **fields)


def _json_or_none(texts: tuple[str, ...]) -> str | None:
    return _json(texts) if texts else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
