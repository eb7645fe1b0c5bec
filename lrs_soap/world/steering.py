"""Steering a world while it serves: its clock and its policy, which every process sees at its next request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from lrs_soap.clock import ClockMode
from lrs_soap.errors import InvalidRecord
from lrs_soap.operations import steering as operations
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.settings import OF_A_WORLD, Settings, allowed_values, changed, meaning_of
from lrs_soap.store import steering
from lrs_soap.world import World

T = TypeVar("T")

# pydantic would also take a number for a moment, and a clock's time for a length.
_MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")
_DURATION = re.compile("[+-]?P.*")


@dataclass(frozen=True, slots=True)
class ClockNow:
    """What a world's clock shows, aware and in London's time, and how it goes."""

    now: datetime
    mode: ClockMode


@dataclass(frozen=True, slots=True)
class PolicySetting:
    """A setting of a world: what it means, which values it can have, and what it is here and by the server's settings.

    `allowed` completes the sentence "it has to be …". `choices` are all its values, as texts, if it has only a few. The
    values are those of `read_policy`.
    """

    name: str
    meaning: str
    allowed: str
    choices: tuple[str, ...]
    value: Any
    server_value: Any

    @property
    def is_changed(self) -> bool:
        """Whether it is another one here."""
        return bool(self.value != self.server_value)


def read_clock(world: World) -> ClockNow:
    """What the clock shows. Raises StoreUnavailable, as the functions below do."""
    with world.store.reading() as transaction:
        world.look_in(transaction)
    return ClockNow(world.clock.now(), world.clock_mode)


def set_clock(world: World, moment: datetime | None = None, mode: ClockMode | None = None) -> ClockNow:
    """Set the clock, as `operations.steering.set_clock` does, and read it. Raises InvalidRecord."""
    with world.writing(OPERATOR) as work:
        operations.set_clock(work, moment, mode)
    return read_clock(world)


def advance_clock(world: World, by: timedelta) -> ClockNow:
    """Move the clock, as `operations.steering.advance_clock` does, and read it. Raises InvalidRecord."""
    with world.writing(OPERATOR) as work:
        operations.advance_clock(work, by, is_still=world.clock_mode is ClockMode.STILL)
    return read_clock(world)


def change_clock(
    world: World,
    *,
    moment: str | None = None,
    mode: ClockMode | None = None,
    advance: float | str | None = None,
) -> ClockNow:
    """Set the clock to a moment (`set_clock`), move it, or let it go on, as somebody has written it, and read it.

    `moment` is a date and time in ISO 8601, `advance` a number of seconds or a duration in ISO 8601. Raises
    InvalidRecord, with the name that the field has for whoever asks: `set`, `mode` or `advance`.
    """
    if advance is not None:
        if moment is not None or mode is not None:
            raise InvalidRecord("it goes with neither set nor mode.", "advance")
        return advance_clock(world, _duration(advance))
    if moment is None and mode is None:
        raise InvalidRecord("Give set, advance or mode.")
    return set_clock(world, None if moment is None else _moment(moment), mode)


def read_policy(world: World) -> dict[str, Any]:
    """The settings of a world that are in force, by name, with values that JSON can have."""
    with world.store.reading() as transaction:
        changes = steering.policy(transaction)
    settings = changed(world.settings or Settings(), {name: json.loads(text) for name, text in changes.items()})
    return _policy_of(settings)


def policy_settings(world: World) -> list[PolicySetting]:
    """The settings of a world as people read and write them, in the order of `read_policy`."""
    here, server = read_policy(world), _policy_of(world.settings or Settings())
    return [
        PolicySetting(
            name,
            meaning_of(name),
            allowed_values(name).words,
            _choices(Settings.model_fields[name].annotation),
            here[name],
            server[name],
        )
        for name in OF_A_WORLD
    ]


def patch_policy(world: World, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change settings of a world, each to text or to a value that a settings file can have, and read all of them.

    None is what the settings of the server say. Raises InvalidSetting, and changes nothing, for an unknown name and for
    a value that is not allowed; AlreadyHeld for the subject of a certificate that another world claims.
    """
    valid = changed(Settings(), changes)
    if "certificate_subjects" in changes:
        world.claim_subjects(valid.certificate_subjects, True)
    rows = {
        name: None if given is None else json.dumps(_plain(getattr(valid, name))) for name, given in changes.items()
    }
    with world.writing(OPERATOR) as work:
        operations.change_policy(work, rows)
    return read_policy(world)


def _choices(annotation: Any) -> tuple[str, ...]:
    return (
        ("true", "false") if annotation is bool else get_args(annotation) if get_origin(annotation) is Literal else ()
    )


def _policy_of(settings: Settings) -> dict[str, Any]:
    return {name: _plain(getattr(settings, name)) for name in OF_A_WORLD}


def _plain(value: Any) -> Any:
    """A setting's value in JSON, which can be read as the setting again."""
    return [str(each) for each in value] if isinstance(value, tuple) else value


def _moment(text: str) -> datetime:
    return _read(datetime, text, _MOMENT, "set", "has to be a date and time such as 2025-01-14T15:23:47.")


def _duration(given: float | str) -> timedelta:
    reason = "has to be a number of seconds, or an ISO 8601 duration such as P45D or PT1H30M."
    if isinstance(given, str):
        return _read(timedelta, given, _DURATION, "advance", reason)
    try:
        return timedelta(seconds=given)
    except OverflowError:
        raise InvalidRecord(reason, "advance") from None


def _read(kind: type[T], text: str, form: re.Pattern[str], field: str, reason: str) -> T:
    """The text as a value of the kind. Raises InvalidRecord, with the reason, where it is none."""
    try:
        if form.fullmatch(text):
            return TypeAdapter(kind).validate_python(text)
    except (ValidationError, OverflowError):
        pass
    raise InvalidRecord(reason, field)
