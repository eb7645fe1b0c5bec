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
from tests.kit.every_operation import DECLARED, LEARNER, OPERATIONS, TEST
from tests.kit.kept_journal import KeptJournal
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, XSI, envelope
from tests.kit.wsgi_client import ask_wsgi

LONGEST_SECONDS = 2.0
EXPECTED_STATUSES = {200, 415, 500}

PIECES = (
    *(
        "<",
        ">",
        "/",
        "&",
        "'",
        '"',
        "=",
        " ",
        "\n",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?x?>",
        "&amp;",
        "&#0;",
        "&#x1E;",
    ),
    *("&x;", "<a/>", "<ULN/>", "<Learner>", "</Learner>", "<b>x</b>", "<!DOCTYPE x>", 'xmlns=""', 'xmlns:x="urn:x"'),
    *(f'xmlns:i="{XSI}" i:nil="true"', f'xmlns:i="{XSI}" i:nil="maybe"', f'xmlns:i="{XSI}" i:type="x:y"', "i:nil='1'"),
    *(
        "\N{NO-BREAK SPACE}",
        "é",
        "e\u0301",
        "😀",
        "ß",
        "İ",
        "\u200b",
        "\ufeff",
        "\ufffd",
        "\u2028",
        "١٢٣",
        "O’Hara",
        "ﬁ",
    ),
    *("'; DROP TABLE learners; --", "%s%n", "{0}", "${jndi:ldap://x}", "../../etc/passwd", "\\", "%00", "null", "NaN"),
    *(
        "-1",
        "0",
        "2147483648",
        "9999999999",
        "1e9",
        "0001-01-01",
        "9999-12-31",
        "2023-02-29",
        "",
        "x" * 300,
        "9" * 5000,
    ),
)


def requests() -> dict[str, str]:
    """A valid request of each operation."""
    made = {}
    for name, declared in DECLARED.items():
        tag = etree.QName(declared.request_tag)
        prefix = "m:" if name in LEARNER else ""
        declaration = f'xmlns{":m" if prefix else ""}="{tag.namespace}"'
        made[name] = envelope(
            f"<{prefix}{tag.localname} {declaration}>{OPERATIONS[name](TEST)}</{prefix}{tag.localname}>"
        )
    return made


def _places(text: str, what: str) -> list[int]:
    return [place for place in range(len(text)) if text.startswith(what, place)]


def _insert(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(PIECES) + text[place:]


def _drop(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place + chance.choice((1, 1, 2, 5, 40)) :]


def _value(text: str, chance: random.Random) -> str:
    """Put something in the place of a value."""
    place = chance.choice(_places(text, "</"))
    start = text.rfind(">", 0, place) + 1
    value = chance.choice(PIECES)
    return text[:start] + value.replace("&", "&amp;").replace("<", "&lt;") + text[place:]


def _in_tag(text: str, chance: random.Random) -> str:
    place = chance.choice([at for at in _places(text, ">") if text[at - 1] != "?"])
    return f"{text[:place]} {chance.choice(PIECES)}{text[place:]}"


def _between(text: str, chance: random.Random) -> str:
    place = chance.choice(_places(text, "<"))
    return text[:place] + chance.choice(PIECES) + text[place:]


def _repeat(text: str, chance: random.Random) -> str:
    """Repeat a piece from one tag to another."""
    tags = _places(text, "<")
    first, last = sorted(chance.sample(tags, 2))
    times = chance.choice((2, 2, 3, 50))
    return text[:first] + text[first:last] * times + text[last:]


def _remove(text: str, chance: random.Random) -> str:
    """Remove a piece from one tag to the next or a later one."""
    tags = _places(text, "<")
    first = chance.randrange(len(tags) - 1)
    return text[: tags[first]] + text[tags[min(first + chance.choice((1, 2, 2, 4)), len(tags) - 1)] :]


def _rename(text: str, chance: random.Random) -> str:
    place = chance.choice(_places(text, "<")) + 1
    return text[:place] + chance.choice(("x", "m:", "f:", "soapenv:", "X", "é")) + text[place:]


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    *(_insert, _drop, _value, _value, _value, _in_tag, _between, _repeat, _remove, _rename),
)
ENCODINGS = ("utf-8",) * 8 + ("utf-8-sig", "utf-16", "latin-1", "cp1252")


def spoiled(text: str, chance: random.Random) -> bytes:
    """The request with some changes, in some encoding, and maybe with some bytes that fit none."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        if text.count("<") > 2 and text.count(">") > 2 and "</" in text:
            text = chance.choice(CHANGES)(text, chance)
    raw = text.encode(chance.choice(ENCODINGS), errors="replace")
    if chance.random() < 0.05:
        place = chance.randrange(len(raw))
        raw = raw[:place] + chance.choice((b"\xff", b"\0", b"\xc0\xaf", b"\xed\xa0\x80", b"\x80")) + raw[place:]
    return raw


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
