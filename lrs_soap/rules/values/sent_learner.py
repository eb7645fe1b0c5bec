"""What was sent about a learner: by a request, in a record of a batch, in a file, with a command."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class SentLearner:
    """The fields of a learner as they were sent. None was not sent; empty text was sent empty, which clears a field.

    The fields are in the order of batch files; those that no batch file has come last.
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


SENT_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(SentLearner))
