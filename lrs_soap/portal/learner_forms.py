"""The forms about learners. A field has the name that it has in a learner, so that a form is what was sent of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import DataRequired, Optional

from lrs_soap.errors import InvalidRecord
from lrs_soap.portal.asking import asked
from lrs_soap.portal.fields import DayField
from lrs_soap.portal.forms import PortalForm
from lrs_soap.portal.words import GENDERS, LABELS, PRIVACY_NOTICE, VERIFICATION_TYPES, broken
from lrs_soap.rules.learners import identifiers
from lrs_soap.rules.learners.field_rules import Violation
from lrs_soap.rules.values.characters import check_characters
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME, BY_NAME
from lrs_soap.rules.values.sent_learner import SENT_FIELDS, SentLearner
from lrs_soap.web.form_fields import NotesField, TextField, UlnField

_MISSING: Mapping[str, str] = {
    "date_of_birth": "Choose a day, a month and a year.",
    "gender": "Choose one of the list.",
    "verification_type": "Choose one of the list.",
    "ability_to_share": "Choose yes or no.",
}

TOO_OLD_FOR_UPN = f"A UPN is only for learners under {identifiers.UPN_UNTIL_AGE}."


def _must(name: str) -> list[Any]:
    return [DataRequired(_MISSING.get(name, "This is mandatory."))]


def _text(name: str, *, is_mandatory: bool = False) -> TextField:
    return TextField(LABELS[name], _must(name) if is_mandatory else [])


def _day(name: str, *, is_mandatory: bool = False) -> DayField:
    return DayField(LABELS[name], _must(name) if is_mandatory else [])


def _gender() -> SelectField:
    return SelectField(LABELS["gender"], _must("gender"), choices=list(GENDERS.items()), default="0")


def _verification_type() -> SelectField:
    choices = [("", "Choose one"), *VERIFICATION_TYPES.items()]
    return SelectField(LABELS["verification_type"], _must("verification_type"), choices=choices)


def _privacy_notice() -> RadioField:
    return RadioField(
        LABELS["ability_to_share"], _must("ability_to_share"), choices=list(PRIVACY_NOTICE.items()), default=None
    )


class LearnerForm(PortalForm):
    """A form whose fields are some of a learner's."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what is mandatory, the contract's facets, and the form of UPN and UCI."""
        super().validate(extra_validators)
        for field in self:
            known = BY_NAME.get(field.short_name)
            if known is not None and field.data and not field.errors:
                reason = _why_wrong(known.contract_name, field.data)
                if reason is not None:
                    self.refuse(field.short_name, reason)
        upn, born = self.sent.unique_pupil_number, self.sent.date_of_birth
        if upn and born and not identifiers.keeps_upn(born, asked().world.clock.today()):
            self.refuse("unique_pupil_number", TOO_OLD_FOR_UPN)
        return not self.errors

    @property
    def sent(self) -> SentLearner:
        """What was typed, as it is sent of a learner."""
        return SentLearner(**{each.short_name: each.data or "" for each in self if each.short_name in SENT_FIELDS})

    def refuse(self, name: str, sentence: str) -> None:
        """Say what is wrong with a field; `name` is the learner's own."""
        field = self._fields[name]
        field.errors = [*field.errors, sentence]

    def refuse_broken(self, violations: Iterable[Violation]) -> list[str]:
        """Say which field rules are broken. Returns sentences about the fields that the form does not have."""
        others = []
        for violation in violations:
            name = BY_CONTRACT_NAME[violation.field].name
            if name in self._fields:
                self.refuse(name, broken(violation.rule))
            else:
                others.append(f"{LABELS[name]}: {broken(violation.rule)}")
        return others


def _why_wrong(contract_name: str, value: str) -> str | None:
    try:
        check_characters("", value)
    except InvalidRecord:
        return "This has a character that cannot be typed."
    reason = identifiers.why_malformed(contract_name, value) or asked().check(contract_name, value)
    if reason is None:
        return None
    if "of the form that" in reason:
        return _FORMS.get(contract_name, "This is not of the right form.")
    return f"This is {reason}." if reason.startswith(("longer", "not")) else f"{reason[0].upper()}{reason[1:]}."


_FORMS: Mapping[str, str] = {
    "ULN": "A ULN has ten digits.",
    "LastKnownPostCode": "This has to be a postcode, such as LS1 4AP.",
    "EmailAddress": "This has to be an e-mail address.",
    "ScottishCandidateNumber": "This has to be a number of nine digits.",
    "DateOfBirth": "There is no such day.",
    "DateOfAddressCapture": "There is no such day.",
}


