"""Register: the learner that a registration makes, and the answer if there is one like it already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lrs_soap.rules.learners import identifiers
from lrs_soap.rules.learners.tier_level import tier_level
from lrs_soap.rules.values import moments, postcode
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import ACTIVE, Learner
from lrs_soap.rules.values.learner_fields import FIELDS, IDENTITY
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sent_learner import SentLearner

_SETTABLE = tuple(field.name for field in FIELDS if field.is_settable)
_IDENTITY_FIELDS = tuple(field.name for field in IDENTITY)


def new_learner(sent: SentLearner, *, now: datetime) -> Learner:
    """The learner that a registration makes of what was sent; its ULN is still empty.

    `now` is the moment on the service's clock. The learner is active, in version 1, created and updated now, with the
    tier level of its verification. Everything else that callers and files may set is as it was sent, except the
    postcode, which is as answers have it, and a UPN of somebody too old for one, which is not kept. An empty field has
    no value. Raises TypeError if a mandatory field is missing.
    """
    values: dict[str, Any] = {name: value for name in _SETTABLE if (value := getattr(sent, name))}
    if sent.last_known_post_code:
        values["last_known_post_code"] = postcode.as_returned(sent.last_known_post_code)
    if not identifiers.keeps_upn(sent.date_of_birth or "", now.date()):
        values.pop("unique_pupil_number", None)
    today, moment = now.date().isoformat(), moments.kept(now)
    return Learner(
        uln="",
        version_number=1,
        learner_status=ACTIVE,
        created_date=today,
        last_updated_date=today,
        created=moment,
        last_updated=moment,
        tier_level=tier_level(values.get("verification_type")),
        **values,
    )


def already_exists(learner: Learner, holder: Learner) -> Decision:
    """The answer when `holder`, linked or not, already has the five identity keys of `learner`."""
    outcome = Outcome.TAKEN_BY_LINKED if holder.is_linked else Outcome.TAKEN
    sent, held = _identity_of(learner), _identity_of(holder)
    return Decision(
        ResponseCode.ALREADY_EXISTS,
        reasons=(Reason(Rule.IDENTITY_KEYS, outcome, _IDENTITY_FIELDS, sent, held, holder.uln),),
        holder_uln=holder.uln,
    )


def registered(learner: Learner, sent: SentLearner) -> Decision:
    """The answer when nobody had them, with `learner` as it is stored now, with its ULN. `sent` is what was sent."""
    free = Reason(Rule.IDENTITY_KEYS, Outcome.FREE, _IDENTITY_FIELDS, _identity_of(learner))
    not_kept = identifiers.upn_not_kept(sent.unique_pupil_number, learner.unique_pupil_number)
    return Decision(ResponseCode.REGISTERED, (learner,), (free, *not_kept))


def _identity_of(learner: Learner) -> tuple[str, ...]:
    return tuple(getattr(learner, field) for field in _IDENTITY_FIELDS)
