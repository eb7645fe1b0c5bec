"""Outcome files: the learners of a job with their outcomes, and the exceptions that are still open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from lrs_soap.batch import batch_file
from lrs_soap.batch.file_contents import FileFields, WrittenRecord
from lrs_soap.batch.file_layout import LAYOUTS, NEWEST, OLDEST
from lrs_soap.batch.file_name import CSV, FileName
from lrs_soap.operations import batch_output
from lrs_soap.operations.list_exceptions import list_exceptions
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.display_codes import DisplayCode, displayed
from lrs_soap.rules.batches.job_records import JobRecord
from lrs_soap.rules.batches.jobs import FileFacts, Job

# What a spreadsheet takes for the beginning of a formula, also behind a tab or a line end.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_output(work: UnitOfWork, job: Job, target: TextIO, *, defused: bool = False) -> None:
    """Write the outcomes of a finished job of registrations, in the format in which it was submitted.

    A job that was submitted by SOAP is written as CSV of the newest version. `target` is open for text in UTF-8 and
    does not translate line ends. If it is to be `defused`, a value in CSV that a spreadsheet would take for a formula
    gets an apostrophe in front.
    """
    facts = job.file or FileFacts(CSV, NEWEST.version, str(FileName(job.organisation, job.submitted, CSV)))
    fields = FileFields(LAYOUTS[facts.version].of_outcomes, facts.name, job.organisation, job.record_count)
    records = (_outcome(record, work.policy.return_codes) for record in batch_output.records_of(work, job))
    batch_file.write(facts.format, target, fields, _for_spreadsheets(facts.format, records) if defused else records)


def write_exceptions(
    work: UnitOfWork, organisation: str, target: TextIO, *, file_format: str, defused: bool = False
) -> int:
    """Write the records whose exceptions may still be resolved, as `CSV` or `XML` of version 2A. Returns their number.

    `organisation` is the UKPRN of the organisation that submitted them; for `defused` see `write_output`. Raises
    NotHeld if it is unknown.
    """
    count = sum(1 for _ in _open_records(work, organisation))
    name = str(FileName(organisation, work.now, file_format))
    fields = FileFields(OLDEST.of_outcomes, name, organisation, count)
    records = _open_records(work, organisation)
    batch_file.write(file_format, target, fields, _for_spreadsheets(file_format, records) if defused else records)
    return count


def _for_spreadsheets(file_format: str, records: Iterator[WrittenRecord]) -> Iterator[WrittenRecord]:
    # Nobody opens XML as a spreadsheet.
    return map(_defused, records) if file_format == CSV else records


def _defused(record: WrittenRecord) -> WrittenRecord:
    harmless = {
        field: f"'{text}"
        for field, text in record.sent._asdict().items()
        if text is not None and text.startswith(_BEGINS_FORMULA)
    }
    return record._replace(sent=record.sent._replace(**harmless))


def _outcome(record: JobRecord, display_codes: tuple[DisplayCode, ...]) -> WrittenRecord:
    sent = record.sent if record.uln is None else record.sent._replace(uln=record.uln)
    code = record.return_code
    return WrittenRecord(sent, "" if code is None else displayed(code, display_codes))


def _open_records(work: UnitOfWork, organisation: str) -> Iterator[WrittenRecord]:
    for exception in list_exceptions(work, organisation=organisation):
        yield WrittenRecord(exception.sent, displayed(exception.code, work.policy.return_codes))
