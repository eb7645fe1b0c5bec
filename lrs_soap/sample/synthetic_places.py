"""Where synthetic learners live: postcode districts by how many people live there, streets, schools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lrs_soap.sample.sampling import Draw, Weighted, below, entries, one_of

# Makes the integer division among districts precise enough.
_FINE = 1_000_000
_TOWN_IN_SCHOOL = 0.3
_LETTERS_OF_INWARD_CODE = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True, slots=True)
class District:
    """A postcode district, such as `YO10`: its post town and county, and the region whose families live there."""

    outward: str
    town: str
    county: str
    region: str


class Places:
    """The lists, read once."""

    def __init__(self) -> None:
        districts: list[tuple[District, int]] = []
        self._words: dict[str, list[str]] = {}
        for about, listed in entries("synthetic_places.txt"):
            if about[0] == "area":
                _, area, thousands, region, *county = about
                outwards = list(_districts(area, listed))
                each = int(thousands) * _FINE // len(outwards)
                districts += ((District(outward, town, " ".join(county), region), each) for outward, town in outwards)
            else:
                self._words[" ".join(about)] = listed
        self._districts = Weighted(districts)

    def district(self, draw: Draw) -> District:
        """A district, drawn by how many people live in its area."""
        return self._districts.one(draw)

    def street(self, draw: Draw) -> str:
        """The name of a street."""
        return f"{self._word('street name', draw)} {self._word('street kind', draw)}"

    def school(self, town: str, draw: Draw) -> str:
        """The name of a school, after the town or a street."""
        first = town if draw() < _TOWN_IN_SCHOOL else self._word("street name", draw)
        return f"{first} {self._word('school kind', draw)}"

    def _word(self, kind: str, draw: Draw) -> str:
        return one_of(self._words[kind], draw)


def post_code(outward: str, draw: Draw) -> str:
    """A postcode in the district with this outward code."""
    letters = one_of(_LETTERS_OF_INWARD_CODE, draw) + one_of(_LETTERS_OF_INWARD_CODE, draw)
    return f"{outward} {below(9, draw) + 1}{letters}"


def _districts(area: str, towns: list[str]) -> Iterator[tuple[str, str]]:
    """The outward codes of an area, each with its post town: `York 23-26` stands for four."""
    for listed in towns:
        town, _, numbers = listed.rpartition(" ")
        first, _, last = numbers.partition("-")
        if last:
            yield from ((f"{area}{number}", town) for number in range(int(first), int(last) + 1))
        else:
            yield f"{area}{first}", town
