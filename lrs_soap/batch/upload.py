"""Take in a batch of any length: in portions, so that others who write do not wait, and wholly or not at all."""

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
"""Is told now and then how many records are stored."""

# Written in some 6 ms; then a gap that a server, looking every 2 ms, cannot miss.
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
    """Take in a job of registrations, of as many records as come; its JobID.

    It is there for nobody before the last record is stored. Where anything ends it before that, `records` raising an
    error too, nothing of it stays; what a process left that was killed meanwhile goes with the next upload
    (docs/behaviour.md, Batch files).

    Raises StoreUnavailable, NotPossible where the upload has stood still for so long that it counts as abandoned.
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
        # What says why it ended says more than why what there is of it cannot be taken away.
        with suppress(LrsError):
            _discard(world, author, job_id, owner)
        raise
    return job_id


def _renew(transaction: Transaction, job_id: int, owner: str) -> None:
    if not uploads.renew(transaction, job_id, owner=owner):
        raise NotPossible("The upload stood still for so long that it was taken for abandoned. Submit the file again.")


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
    """Delete a job that is still being stored and is `owner`'s, in portions as it was stored."""
    deleted = _RECORDS_IN_ONE_TRANSACTION
    while deleted:
        with world.writing(author, durable=False) as work:
            _renew(work.transaction, job_id, owner)
            deleted = uploads.delete_records(work.transaction, job_id, _RECORDS_IN_ONE_TRANSACTION)
            if not deleted:
                uploads.delete_job(work.transaction, job_id)
        time.sleep(_PAUSE_SECONDS)
