"""Register: the learner that a registration makes, and the answer if there is one like it already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import ACTIVE, Learner, python_name
from lrs_soap.rules.values.learner_fields import IDENTITY
from lrs_soap.rules.values.rule import Outcome, Rule

_IDENTITY_FIELDS = tuple(field.name for field in IDENTITY)


def new_learner(record: Mapping[str, str | None], *, today: date) -> Learner:
    """The learner that `record`, by the contract's names, makes on `today`; its ULN is still empty.

    It is active, in version 1, created and updated today. Everything else is as it was sent, except the postcode, which
    is as answers have it. A field that is None or empty has no value. Raises TypeError for a field that a registration
    cannot set, and for one that learners do not have.
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
    """The answer when `holder`, linked or not, already has the five identity keys of `learner`."""
    outcome = Outcome.TAKEN_BY_LINKED if holder.is_linked else Outcome.TAKEN
    sent, held = _identity_of(learner), _identity_of(holder)
    return Decision(
        ResponseCode.ALREADY_EXISTS,
        reasons=(Reason(Rule.IDENTITY_KEYS, outcome, _IDENTITY_FIELDS, sent, held, holder.uln),),
        holder_uln=holder.uln,
    )


def registered(learner: Learner) -> Decision:
    """The answer when nobody had them, with `learner` as it is stored now, with its ULN."""
    return Decision(
        ResponseCode.REGISTERED,
        (learner,),
        (Reason(Rule.IDENTITY_KEYS, Outcome.FREE, _IDENTITY_FIELDS, _identity_of(learner)),),
    )


def _identity_of(learner: Learner) -> tuple[str, ...]:
    return tuple(getattr(learner, field) for field in _IDENTITY_FIELDS)
