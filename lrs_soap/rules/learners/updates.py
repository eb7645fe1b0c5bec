"""Update: whether a learner may be changed as it was asked, and what it is then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.change import fields_changed
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner, python_name
from lrs_soap.rules.values.rule import Outcome, Rule

# What was held before (0: privacy notice not seen, 2: opted out), and what it may become: a notice cannot be unseen.
_SHARING_CHANGES = frozenset({("0", "1"), ("2", "1")})

_NEVER_EMPTY = (
    "given_name",
    "family_name",
    "date_of_birth",
    "gender",
    "last_known_post_code",
    "verification_type",
    "ability_to_share",
)


def update(
    learner: Learner | None, record: Mapping[str, str | None], *, uln: str, version: int, today: date
) -> Decision:
    """What to answer to `record`, sent for `uln` in the `version` that the caller has seen.

    `learner` is who holds the ULN, deleted or not, None if nobody. `record`, by the contract's names, may have any of
    a registration's fields: one that is None stays as it is held, one that is empty is cleared. Where the answer is
    UPDATED, its learner is how it is to be held, unless another has its five identity keys.

    | first of | answer |
    |---|---|
    | check digit wrong, unknown, deleted, linked | NOT_FOUND_FOR_UPDATE |
    | another version than the held one, older or newer | STALE_VERSION |
    | AbilityToShare neither as it is held, nor from 0 or 2 to 1 | INVALID_SHARING_CHANGE |
    | no stored value would change | NO_CHANGES |
    | else | UPDATED, one version on, as of today |

    Raises ValueError for an empty value of a field that no learner can be without: the schema lets none through.
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

    changed = _changed(held, record)
    before, after = held.ability_to_share, changed.ability_to_share
    if before != after and (before, after) not in _SHARING_CHANGES:
        sharing = Reason(Rule.SHARING_CHANGE, Outcome.NOT_ALLOWED, ("ability_to_share",), (after,), (before,))
        return Decision(ResponseCode.INVALID_SHARING_CHANGE, reasons=(sharing,))
    if changed == held:
        return Decision(ResponseCode.NO_CHANGES, reasons=(Reason(Rule.STORED_VALUES, Outcome.UNCHANGED),))
    updated = replace(changed, version_number=version + 1, last_updated_date=today.isoformat())
    return Decision(ResponseCode.UPDATED, (updated,), (_changes(held, changed),))


def _changed(held: Learner, record: Mapping[str, str | None]) -> Learner:
    sent: dict[str, Any] = {python_name(field): value or None for field, value in record.items() if value is not None}
    emptied = [field for field in _NEVER_EMPTY if sent.get(field, field) is None]
    if emptied:
        raise ValueError(f"a learner cannot be without {', '.join(emptied)}")
    if "last_known_post_code" in sent:
        sent["last_known_post_code"] = postcode.as_returned(sent["last_known_post_code"])
    return replace(held, **sent)


def _changes(held: Learner, changed: Learner) -> Reason:
    changes = fields_changed(held, changed)
    before, after = zip(*((old or "", new or "") for old, new in changes.values()), strict=True)
    return Reason(Rule.STORED_VALUES, Outcome.CHANGED, tuple(changes), after, before)
