"""Text that no field about a learner may hold: words that are nobody's name, postcodes where nobody lives for good.

A word is a run of letters, marks and digits of a text's identity key (`names.identity_key`). An apostrophe between
two of them belongs to it: O'Brien is one word, and so is kept from being refused for a part of it. Hyphens and all
else separate words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category

from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import postcode


@dataclass(frozen=True, slots=True)
class ProhibitedText:
    """A list of prohibited words, as `words_of` gives them, and postcodes, as their identity keys."""

    words: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()

    def is_in(self, text: str) -> bool:
        """Whether any whole word of `text` is prohibited."""
        return bool(self.words) and not self.words.isdisjoint(words_of(text))

    def is_postcode(self, text: str) -> bool:
        """Whether `text` is a prohibited postcode, in whatever case and with whatever spaces."""
        return postcode.identity_key(text) in self.postcodes


NOTHING = ProhibitedText()
"""The list that prohibits nothing."""


def words_of(text: str) -> Iterator[str]:
    """The words of `text`, as keys."""
    spaced = "".join(each if _belongs_to_a_word(each) else " " for each in identity_key(text))
    return filter(None, (piece.strip("'") for piece in spaced.split()))


def _belongs_to_a_word(character: str) -> bool:
    # Scripts such as Devanagari write vowels as marks, which str.isalnum does not count.
    return character.isalnum() or character == "'" or category(character).startswith("M")
