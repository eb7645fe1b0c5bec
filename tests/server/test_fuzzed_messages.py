"""Requests that chance has spoiled: whatever they have become, each has an answer that somebody foresaw."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from lrs_soap.server import wsgi
from lrs_soap.settings import Settings
from lrs_soap.world import World
from tests.kit.every_operation import DECLARED, LEARNER
from tests.kit.kept_journal import KeptJournal
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9
from tests.kit.spoiled_requests import requests, spoiled
from tests.kit.wsgi_client import ask_wsgi

LONGEST_SECONDS = 2.0
EXPECTED_STATUSES = {200, 415, 500}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., None]]:
    with asking(tmp_path_factory.mktemp("fuzzed")) as ask:
        yield ask


@contextmanager
def asking(folder: Path, *, strict: bool = True) -> Iterator[Callable[..., None]]:
    """Sends a spoiled request of an operation, and looks at what came of it."""
    settings = Settings(database_url=f"sqlite:///{folder}/lrs.db", strict=strict)
    with World.open(settings) as opened:
        journal = KeptJournal()
        application = wsgi.application_of(settings, replace(opened, journal=journal))

        def ask(name: str, raw: bytes) -> None:
            path = LEARNER_SERVICE if name in LEARNER else LEARNER_SERVICE_R9
            began = time.process_time()
            answer = ask_wsgi(
                application, "POST", path, raw, CONTENT_TYPE="text/xml", HTTP_SOAPACTION=DECLARED[name].soap_action
            )
            assert time.process_time() - began < LONGEST_SECONDS, raw
            assert journal.last.error is None, raw
            assert answer.status in EXPECTED_STATUSES, raw
            if answer.status != 415:
                etree.fromstring(answer.body)
                assert b"WSEC0999" not in answer.body, raw
                assert b"InternalServiceFault" not in answer.body, raw

        yield ask


@pytest.mark.parametrize("name", DECLARED)
def test_a_spoiled_request_has_an_answer_that_was_foreseen(ask: Callable[..., None], name: str) -> None:
    chance = random.Random(name)
    text = requests()[name]
    for _ in range(30):
        ask(name, spoiled(text, chance))


@pytest.mark.slow
@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not strict"])
def test_tens_of_thousands_of_spoiled_requests_have_one(tmp_path: Path, strict: bool) -> None:
    chance = random.Random(14)
    texts = requests()
    names = list(texts)
    with asking(tmp_path, strict=strict) as ask:
        for _ in range(20_000):
            name = chance.choice(names)
            ask(name, spoiled(texts[name], chance))


WHO = ("UKPRN", "OrgPassword", "Ukprn", "Password")
HARMFUL = (
    *("'; DROP TABLE learners; --", "' OR '1'='1", '" OR ""="', "1; SELECT pg_sleep(9)", "%' --", "\\'; --", "x'||'y"),
    *("${jndi:ldap://127.0.0.1:1/x}", "{{7*7}}", "%s%s%n", "../../../../etc/passwd", "file:///etc/passwd", "$(reboot)"),
    *(
        "a\r\nSet-Cookie: x=1",
        "a\r\n\r\nHTTP/1.1 200 OK",
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "&lt;b&gt;",
    ),
)


@pytest.mark.parametrize("name", DECLARED)
def test_no_value_is_anything_but_a_value(ask: Callable[..., None], name: str) -> None:
    """SQL, templates, paths, headers and scripts in the place of every value of every operation."""
    body = etree.fromstring(requests()[name].encode())
    for element in [each for each in body.iter() if not len(each)]:
        held = element.text
        # A wrong password takes as long as a right one, every time.
        is_who = etree.QName(element).localname in WHO
        for value in HARMFUL[:2] if is_who else HARMFUL:
            element.text = value
            ask(name, etree.tostring(body))
        element.text = held
