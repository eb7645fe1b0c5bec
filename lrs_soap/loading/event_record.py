"""A learning event as a record in a file: the names of its fields, their values, and the event that they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from lrs_soap.errors import InvalidRecord
from lrs_soap.loading.learner_record import LEARNING_EVENTS
from lrs_soap.rules.learners.field_rules import Violation
from lrs_soap.rules.records import learning_events
from lrs_soap.rules.records.event_holder import DETAILS, age_violations, details_violations
from lrs_soap.rules.records.learning_events import (
    AO,
    CONTRACT_NAMES,
    FIELD_RULES,
    LARGEST_CREDITS,
    QCFU,
    LearningEvent,
)
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.characters import check_characters
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.quotation import shortened

FIELDS = tuple(name for field, name in CONTRACT_NAMES.items() if field not in ("id", "uln"))
"""The contract's names of the fields, in its order, then those of the Welsh texts."""

_ULN = CONTRACT_NAMES["uln"]
_OWN_NAMES = {name: field for field, name in CONTRACT_NAMES.items()}
_WHOLE_NUMBER = re.compile("-?[0-9]{1,20}")


class EventRecord(NamedTuple):
    """The event in a record of its own, and the details that say whose it is, by the contract's names."""

    event: LearningEvent
    details: Mapping[str, str]


def check_heading(fields: Sequence[str]) -> None:
    """Raise InvalidRecord if events cannot be read from a table with these columns, or not without losing one."""
    for field in fields:
        if not field:
            raise InvalidRecord("a column has no name")
        _check_name(field, (*FIELDS, _ULN, *DETAILS))
        if fields.count(field) > 1:
            raise InvalidRecord("given more than once", field)
    for field in (_ULN, "Source"):
        if field not in fields:
            raise InvalidRecord("missing from the heading", field)


def event_of(values: Mapping[str, Any], *, now: datetime) -> EventRecord:
    """The event in a record. `values` are by the contract's names, with the learner's ULN.

    They may have the learner's GivenName, FamilyName, DateOfBirth and Gender. `now` becomes the DateLoaded of an event
    that has none. Raises InvalidRecord for the first thing that is wrong: names and types, characters that XML cannot
    carry, the ULN, then fields that the event's source cannot have, and values that cannot be (docs/behaviour.md,
    Personal Learning Record).
    """
    uln = _text(_ULN, values.get(_ULN))
    if not uln:
        raise InvalidRecord("missing", _ULN)
    if not ulns.is_valid(uln):
        raise InvalidRecord(f"'{shortened(uln)}' is not ten digits with the right check digit", _ULN)
    details = {field: text for field in DETAILS if (text := _text(field, values.get(field)))}
    fields = {field: value for field, value in values.items() if field not in (_ULN, *DETAILS)}
    return EventRecord(_event(fields, now)._replace(uln=uln), details)


def check_holder(record: EventRecord, learner: Learner) -> None:
    """Raise InvalidRecord if the event cannot be that of `learner`, who has its ULN and is not deleted."""
    _raise_first((*details_violations(record.details, learner), *age_violations(record.event, learner)))


def warning_about(event: LearningEvent, *, today: date) -> str | None:
    """What a person should look at in an event that is loaded `today`; None if there is nothing."""
    return next((warning.sentence for warning in learning_events.warnings(event, today=today)), None)


def pop_events(values: dict[str, Any], *, now: datetime) -> tuple[LearningEvent, ...]:
    """Remove the events from a learner's record and return them, without ULN. Raises InvalidRecord, as `event_of`."""
    records = values.pop(LEARNING_EVENTS, None)
    if records is None:
        return ()
    if not isinstance(records, list):
        raise InvalidRecord("must be a list of objects", LEARNING_EVENTS)
    return tuple(_event_in_a_learner(place, record, now) for place, record in enumerate(records, 1))


def check_events(events: Sequence[LearningEvent], learner: Learner) -> None:
    """Raise InvalidRecord for the first event in a learner's record that cannot be the learner's."""
    for place, event in enumerate(events, 1):
        for violation in age_violations(event, learner):
            raise InvalidRecord(_at(place, violation.sentence), LEARNING_EVENTS)


def warnings_about(events: Sequence[LearningEvent], *, today: date) -> list[str]:
    """The warnings about the events in a learner's record."""
    found = ((place, warning_about(event, today=today)) for place, event in enumerate(events, 1))
    return [f"{LEARNING_EVENTS}: {_at(place, warning)}" for place, warning in found if warning is not None]


def _at(place: int, reason: str) -> str:
    return f"event {place}: {reason}"


def _event_in_a_learner(place: int, record: Any, now: datetime) -> LearningEvent:
    try:
        if not isinstance(record, dict):
            raise InvalidRecord("not an object")
        return _event(record, now)
    except InvalidRecord as error:
        raise InvalidRecord(_at(place, str(error)), LEARNING_EVENTS) from error


def _event(values: Mapping[str, Any], now: datetime) -> LearningEvent:
    for field in values:
        _check_name(field, FIELDS)
    given: dict[str, Any] = {
        _OWN_NAMES[field]: text for field, value in values.items() if (text := _text(field, value))
    }
    credits = given.pop("credits", "0")
    if not _WHOLE_NUMBER.fullmatch(credits):
        raise InvalidRecord(f"must be a whole number from 0 to {LARGEST_CREDITS}", "Credits")
    given.setdefault("date_loaded", now.strftime("%Y-%m-%d %H:%M:%S"))
    event = LearningEvent(credits=int(credits), **given)
    _raise_first(learning_events.violations(event))
    if event.source in (AO, QCFU) and not event.is_sensitive:
        # What an awarding organisation uploads has a Restriction only if it is sensitive.
        return event._replace(restriction=None)
    # An answer has a grade of its own where the ILR has none. People never see it.
    return event._replace(grade=None) if event.grade == FIELD_RULES["grade"][event.source].default else event


def _raise_first(violations: Iterable[Violation]) -> None:
    for violation in violations:
        raise InvalidRecord(violation.sentence)


def _text(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field == "Credits" and type(value) is int:
        # One more than the largest, because writing out a very long number would fill the message.
        return str(value) if abs(value) <= LARGEST_CREDITS else str(LARGEST_CREDITS + 1)
    if not isinstance(value, str):
        raise InvalidRecord("must be text, in quotes", field)
    check_characters(field, value)
    return value


def _check_name(field: str, known: Sequence[str]) -> None:
    if field == CONTRACT_NAMES["id"]:
        raise InvalidRecord("cannot be loaded: events are numbered as they are loaded", field)
    if field not in known:
        # Quoted by repr, because the name may contain control characters.
        raise InvalidRecord(f"{shortened(field)!r} is not a field of a learning event")
