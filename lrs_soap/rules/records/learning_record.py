"""The Personal Learning Record: who gets to see it, and what of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.access_history import Action
from lrs_soap.rules.records.learning_events import CELLS, CONTRACT_FIELDS, SOURCES, WELSH_FIELDS, LearningEvent
from lrs_soap.rules.records.record_access import identify
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule

LEARNER_ITSELF = "LNR"
"""The user type of a learner who reads the own record; the others are organisations'."""

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
"""What a brief record has of an event."""

Cells = tuple[str | int | None, ...]
"""What an answer has of an event, in the contract's order; None is left out or nil, as the contract has it."""

# By places and worked out once, since a record may have hundreds of events.
_ID = attrgetter("id")
_PLACES = {field: place for place, field in enumerate(LearningEvent._fields)}
_OTHERWISE = {
    source: tuple(
        (_PLACES[field], by_source[source].otherwise)
        for field, by_source in CELLS.items()
        if by_source[source].otherwise is not None
    )
    for source in SOURCES
}
_WELSH = tuple((_PLACES[field], _PLACES[welsh]) for field, welsh in WELSH_FIELDS.items())
_NOT_BRIEF = tuple(_PLACES[field] for field in CONTRACT_FIELDS if field not in BRIEF_FIELDS)
_COUNT = len(CONTRACT_FIELDS)


@dataclass(frozen=True, slots=True)
class RecordDecision(Decision):
    """The answer to whoever asks for a record.

    `found_uln` is the ULN that it is about, '' where that is nobody's business; `ulns` those of the person, whose
    access histories say that it was asked for, none where nobody was found.
    """

    found_uln: str = ""
    ulns: tuple[str, ...] = ()

    @property
    def is_found(self) -> bool:
        """The answer is the record."""
        return self.code in (ResponseCode.EXACT_MATCH, ResponseCode.MASTER_SUBSTITUTED)

    @property
    def action(self) -> Action:
        """What the access histories say, of a decision that has `ulns`."""
        return Action.VIEWED if self.is_found else Action.NOT_SHARED


def learning_record(
    asked: ToVerify, uln: str, learner: Learner | None, master: Learner | None, *, user_type: str
) -> RecordDecision:
    """What to answer to whoever asks for the record of `uln` with the details in `asked`.

    `learner` is who holds the ULN, deleted or not, None if nobody; `master` is who stands in for a linked learner.
    A linked learner without master raises ValueError.

    | the ULN | its own names, date of birth, gender | sharing, the master's | answer |
    |---|---|---|---|
    | check digit wrong | | | INVALID_ULN |
    | unknown, deleted | | | COULD_NOT_BE_VERIFIED |
    | held | not equal, if similar | | COULD_NOT_BE_VERIFIED |
    | held | equal | 0 or 2, and it is not the learner who asks | NOT_SHARED with the ULN |
    | held | equal | | EXACT_MATCH; linked: MASTER_SUBSTITUTED with the master's ULN |
    """
    identified = identify(asked, uln, learner)
    if identified.code is not ResponseCode.EXACT_MATCH:
        return RecordDecision(identified.code, reasons=identified.reasons)
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
        return RecordDecision(ResponseCode.NOT_SHARED, reasons=reasons, found_uln=uln, ulns=ulns)
    code = ResponseCode.MASTER_SUBSTITUTED if held.is_linked else ResponseCode.EXACT_MATCH
    return RecordDecision(code, (person,), reasons, found_uln=person.uln, ulns=ulns)


def _sharing(person: Learner, user_type: str) -> Outcome:
    if person.ability_to_share == SHARED:
        return Outcome.SHARED
    return Outcome.OWN_RECORD if user_type == LEARNER_ITSELF else Outcome.NOT_SHARED


def shown_to(user_type: str, events: Iterable[LearningEvent]) -> list[LearningEvent]:
    """Those of a person's events that `user_type` may see, by source and then by ID: sensitive ones are the learner's.

    `events` come in any order.
    """
    by_id = sorted(events, key=_ID)
    if user_type != LEARNER_ITSELF:
        by_id = [event for event in by_id if not event.is_sensitive]
    return [event for source in SOURCES for event in by_id if event.source == source]


def cells_of(events: Iterable[LearningEvent], *, is_brief: bool, is_welsh: bool) -> Sequence[Cells]:
    """What an answer has of each event (docs/behaviour.md, Personal Learning Record).

    Where a source has no value, `learning_events.CELLS` says what stands for it. A brief answer has `BRIEF_FIELDS`
    alone, and a Welsh one the Welsh texts, where there are any.
    """
    return [_cells(event, is_brief, is_welsh) for event in events]


def _cells(event: LearningEvent, is_brief: bool, is_welsh: bool) -> Cells:
    cells = list(event[:_COUNT])
    for place, otherwise in _OTHERWISE[event.source]:
        if cells[place] is None:
            cells[place] = otherwise
    if is_welsh:
        for place, welsh in _WELSH:
            cells[place] = event[welsh] or cells[place]
    if is_brief:
        for place in _NOT_BRIEF:
            cells[place] = None
    return tuple(cells)
