"""The parts of a challenge, by the names of the fields of ChallengeSent: how long each may be, and its label."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST: Mapping[str, int] = {
    "comments": 4_000,
    "contact_name": 100,
    "contact_email": 254,
    "contact_telephone": 35,
    "other_uln": 10,
    "other_given_name": 100,
    "other_family_name": 100,
    "master_uln": 10,
}
"""How many characters each text may have at most."""

LONGEST_PROPOSED = 100
"""How many characters a value that is proposed may have at most."""

NAMES: Mapping[str, str] = {
    "comments": "Additional comments",
    "contact_name": "Name",
    "contact_email": "Email address",
    "contact_telephone": "Telephone number",
    "other_uln": "The other ULN",
    "other_given_name": "The other learner’s given name",
    "other_family_name": "The other learner’s family name",
    "master_uln": "Which ULN is the master",
    "event_ids": "The qualification",
    "proposed": "A proposed value",
}
"""What people call the parts of a challenge."""

PROPOSABLE_NAMES: Mapping[str, str] = {
    "grade": "Grade",
    "participation_end_date": "End Date",
    "achievement_award_date": "Award Date",
}
"""What people call the fields of an event for which values can be proposed."""
