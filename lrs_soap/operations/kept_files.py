"""Keep a batch file between the look at it on the portal and its submission, for a day."""

from __future__ import annotations

import secrets

from lrs_soap.clock import machine_seconds
from lrs_soap.errors import NotHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.jobs import JobType
from lrs_soap.store import kept_files
from lrs_soap.store.kept_files import KeptFile as KeptFile

_KEPT_SECONDS = 24 * 60 * 60


def keep_file(work: UnitOfWork, visit: str, name: str, content: bytes, *, job_type: JobType, preview: str) -> str:
    """Keep a file, with what was found in it. Returns the id that leads to it in the same visit."""
    file_id = secrets.token_urlsafe(16)
    now = int(machine_seconds())
    kept_files.forget(work.transaction, now - _KEPT_SECONDS)
    kept_files.keep(work.transaction, file_id, visit, KeptFile(name, job_type, preview), content, now)
    return file_id


def kept_file(work: UnitOfWork, visit: str, file_id: str) -> KeptFile:
    """The file that was kept under this id in this visit, without its content. Raises NotHeld."""
    found = kept_files.find(work.transaction, file_id, visit)
    if found is None:
        raise NotHeld("There is no such file any more.")
    return found


def take_file(work: UnitOfWork, visit: str, file_id: str) -> bytes | None:
    """The content of a file, for whoever submits it; None if somebody has taken it already, as by a second click."""
    return kept_files.take(work.transaction, file_id, visit)


def give_file_back(work: UnitOfWork, visit: str, file_id: str) -> None:
    """Let a file be submitted again, because that has failed."""
    kept_files.give_back(work.transaction, file_id, visit)


def set_job(work: UnitOfWork, visit: str, file_id: str, job_id: int) -> None:
    """Note which job was made of a file."""
    kept_files.set_job(work.transaction, file_id, visit, job_id)
