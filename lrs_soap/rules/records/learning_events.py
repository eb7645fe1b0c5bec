"""Learning events: the qualifications and units of a learner, and what each source records about them.

ILR is what providers return about their learners; NPD is what is known about pupils in key stages 4 and 5; AO is what
awarding organisations upload; QCFU is a unit that one uploaded in the years before. FIELD_RULES has everything in which
the sources differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lrs_soap.rules.learners.field_rules import Violation
from lrs_soap.rules.values import dates
from lrs_soap.rules.values.organisation import is_ukprn
from lrs_soap.rules.values.rule import Rule

ILR, NPD, AO, QCFU = "ILR", "NPD", "AO", "QCFU"
SOURCES = (ILR, NPD, AO, QCFU)
"""The sources, in the order in which a record has their events."""

FINAL = "F"
SENSITIVE = "1"

LARGEST_CREDITS = 2**63 - 1
"""The largest value of the contract's type, xs:long."""

FIRST_DAY = date(2009, 6, 1)
"""The first day of the record: the summer of 2009."""

FIRST_YEAR_OF_AO = 2013
"""The first year of Source AO."""


class LearningEvent(NamedTuple):
    """One learning event, as its source has it. A field without a value is None.

    The fields up to `under_data_challenge` are the contract's, in its order. Then come the Welsh texts, which replace
    the others in a Welsh record, and the ULN that the event was loaded for. Dates are `YYYY-MM-DD`; `date_loaded` is
    `YYYY-MM-DD HH:MM:SS`. `id` is 0 until the event is stored.

    A named tuple, because a record can have hundreds of rows, and making a dataclass takes ten times as long.
    """

    achievement_award_date: str | None = None
    achievement_provider_name: str | None = None
    achievement_provider_ukprn: str | None = None
    awarding_organisation_name: str | None = None
    awarding_organisation_ukprn: str | None = None
    collection_type: str | None = None
    credits: int = 0
    date_loaded: str = ""
    grade: str | None = None
    id: int = 0
    language_for_assessment: str | None = None
    level: str | None = None
    participation_end_date: str | None = None
    participation_start_date: str | None = None
    qualification_type: str | None = None
    restriction: str | None = None
    return_number: str | None = None
    source: str = ""
    status: str | None = None
    subject: str = ""
    subject_code: str = ""
    under_data_challenge: str | None = None
    subject_welsh: str | None = None
    qualification_type_welsh: str | None = None
    level_welsh: str | None = None
    awarding_organisation_name_welsh: str | None = None
    uln: str = ""

    @property
    def is_sensitive(self) -> bool:
        """Whether organisations may not see the event, even if the learner shares the record."""
        return self.restriction == SENSITIVE

    @property
    def date(self) -> str | None:
        """The date of the event: that of the award, else of the end, else of the start."""
        field = self.date_field
        return None if field is None else getattr(self, field)

    @property
    def date_field(self) -> str | None:
        """The field that has the date of the event; None if it has no date."""
        return next((field for field in _DATES if getattr(self, field)), None)


CONTRACT_NAMES: Mapping[str, str] = {
    field: {"id": "ID", "uln": "ULN"}.get(field) or field.title().replace("_", "") for field in LearningEvent._fields
}
"""The contract's name of each field. The Welsh texts, which it lacks, have names in its style."""

CONTRACT_FIELDS = LearningEvent._fields[: LearningEvent._fields.index("under_data_challenge") + 1]
"""The fields of the contract, in its order, which is alphabetical."""

WELSH_FIELDS: Mapping[str, str] = {
    field: f"{field}_welsh" for field in CONTRACT_FIELDS if f"{field}_welsh" in LearningEvent._fields
}
"""The fields that can have a Welsh text, with the fields that hold it."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Whether a source must have a value in a field, may have one, or must not.

    `default` is what an answer has if there is no value; '' is an empty element. With None the field is missing or nil,
    as the contract has it.
    """

    is_required: bool = False
    is_forbidden: bool = False
    default: str | None = None


def _may(default: str) -> FieldRule:
    return FieldRule(default=default)


_MUST, _MAY, _NEVER, _EMPTY = FieldRule(is_required=True), FieldRule(), FieldRule(is_forbidden=True), _may("")

