"""User names, which are made of a person's names, and names that are nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from unicodedata import combining, normalize

from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.rule import Outcome, Rule

LONGEST = 40
"""A user name has so many characters at most, without the number at its end."""

_NOBODYS = "user"
_LETTERS_WITHOUT_MARK = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class RefusedNames:
    """Names that are nobody's, by their identity keys: those no name may be, and those no given name may be.

    The second are family names of real people, too.
    """

    names: frozenset[str] = frozenset()
    given_names: frozenset[str] = frozenset()

    def refusing(self, given_name: str, family_name: str) -> Reason | None:
        """Why an account cannot be for somebody with these names; None if it can.

        A name is refused where the whole of it is in the list, with or without numbers behind it.
        """
        given, family = _key(given_name), _key(family_name)
        refused = tuple(
            field
            for field, is_refused in (
                ("given_name", given in self.names or given in self.given_names),
                ("family_name", family in self.names),
            )
            if is_refused
        )
        return Reason(Rule.GENERIC_ACCOUNT, Outcome.NOT_ALLOWED, refused) if refused else None


def parse(text: str) -> RefusedNames:
    """Read a list: `name NAME` or `given NAME` on each line; # starts a comment. Raises ValueError."""
    names: set[str] = set()
    given_names: set[str] = set()
    for line in text.splitlines():
        kind, _, name = line.partition("#")[0].strip().partition(" ")
        if not kind:
            continue
        if kind not in ("name", "given") or not name.strip():
            raise ValueError(f"not a line of the list of refused names: {line!r}")
        (names if kind == "name" else given_names).add(_key(name))
    return RefusedNames(frozenset(names), frozenset(given_names))


def candidates(given_name: str, family_name: str) -> Iterator[str]:
    """The user names for somebody with these names, the first choice first, without end: `jo.lee`, `jo.lee2`, …

    A user name has small letters without marks, digits, and one full stop between the names.
    """
    parts = filter(None, map(_plain, (given_name, family_name)))
    name = ".".join(parts)[:LONGEST].strip(".") or _NOBODYS
    yield name
    for number in count(2):
        yield f"{name}{number}"


def key_of(user_name: str) -> str:
    """What user names are compared by: they have no case."""
    return user_name.strip().casefold()


def _plain(name: str) -> str:
    decomposed = normalize("NFKD", name.casefold()).translate(_LETTERS_WITHOUT_MARK)
    return "".join(each for each in decomposed if each.isalnum() and not combining(each))


def _key(name: str) -> str:
    return identity_key(name).rstrip("0123456789 ")
