"""The words of the pages: labels of a learner's fields, values of coded fields, what is wrong with a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from lrs_soap.clock import LONDON
from lrs_soap.rules.learners.field_rules import OLDEST, YOUNGEST
from lrs_soap.rules.values import dates, moments, postcode
from lrs_soap.rules.values.learner import ACTIVE, CLOSED, DELETED
from lrs_soap.rules.values.rule import Rule

GENDERS: Mapping[str, str] = {"0": "Not known", "1": "Male", "2": "Female", "9": "Not specified"}

VERIFICATION_TYPES: Mapping[str, str] = {
    "0": "None Provided",
    "1": "Relationship with School",
    "2": "Passport",
    "3": "Driving Licence",
    "4": "ID Card or Other Form of National Identification",
    "5": "National Insurance Card",
    "6": "Certificate of Entitlement to Funding",
    "7": "Bank/Credit/Debit Card",
    "999": "Other",
}

PRIVACY_NOTICE: Mapping[str, str] = {"1": "Yes", "0": "No"}

_HELD_PRIVACY_NOTICE: Mapping[str, str] = {**PRIVACY_NOTICE, "2": "Opted out"}
_STATUSES: Mapping[str, str] = {CLOSED: "Closed", ACTIVE: "Active", DELETED: "Deleted"}

LABELS: Mapping[str, str] = {
    "uln": "ULN",
    "title": "Title",
    "given_name": "Given name",
    "family_name": "Family name",
    "preferred_given_name": "Preferred Given Name",
    "middle_other_name": "Middle Names",
    "previous_family_name": "Previous Family Name",
    "family_name_at_age_16": "Family Name at Age 16",
    "date_of_birth": "Date of birth",
    "gender": "Gender",
    "last_known_post_code": "Postcode",
    "last_known_address_line_1": "Address Line 1",
    "last_known_address_line_2": "Address Line 2",
    "last_known_address_town": "Town",
    "last_known_address_county_or_city": "County or City",
    "date_of_address_capture": "Date of Address Capture",
    "place_of_birth": "Place of Birth",
    "school_at_age_16": "School at Age 16",
    "email_address": "Email Address",
    "telephone_number": "Telephone Number",
    "nationality": "Nationality",
    "scottish_candidate_number": "Scottish Candidate Number",
    "unique_pupil_number": "Unique Pupil Number (UPN)",
    "unique_candidate_identifier": "Universal Candidate Identifier (UCI)",
    "verification_type": "Verification Type",
    "other_verification_description": "Other Verification Description",
    "ability_to_share": "Privacy Notice",
    "tier_level": "Tier Level",
    "learner_status": "Status",
    "notes": "Notes",
    "mis_identifier": "MIS Identifier",
    "linked_ulns": "Linked ULNs",
    "master_uln": "Master ULN",
    "version_number": "Version",
    "created_date": "Created",
    "last_updated_date": "Last Updated",
    "created": "Created",
    "last_updated": "Last Updated",
}
"""The label of each field of a learner, by the learner's own names."""

EVENT_LABELS: Mapping[str, str] = {
    "subject": "Subject",
    "subject_code": "Subject code",
    "qualification_type": "Qualification type",
    "level": "Level",
    "grade": "Grade",
    "credits": "Credit",
    "source": "Source",
    "participation_start_date": "Start Date",
    "participation_end_date": "End Date",
    "achievement_award_date": "Award Date",
    "achievement_provider_name": "Provider",
    "achievement_provider_ukprn": "Provider's UKPRN",
    "awarding_organisation_name": "Awarding organisation",
    "awarding_organisation_ukprn": "Awarding organisation's UKPRN",
    "language_for_assessment": "Language of assessment",
    "status": "Status",
    "collection_type": "Collection type",
    "return_number": "Return number",
    "date_loaded": "Loaded",
}
"""The label of each field of an event that is shown, by the event's own names, in the order of the details."""

_CODED: Mapping[str, Mapping[str, str]] = {
    "gender": GENDERS,
    "verification_type": VERIFICATION_TYPES,
    "ability_to_share": _HELD_PRIVACY_NOTICE,
    "learner_status": _STATUSES,
}
_DAYS = frozenset({"date_of_birth", "date_of_address_capture", "created_date", "last_updated_date"})

_BROKEN: Mapping[Rule, str] = {
    Rule.DATE: "There is no such day.",
    Rule.FUTURE: "This day is in the future.",
    Rule.AGE: f"A learner has to be {YOUNGEST} to {OLDEST} years old.",
    Rule.KNOWN_VALUE: "Choose one of the list.",
    Rule.REQUIRED: "This is needed where the Verification Type is Other.",
    Rule.ACCEPTED_DESCRIPTION: "This description is not accepted. Name a document of a trusted third party.",
    Rule.NO_LONGER_ACCEPTED: "This is no longer accepted.",
    Rule.PROHIBITED_TEXT: "This contains prohibited text.",
}


def broken(rule: Rule) -> str:
    """What a value that breaks this field rule has to be, in a sentence."""
    return _BROKEN.get(rule, "This is not accepted.")


def shown(name: str, value: object) -> str:
    """The value of a learner's field as a person reads it; nothing for a field without a value."""
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    text = str(value)
    if name in _CODED:
        return _CODED[name].get(text, text)
    if name in _DAYS:
        return day(text)
    if name in ("created", "last_updated"):
        return moment(moments.parse(text))
    return postcode.as_returned(text) if name == "last_known_post_code" else text


def shown_of_event(name: str, value: object) -> str:
    """The value of a field of a learning event as a person reads it; nothing for a field without a value."""
    text = "" if value is None else str(value)
    return day(text) if name.endswith("_date") else text


def day(text: str | None) -> str:
    """A day, `YYYY-MM-DD`, as `1 June 2009`; any other text as it is."""
    found = dates.parse(text) if text else None
    return (text or "") if found is None else _day(found)


def moment(when: datetime) -> str:
    """A moment in London as `1 June 2009, 09:15`."""
    local = when.astimezone(LONDON) if when.tzinfo else when
    return f"{_day(local.date())}, {local.strftime('%H:%M')}"


def _day(found: date) -> str:
    return f"{found.day} {found.strftime('%B')} {found.year}"
