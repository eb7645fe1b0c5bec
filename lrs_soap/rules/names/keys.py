"""What two names are compared by: identity keys for the same spelling, search keys for the same name.

The identity key says that two spellings are one for the uniqueness of learners. The search key says more: marks,
spaces, hyphens and apostrophes do not count, and Mac is Mc and Saint is St at the head of a family name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, normalize

_APOSTROPHES = "’‘`"
_MINUS = "\u2212"
_BETWEEN_PARTS = re.compile("[ -]")


# One name is asked for its keys several times in a comparison, and names come back request after request.
@lru_cache(maxsize=8192)
def identity_key(text: str) -> str:
    """The identity key of `text`, any string; it may be longer than `text`, and empty.

    NFKC, case-folded, trimmed, each run of white space one space, ’ ‘ ` as ', every dash as -. The key of a key is
    itself.
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    # Case folding takes some composed letters apart again, ΐ for one: only the second NFKC makes the key its own key.
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    return " ".join("".join(map(_plain_punctuation, folded)).split())


# One name is asked for its key several times in a comparison, and held names come back request after request.
@lru_cache(maxsize=8192)
@lru_cache(maxsize=8192)
def given_search_key(text: str) -> str:
    """The search key of a given name: the letters and digits of its identity key, without marks. It may be empty."""
    return "".join(_words(text))


@lru_cache(maxsize=8192)
@lru_cache(maxsize=8192)
def family_search_key(text: str) -> str:
    """The search key of a family name: as a given name's, then Mac as Mc and Saint as St.

    `mac` at the head of the key counts as `mc` where at least three letters follow it, `saint` as `st` where it is
    the first of several words.
    """
    return _mac_as_mc("".join(_saint_as_st(_words(text))))


@lru_cache(maxsize=8192)
def given_parts(text: str) -> tuple[str, ...]:
    """The parts of a given name: the identity key's pieces between spaces and hyphens, each as its own search key.

    Pieces with fewer than three letters, initials among them, are no parts.
    """
    return tuple(filter(_is_part, _words(text)))


@lru_cache(maxsize=8192)
def family_parts(text: str) -> tuple[str, ...]:
    """The parts of a family name: as a given name's, each keyed as a family name, `saint` as in the whole name."""
    return tuple(filter(_is_part, map(_mac_as_mc, _saint_as_st(_words(text)))))


@lru_cache(maxsize=8192)
def middle_names(text: str) -> tuple[str, ...]:
    """The search keys of the single names in a field of middle names: what stands between spaces, keyed as given."""
    return tuple(filter(None, map(given_search_key, identity_key(text).split(" "))))


def letters(key: str) -> int:
    """How many letters a search key has; its digits are none."""
    return sum(map(str.isalpha, key))


def _plain_punctuation(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character == _MINUS or category(character) == "Pd":
        return "-"
    return character


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    """The letters and digits of each word, those without any left out."""
    # Marks are neither letters nor digits: taken apart from their letters they go with the punctuation.
    pieces = _BETWEEN_PARTS.split(normalize("NFKD", identity_key(text)))
    return tuple(filter(None, ("".join(filter(str.isalnum, piece)) for piece in pieces)))


def _saint_as_st(words: tuple[str, ...]) -> tuple[str, ...]:
    return ("st", *words[1:]) if len(words) > 1 and words[0] == "saint" else words


def _mac_as_mc(key: str) -> str:
    return f"mc{key[3:]}" if len(key) >= 6 and key.startswith("mac") and key[3:6].isalpha() else key


def _is_part(key: str) -> bool:
    return letters(key) >= 3
