"""Register: the learner that a registration makes, and whether there is one like it already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import ACTIVE, Learner, python_name
from lrs_soap.rules.values.rule import Outcome, Rule

_MANDATORY = ("given_name", "family_name", "date_of_birth", "gender", "last_known_post_code")


def new_learner(record: Mapping[str, str | None], *, today: date) -> Learner:
    """The learner that `record`, by the contract's names, makes on `today`; its ULN is still empty.

    Active, in version 1, created and updated today; everything else is as it was sent, but for the postcode, which is
    as it is returned. A field that is None or empty has no value. Raises TypeError for a field that is not a
    registration's to set, or is no learner's at all.
    """
    sent: dict[str, Any] = {python_name(field): value for field, value in record.items() if value}
    learner = Learner(
        uln="",
        version_number=1,
        learner_status=ACTIVE,
        created_date=today.isoformat(),
        last_updated_date=today.isoformat(),
        **sent,
    )
    return replace(learner, last_known_post_code=postcode.as_returned(learner.last_known_post_code))


def already_exists(learner: Learner, holder: Learner) -> Decision:
    """What to answer where `holder`, linked or not, has the five identity keys of the new `learner`."""
    outcome = Outcome.TAKEN_BY_LINKED if holder.is_linked else Outcome.TAKEN
    return Decision(
        ResponseCode.ALREADY_EXISTS,
        reasons=(Reason(Rule.IDENTITY_KEYS, outcome, _MANDATORY, _mandatory(learner), _mandatory(holder), holder.uln),),
        holder_uln=holder.uln,
    )


def registered(learner: Learner) -> Decision:
    """What to answer where nobody has them, with `learner` as it is held now, ULN included."""
    return Decision(
        ResponseCode.REGISTERED,
        (learner,),
        (Reason(Rule.IDENTITY_KEYS, Outcome.FREE, _MANDATORY, _mandatory(learner)),),
    )


def _mandatory(learner: Learner) -> tuple[str, ...]:
    return tuple(getattr(learner, field) for field in _MANDATORY)
