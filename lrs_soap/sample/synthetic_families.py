"""Families of synthetic learners: what their members share, and when they were born."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from lrs_soap.loading import prohibited_text
from lrs_soap.sample.sampling import Draw, Weighted, below, entries, one_of
from lrs_soap.sample.synthetic_names import Names, shares
from lrs_soap.sample.synthetic_places import District, Places, post_code

# Fixed days, so that the learners do not change with the clock.
_FIRST_BIRTH, _LAST_BIRTH = date(1915, 1, 1).toordinal(), date(2011, 8, 31).toordinal()
LAST_DAY = date(2024, 8, 31).toordinal()
"""The last day in any learner's data; learners are at least 13 years old then."""

_DAYS = tuple(date.fromordinal(ordinal).isoformat() for ordinal in range(_FIRST_BIRTH, LAST_DAY + 1))

# Everybody who was at school since 2008, and older people who have learned since.
_BIRTHS_IN_A_YEAR = (
    (range(1915, 1930), 1),
    (range(1930, 1940), 4),
    (range(1940, 1950), 12),
    (range(1950, 1960), 22),
    (range(1960, 1970), 38),
    (range(1970, 1980), 50),
    (range(1980, 1990), 75),
    (range(1990, 1994), 100),
    (range(1994, 2011), 130),
    (range(2011, 2012), 30),
)
_BIRTHS_IN_A_FAMILY = Weighted(((1, 60), (2, 26), (3, 10), (4, 4)))
_DAYS_TO_THE_NEXT_BIRTH = range(320, 2400)
_TWINS = 0.0175
_HAS_A_PARENT = 0.17
_DAYS_OF_A_PARENT = range(6600, 15000)
_DOUBLE_BARRELLED = 0.025
_POST_CODE_UNKNOWN, _ADDRESS_UNKNOWN, _IN_A_FLAT, _HAS_A_COUNTY = 0.015, 0.15, 0.12, 0.4


@dataclass(frozen=True, slots=True)
class Street:
    """A street with a postcode of its own."""

    name: str
    post_code: str
    district: District


@dataclass(frozen=True, slots=True)
class Family:
    """What its members share. `home` has fields of Learner by name; `given_names` are those that are already given."""

    tradition: str
    name: str
    home: dict[str, str]
    given_names: set[str] = field(default_factory=set)


class Families:
    """The lists, read once."""

    def __init__(self, names: Names, places: Places) -> None:
        self._names = names
        self._places = places
        self._prohibited = prohibited_text.read(None)
        self._births = Weighted((_days(year), births) for years, births in _BIRTHS_IN_A_YEAR for year in years)
        self._of_1_january = shares("unknown-day", 1000)
        self._traditions = {
            about[1]: Weighted(_with_shares(listed))
            for about, listed in entries("synthetic_families.txt")
            if about[0] == "region"
        }

    def street(self, district: District, draw: Draw) -> Street:
        """A street in the district."""
        code = post_code(district.outward, draw)
        while self._prohibited.is_postcode(code):
            code = post_code(district.outward, draw)
        return Street(self._places.street(draw), code, district)

    def family(self, street: Street, draw: Draw) -> Family:
        """A family whose last known address is in the street."""
        tradition = self._traditions[street.district.region].one(draw)
        name = self._names.family_name(tradition, draw)
        if draw() < _DOUBLE_BARRELLED:
            name = f"{name}-{self._names.family_name(tradition, draw)}"
        return Family(tradition, name, _home(street, draw))

    def births(self, family: Family, draw: Draw) -> Iterator[int]:
        """The birthdays of a family's learners, as ordinals: its children's, twins' twice, and maybe a parent's."""
        eldest = birth = one_of(self._births.one(draw), draw)
        for _ in range(_BIRTHS_IN_A_FAMILY.one(draw)):
            recorded = self._as_recorded(birth, family, draw)
            yield recorded
            if draw() < _TWINS:
                yield recorded
            birth += one_of(_DAYS_TO_THE_NEXT_BIRTH, draw)
            if birth > _LAST_BIRTH:
                break
        parent = eldest - one_of(_DAYS_OF_A_PARENT, draw)
        if draw() < _HAS_A_PARENT and parent >= _FIRST_BIRTH:
            yield self._as_recorded(parent, family, draw)

    def _as_recorded(self, birth: int, family: Family, draw: Draw) -> int:
        if draw() >= self._of_1_january[family.tradition]:
            return birth
        return date.fromordinal(birth).replace(month=1, day=1).toordinal()


def day(ordinal: int) -> str:
    """An ordinal between the first possible birthday and LAST_DAY, as `YYYY-MM-DD`."""
    return _DAYS[ordinal - _FIRST_BIRTH]


def _with_shares(listed: list[str]) -> Iterator[tuple[str, int]]:
    for each in listed:
        tradition, _, share = each.partition(" ")
        yield tradition, int(share)


def _days(year: int) -> range:
    return range(date(year, 1, 1).toordinal(), min(date(year, 12, 31).toordinal(), _LAST_BIRTH) + 1)


def _home(street: Street, draw: Draw) -> dict[str, str]:
    if draw() < _POST_CODE_UNKNOWN:
        return {"last_known_post_code": "ZZ99 9ZZ"}
    if draw() < _ADDRESS_UNKNOWN:
        return {"last_known_post_code": street.post_code}
    house = f"{below(120, draw) + 1} {street.name}"
    lines = (f"Flat {below(30, draw) + 1}", house) if draw() < _IN_A_FLAT else (house,)
    home = {f"last_known_address_line_{number}": line for number, line in enumerate(lines, 1)}
    if draw() < _HAS_A_COUNTY:
        home["last_known_address_county_or_city"] = street.district.county
    return {**home, "last_known_address_town": street.district.town, "last_known_post_code": street.post_code}
