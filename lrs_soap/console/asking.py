"""What every page of the console uses: the world that is looked at, its address, the record of a change."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for

from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.exchange.exchange_journal import KeptRequest
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.world import World, Worlds, operating

ASKED = "lrs_soap.asked"
"""The name in the environment of a request under which it has what it is about."""

# Sends a request again in the world of a name, for whoever asks from an address; the id of the exchange that this
# makes. Raises NotPossible, NotHeld and StoreUnavailable.
SendAgain = Callable[[str, KeptRequest, str], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about: the world of a name, which has looked; None where there is none of that name.

    `base` is the address at which the server was asked, `root` the path of the console of `main`, and `caller` the
    address that asks. `check` checks the contract's facets of learners that are loaded.

    `admits` says whether a text is the token of the server; None where it has none, and lets in whoever asks from this
    machine. `has_token`: the request itself has it. `tried` is told whether a token that was typed is right. It may
    have the answer held back. `send_again` sends a request again that the journal has kept.
    """

    worlds: Worlds
    found: World | None
    name: str
    base: str
    root: str
    caller: str
    check: Check
    admits: Callable[[str], bool] | None
    has_token: bool
    tried: Callable[[bool], None]
    send_again: SendAgain

    @property
    def world(self) -> World:
        """The world."""
        assert self.found is not None
        return self.found


def asked() -> Asked:
    """What the request that is answered now is about."""
    found: Asked = g.asked
    return found


def url_of_server(endpoint: str, **values: Any) -> str:
    """The address of a page that is the server's and no world's, or of a page of `main`."""
    return f"{asked().root}{_path_of(endpoint, values)}"


def url_of_world(name: str, endpoint: str, **values: Any) -> str:
    """The address of a page of the world of this name."""
    return f"{asked().root}/worlds/{name}{_path_of(endpoint, values)}"


def _path_of(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values).removeprefix(request.script_root)


def reading() -> AbstractContextManager[UnitOfWork]:
    """A unit of work of the operator that reads."""
    return asked().world.reading(OPERATOR)


def changing(what: str) -> AbstractContextManager[Exchange]:
    """Record in the journal that the operator does this by the console, as `operating.changing`."""
    return operating.changing(asked().world, Origin.CONSOLE, what, caller=asked().caller)


def writing(what: str) -> AbstractContextManager[tuple[UnitOfWork, Exchange]]:
    """A unit of work of the operator that writes, and its record in the journal."""
    return operating.writing(asked().world, Origin.CONSOLE, what, caller=asked().caller)
