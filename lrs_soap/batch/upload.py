"""Submit a batch of any length: in portions, so that other writers do not wait, and completely or not at all."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from lrs_soap.errors import LrsError, NotPossible
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import FileFacts, JobKind, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.store import jobs, uploads
from lrs_soap.store.portions import in_portions
from lrs_soap.store.transaction import Transaction
from lrs_soap.world import World

Progress = Callable[[int], None]
"""Called now and then with the number of records stored so far."""

# They are written in about 6 ms. A server that waits to write looks every 2 ms and cannot miss the pause.
_RECORDS_IN_ONE_TRANSACTION = 300
_PAUSE_SECONDS = 0.005


def upload(
    world: World,
    records: Iterable[SubmittedRecord],
    *,
    job_type: JobType,
    author: Author,
    file: FileFacts | None = None,
    progress: Progress | None = None,
) -> int:
    """Submit a job of registrations with any number of records. Returns its JobID.

    Nobody sees the job before its last record is stored. If the upload ends earlier, also because `records` raises an
    error, nothing of it stays. What a killed process has left is deleted by the next upload (docs/behaviour.md, Batch
    files).

    Raises StoreUnavailable, and NotPossible if the upload paused for so long that it counts as abandoned.
    """
    _discard_abandoned(world, author)
    owner = f"upload {secrets.token_hex(8)}"
    with world.writing(author, durable=False) as work:
        job_id = jobs.insert_job(
            work.transaction,
            kind=JobKind.REGISTRATION,
            job_type=job_type,
            author=author,
            submitted=work.now,
            file=file,
            owner=owner,
        )
        _renew(work.transaction, job_id, owner)
    try:
        count = 0
        for portion in in_portions(records, _RECORDS_IN_ONE_TRANSACTION):
            with world.writing(author, durable=False) as work:
                _renew(work.transaction, job_id, owner)
                jobs.add_records(work.transaction, job_id, portion, first=count)
            count += len(portion)
            if progress is not None:
                progress(count)
            time.sleep(_PAUSE_SECONDS)
        with world.writing(author) as work:
            _renew(work.transaction, job_id, owner)
            jobs.release(work.transaction, job_id, record_count=count, delay=work.policy.batch_delay)
    except BaseException:
        # Why the upload ended matters more than why it cannot be deleted.
        with suppress(LrsError):
            _discard(world, author, job_id, owner)
        raise
    return job_id


def _renew(transaction: Transaction, job_id: int, owner: str) -> None:
    if not uploads.renew(transaction, job_id, owner=owner):
        raise NotPossible("The upload paused for so long that it was taken to be abandoned. Submit the file again.")


def _discard_abandoned(world: World, author: Author) -> None:
    owner = f"discard {secrets.token_hex(8)}"
    with world.reading(author) as work:
        abandoned = uploads.abandoned(work.transaction)
    for job_id in abandoned:
        with world.writing(author, durable=False) as work:
            is_ours = uploads.take_over(work.transaction, job_id, owner=owner)
        if is_ours:
            _discard(world, author, job_id, owner)


def _discard(world: World, author: Author, job_id: int, owner: str) -> None:
    """Delete a job of `owner` that is not completely stored, in portions."""
    deleted = _RECORDS_IN_ONE_TRANSACTION
    while deleted:
        with world.writing(author, durable=False) as work:
            _renew(work.transaction, job_id, owner)
            deleted = uploads.delete_records(work.transaction, job_id, _RECORDS_IN_ONE_TRANSACTION)
            if not deleted:
                uploads.delete_job(work.transaction, job_id)
        time.sleep(_PAUSE_SECONDS)
