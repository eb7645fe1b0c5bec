"""How well what was sent agrees with what is held: names and dates, and what each agreement scores."""

from __future__ import annotations

from enum import Enum, IntEnum
from functools import lru_cache
from typing import NamedTuple


class Agreement(IntEnum):
    """How well one name agrees with another; a greater value is a better agreement."""

    DIFFERENT = 0
    SIMILAR = 1
    ALIAS = 2
    EQUAL = 3

    # That of an Enum is a function of Python's; what follows from an agreement is looked up by it.
    __hash__ = int.__hash__


DIFFERENT, SIMILAR, ALIAS, EQUAL = Agreement
"""The agreements by names of their own: every comparison needs some, and finding one in its Enum takes 0.2 µs."""


class DateAgreement(IntEnum):
    """How well one date agrees with another; a greater value is a better agreement."""

    DIFFERENT = 0
    NEAR = 1
    EQUAL = 2

    __hash__ = int.__hash__


DATES_DIFFERENT, DATES_NEAR, DATES_EQUAL = DateAgreement


class NamesAgreement(NamedTuple):
    """How the asked names agree with the held ones.

    `swapped`: each asked name is EQUAL to the other held name. It is False when both names are EQUAL as they stand.
    """

    given: Agreement
    family: Agreement
    swapped: bool

    @property
    def both_equal_or_alias(self) -> bool:
        return self.given >= ALIAS and self.family >= ALIAS

    @property
    def one_equal_or_alias(self) -> bool:
        return self.given >= ALIAS or self.family >= ALIAS

    @property
    def similar(self) -> bool:
        """Whether the pair is similar as VerifyLearner means it: swapped, or both names at least SIMILAR."""
        return self.swapped or (self.given >= SIMILAR and self.family >= SIMILAR)


# Every comparison of names asks for one of the 32.
names_agreement = lru_cache(maxsize=32)(NamesAgreement)
"""A NamesAgreement of these values, made once."""

BOTH_EQUAL = names_agreement(EQUAL, EQUAL, False)


class Part(str, Enum):
    """What a score is made of."""

    GIVEN_NAME = "given"
    FAMILY_NAME = "family"
    SWAPPED_NAMES = "swapped"
    DATE_OF_BIRTH = "date"
    POST_CODE = "postcode"
    GENDER = "gender"
    PREVIOUS_FAMILY_NAME = "previous_family_name"
    SCHOOL_AT_AGE_16 = "school_at_age_16"
    PLACE_OF_BIRTH = "place_of_birth"
    EMAIL_ADDRESS = "email_address"
    PREFERRED_GIVEN_NAME = "preferred_given_name"
    MIDDLE_OTHER_NAME = "middle_other_name"
    UNIQUE_PUPIL_NUMBER = "unique_pupil_number"
    UNIQUE_CANDIDATE_IDENTIFIER = "unique_candidate_identifier"


class ScorePart(NamedTuple):
    """The points that one part adds to a score. `agreement` is None for parts that agree or do not."""

    part: Part
    points: int
    agreement: Agreement | DateAgreement | None = None
