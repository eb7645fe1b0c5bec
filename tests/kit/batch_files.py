"""Batch files for tests: any learners, either form and version, correct unless a test breaks something."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from lrs_soap.batch import batch_file
from lrs_soap.batch.batch_file import BatchFile
from lrs_soap.batch.file_contents import FileFields, WrittenRecord
from lrs_soap.batch.file_layout import NEWEST, RETURN_CODE, Layout
from lrs_soap.rules.values.sent_learner import SentLearner

NAMES = {"CSV": "LRB_TEST0001_010920250900.CSV", "XML": "LRB_TEST0001_010920250900.XML"}

JO = {
    "MISIdentifier": "1",
    "GivenName": "Jo",
    "FamilyName": "Lee",
    "LastKnownPostCode": "ZZ99 9ZZ",
    "DateOfBirth": "2007-05-17",
    "Gender": "2",
    "AbilityToShare": "1",
    "VerificationType": "2",
}
MO = {**JO, "MISIdentifier": "2", "GivenName": "Mo", "DateOfBirth": "2008-01-30", "Gender": "1"}


def content(
    *records: Mapping[str, str],
    form: str = "CSV",
    layout: Layout = NEWEST,
    ukprn: str = "TEST0001",
    count: int | None = None,
) -> bytes:
    """Return the bytes of a file with these learners."""
    fields = FileFields(layout, NAMES[form], ukprn, len(records) if count is None else count)
    target = io.StringIO(newline="")
    batch_file.write(form, target, fields, [_written(record) for record in records])
    return target.getvalue().encode()


def _written(record: Mapping[str, str]) -> WrittenRecord:
    sent = {name: value for name, value in record.items() if name != RETURN_CODE}
    return WrittenRecord(SentLearner.of(sent), record.get(RETURN_CODE, ""))


def opened(raw: bytes, form: str = "CSV", *, organisation: str = "TEST0001") -> BatchFile:
    """Open a file from its bytes."""
    return batch_file.read(NAMES[form], io.BytesIO(raw), organisation=organisation)


def learners(raw: bytes, form: str = "CSV") -> Sequence[Mapping[str, str]]:
    """Read every learner of a file, by the contract's field names."""
    return [record.sent.by_contract_name() for record in opened(raw, form).records]
