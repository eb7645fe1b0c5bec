"""Update: whether a learner may be changed as was asked, and what it becomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from lrs_soap.rules.learners import identifiers
from lrs_soap.rules.learners.field_rules import OTHER_VERIFICATION
from lrs_soap.rules.learners.tier_level import tier_level
from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.values import moments, postcode, version_number
from lrs_soap.rules.values.change import fields_changed
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import FIELDS
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sent_learner import SentLearner

# From 0 (privacy notice not seen) or 2 (opted out) to 1: a notice cannot be unseen.
_SHARING_CHANGES = frozenset({("0", "1"), ("2", "1")})

_SETTABLE = tuple(field.name for field in FIELDS if field.is_settable)
_NEVER_EMPTY = tuple(field.name for field in FIELDS if field.is_settable and not field.is_clearable)


def update(learner: Learner | None, sent: SentLearner, *, uln: str, version: int, now: datetime) -> Decision:
    """What to answer to `sent`, which was sent for `uln` with the `version` that the caller has seen.

    `now` is the moment on the service's clock. `learner` is the learner with this ULN, deleted or not, or None. Of
    `sent`, the fields of a registration count: None leaves the field as it is, empty clears it. When the learner is
    verified by something else, the tier level is that of the new verification; when it is no longer verified by
    something other, the description of it is cleared, too. A UPN of somebody too old for one is passed over. If the
    answer is UPDATED, it has the learner as it is to be stored, unless another learner has its five identity keys.

    | the first that is true | answer |
    |---|---|
    | the ULN's check digit is wrong, it is unknown, deleted or linked | NOT_FOUND_FOR_UPDATE |
    | `version` is not the learner's, but older or newer | STALE_VERSION |
    | AbilityToShare would change otherwise than from 0 or 2 to 1 | INVALID_SHARING_CHANGE |
    | no stored value would change | NO_CHANGES |
    | else | UPDATED, with the next version, as of now |

    Raises ValueError for an empty value of a field that every learner has; the schema accepts none.
    """
    held = holder_of(uln, learner)
    if isinstance(held, NoHolder):
        return Decision(ResponseCode.NOT_FOUND_FOR_UPDATE, reasons=(held.reason(uln),))
    if held.master_uln is not None:
        linked = Reason(Rule.LINKED, Outcome.MASTER_TO_UPDATE, ("master_uln",), (uln,), (held.master_uln,))
        return Decision(ResponseCode.NOT_FOUND_FOR_UPDATE, reasons=(linked,))
    if version != held.version_number:
        outcome = Outcome.OLDER if version < held.version_number else Outcome.NEWER
        seen = Reason(Rule.VERSION, outcome, ("version_number",), (str(version),), (str(held.version_number),))
        return Decision(ResponseCode.STALE_VERSION, reasons=(seen,))

    changed = _changed(held, sent, now.date())
    before, after = held.ability_to_share, changed.ability_to_share
    if before != after and (before, after) not in _SHARING_CHANGES:
        sharing = Reason(Rule.SHARING_CHANGE, Outcome.NOT_ALLOWED, ("ability_to_share",), (after,), (before,))
        return Decision(ResponseCode.INVALID_SHARING_CHANGE, reasons=(sharing,))
    not_kept = identifiers.upn_not_kept(sent.unique_pupil_number, changed.unique_pupil_number)
    if changed == held:
        return Decision(ResponseCode.NO_CHANGES, reasons=(Reason(Rule.STORED_VALUES, Outcome.UNCHANGED), *not_kept))
    updated = changed._replace(
        version_number=version_number.next_after(version),
        last_updated_date=now.date().isoformat(),
        last_updated=moments.kept(now),
    )
    return Decision(ResponseCode.UPDATED, (updated,), (_changes(held, changed), *not_kept))


def _changed(held: Learner, sent: SentLearner, today: date) -> Learner:
    values: dict[str, Any] = {name: value or None for name in _SETTABLE if (value := getattr(sent, name)) is not None}
    emptied = [name for name in _NEVER_EMPTY if values.get(name, name) is None]
    if emptied:
        raise ValueError(f"a learner cannot be without {', '.join(emptied)}")
    if held.verification_type == OTHER_VERIFICATION != values.get("verification_type", OTHER_VERIFICATION):
        # It described what the learner is no longer verified by.
        values.setdefault("other_verification_description", None)
    if sent.unique_pupil_number and not identifiers.keeps_upn(sent.date_of_birth or held.date_of_birth, today):
        del values["unique_pupil_number"]
    if sent.last_known_post_code:
        values["last_known_post_code"] = postcode.as_returned(sent.last_known_post_code)
    if values.get("verification_type", held.verification_type) != held.verification_type:
        values["tier_level"] = tier_level(values["verification_type"])
    return held._replace(**values)


def _changes(held: Learner, changed: Learner) -> Reason:
    changes = fields_changed(held, changed)
    before, after = zip(*((old or "", new or "") for old, new in changes.values()), strict=True)
    return Reason(Rule.STORED_VALUES, Outcome.CHANGED, tuple(changes), after, before)
