"""The five identity keys of a person: no two learners who are not deleted have the same five."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import IdentityKey, LearnerField

_MADE: Mapping[IdentityKey, Callable[[str], str]] = {
    IdentityKey.NAME: identity_key,
    IdentityKey.AS_SENT: str,
    IdentityKey.POST_CODE: postcode.identity_key,
}


class IdentityKeys(NamedTuple):
    """The five identity keys. The date, which tells many learners apart, comes first, as in the database's indexes."""

    date_of_birth: str
    family_name: str
    given_name: str
    post_code: str
    gender: str

    @classmethod
    def of(cls, person: DemographicsAsked | Learner) -> IdentityKeys:
        """The identity keys of a search or of a learner."""
        return cls(*values_of(person))


def values_of(person: DemographicsAsked | Learner) -> tuple[str, str, str, str, str]:
    """The values of a person's IdentityKeys, in their order: a plain tuple, which takes half the time."""
    return (
        person.date_of_birth,
        identity_key(person.family_name),
        identity_key(person.given_name),
        postcode.identity_key(person.last_known_post_code),
        person.gender,
    )


def same_identity_key(field: LearnerField, one: str, other: str) -> bool:
    """Whether two values of a field, which is one of the five, have the same identity key. Raises KeyError."""
    if field.identity_key is None:
        raise KeyError(field.name)
    made = _MADE[field.identity_key]
    return made(one) == made(other)
