"""Take in a batch of any length: in portions, so that others who write do not wait, and wholly or not at all."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from lrs_soap.clock import Clock
from lrs_soap.errors import LrsError, NotPossible
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import FileFacts, JobKind, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.store import jobs, uploads
from lrs_soap.store.store import Store, Transaction

Progress = Callable[[int], None]
"""Is told now and then how many records are stored."""

# Written in some 6 ms; then a gap that a server, looking every 2 ms, cannot miss.
_RECORDS_IN_ONE_TRANSACTION = 300
_PAUSE_SECONDS = 0.005


def upload(
    store: Store,
    records: Iterable[SubmittedRecord],
    *,
    job_type: JobType,
    author: Author,
    clock: Clock,
    delay: int,
    file: FileFacts | None = None,
    progress: Progress | None = None,
) -> int:
    """Take in a job of registrations, of as many records as come; its JobID.

    It is there for nobody before the last record is stored. Where anything ends it before that, `records` raising an
    error too, nothing of it stays; what a process left that was killed meanwhile goes with the next upload
    (docs/behaviour.md, Batch files). `delay` is how many seconds it is to wait before it is taken.

    Raises StoreUnavailable, NotPossible where the upload has stood still for so long that it counts as abandoned.
    """
    _discard_abandoned(store)
    owner = f"upload {secrets.token_hex(8)}"
    with store.writing(durable=False) as transaction:
        job_id = jobs.insert_job(
            transaction,
            kind=JobKind.REGISTRATION,
            job_type=job_type,
            author=author,
            submitted=clock.now(),
            file=file,
            owner=owner,
        )
        _renew(transaction, job_id, owner)
    try:
        count = 0
        for portion in _portions(records):
            with store.writing(durable=False) as transaction:
                _renew(transaction, job_id, owner)
                jobs.add_records(transaction, job_id, portion, first=count)
            count += len(portion)
            if progress is not None:
                progress(count)
            time.sleep(_PAUSE_SECONDS)
        with store.writing() as transaction:
            _renew(transaction, job_id, owner)
            jobs.release(transaction, job_id, record_count=count, delay=delay)
    except BaseException:
        # What says why it ended says more than why what there is of it cannot be taken away.
        with suppress(LrsError):
            _discard(store, job_id, owner)
        raise
    return job_id


def _portions(records: Iterable[SubmittedRecord]) -> Iterator[Sequence[SubmittedRecord]]:
    remaining = iter(records)
    while portion := list(islice(remaining, _RECORDS_IN_ONE_TRANSACTION)):
        yield portion


def _renew(transaction: Transaction, job_id: int, owner: str) -> None:
    if not uploads.renew(transaction, job_id, owner=owner):
        raise NotPossible("The upload stood still for so long that it was taken for abandoned. Submit the file again.")


def _discard_abandoned(store: Store) -> None:
    owner = f"discard {secrets.token_hex(8)}"
    with store.reading() as transaction:
        abandoned = uploads.abandoned(transaction)
    for job_id in abandoned:
        with store.writing(durable=False) as transaction:
            is_ours = uploads.take_over(transaction, job_id, owner=owner)
        if is_ours:
            _discard(store, job_id, owner)


def _discard(store: Store, job_id: int, owner: str) -> None:
    """Delete a job that is still being stored and is `owner`'s, in portions as it was stored."""
    deleted = _RECORDS_IN_ONE_TRANSACTION
    while deleted:
        with store.writing(durable=False) as transaction:
            _renew(transaction, job_id, owner)
            deleted = uploads.delete_records(transaction, job_id, _RECORDS_IN_ONE_TRANSACTION)
            if not deleted:
                uploads.delete_job(transaction, job_id)
        time.sleep(_PAUSE_SECONDS)
