"""What answers here, and the worlds that there are."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus

from flask import Response

from lrs_soap import __version__
from lrs_soap.control.answering import answered, asked, changing, part
from lrs_soap.control.models import About, Error, NewWorld, WorldAddresses, WorldList, WorldPath
from lrs_soap.world.addresses import addresses_of

API_VERSION = 1

about = part("about")


@about.get("/", responses={200: About}, operation_id="about")
def show() -> Response:
    """What answers here: the version of lrs-soap, and that of this interface."""
    return answered(About(version=__version__, api=API_VERSION, server="lrs-soap"))


@about.get("/worlds", responses={200: WorldList}, operation_id="list_worlds")
def worlds() -> Response:
    """The worlds of this server, with their addresses."""
    return answered(WorldList([_addresses(name) for name in asked().worlds]))


@about.post("/worlds", responses={201: WorldAddresses, 409: Error}, operation_id="make_world")
def make(body: NewWorld) -> Response:
    """Make a world with the starting data, or like a snapshot of `main`. With a `ttl` it goes when nobody asks it."""
    with changing("make world"):
        made = asked().worlds.create(body.name, like=body.like, seed=body.seed, ttl=body.ttl)
    return answered(_addresses(made.name), HTTPStatus.CREATED)


@about.delete("/worlds/<name>", responses={204: None, 409: Error}, operation_id="delete_world")
def delete(path: WorldPath) -> Response:
    """Delete a world, with its snapshots and its journal."""
    with changing("delete world"):
        asked().worlds.delete(path.name)
    return Response(status=HTTPStatus.NO_CONTENT)


def _addresses(name: str) -> WorldAddresses:
    return WorldAddresses(**asdict(addresses_of(name, asked().base)))
