"""Steering a world: its clock, its policy, and back to its starting data or to a snapshot."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response

from lrs_soap.clock import ClockMode
from lrs_soap.control.answering import answered, asked, changing, part
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


@steering.get("/clock", responses={200: ClockShown}, operation_id="get_clock")
def clock() -> Response:
    """What the world's clock shows, and whether it is the machine's, stands still, or runs from where it was set."""
    return _shown(world_steering.read_clock(asked().world))


@steering.put("/clock", responses={200: ClockShown}, operation_id="set_clock")
def set_clock(body: ClockChange) -> Response:
    """Set the clock to a moment (`set`), move it (`advance`, in seconds or as an ISO 8601 duration), or let it go on.

    A moment is London's unless it names its zone. A clock that is set stands still, unless `mode` says otherwise.
    """
    mode = None if body.mode is None else ClockMode(body.mode)
    with changing("set clock"):
        return _shown(world_steering.change_clock(asked().world, moment=body.set, mode=mode, advance=body.advance))


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
