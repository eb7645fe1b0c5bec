"""Synthetic learners: people who do not exist, the same on every machine.

They live in neighbourhoods of twenty learners, in a few streets of one postcode district. Each neighbourhood is drawn
from a stream of its own, with the neighbourhood's number, so that a change in one does not change the others. The
streams from number MOST on are free, one for each learner, for whatever else is drawn about the learner.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from lrs_soap.clock import midnight
from lrs_soap.rules.learners.tier_level import tier_level
from lrs_soap.rules.names.keys import given_search_key
from lrs_soap.rules.values import moments, uln
from lrs_soap.rules.values.learner import Learner
from lrs_soap.sample.sampling import Draw, Weighted, below, entries, one_of, stream
from lrs_soap.sample.synthetic_families import LAST_DAY, Families, Family, Street, day
from lrs_soap.sample.synthetic_names import FEMALE, MALE, Names
from lrs_soap.sample.synthetic_places import Places

MOST = 50_000_000
"""How many learners a seed has: about as many as have ULNs in the country."""

_NEIGHBOURS = 20
_IN_THE_NEXT_STREET = 0.18

# ULNs were first issued in that autumn.
_FIRST_CREATED = date(2008, 9, 1).toordinal()
_DAYS_TO_THE_AGE_OF_13 = 4749
_UPDATED, _UPDATED_AGAIN = 0.3, 0.25

_FEMALE = 0.51
_GENDERS = {MALE: "1", FEMALE: "2"}
_GENDER_UNKNOWN = 0.003
_MIDDLE_NAME, _SECOND_MIDDLE_NAME, _PREFERRED_NAME = 0.5, 0.08, 0.15
_CHANGED_NAME, _BORN_EARLY_ENOUGH_TO_CHANGE_IT = 0.18, 2001
_HAS_NAME_AT_16 = 0.5
_LAST_YEAR_WITH_A_SCHOOL_AT_16 = 2007
_TITLE, _EMAIL, _TELEPHONE, _SCHOOL, _NATIONALITY, _PLACE_OF_BIRTH = 0.35, 0.35, 0.25, 0.3, 0.5, 0.1
_TITLES = {
    MALE: Weighted((("Mr", 97), ("Dr", 1), ("Mx", 2))),
    FEMALE: Weighted((("Miss", 52), ("Ms", 26), ("Mrs", 19), ("Dr", 1), ("Mx", 2))),
}
_ABILITIES_TO_SHARE = Weighted((("1", 930), ("0", 50), ("2", 20)))
_VERIFICATION_TYPES = Weighted(
    (("1", 46), ("2", 24), ("0", 10), ("3", 8), ("4", 4), ("5", 4), ("6", 1), ("7", 1), ("999", 2))
)
_OTHER_VERIFICATIONS = ("Birth certificate", "Residence permit", "Armed forces identity card", "Marriage certificate")
_DOMAINS = ("example.com", "example.org", "example.net")


def uln_key(seed: int) -> bytes:
    """The key under which a seed's learners are issued their ULNs, by small sequence numbers (`rules.values.uln`)."""
    return f"synthetic {seed}".encode()


class _Person(NamedTuple):
    family: Family
    sex: str
    year: int


