"""What each function of the control interface uses: the world that is asked, the answer, the record of a change."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from lrs_soap.control.models import Error
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.world import World, Worlds, operating

_ERRORS: Any = dict.fromkeys((400, 401, 403, 404, 405, 413, 415, 500, 503), Error)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about: the world, the server's worlds, and the address of the server.

    `check` checks the contract's facets of learners that are loaded.
    """

    world: World
    worlds: Worlds
    base: str
    check: Check


def part(name: str) -> APIBlueprint:
    """A part of the interface, whose functions are about one subject. The document names the errors of all of them."""
    return APIBlueprint(name, __name__, url_prefix="/_lrs", abp_tags=[Tag(name=name)], abp_responses=_ERRORS)


def asked() -> Asked:
    """What the request that is answered now is about."""
    found: Asked = g.asked
    return found


def answered(model: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The model as JSON."""
    return Response(model.model_dump_json(by_alias=True), status, mimetype="application/json")


def changing(what: str) -> AbstractContextManager[Exchange]:
    """Record in the journal that the operator does this, as `operating.changing`."""
    return operating.changing(asked().world, Origin.CONTROL, what)


def writing(what: str) -> AbstractContextManager[tuple[UnitOfWork, Exchange]]:
    """A unit of work of the operator that writes, and its record in the journal."""
    return operating.writing(asked().world, Origin.CONTROL, what)
