"""What every page of the portal uses: the world that is asked, the browser's visit, the record in the journal."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import g, request, session

from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.exchange.journal import recording
from lrs_soap.report.making import ReportMaker
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.world import World

ASKED = "lrs_soap.asked"
"""The name in the environment of a request under which it has what it is about."""

VISIT = "visit"
"""The name in the cookie of what `visit` gives."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about: the world, which has looked (`World.look`), and the check of the contract's facets.

    `tried` is told whether a password or secret answer was right. It may have the answer held back. `reports` makes
    PDFs.
    """

    world: World
    check: Check
    tried: Callable[[bool], None]
    reports: ReportMaker


def asked() -> Asked:
    """What the request that is answered now is about."""
    found: Asked = g.asked
    return found


def visit() -> str:
    """A text that this browser alone knows since its login. What it has searched for is kept under it."""
    known = session.get(VISIT)
    if known is None:
        known = session[VISIT] = secrets.token_urlsafe(16)
    return str(known)


@contextmanager
def exchanging(operation: str, author: Author) -> Iterator[Exchange]:
    """Record in the journal that a user asks this of the service; what is refused becomes a finding."""
    now = asked()
    rule = request.url_rule
    path = None if rule is None else f"/portal{rule.rule}"
    exchange = Exchange(Origin.PORTAL, world=now.world.name, path=path, operation=operation, author=author)
    with recording(now.world.journal, exchange):
        yield exchange