class UlnForm(LearnerForm):
    """Find a learner by ULN."""

    uln = UlnField(LABELS["uln"], _must("uln"))
    given_name = _text("given_name", is_mandatory=True)
    family_name = _text("family_name", is_mandatory=True)


class DetailsForm(LearnerForm):
    """Find by Personal Details."""

    given_name = _text("given_name", is_mandatory=True)
    family_name = _text("family_name", is_mandatory=True)
    date_of_birth = _day("date_of_birth", is_mandatory=True)
    gender = _gender()
    last_known_post_code = _text("last_known_post_code", is_mandatory=True)
    preferred_given_name = _text("preferred_given_name")
    middle_other_name = _text("middle_other_name")
    email_address = _text("email_address")
    unique_pupil_number = _text("unique_pupil_number")
    unique_candidate_identifier = _text("unique_candidate_identifier")


class VerifyForm(LearnerForm):
    """Verify a learner."""

    uln = UlnField(LABELS["uln"], _must("uln"))
    given_name = _text("given_name", is_mandatory=True)
    family_name = _text("family_name", is_mandatory=True)
    date_of_birth = _day("date_of_birth")
    gender = SelectField(LABELS["gender"], [Optional()], choices=[("", "Do not compare"), *GENDERS.items()])


class _WholeForm(LearnerForm):
    """What a registration and an update both can send."""

    given_name = _text("given_name", is_mandatory=True)
    family_name = _text("family_name", is_mandatory=True)
    date_of_birth = _day("date_of_birth", is_mandatory=True)
    gender = _gender()
    last_known_post_code = _text("last_known_post_code", is_mandatory=True)
    verification_type = _verification_type()
    other_verification_description = _text("other_verification_description")
    preferred_given_name = _text("preferred_given_name")
    middle_other_name = _text("middle_other_name")
    email_address = _text("email_address")
    unique_candidate_identifier = _text("unique_candidate_identifier")
    title = _text("title")
    previous_family_name = _text("previous_family_name")
    family_name_at_age_16 = _text("family_name_at_age_16")
    school_at_age_16 = _text("school_at_age_16")
    place_of_birth = _text("place_of_birth")
    last_known_address_line_1 = _text("last_known_address_line_1")
    last_known_address_line_2 = _text("last_known_address_line_2")
    last_known_address_town = _text("last_known_address_town")
    last_known_address_county_or_city = _text("last_known_address_county_or_city")
    date_of_address_capture = _day("date_of_address_capture")
    nationality = _text("nationality")
    scottish_candidate_number = _text("scottish_candidate_number")
    telephone_number = _text("telephone_number")
    notes = NotesField(LABELS["notes"])


class RegisterForm(_WholeForm):
    """Register a learner."""

    ability_to_share = _privacy_notice()
    unique_pupil_number = _text("unique_pupil_number")


class EditForm(_WholeForm):
    """Edit Details: the fields of a registration but the UPN, which is shown to nobody."""

    # A learner may have opted out once, and may stay so.
    ability_to_share = RadioField(LABELS["ability_to_share"], [Optional()], choices=list(PRIVACY_NOTICE.items()))

    @property
    def changed(self) -> SentLearner:
        """What was typed, with an unanswered question about the Privacy Notice as one that was not sent."""
        sent = self.sent
        return sent if sent.ability_to_share else sent._replace(ability_to_share=None)


EDITED = tuple(name for name in SENT_FIELDS if hasattr(EditForm, name))
"""The fields of a learner that can be edited, in the order of batch files."""

MANDATORY = ("given_name", "family_name", "date_of_birth", "gender", "last_known_post_code")
"""The fields that a form has first."""

MORE_TO_REGISTER = (
    *("preferred_given_name", "middle_other_name", "email_address"),
    *("unique_pupil_number", "unique_candidate_identifier"),
)
"""The fields that help to identify the learner in later searches, and that the user guide names."""

OTHERS = tuple(
    name
    for name in EDITED
    if name not in (*MANDATORY, *MORE_TO_REGISTER, "verification_type", "ability_to_share")
    and name != "other_verification_description"
)
"""All other fields."""


def values_of(learner: Learner) -> dict[str, str]:
    """The values of a learner with which a form begins."""
    return {name: str(value) for name in EDITED if (value := getattr(learner, name)) is not None}
