"""How well two people's names agree, for find, verify and batches.

EQUAL: the search keys are equal or, of names without letters and digits, the identity keys.
ALIAS: the name on one side is another name of the other side. A given name's other names are the preferred name and
each middle name; a family name's are the previous one and, of the learner alone, the one at 16. A part of a name of
several words counts as another name, too. Family names are also an ALIAS if the previous ones on both sides are equal,
or if both names have the same parts, at least two, in whatever order.
SIMILAR: the search keys are one or two typing errors apart, or sound alike.

Other names of one side are not compared with other names of the other side, except where this says so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from jellyfish import damerau_levenshtein_distance, metaphone

from lrs_soap.rules.names.keys import (
    family_key,
    family_parts,
    family_parts_in_any_order,
    given_key,
    given_parts,
    letters,
    middle_names,
)
from lrs_soap.rules.values.agreement import (
    ALIAS,
    BOTH_EQUAL,
    DIFFERENT,
    EQUAL,
    SIMILAR,
    Agreement,
    NamesAgreement,
    names_agreement,
)
from lrs_soap.rules.values.learner import Learner


class NamesAsked(NamedTuple):
    """The names that a request asks for, as they were sent."""

    given: str
    family: str
    previous_family: str | None = None
    preferred_given: str | None = None
    middle_other: str | None = None


def compare_names(asked: NamesAsked, held: Learner) -> NamesAgreement:
    """How `asked` agrees with the names of `held`: that learner's own names, not its master's."""
    given = _compare_given(asked, held)
    family = _compare_family(asked, held)
    if given is EQUAL and family is EQUAL:
        return BOTH_EQUAL
    return names_agreement(given, family, _swapped(asked, held))


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
    by_typing = errors > 0 and _may_be_within(a_key, b_key, errors) and _within(a_key, b_key, errors)
    return by_typing or _sounds_alike(a_key, b_key)


def given_aliases(given_name: str, preferred: str | None, middle: str | None) -> tuple[str, ...]:
    """The keys that make another person's given name an ALIAS of a person's; they may be empty."""
    if not preferred and not middle:
        return given_parts(given_name)
    return (given_key(preferred or ""), *middle_names(middle or ""), *given_parts(given_name))


def family_aliases(family_name: str, previous: str | None, at_age_16: str | None = None) -> tuple[str, ...]:
    """The keys that make another person's family name an ALIAS of a person's; they may be empty."""
    if not previous and not at_age_16:
        return family_parts(family_name)
    return (family_key(previous or ""), family_key(at_age_16 or ""), *family_parts(family_name))


def held_given_aliases(held: Learner) -> tuple[str, ...]:
    """The keys that make an asked given name an ALIAS of a learner's; they may be empty."""
    return given_aliases(held.given_name, held.preferred_given_name, held.middle_other_name)


def held_family_aliases(held: Learner) -> tuple[str, ...]:
    """The keys that make an asked family name an ALIAS of a learner's; they may be empty."""
    return family_aliases(held.family_name, held.previous_family_name, held.family_name_at_age_16)


def _compare_given(asked: NamesAsked, held: Learner) -> Agreement:
    asked_key, held_key = given_key(asked.given), given_key(held.given_name)
    if asked_key == held_key != "":
        return EQUAL
    asked_aliases = given_aliases(asked.given, asked.preferred_given, asked.middle_other)
    if _is_alias(asked_key, asked_aliases, held_key, held_given_aliases(held)):
        return ALIAS
    return SIMILAR if similar(asked_key, held_key) else DIFFERENT


def _compare_family(asked: NamesAsked, held: Learner) -> Agreement:
    asked_key, held_key = family_key(asked.family), family_key(held.family_name)
    if asked_key == held_key != "":
        return EQUAL
    if (
        _is_alias(asked_key, family_aliases(asked.family, asked.previous_family), held_key, held_family_aliases(held))
        or _agree(family_key(asked.previous_family or ""), family_key(held.previous_family_name or ""))
        or _agree(family_parts_in_any_order(asked.family), family_parts_in_any_order(held.family_name))
    ):
        return ALIAS
    return SIMILAR if similar(asked_key, held_key) else DIFFERENT


def _is_alias(asked_key: str, asked_aliases: tuple[str, ...], held_key: str, held_aliases: tuple[str, ...]) -> bool:
    return (asked_key != "" and asked_key in held_aliases) or (held_key != "" and held_key in asked_aliases)


def _swapped(asked: NamesAsked, held: Learner) -> bool:
    return _agree(family_key(asked.given), family_key(held.family_name)) and _agree(
        given_key(asked.family), given_key(held.given_name)
    )


def _agree(asked_key: str, held_key: str) -> bool:
    """Whether two keys are equal and not empty."""
    return asked_key != "" and asked_key == held_key


def _may_be_within(a: str, b: str, errors: int) -> bool:
    """False only if `_within` is. It takes a tenth of the time, and most names that are compared are not alike.

    jellyfish's distance allows edits between transposed letters, so it is never longer than the other one. It counts
    what is read as one character, which in ASCII is each of them.
    """
    if abs(len(a) - len(b)) > errors:
        return False
    return not (a.isascii() and b.isascii()) or damerau_levenshtein_distance(a, b) <= errors


def _within(a: str, b: str, errors: int) -> bool:
    """Whether the optimal string alignment distance of `a` and `b` is at most `errors`.

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