FIELD_RULES: Mapping[str, Mapping[str, FieldRule]] = {
    field: dict(zip(SOURCES, rules, strict=True))
    for field, rules in {
        # ILR, NPD, AO, QCFU
        "achievement_award_date": (_EMPTY, _MAY, _MUST, _MAY),
        "achievement_provider_name": (_MAY, _MAY, _EMPTY, _EMPTY),
        "achievement_provider_ukprn": (_MUST, _MAY, _EMPTY, _EMPTY),
        "awarding_organisation_name": (_may("UNKNOWN"), _MAY, _MUST, _MAY),
        "awarding_organisation_ukprn": (_may("UNKNWN"), _MUST, _MUST, _MAY),
        "collection_type": (_may("W"), _may("A"), _NEVER, _NEVER),
        "grade": (_may("9999999999"), _MAY, _MAY, _MAY),
        "language_for_assessment": (_NEVER, _NEVER, _MUST, _MAY),
        "level": (_MAY, _MAY, _MAY, _MAY),
        "participation_end_date": (_EMPTY, _EMPTY, _MAY, _MAY),
        "participation_start_date": (_MAY, _EMPTY, _MAY, _MAY),
        "qualification_type": (_MAY, _MAY, _MAY, _MAY),
        "restriction": (_may("0"), _may("0"), _MAY, _MAY),
        "return_number": (_may("02"), _may("01"), _NEVER, _NEVER),
        "status": (_MAY, _MAY, _may(FINAL), _may(FINAL)),
        "subject": (_MUST, _MUST, _MUST, _MUST),
        "subject_code": (_MUST, _MUST, _MUST, _MUST),
        "under_data_challenge": (_may("N"), _may("N"), _may("N"), _may("N")),
        "awarding_organisation_name_welsh": (_NEVER, _MAY, _MAY, _MAY),
    }.items()
}
"""By field and source. A field that is not here is the same for all of them."""

_DATES = ("achievement_award_date", "participation_end_date", "participation_start_date")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "collection_type": (re.compile("[A-Z]"), "a capital letter"),
    "level": (re.compile("Entry Level|Level [1-8](/[1-8])?"), "Entry Level, or Level 1 to 8, or two as in Level 1/2"),
    "restriction": (re.compile("[01]"), "0, or 1 for a sensitive qualification"),
    "return_number": (re.compile("[0-9]{2}"), "two digits"),
    "status": (re.compile("[A-Z]"), "a capital letter, F for final"),
    "under_data_challenge": (re.compile("[NY]"), "N or Y"),
}
_SIX_DIGITS = re.compile("[0-9]{6}")

_OTHER_KEY_STAGE = re.compile(r"\b(?:Key Stage|KS) ?[0-3]\b", re.IGNORECASE)
# Some abbreviations of degrees are ordinary words in small letters.
_DEGREES = (
    r"B\.?Eng|B\.?Mus|BNurs|BPharm|B\.?Sc|BVSc|LL\.?[BM]|MBA|MBBS|MBChB|MBiol|M\.?Chem|M\.?Eng|M\.?Math|M\.?Pharm"
    r"|M\.?Phil|M\.?Phys|M\.?Res|M\.?Sci?|D\.?Phil|Ph\.?D|FdSc|PG ?Cert|PG ?Dip|PGCE|Cert\.? ?H\.?E"
    r"|Dip\.? ?H\.?E|HNC|HND"
    r"|(?-i:B\.?A|B\.?Ed|BArch|BFA|EdD|FdA|FdEng|M\.?A|M\.?Ed|MArch|MFA|MMus)"
)
_DEGREES_IN_WORDS = (
    r"bachelor['’]?s?(?: degrees?)?|master['’]?s?(?: degrees?)? (?:of|in)|master['’]?s degrees?|doctor of|doctoral"
    r"|doctorate|\(?hons\)?|(?:post|under)graduate|graduate (?:certificate|diploma)"
    r"|Higher National (?:Certificate|Diploma)"
)
# A type is a degree by that word alone; Access to Higher Education is not higher education.
_HIGHER_EDUCATION_TYPE = re.compile(
    rf"(?<!\w)(?:{_DEGREES}|{_DEGREES_IN_WORDS}|degrees?|master['’]?s"
    r"|(?<!\bto )(?<!\bfor )Higher Education)(?!\w)",
    re.IGNORECASE,
)
# In a title the words have other meanings, too: an award in preparing for higher education, a 360 degree view.
_HIGHER_EDUCATION_TITLE = re.compile(
    rf"(?<!\w)(?:{_DEGREES}|{_DEGREES_IN_WORDS}"
    r"|(?<!\d )(?<!\d-)degree|(?:first|foundation|honours|joint|ordinary|research) degrees"
    r"|(?:cert(?:ificate)?|dip(?:loma)?)\.? (?:in|of) (?:higher education|h\.?e)(?! preparation| skills| study))(?!\w)",
    re.IGNORECASE,
)


def violations(event: LearningEvent) -> tuple[Violation, ...]:
    """Every rule that an event breaks: what its source requires or forbids, and values that are impossible.

    `id` and `uln` are not checked (docs/behaviour.md, Personal Learning Record).
    """
    if event.source not in SOURCES:
        return (_violation(event, "source", "is not ILR, NPD, AO or QCFU.", Rule.SOURCE),)
    return (
        *_of_the_source(event),
        *_of_its_form(event),
        *_of_dates(event),
        *_of_the_record(event),
    )


