"""What was sent about a learner: by a request, in a record of a batch, in a file, with a command."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from lrs_soap.rules.values.learner_fields import BY_NAME


class SentLearner(NamedTuple):
    """The fields of a learner as they were sent. None was not sent; empty text was sent empty, which clears a field.

    The fields are in the order of batch files; those that no batch file has come last. A named tuple, because every
    request makes one: a dataclass with so many fields takes four times as long to make.
    """

    uln: str | None = None
    mis_identifier: str | None = None
    title: str | None = None
    given_name: str | None = None
    preferred_given_name: str | None = None
    middle_other_name: str | None = None
    family_name: str | None = None
    previous_family_name: str | None = None
    family_name_at_age_16: str | None = None
    school_at_age_16: str | None = None
    last_known_address_line_1: str | None = None
    last_known_address_line_2: str | None = None
    last_known_address_town: str | None = None
    last_known_address_county_or_city: str | None = None
    last_known_post_code: str | None = None
    date_of_address_capture: str | None = None
    date_of_birth: str | None = None
    place_of_birth: str | None = None
    email_address: str | None = None
    gender: str | None = None
    nationality: str | None = None
    scottish_candidate_number: str | None = None
    unique_pupil_number: str | None = None
    unique_candidate_identifier: str | None = None
    ability_to_share: str | None = None
    verification_type: str | None = None
    other_verification_description: str | None = None
    notes: str | None = None
    telephone_number: str | None = None
    tier_level: str | None = None
    learner_status: str | None = None
    created_date: str | None = None
    last_updated_date: str | None = None
    version_number: str | None = None
    master_uln: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, str | None]) -> SentLearner:
        """What was sent, from values by the contract's names. Raises KeyError for a field that nobody can send."""
        return cls(**{_OWN_NAMES[name]: value for name, value in values.items()})

    def by_contract_name(self) -> dict[str, str]:
        """The fields that were sent, by the contract's names."""
        return {name: value for name, value in zip(_CONTRACT_NAMES, self, strict=True) if value is not None}

    def filled_in(self) -> SentLearner:
        """The same, with each empty field as one that was not sent."""
        return SentLearner(*(value or None for value in self))

    def corrected_by(self, corrections: SentLearner) -> SentLearner:
        """The same, with the fields that `corrections` has in place of its own."""
        pairs = zip(self, corrections, strict=True)
        return SentLearner(*(own if corrected is None else corrected for own, corrected in pairs))

    def without(self, names: Collection[str]) -> SentLearner:
        """The same, with these fields, by their own names, as fields that were not sent."""
        return self._replace(**dict.fromkeys(names))


SENT_FIELDS = SentLearner._fields

_CONTRACT_NAMES = tuple(BY_NAME[name].contract_name for name in SENT_FIELDS)
_OWN_NAMES = dict(zip(_CONTRACT_NAMES, SENT_FIELDS, strict=True))
