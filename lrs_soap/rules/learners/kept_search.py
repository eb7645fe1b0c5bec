"""What a person has asked for on the portal, kept so that its answer has an address of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.sent_learner import SentLearner


class Asked(str, Enum):
    """What was asked for, and by what."""

    BY_ULN = "by ULN"
    BY_DETAILS = "by personal details"
    TO_VERIFY = "to verify"
    TO_REGISTER = "to register"


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """What was asked for, with the fields as they were typed. `uln` is that of the learner who was registered by it."""

    asked: Asked
    fields: SentLearner
    uln: str | None = None

    @property
    def demographics(self) -> DemographicsAsked:
        """The same as a find by demographics."""
        fields = self.fields
        return DemographicsAsked(
            given_name=fields.given_name or "",
            family_name=fields.family_name or "",
            date_of_birth=fields.date_of_birth or "",
            gender=fields.gender or "",
            last_known_post_code=fields.last_known_post_code or "",
            previous_family_name=fields.previous_family_name or None,
            school_at_age_16=fields.school_at_age_16 or None,
            place_of_birth=fields.place_of_birth or None,
            email_address=fields.email_address or None,
            preferred_given_name=fields.preferred_given_name or None,
            middle_other_name=fields.middle_other_name or None,
            unique_pupil_number=fields.unique_pupil_number or None,
            unique_candidate_identifier=fields.unique_candidate_identifier or None,
        )
