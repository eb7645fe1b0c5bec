"""The version of the rules that make stored keys: it is raised with every change that gives somebody other keys."""

from __future__ import annotations

import hashlib
import json

from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.names.lookup_keys import KEY_VERSION, name_keys_of
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.learner import Learner

# What each version makes of the people below. A change of the rules adds a row, and raises KEY_VERSION.
DIGESTS = {
    1: "bede5e4ffbcea43770a5c975c9a14eb2a2d5c43d43642e2517d5448e6464bb12",
    2: "7c44be4725275674ce6ebaa4ed3e3b03ff05688f7ec6cb513938e7991e4027cb",
}

GIVEN = (
    *("Nadia", "Zoë", "Anne-Marie", "Mary Jane", "José  María", "J", "Ιωάννης", "Siân", "Jean‐Luc", "O", "-"),
    "Straße",
)
FAMILY = (
    *("Birch", "MacDonald", "Mac", "Macey", "Mackie", "McDonald", "Mac Donald", "Saint John", "St John", "Saint"),
    *("O’Neill", "O`Neill", "Smith-Jones", "van der Berg", "ÅNGSTRÖM", "D'Arcy", "Ii İIı", "Ŵyn", "3rd Duke", "..."),
)
POST_CODES = ("YO1 7HH", "yo17hh", "ZZ99 9ZZ", "BFPO 12", " LS1  4AP ")


def people() -> list[Learner]:
    """Learners with every given name, family name and postcode, as own names, as other names, and none of them."""
    made = []
    for number, family in enumerate(FAMILY):
        given, other = GIVEN[number % len(GIVEN)], GIVEN[(number + 5) % len(GIVEN)]
        made.append(
            Learner(
                uln=str(number),
                given_name=given,
                family_name=family,
                gender=str(number % 3),
                date_of_birth="2001-04-05",
                last_known_post_code=POST_CODES[number % len(POST_CODES)],
                ability_to_share="1",
                created_date="2024-09-01",
                last_updated_date="2024-09-01",
                middle_other_name=f"{other} Ann",
                preferred_given_name=other,
                previous_family_name=FAMILY[(number + 7) % len(FAMILY)],
                family_name_at_age_16=None if number % 2 else FAMILY[(number + 3) % len(FAMILY)],
                learner_status="2" if number == 4 else "1",
            )
        )
    return made


def digest() -> str:
    """A digest of the keys that the rules make of these people."""
    keys = [
        [
            *map(identity_key, (each.given_name, each.family_name)),
            postcode.identity_key(each.last_known_post_code),
            *sorted(name_keys_of(each)),
        ]
        for each in people()
    ]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()


def test_the_rules_make_the_keys_of_their_version() -> None:
    assert DIGESTS[KEY_VERSION] == digest(), (
        "The rules make other keys than the version says: raise KEY_VERSION, so that databases are rekeyed, and add "
        "the digest that they have now."
    )


def test_the_version_is_the_newest() -> None:
    assert max(DIGESTS) == KEY_VERSION
