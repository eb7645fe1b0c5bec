"""Batch files that were looked through on the portal and are not submitted yet. Moments are as in `kept_searches`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select, update

from lrs_soap.rules.batches.jobs import JobType
from lrs_soap.store.tables import kept_files
from lrs_soap.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file with its name, the type of job that it is for, and what was found in it, which is the portal's own text.

    `job_id` is the job that was made of it; None if none was.
    """

    name: str
    job_type: JobType
    preview: str
    job_id: int | None = None


def keep(transaction: Transaction, file_id: str, visit: str, file: KeptFile, content: bytes, seconds: int) -> None:
    """Keep a file under an id that nobody can guess."""
    row = {
        "id": file_id,
        "visit": visit,
        "name": file.name,
        "job_type": file.job_type.value,
        "preview": file.preview,
        "content": content,
        "taken": 0,
        "job_id": file.job_id,
        "kept": seconds,
    }
    transaction.execute(insert(kept_files), row)


def find(transaction: Transaction, file_id: str, visit: str) -> KeptFile | None:
    """The file that was kept under this id in this visit; None if there is none."""
    row = transaction.execute(
        select(kept_files.c.name, kept_files.c.job_type, kept_files.c.preview, kept_files.c.job_id).where(
            _is(file_id, visit)
        )
    ).one_or_none()
    return None if row is None else KeptFile(row.name, JobType(row.job_type), row.preview, row.job_id)


def take(transaction: Transaction, file_id: str, visit: str) -> bytes | None:
    """The content of a file, for whoever makes the job of it; None if somebody has taken it already."""
    taken = update(kept_files).where(_is(file_id, visit), kept_files.c.taken == 0).values(taken=1)
    if transaction.execute(taken).rowcount != 1:
        return None
    content: bytes = transaction.execute(select(kept_files.c.content).where(_is(file_id, visit))).scalar_one()
    return bytes(content)


def give_back(transaction: Transaction, file_id: str, visit: str) -> None:
    """Let somebody else make the job of a file."""
    transaction.execute(update(kept_files).where(_is(file_id, visit)).values(taken=0))


def set_job(transaction: Transaction, file_id: str, visit: str, job_id: int) -> None:
    """Note which job was made of a file, whose content is not needed any more."""
    transaction.execute(update(kept_files).where(_is(file_id, visit)).values(job_id=job_id, content=b""))


def forget(transaction: Transaction, before: int) -> None:
    """Forget the files that were kept before this moment."""
    transaction.execute(delete(kept_files).where(kept_files.c.kept < before))


def _is(file_id: str, visit: str) -> ColumnElement[bool]:
    return (kept_files.c.id == file_id) & (kept_files.c.visit == visit)
