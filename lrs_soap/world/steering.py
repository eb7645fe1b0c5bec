"""Steering a world while it serves: its clock and its policy, which every process sees at its next request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lrs_soap.clock import ClockMode
from lrs_soap.operations import steering as operations
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.settings import OF_A_WORLD, Settings, changed
from lrs_soap.store import steering
from lrs_soap.world import World


@dataclass(frozen=True, slots=True)
class ClockNow:
    """What a world's clock shows, aware and in London's time, and how it goes."""

    now: datetime
    mode: ClockMode


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


def read_policy(world: World) -> dict[str, Any]:
    """The settings of a world that are in force, by name, with values that JSON can have."""
    with world.store.reading() as transaction:
        changes = steering.policy(transaction)
    settings = changed(world.settings or Settings(), {name: json.loads(text) for name, text in changes.items()})
    return {name: _plain(getattr(settings, name)) for name in OF_A_WORLD}


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


def _plain(value: Any) -> Any:
    """A setting's value in JSON, which can be read as the setting again."""
    return [str(each) for each in value] if isinstance(value, tuple) else value
