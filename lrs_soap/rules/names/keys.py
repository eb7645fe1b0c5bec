"""The keys that names are compared by: identity keys and search keys.

Two learners with the same identity keys are one learner. Search keys are looser: marks, spaces, hyphens and apostrophes
do not count, and at the beginning of a family name Mac counts as Mc and Saint as St. A name without letters and digits
has an empty search key, and is compared by its identity key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, normalize

_APOSTROPHES = "’‘`"
_MINUS = "\u2212"
_BETWEEN_PARTS = re.compile("[ -]")


# A comparison needs the keys of a name several times, and the same names come again with the next requests.
@lru_cache(maxsize=8192)
def identity_key(text: str) -> str:
    """The identity key of any string. It may be longer than `text`, and it may be empty.

    NFKC, case-folded, trimmed, each run of white space one space, ’ ‘ ` as ', every dash as -. A key is its own key.
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    # Case folding decomposes some letters, such as ΐ. Without the second NFKC a key would not be its own key.
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    return " ".join("".join(map(_plain_punctuation, folded)).split())


@lru_cache(maxsize=8192)
def given_search_key(text: str) -> str:
    """The search key of a given name: the letters and digits of its identity key, without marks. It may be empty."""
    return "".join(_words(text))


@lru_cache(maxsize=8192)
def family_search_key(text: str) -> str:
    """The search key of a family name: as for a given name, then Mac as Mc and Saint as St.

    `mac` at the beginning of the key counts as `mc` if at least three letters follow; `saint` counts as `st` if it is
    the first of several words.
    """
    return _mac_as_mc("".join(_saint_as_st(_words(text))))


@lru_cache(maxsize=8192)
def given_key(text: str) -> str:
    """The key that a given name is compared by: its search key or, where that is empty, its identity key.

    Two given names have the same key if their search keys are equal and not empty, or their identity keys are equal.
    The key of a blank name is empty.
    """
    return given_search_key(text) or identity_key(text)


@lru_cache(maxsize=8192)
def family_key(text: str) -> str:
    """The key that a family name is compared by, as `given_key`."""
    return family_search_key(text) or identity_key(text)


@lru_cache(maxsize=8192)
def given_parts(text: str) -> tuple[str, ...]:
    """The search keys of the parts of a given name; a name of one word has none.

    Spaces and hyphens in the identity key separate words. A word with at least three letters is a part. Shorter ones,
    such as initials, are not, but a name with one of them has several words.
    """
    return _parts(_words(text))


@lru_cache(maxsize=8192)
def family_parts(text: str) -> tuple[str, ...]:
    """The parts of a family name: as for a given name, each keyed as a family name, `saint` as in the whole name."""
    return _parts(tuple(map(_mac_as_mc, _saint_as_st(_words(text)))))


def family_parts_in_any_order(text: str) -> str:
    """One key for all family names that have the same parts, at least two; empty for other names.

    It has spaces between the parts, and so is no search key of a name.
    """
    parts = family_parts(text)
    return " ".join(sorted(parts)) if len(parts) > 1 else ""


@lru_cache(maxsize=8192)
def middle_names(text: str) -> tuple[str, ...]:
    """The keys of the names in a field of middle names. Spaces separate names; each is keyed as a given name."""
    return tuple(filter(None, map(given_key, identity_key(text).split(" "))))


def letters(key: str) -> int:
    """How many letters a search key has; digits do not count."""
    return len(key) if key.isalpha() else sum(map(str.isalpha, key))


def _plain_punctuation(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character == _MINUS or category(character) == "Pd":
        return "-"
    return character


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    """The letters and digits of each word that has any."""
    key = identity_key(text)
    if key.isascii() and key.isalnum():
        # As most names are.
        return (key,)
    # NFKD separates marks from their letters, and marks are not alphanumeric, so they go with the punctuation.
    pieces = _BETWEEN_PARTS.split(normalize("NFKD", key))
    return tuple(filter(None, ("".join(filter(str.isalnum, piece)) for piece in pieces)))


def _saint_as_st(words: tuple[str, ...]) -> tuple[str, ...]:
    return ("st", *words[1:]) if len(words) > 1 and words[0] == "saint" else words


def _mac_as_mc(key: str) -> str:
    return f"mc{key[3:]}" if len(key) >= 6 and key.startswith("mac") and key[3:6].isalpha() else key


def _parts(keyed_words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keyed_words if letters(key) >= 3) if len(keyed_words) > 1 else ()