class Population:
    """The learners of a seed, which is at least 0. The learner with a number is always the same.

    All ULNs are different; among millions a few learners may have the same five identity keys. Learners satisfy the
    facets and the field rules, and have no text that the list that ships prohibits. No date is after 31 August 2024,
    when the youngest are 13.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._issue = uln.issuer(uln_key(seed))
        self._names = Names()
        self._places = Places()
        self._families = Families(self._names, self._places)
        self._foreign = {
            tradition: (about[1], int(about[2]) / 100)
            for about, traditions in entries("synthetic_families.txt")
            if about[0] == "nationality"
            for tradition in traditions
        }

    def learners(self, start: int, stop: int) -> Iterator[Learner]:
        """The learners with the numbers from `start` to `stop` - 1. The largest number is MOST - 1."""
        for number in range(start // _NEIGHBOURS, -(-stop // _NEIGHBOURS)):
            first = number * _NEIGHBOURS
            yield from self._neighbourhood(number)[max(start - first, 0) : stop - first]

    def _neighbourhood(self, number: int) -> list[Learner]:
        """Twenty learners; the last family may be cut short."""
        draw = stream(self._seed, number)
        street = self._families.street(self._places.district(draw), draw)
        made: list[Learner] = []
        while len(made) < _NEIGHBOURS:
            if draw() < _IN_THE_NEXT_STREET:
                street = self._families.street(street.district, draw)
            family = self._families.family(street, draw)
            for birth in self._families.births(family, draw):
                made.append(self._learner(number * _NEIGHBOURS + len(made), birth, family, street, draw))
        return made[:_NEIGHBOURS]

    def _uln(self, index: int) -> str:
        # One number in eleven makes no ULN, and there are eighteen to try.
        return next(filter(None, map(self._issue, range(index, uln.STEMS, MOST))))

    def _learner(self, index: int, birth: int, family: Family, street: Street, draw: Draw) -> Learner:
        person = _Person(family, FEMALE if draw() < _FEMALE else MALE, int(day(birth)[:4]))
        given_name = self._given_name(person, draw)
        fields: dict[str, Any] = {
            "uln": self._uln(index),
            "given_name": given_name,
            "family_name": family.name,
            "date_of_birth": day(birth),
            "gender": _gender(person.sex, draw),
            "ability_to_share": _ABILITIES_TO_SHARE.one(draw),
            **family.home,
        }
        self._add_names(fields, person, draw)
        self._add_details(fields, person, street, draw)
        _add_verification(fields, draw)
        _add_versions(fields, birth, draw)
        fields["tier_level"] = tier_level(fields["verification_type"])
        return Learner(**fields)

    def _given_name(self, person: _Person, draw: Draw) -> str:
        taken = person.family.given_names
        while (name := self._names.given_name(person.family.tradition, person.sex, person.year, draw)) in taken:
            pass
        taken.add(name)
        return name

    def _add_names(self, fields: dict[str, Any], person: _Person, draw: Draw) -> None:
        if draw() < _MIDDLE_NAME:
            fields["middle_other_name"] = self._middle_names(fields["given_name"], person, draw)
        if draw() < _PREFERRED_NAME:
            fields["preferred_given_name"] = self._names.short_form(fields["given_name"], draw)
        if person.sex == FEMALE and person.year < _BORN_EARLY_ENOUGH_TO_CHANGE_IT and draw() < _CHANGED_NAME:
            previous = self._names.family_name(person.family.tradition, draw)
            if previous != person.family.name:
                fields["previous_family_name"] = previous
                fields["family_name_at_age_16"] = previous if draw() < _HAS_NAME_AT_16 else None

    def _middle_names(self, given_name: str, person: _Person, draw: Draw) -> str | None:
        wanted = 2 if draw() < _SECOND_MIDDLE_NAME else 1
        about = person.family.tradition, person.sex, person.year
        drawn = [self._names.middle_name(*about, draw) for _ in range(wanted)]
        return " ".join(name for name in dict.fromkeys(drawn) if name != given_name) or None

    def _add_details(self, fields: dict[str, Any], person: _Person, street: Street, draw: Draw) -> None:
        if draw() < _TITLE:
            fields["title"] = _TITLES[person.sex].one(draw)
        if draw() < _EMAIL:
            fields["email_address"] = _email(fields["given_name"], person.family.name, draw)
        if draw() < _TELEPHONE:
            # One of the numbers that are reserved for fiction.
            fields["telephone_number"] = f"07700 900{below(1000, draw):03}"
        if person.year <= _LAST_YEAR_WITH_A_SCHOOL_AT_16 and draw() < _SCHOOL:
            fields["school_at_age_16"] = self._places.school(street.district.town, draw)
        if draw() < _PLACE_OF_BIRTH:
            fields["place_of_birth"] = street.district.town
        if draw() < _NATIONALITY:
            foreign, share = self._foreign.get(person.family.tradition, ("", 0.0))
            fields["nationality"] = foreign if draw() < share else "GBR"


def _gender(sex: str, draw: Draw) -> str:
    return one_of("09", draw) if draw() < _GENDER_UNKNOWN else _GENDERS[sex]


def _add_verification(fields: dict[str, Any], draw: Draw) -> None:
    kind = fields["verification_type"] = _VERIFICATION_TYPES.one(draw)
    if kind == "999":
        fields["other_verification_description"] = one_of(_OTHER_VERIFICATIONS, draw)


def _add_versions(fields: dict[str, Any], birth: int, draw: Draw) -> None:
    created = max(_FIRST_CREATED, birth + _DAYS_TO_THE_AGE_OF_13)
    created += below(LAST_DAY - created + 1, draw)
    fields["created_date"] = fields["last_updated_date"] = day(created)
    if draw() < _UPDATED:
        fields["last_updated_date"] = day(created + below(LAST_DAY - created + 1, draw))
        fields["version_number"] = 3 if draw() < _UPDATED_AGAIN else 2
    fields["created"] = _first_moment(fields["created_date"])
    fields["last_updated"] = _first_moment(fields["last_updated_date"])


@cache
def _first_moment(of_day: str) -> str:
    return moments.kept(midnight(date.fromisoformat(of_day)))


def _email(given_name: str, family_name: str, draw: Draw) -> str | None:
    local = f"{given_search_key(given_name)}.{given_search_key(family_name)}{below(100, draw)}"
    return f"{local}@{one_of(_DOMAINS, draw)}" if local.isascii() else None
