"""Text that no field of a learner may hold: words that are nobody's name, and postcodes where nobody has a home.

A word is a run of letters, marks and digits in a text's identity key (`keys.identity_key`). An apostrophe between two
of them belongs to the word: O'Brien is one word, and is not refused because of a part of it. Everything else, hyphens
too, separates words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category

from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import postcode


@dataclass(frozen=True, slots=True)
class ProhibitedText:
    """Prohibited words, as `words_of` gives them, and the identity keys of prohibited postcodes."""

    words: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()

    def is_in(self, text: str) -> bool:
        """Whether any whole word of `text` is prohibited."""
        key = identity_key(text)
        # Most names are one word, which needs no look at its characters.
        return key in self.words if key.isalnum() else not self.words.isdisjoint(words_of(text))

    def is_postcode(self, text: str) -> bool:
        """Whether `text` is a prohibited postcode; case and spaces do not matter."""
        return postcode.identity_key(text) in self.postcodes


NOTHING_PROHIBITED = ProhibitedText()
"""Prohibits nothing."""


def words_of(text: str) -> Iterator[str]:
    """The words of `text`, in its identity key's spelling."""
    spaced = "".join(each if _belongs_to_a_word(each) else " " for each in identity_key(text))
    return filter(None, (piece.strip("'") for piece in spaced.split()))


def _belongs_to_a_word(character: str) -> bool:
    # Scripts such as Devanagari write vowels as marks, which str.isalnum does not count.
    return character.isalnum() or character == "'" or category(character).startswith("M")
