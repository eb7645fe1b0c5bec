"""The keys that learners are looked up by: the key of each name by which a request can mean a learner.

A key finds a learner whose name is EQUAL to the asked one, or an ALIAS of it. The other values of its row show, before
the learner is loaded, whether its other name is SIMILAR and whether the rest agrees.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple

from lrs_soap.rules.names.keys import family_key, family_parts_in_any_order, given_key
from lrs_soap.rules.names.matching import held_family_aliases, held_given_aliases
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.learner import Learner

KEY_VERSION = 2
"""The version of the rules that make the keys which a database keeps: these name keys, and the identity keys of names
and postcodes (`rules.names.keys`, `rules.values.postcode`).

Raise it with every change that gives some learner other keys. A database with older keys is then rekeyed when it is
opened (`store.rekeying`).
"""

# What a key is to its learner, which can be several of these. Plain integers, because a search tests many rows. A
# PREVIOUS_FAMILY is a FAMILY_ALIAS, too; FAMILY_PARTS is the key of the family name's parts in any order.
GIVEN, GIVEN_ALIAS, FAMILY, FAMILY_ALIAS, PREVIOUS_FAMILY, FAMILY_PARTS = 1, 2, 4, 8, 16, 32


class NameKey(NamedTuple):
    """One key of a learner that is not deleted. `kinds` is a sum of GIVEN, FAMILY and the other kinds.

    `given_name` and `family_name` are the keys of the learner's own names; `post_code` is its postcode's identity key.
    Where a learner was looked up by date and postcode, `key` is empty and `kinds` 0.
    """

    date_of_birth: str
    key: str
    uln: str
    kinds: int
    post_code: str
    gender: str
    given_name: str
    family_name: str


NameKeyRow = tuple[str, str, str, int, str, str, str, str]
"""The values of a NameKey, in their order. A search reads many, and a plain tuple takes a tenth of the time."""

ULN: Final = 2
"""The place of the ULN among them."""


def name_keys_of(learner: Learner) -> list[NameKey]:
    """The keys of a learner, each once and none empty. A deleted learner has none, because nobody finds it."""
    if learner.is_deleted:
        return []
    given, family = given_key(learner.given_name), family_key(learner.family_name)
    kinds: defaultdict[str, int] = defaultdict(int)
    kinds[given] |= GIVEN
    kinds[family] |= FAMILY
    kinds[family_key(learner.previous_family_name or "")] |= PREVIOUS_FAMILY
    kinds[family_parts_in_any_order(learner.family_name)] |= FAMILY_PARTS
    for alias in held_given_aliases(learner):
        kinds[alias] |= GIVEN_ALIAS
    for alias in held_family_aliases(learner):
        kinds[alias] |= FAMILY_ALIAS
    post_code = postcode.identity_key(learner.last_known_post_code)
    return [
        NameKey(learner.date_of_birth, key, learner.uln, which, post_code, learner.gender, given, family)
        for key, which in kinds.items()
        if key
    ]