def warnings(event: LearningEvent, *, today: date) -> tuple[Violation, ...]:
    """What is odd about an event that breaks no rule: an award in the future, which recorded events have.

    `today` is the day on which it is loaded.
    """
    award = event.achievement_award_date or ""
    if award > today.isoformat():
        return (_violation(event, "achievement_award_date", "is in the future.", Rule.FUTURE),)
    loaded = _day_loaded(event)
    if loaded is not None and award > loaded:
        return (_violation(event, "achievement_award_date", _after(loaded), Rule.FUTURE),)
    return ()


def _of_the_source(event: LearningEvent) -> Iterator[Violation]:
    for field, by_source in FIELD_RULES.items():
        rule, value = by_source[event.source], getattr(event, field)
        if rule.is_required and not (value or "").strip():
            yield Violation(
                CONTRACT_NAMES[field],
                f"Element '{CONTRACT_NAMES[field]}' is required where Source is {event.source}.",
                Rule.REQUIRED,
            )
        if rule.is_forbidden and value is not None:
            yield _violation(event, field, f"is not allowed where Source is {event.source}.", Rule.SOURCE)


def _of_its_form(event: LearningEvent) -> Iterator[Violation]:
    for field, (form, words) in _FORMS.items():
        value = getattr(event, field)
        if value is not None and not form.fullmatch(value):
            yield _violation(event, field, f"is not {words}.", Rule.FORM)
    if event.achievement_provider_ukprn is not None and not is_ukprn(event.achievement_provider_ukprn):
        yield _violation(event, "achievement_provider_ukprn", "is not a UKPRN: eight letters or digits.", Rule.FORM)
    if event.source == AO and event.status not in (None, FINAL):
        yield _violation(event, "status", "is not F: what Source AO has is final.", Rule.FORM)
    awarding = event.awarding_organisation_ukprn
    if event.source == NPD and awarding is not None and not _SIX_DIGITS.fullmatch(awarding):
        yield _violation(event, "awarding_organisation_ukprn", "is not six digits, as Source NPD has it.", Rule.FORM)
    if not 0 <= event.credits <= LARGEST_CREDITS:
        yield _violation(event, "credits", f"is not a whole number from 0 to {LARGEST_CREDITS}.", Rule.FORM)


def _of_dates(event: LearningEvent) -> Iterator[Violation]:
    loaded = _day_loaded(event)
    if loaded is None:
        yield _violation(event, "date_loaded", "is not a moment as in 2024-09-30 17:05:00.", Rule.DATE)
        return
    days = {field: day for field in _DATES if (day := getattr(event, field)) is not None}
    for field, day in days.items():
        if dates.parse(day) is None:
            yield _violation(event, field, "is not a valid date.", Rule.DATE)
        elif day > loaded and field != "achievement_award_date":
            yield _violation(event, field, _after(loaded), Rule.DATE)
    start = days.get("participation_start_date", "")
    for field in ("achievement_award_date", "participation_end_date"):
        if start > days.get(field, start):
            yield _violation(event, field, f"is before ParticipationStartDate, {start}.", Rule.DATE)


def _day_loaded(event: LearningEvent) -> str | None:
    """The day of DateLoaded; None if that is no moment."""
    moment = _MOMENT.fullmatch(event.date_loaded)
    return None if moment is None or dates.parse(moment[1]) is None else moment[1]


def _after(loaded: str) -> str:
    return f"is after the day on which it was loaded, {loaded}."


def _of_the_record(event: LearningEvent) -> Iterator[Violation]:
    field = event.date_field
    day = None if field is None else dates.parse(getattr(event, field))
    if field is not None and day is not None:
        if day < FIRST_DAY:
            yield _violation(event, field, f"is before {FIRST_DAY}, where the record begins.", Rule.BEGINNING)
        elif event.source == AO and day.year < FIRST_YEAR_OF_AO:
            yield _violation(event, field, f"is before {FIRST_YEAR_OF_AO}, where Source AO begins.", Rule.BEGINNING)
    for field, higher in (("qualification_type", _HIGHER_EDUCATION_TYPE), ("subject", _HIGHER_EDUCATION_TITLE)):
        if higher.search(getattr(event, field) or ""):
            yield _violation(event, field, "is higher education, which the record does not cover.", Rule.COVERAGE)
    for field in ("qualification_type", "subject"):
        if event.source == NPD and _OTHER_KEY_STAGE.search(getattr(event, field) or ""):
            yield _violation(event, field, "is not of key stage 4 or 5, of which Source NPD is.", Rule.COVERAGE)


def _violation(event: LearningEvent, field: str, what: str, rule: Rule) -> Violation:
    name = CONTRACT_NAMES[field]
    return Violation(name, f"Value '{getattr(event, field)}' of element '{name}' {what}", rule)
