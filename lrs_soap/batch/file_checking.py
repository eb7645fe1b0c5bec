"""What is wrong with a learner in a batch file, whoever is held: facets, identifiers, field rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from lrs_soap.batch.file_contents import quoted
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.learners import field_rules, identifiers
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.rules.values.sent_learner import SentLearner

_DAY = "a day as YYYY-MM-DD"
_NAME = "a name of 35 characters at most"
_EXPECTED = {
    "ULN": "a ULN of ten digits",
    "GivenName": _NAME,
    "FamilyName": _NAME,
    "LastKnownPostCode": "a postcode such as LS1 4AP",
    "DateOfAddressCapture": _DAY,
    "DateOfBirth": _DAY,
    "EmailAddress": "an e-mail address",
    "Gender": "0, 1, 2 or 9",
    "ScottishCandidateNumber": "a number of nine digits",
    "AbilityToShare": "0 or 1",
    "VerificationType": "0 to 7 or 999",
}
_WELL_FORMED_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REORDERED_DAY = re.compile("[0-9]{1,4}[-/. ]([0-9]{1,2}|[A-Za-z]{3,9})[-/. ][0-9]{1,4}")


class Finding(NamedTuple):
    """Something wrong with a value: the contract's name of the field, and what is wrong, in words for a person."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


def submitted_record(sent: SentLearner, check: Check) -> SubmittedRecord:
    """A learner of a file as a record to submit. `check` checks the schema's facets."""
    return SubmittedRecord(sent, tuple(map(str, _facets(sent, check))), tuple(map(str, _identifiers(sent))))


def findings(sent: SentLearner, check: Check, *, today: date, prohibited: ProhibitedText) -> tuple[Finding, ...]:
    """Everything that makes a learner RC011, RC012 or RC013 on the day `today`: the first finding for each field."""
    found: dict[str, Finding] = {}
    for finding in (*_facets(sent, check), *_identifiers(sent), *_rules(sent, today, prohibited)):
        found.setdefault(finding.field, finding)
    return tuple(found.values())


def _facets(sent: SentLearner, check: Check) -> Iterator[Finding]:
    for field, value in sent.by_contract_name().items():
        reason = check(field, value)
        if reason is not None:
            expected = _EXPECTED.get(field)
            yield Finding(field, reason if expected is None else _unexpected(value, expected))


def _identifiers(sent: SentLearner) -> Iterator[Finding]:
    for field, value in sent.by_contract_name().items():
        reason = identifiers.why_malformed(field, value)
        if reason is not None:
            yield Finding(field, reason)


def _rules(sent: SentLearner, today: date, prohibited: ProhibitedText) -> Iterator[Finding]:
    uln = sent.uln
    if uln is not None and not ulns.is_valid(uln):
        yield Finding("ULN", f"{quoted(uln)} where a ULN with the right check digit is expected")
    for violation in field_rules.violations(sent, today=today, prohibited=prohibited):
        yield Finding(violation.field, violation.sentence)


def _unexpected(value: str, expected: str) -> str:
    told = f"{quoted(value)} where {expected} is expected"
    if expected is _DAY and _WELL_FORMED_DAY.fullmatch(value):
        return f"{quoted(value)} is no day of the years 1800 to 2099"
    if expected is _DAY and _REORDERED_DAY.fullmatch(value):
        return f"{told}: spreadsheets turn days round when they open or save a file"
    return told
