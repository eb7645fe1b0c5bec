"""Learners as people at the portal type them in: those of the starting data, and new ones."""

from __future__ import annotations

from collections.abc import Mapping

from tests.kit.person import Person

BY_ULN, BY_DETAILS = "Find a learner by ULN", "Find by Personal Details"

GRACE = {"ULN": "4170265830", "Given name": "Grace", "Family name": "Okafor"}
GRACE_BY_DETAILS = {
    "Given name": "Grace",
    "Family name": "Okafor",
    "Date of birth": "14 March 2005",
    "Gender": "Female",
    "Postcode": "LS1 4AP",
}
VERIFIED = {"Verification Type": "Passport", "Privacy Notice": "Yes"}


def new_person(family_name: str, **fields: str) -> dict[str, str]:
    """Somebody whom nobody has registered yet, if no other test takes the family name."""
    return {
        "Given name": "Wilhelmina",
        "Family name": family_name,
        "Date of birth": "9 October 2007",
        "Gender": "Female",
        "Postcode": "ZZ99 9ZZ",
        **fields,
    }


def find_by_uln(person: Person, **fields: str) -> Person:
    person.open("learners/find")
    return person.press("Search", {**GRACE, **fields}, among=BY_ULN)


def find_by_details(person: Person, fields: Mapping[str, str]) -> Person:
    person.open("learners/find")
    return person.press("Search", fields, among=BY_DETAILS)


def registered(person: Person, family_name: str, **fields: str) -> str:
    """Register a new learner; the ULN."""
    person.open("learners/register")
    person.press("Register learner", {**new_person(family_name), **VERIFIED, **fields})
    assert person.heading == "Learner registered", person.text
    (uln,) = person.page.xpath("//p[@class='uln big']")
    return str(uln.text_content())
