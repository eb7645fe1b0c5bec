"""Steering a world: its clock, its policy, and back to its starting data or to a snapshot."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from flask import Response
from pydantic import TypeAdapter, ValidationError

from lrs_soap.clock import ClockMode
from lrs_soap.control.answering import answered, asked, changing, part
from lrs_soap.control.errors import ControlError
from lrs_soap.control.models import (
    ClockChange,
    ClockShown,
    Error,
    PolicyChange,
    PolicyShown,
    Seed,
    SnapshotList,
    SnapshotPath,
    SnapshotShown,
)
from lrs_soap.world import images
from lrs_soap.world import steering as world_steering
from lrs_soap.world.steering import ClockNow

steering = part("steering")

T = TypeVar("T")

# pydantic would also take a number for a moment, and a clock's time for a length.
_MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")
_DURATION = re.compile("[+-]?P.*")


@steering.get("/clock", responses={200: ClockShown}, operation_id="get_clock")
def clock() -> Response:
    """What the world's clock shows, and whether it is the machine's, stands still, or runs from where it was set."""
    return _shown(world_steering.read_clock(asked().world))


@steering.put("/clock", responses={200: ClockShown}, operation_id="set_clock")
def set_clock(body: ClockChange) -> Response:
    """Set the clock to a moment (`set`), move it (`advance`, in seconds or as an ISO 8601 duration), or let it go on.

    A moment is London's unless it names its zone. A clock that is set stands still, unless `mode` says otherwise.
    """
    world = asked().world
    with changing("set clock"):
        if body.advance is not None:
            if body.set is not None or body.mode is not None:
                raise ControlError(HTTPStatus.BAD_REQUEST, "advance: it goes with neither set nor mode.")
            return _shown(world_steering.advance_clock(world, _duration(body.advance)))
        if body.set is None and body.mode is None:
            raise ControlError(HTTPStatus.BAD_REQUEST, "Give set, advance or mode.")
        moment = None if body.set is None else _moment(body.set)
        mode = None if body.mode is None else ClockMode(body.mode)
        return _shown(world_steering.set_clock(world, moment, mode))


@steering.get("/policy", responses={200: PolicyShown}, operation_id="get_policy")
def policy() -> Response:
    """The settings that are the world's own, as they are in force."""
    return answered(PolicyShown(world_steering.read_policy(asked().world)))


@steering.patch("/policy", responses={200: PolicyShown}, operation_id="change_policy")
def change_policy(body: PolicyChange) -> Response:
    """Change some of them; null is what the server's settings say."""
    with changing("change policy"):
        return answered(PolicyShown(world_steering.patch_policy(asked().world, body.root)))


@steering.post("/reset", responses={204: None}, operation_id="reset")
def reset(body: Seed) -> Response:
    """Put the world back to its starting data, and its clock and policy to what the settings say."""
    with changing("reset"):
        images.reset(asked().world, seed=body.seed)
    return _done()


@steering.get("/snapshots", responses={200: SnapshotList}, operation_id="list_snapshots")
def snapshots() -> Response:
    """The world's snapshots, by name."""
    return answered(SnapshotList([SnapshotShown(name=name) for name in images.snapshots(asked().world)]))


@steering.put("/snapshots/<name>", responses={204: None, 409: Error}, operation_id="take_snapshot")
def take_snapshot(path: SnapshotPath) -> Response:
    """Keep the whole of the world under a name, its clock and policy too, in place of an older snapshot."""
    with changing("take snapshot"):
        images.take_snapshot(asked().world, path.name)
    return _done()


@steering.delete("/snapshots/<name>", responses={204: None}, operation_id="delete_snapshot")
def delete_snapshot(path: SnapshotPath) -> Response:
    """Delete a snapshot."""
    with changing("delete snapshot"):
        images.delete_snapshot(asked().world, path.name)
    return _done()


@steering.post("/snapshots/<name>/restore", responses={204: None, 409: Error}, operation_id="restore_snapshot")
def restore(path: SnapshotPath) -> Response:
    """Put the world back to a snapshot; `start` is the starting data."""
    with changing("restore snapshot"):
        images.restore(asked().world, path.name)
    return _done()


def _shown(now: ClockNow) -> Response:
    return answered(ClockShown(now=now.now.isoformat(), mode=now.mode.value))


def _done() -> Response:
    return Response(status=HTTPStatus.NO_CONTENT)


def _moment(text: str) -> datetime:
    return _read(datetime, text, _MOMENT, "set: has to be a date and time such as 2025-01-14T15:23:47.")


def _duration(given: int | float | str) -> timedelta:
    sentence = "advance: has to be a number of seconds, or an ISO 8601 duration such as P45D or PT1H30M."
    if isinstance(given, str):
        return _read(timedelta, given, _DURATION, sentence)
    try:
        return timedelta(seconds=given)
    except OverflowError:
        raise ControlError(HTTPStatus.BAD_REQUEST, sentence) from None


def _read(kind: type[T], text: str, form: re.Pattern[str], sentence: str) -> T:
    """The text as a value of the kind. Raises ControlError, with the sentence, where it is none."""
    try:
        if form.fullmatch(text):
            return TypeAdapter(kind).validate_python(text)
    except (ValidationError, OverflowError):
        pass
    raise ControlError(HTTPStatus.BAD_REQUEST, sentence)
