"""The Personal Learning Record: who may see it, and which parts of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.access_history import AccessAction
from lrs_soap.rules.records.learning_events import CONTRACT_FIELDS, FIELD_RULES, SOURCES, WELSH_FIELDS, LearningEvent
from lrs_soap.rules.records.record_access import identify
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.user_types import LEARNER_ITSELF

SHARED = "1"

BRIEF_FIELDS = (
    "achievement_award_date",
    "achievement_provider_ukprn",
    "credits",
    "grade",
    "id",
    "level",
    "source",
    "subject",
    "subject_code",
)
"""The fields of an event in a brief record."""

EventValues = tuple[str | int | None, ...]
"""The values of an event in an answer, in the contract's order. None is missing or nil, as the contract has it."""

# By index, and made once, because a record can have hundreds of events.
_ID = attrgetter("id")
_INDEXES = {field: index for index, field in enumerate(LearningEvent._fields)}
_COUNT = len(CONTRACT_FIELDS)
_BRIEF = tuple(_INDEXES[field] for field in BRIEF_FIELDS)
_DEFAULTS = {
    is_brief: {
        source: tuple(
            (_INDEXES[field], by_source[source].default)
            for field, by_source in FIELD_RULES.items()
            if by_source[source].default is not None and (field in BRIEF_FIELDS or not is_brief)
        )
        for source in SOURCES
    }
    for is_brief in (True, False)
}
_WELSH = {
    is_brief: tuple(
        (_INDEXES[field], _INDEXES[welsh])
        for field, welsh in WELSH_FIELDS.items()
        if field in BRIEF_FIELDS or not is_brief
    )
    for is_brief in (True, False)
}


@dataclass(slots=True)
class RecordDecision(Decision):
    """The answer to a caller that asks for a record.

    `found_uln` is the ULN of the record, or '' if the caller may not know it. `ulns` are all ULNs of the person: their
    access histories get an entry. They are empty if nobody was found. `about` is the learner with the ULN that was
    sent, and its master if it is linked, as far as there are such.
    """

    found_uln: str = ""
    ulns: tuple[str, ...] = ()
    about: tuple[Learner | None, Learner | None] = (None, None)

    @property
    def is_found(self) -> bool:
        """Whether the answer has the record."""
        return self.code in (ResponseCode.EXACT_MATCH, ResponseCode.MASTER_SUBSTITUTED)

    @property
    def action(self) -> AccessAction:
        """What the access histories of `ulns` say about this request."""
        return AccessAction.VIEWED if self.is_found else AccessAction.NOT_SHARED


def learning_record(
    asked: ToVerify, uln: str, learner: Learner | None, master: Learner | None, *, user_type: str
) -> RecordDecision:
    """What to answer to a caller that asks for the record of `uln` with the details in `asked`.

    `learner` is the learner with this ULN, deleted or not, or None; `master` is the master of a linked learner. Raises
    ValueError for a linked learner without its master.

    | the ULN | its own names, date of birth, gender | sharing, the master's | answer |
    |---|---|---|---|
    | check digit wrong | | | INVALID_ULN |
    | unknown, deleted | | | COULD_NOT_BE_VERIFIED |
    | held | not equal, perhaps similar | | COULD_NOT_BE_VERIFIED |
    | held | equal | 0 or 2, unless the learner asks | NOT_SHARED with the ULN |
    | held | equal | | EXACT_MATCH; linked: MASTER_SUBSTITUTED with the master's ULN |
    """
    about = (learner, master)
    identified = identify(asked, uln, learner)
    if identified.code is not ResponseCode.EXACT_MATCH:
        return RecordDecision(identified.code, reasons=identified.reasons, about=about)
    (held,) = identified.learners
    if held.is_linked and master is None:
        raise ValueError(f"the learner with ULN {uln} is linked: its master, {held.master_uln}, is needed")
    person = held if master is None else master
    ulns = (person.uln, *person.linked_ulns)
    sharing = _sharing(person, user_type)
    reason = Reason(
        Rule.SHARING, sharing, ("ability_to_share",), (user_type,), (person.ability_to_share,), uln=person.uln
    )
    reasons = (*identified.reasons, reason)
    if sharing is Outcome.NOT_SHARED:
        return RecordDecision(ResponseCode.NOT_SHARED, reasons=reasons, found_uln=uln, ulns=ulns, about=about)
    code = ResponseCode.MASTER_SUBSTITUTED if held.is_linked else ResponseCode.EXACT_MATCH
    return RecordDecision(code, (person,), reasons, found_uln=person.uln, ulns=ulns, about=about)


def _sharing(person: Learner, user_type: str) -> Outcome:
    if person.ability_to_share == SHARED:
        return Outcome.SHARED
    return Outcome.OWN_RECORD if user_type == LEARNER_ITSELF else Outcome.NOT_SHARED


def visible_events(user_type: str, events: Iterable[LearningEvent]) -> list[LearningEvent]:
    """The events that `user_type` may see, by source and then by ID. Only the learner sees sensitive ones.

    `events` can be in any order.
    """
    by_id = sorted(events, key=_ID)
    if user_type != LEARNER_ITSELF:
        by_id = [event for event in by_id if not event.is_sensitive]
    return [event for source in SOURCES for event in by_id if event.source == source]


def fields_needed(*, is_brief: bool, is_welsh: bool) -> tuple[str, ...]:
    """The fields of an event that such an answer follows from: by `visible_events`, and by `event_values`."""
    shown = BRIEF_FIELDS if is_brief else CONTRACT_FIELDS
    welsh = tuple(WELSH_FIELDS[field] for field in shown if field in WELSH_FIELDS) if is_welsh else ()
    return (*shown, *welsh) if "restriction" in shown else (*shown, *welsh, "restriction")


def event_values(events: Iterable[LearningEvent], *, is_brief: bool, is_welsh: bool) -> Sequence[EventValues]:
    """The values of each event in an answer (docs/behaviour.md, Personal Learning Record).

    `learning_events.FIELD_RULES` says what replaces a missing value. A brief answer has only BRIEF_FIELDS; a Welsh one
    has the Welsh texts that exist. Of the events, the fields of `fields_needed` are enough.
    """
    welsh = _WELSH[is_brief] if is_welsh else ()
    return [_values(event, is_brief, welsh) for event in events]


def _values(event: LearningEvent, is_brief: bool, welsh_texts: Iterable[tuple[int, int]]) -> EventValues:
    if is_brief:
        values: list[str | int | None] = [None] * _COUNT
        for index in _BRIEF:
            values[index] = event[index]
    else:
        values = list(event[:_COUNT])
    for index, default in _DEFAULTS[is_brief][event.source]:
        if values[index] is None:
            values[index] = default
    for index, welsh in welsh_texts:
        values[index] = event[welsh] or values[index]
    return tuple(values)
