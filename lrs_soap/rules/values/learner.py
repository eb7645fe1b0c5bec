"""A learner, and the names of its fields."""

from __future__ import annotations

from typing import NamedTuple


class Learner(NamedTuple):
    """Everything that the register holds about a learner. A field without a value is None.

    Dates are `YYYY-MM-DD`; coded fields have the contract's characters. `created` and `last_updated` are the moments in
    UTC (`rules.values.moments`), of which the contract has the days alone, in London. A linked learner has the ULN of
    its master in `master_uln`; a master has the ULNs of the learners linked to it in `linked_ulns`, ascending.

    A named tuple, because every find makes one: a frozen dataclass with so many fields takes ten times as long to make.
    """

    uln: str
    given_name: str
    family_name: str
    date_of_birth: str
    gender: str
    last_known_post_code: str
    ability_to_share: str
    created_date: str
    last_updated_date: str
    version_number: int = 1
    learner_status: str = "1"
    title: str | None = None
    middle_other_name: str | None = None
    preferred_given_name: str | None = None
    previous_family_name: str | None = None
    family_name_at_age_16: str | None = None
    school_at_age_16: str | None = None
    last_known_address_line_1: str | None = None
    last_known_address_line_2: str | None = None
    last_known_address_town: str | None = None
    last_known_address_county_or_city: str | None = None
    date_of_address_capture: str | None = None
    place_of_birth: str | None = None
    email_address: str | None = None
    telephone_number: str | None = None
    nationality: str | None = None
    scottish_candidate_number: str | None = None
    verification_type: str | None = None
    other_verification_description: str | None = None
    tier_level: str | None = None
    notes: str | None = None
    unique_pupil_number: str | None = None
    unique_candidate_identifier: str | None = None
    created: str | None = None
    last_updated: str | None = None
    master_uln: str | None = None
    linked_ulns: tuple[str, ...] = ()

    @property
    def is_linked(self) -> bool:
        """Whether another learner, the master, is answered in place of this one."""
        return self.master_uln is not None

    @property
    def is_deleted(self) -> bool:
        return self.learner_status == DELETED


CLOSED, ACTIVE, DELETED = "0", "1", "2"

LEARNER_FIELDS = Learner._fields

HELD_FIELDS = tuple(field for field in LEARNER_FIELDS if field != "linked_ulns")
"""The fields that a learner's own row holds. `linked_ulns`, the last field, follows from the rows of other learners."""

OPTIONAL_FIELDS = frozenset(field for field, default in Learner._field_defaults.items() if default is None)
"""The fields that a learner may have no value of."""
