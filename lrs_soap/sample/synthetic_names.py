"""The names of synthetic learners, drawn from lists as often as people in Britain have them."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from unicodedata import combining, normalize

from lrs_soap.sample.sampling import Draw, Weighted, entries, one_of

MALE, FEMALE = "male", "female"

_ENGLISH = "english"
_ANY, _RARE, _MIDDLE = "any", "rare", "middle"
_FIRST_DECADE, _LAST_DECADE = 1910, 2010
# Large enough that the last places of a list still differ after integer division.
_WEIGHT_OF_THE_FIRST = 10_000_000
_RARE_SINCE_1980, _RARE_BEFORE = 0.14, 0.05
_MIDDLE_FROM_THE_CLASSIC = 0.6
_WRITTEN_WITHOUT_MARKS = 0.5
# Letters that normalisation does not decompose.
_PLAIN_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ı": "i", "ø": "o", "đ": "d"})


class Names:
    """The lists, read once. A tradition is where names come from: `english`, `welsh`, `pakistani` and so on."""

    def __init__(self) -> None:
        self._heads: list[str] = []
        self._ends: list[str] = []
        self._family = self._family_names()
        self._given: dict[tuple[str, str, str], Weighted[str]] = {}
        self._short: dict[str, list[str]] = {}
        self._read_given_names()
        self._english_given = shares("english-given", 100)

    def family_name(self, tradition: str, draw: Draw) -> str:
        """A family name; half the time its diacritics are left out."""
        name = self._family[tradition].one(draw)
        if name == "*english":
            name = self._family[_ENGLISH].one(draw)
        if name == "*place":
            return self._place(draw)
        return _as_written(name, draw)

    def given_name(self, tradition: str, sex: str, year: int, draw: Draw) -> str:
        """A given name of a person born in that year."""
        if (tradition, sex, _ANY) in self._given and draw() >= self._english_given[tradition]:
            return _as_written(self._given[tradition, sex, _ANY].one(draw), draw)
        rare = _RARE_SINCE_1980 if year >= 1980 else _RARE_BEFORE
        return self._given[_ENGLISH, sex, _RARE if draw() < rare else _decade(year)].one(draw)

    def middle_name(self, tradition: str, sex: str, year: int, draw: Draw) -> str:
        """A second given name."""
        classic = self._given.get((tradition, sex, _MIDDLE))
        if classic is not None and draw() < _MIDDLE_FROM_THE_CLASSIC:
            return classic.one(draw)
        return self.given_name(tradition, sex, year, draw)

    def short_form(self, given_name: str, draw: Draw) -> str | None:
        """A short form of the given name; None if there is no usual one."""
        forms = self._short.get(given_name)
        return one_of(forms, draw) if forms else None

    def _place(self, draw: Draw) -> str:
        head, end = one_of(self._heads, draw), one_of(self._ends, draw)
        return head.removesuffix(end[0]) + end

    def _family_names(self) -> dict[str, Weighted[str]]:
        weights: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for about, names in entries("synthetic_family_names.txt"):
            if about == ["place-head"]:
                self._heads = names
            elif about == ["place-end"]:
                self._ends = names
            else:
                tradition, weight = about
                weights[tradition] += ((name, int(weight)) for name in names)
        return {tradition: Weighted(names) for tradition, names in weights.items()}

    def _read_given_names(self) -> None:
        for about, names in entries("synthetic_given_names.txt"):
            if about[0] == "short":
                self._short[about[1]] = names
                continue
            sex, decade, spread, *traditions = about
            weighted = Weighted(
                (name, _WEIGHT_OF_THE_FIRST // (place + int(spread))) for place, name in enumerate(names, 1)
            )
            for tradition in traditions:
                self._given[tradition, sex, decade] = weighted


def shares(kind: str, of: int) -> dict[str, float]:
    """The share of people, by tradition, in the entries of this kind, which count them among `of` people."""
    return {
        tradition: int(about[-1]) / of
        for about, traditions in entries("synthetic_families.txt")
        if about[0] == kind
        for tradition in traditions
    }


def _decade(year: int) -> str:
    return str(min(max(year // 10 * 10, _FIRST_DECADE), _LAST_DECADE))


def _as_written(name: str, draw: Draw) -> str:
    if name.isascii() or draw() >= _WRITTEN_WITHOUT_MARKS:
        return name
    return _without_marks(name)


@lru_cache(maxsize=1024)
def _without_marks(name: str) -> str:
    return "".join(each for each in normalize("NFKD", name.translate(_PLAIN_LETTERS)) if not combining(each))
