"""How well two people's names agree, for find, verify and batches.

EQUAL: the search keys are equal.
ALIAS: the asked name is another name of the learner (the preferred given name or a middle name; the previous family
name or the one at 16); or the asked previous family name is the learner's family name; or the whole name on one side
is a part of the other side's name, which has several (of a given name, the first part).
SIMILAR: the search keys are one or two typing errors apart, or sound alike.

Aliases of one side are never compared with aliases of the other. An empty search key agrees with nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from jellyfish import metaphone

from lrs_soap.rules.names.keys import (
    family_parts,
    family_search_key,
    given_parts,
    given_search_key,
    letters,
    middle_names,
)
from lrs_soap.rules.values.agreement import Agreement, NamesAgreement
from lrs_soap.rules.values.learner import Learner


@dataclass(frozen=True, slots=True)
class NamesAsked:
    """The names that a request asks for, as they were sent."""

    given: str
    family: str
    previous_family: str | None = None


def compare_names(asked: NamesAsked, held: Learner) -> NamesAgreement:
    """How `asked` agrees with the names of `held`: that learner's own names, not its master's."""
    given = _compare_given(asked, held)
    family = _compare_family(asked, held)
    straight = given is Agreement.EQUAL and family is Agreement.EQUAL
    return NamesAgreement(given, family, not straight and _swapped(asked, held))


# A candidate is compared as a row and again as a learner, and many candidates of a search share a name.
@lru_cache(maxsize=8192)
def similar(a_key: str, b_key: str) -> bool:
    """Whether two search keys are SIMILAR, by typing errors or by sound.

    Typing errors (optimal string alignment distance): at most 1 if both keys have at least 4 letters, at most 2 if both
    have at least 8. Sound: both keys are only a to z, with at least 3 letters, the same first letter and the same
    Metaphone code, which is not empty.
    """
    fewest = min(letters(a_key), letters(b_key))
    if fewest < 3:
        return False
    errors = 2 if fewest >= 8 else 1 if fewest >= 4 else 0
    return (errors > 0 and _within(a_key, b_key, errors)) or _sounds_alike(a_key, b_key)


def asked_given_aliases(asked: NamesAsked) -> tuple[str, ...]:
    """The search keys that make a held given name an ALIAS of the asked one."""
    return _several(given_parts(asked.given))[:1]


def asked_family_aliases(asked: NamesAsked) -> tuple[str, ...]:
    """The search keys that make a held family name an ALIAS of the asked one; they may be empty."""
    return (family_search_key(asked.previous_family or ""), *_several(family_parts(asked.family)))


def held_given_aliases(held: Learner) -> tuple[str, ...]:
    """The search keys that make an asked given name an ALIAS of a learner's; they may be empty."""
    return (
        given_search_key(held.preferred_given_name or ""),
        *middle_names(held.middle_other_name or ""),
        *_several(given_parts(held.given_name))[:1],
    )


def held_family_aliases(held: Learner) -> tuple[str, ...]:
    """The search keys that make an asked family name an ALIAS of a learner's; they may be empty."""
    return (
        family_search_key(held.previous_family_name or ""),
        family_search_key(held.family_name_at_age_16 or ""),
        *_several(family_parts(held.family_name)),
    )


def _compare_given(asked: NamesAsked, held: Learner) -> Agreement:
    asked_key, held_key = given_search_key(asked.given), given_search_key(held.given_name)
    if asked_key and asked_key == held_key:
        return Agreement.EQUAL
    return _compare_unequal(asked_key, asked_given_aliases(asked), held_key, held_given_aliases(held))


def _compare_family(asked: NamesAsked, held: Learner) -> Agreement:
    asked_key, held_key = family_search_key(asked.family), family_search_key(held.family_name)
    if asked_key and asked_key == held_key:
        return Agreement.EQUAL
    return _compare_unequal(asked_key, asked_family_aliases(asked), held_key, held_family_aliases(held))


def _compare_unequal(
    asked_key: str, asked_aliases: tuple[str, ...], held_key: str, held_aliases: tuple[str, ...]
) -> Agreement:
    if (asked_key and asked_key in held_aliases) or (held_key and held_key in asked_aliases):
        return Agreement.ALIAS
    return Agreement.SIMILAR if similar(asked_key, held_key) else Agreement.DIFFERENT


def _swapped(asked: NamesAsked, held: Learner) -> bool:
    return _equal(asked.given, held.family_name, family_search_key) and _equal(
        asked.family, held.given_name, given_search_key
    )


def _equal(asked: str, held: str, key: Callable[[str], str]) -> bool:
    asked_key = key(asked)
    return asked_key != "" and asked_key == key(held)


def _several(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a name, if it has several: a single part is the whole name."""
    return parts if len(parts) > 1 else ()


def _within(a: str, b: str, errors: int) -> bool:
    """Whether the optimal string alignment distance of `a` and `b` is at most `errors`.

    jellyfish has only the unrestricted Damerau-Levenshtein distance, which allows edits between transposed letters.
    With so few errors, trying each kind at the first letter that differs is faster than filling a table.
    """
    if abs(len(a) - len(b)) > errors:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[at:], b[at:]
    if not a or not b:
        return True
    if errors == 0:
        return False
    return (
        _within(a[1:], b[1:], errors - 1)
        or _within(a[1:], b, errors - 1)
        or _within(a, b[1:], errors - 1)
        or (a[:2] == b[1::-1] and _within(a[2:], b[2:], errors - 1))
    )


def _sounds_alike(a: str, b: str) -> bool:
    if a[0] != b[0] or not (_is_a_to_z(a) and _is_a_to_z(b)):
        return False
    code = metaphone(a)
    return code != "" and code == metaphone(b)


def _is_a_to_z(key: str) -> bool:
    return key.isascii() and key.isalpha()
