"""The machine's clock is set back and forward: what is answered stays right, and no wait is measured by it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

import lrs_soap
from lrs_soap.clock import SettableClock
from lrs_soap.server import wsgi
from lrs_soap.server.application import Application
from lrs_soap.settings import Settings
from lrs_soap.world import World
from tests.kit.every_operation import DECLARED, LEARNER, OPERATIONS
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9
from tests.kit.spoiled_requests import requests
from tests.kit.wsgi_client import ask_wsgi

ROOT = Path(lrs_soap.__file__).parent
# Forward over a change to summer time, back by years, to a leap day, and to the ends of what a date can be.
JUMPS = [
    datetime(2026, 3, 29, 0, 59),
    datetime(2026, 3, 29, 2, 1),
    datetime(2019, 7, 1),
    datetime(2028, 2, 29, 23, 59, 59),
    datetime(1970, 1, 1),
    datetime(2099, 12, 31),
    datetime(2026, 10, 25, 1, 30),
]


@pytest.fixture(scope="module")
def clock() -> SettableClock:
    return SettableClock(datetime(2026, 1, 15, 12))


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory, clock: SettableClock) -> Iterator[Application]:
    settings = Settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('jumps')}/lrs.db", find_before_register=True)
    with World.open(settings) as opened:
        yield wsgi.application_of(settings, replace(opened, clock=clock))


def ask(application: Application, name: str, message: str) -> tuple[int, str | None]:
    path = LEARNER_SERVICE if name in LEARNER else LEARNER_SERVICE_R9
    answer = ask_wsgi(
        application, "POST", path, message.encode(), CONTENT_TYPE="text/xml", HTTP_SOAPACTION=DECLARED[name].soap_action
    )
    return answer.status, answer.text("ErrorCode") or answer.text("faultcode")


@pytest.mark.parametrize("moment", JUMPS, ids=datetime.isoformat)
def test_after_a_jump_every_operation_is_answered(
    application: Application, clock: SettableClock, moment: datetime
) -> None:
    clock.set(moment)

    told = {name: ask(application, name, message) for name, message in requests().items()}

    assert told.keys() == OPERATIONS.keys()
    assert [name for name, (_, code) in told.items() if code in ("WSEC0999", "a:InternalServiceFault")] == []
    assert told["learnerByULN"] == (200, None)


def test_nothing_but_the_clock_asks_the_machine_for_the_time() -> None:
    """Whatever is waited for is measured by the monotonic clock, which nobody can set."""
    asking = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("time", "now", "utcnow", "today", "localtime"):
                whose = node.value
                if isinstance(whose, ast.Name) and whose.id in ("time", "datetime", "date"):
                    asking.add(str(path.relative_to(ROOT)))
    assert asking == {"clock.py"}
