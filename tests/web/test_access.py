"""Who may use the control interface: a table of requests, and what becomes of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lrs_soap.web.access import Admission, RequestFacts, refusal

TOKEN = "pc9f-Xw2Q-77aLm"
LOOPBACK, WITH_TOKEN = Admission(), Admission(token=TOKEN)
BEHIND_PROXIES = Admission(is_proxied=True)
HERE = RequestFacts("GET", "http", "127.0.0.1:8080", "8080", "127.0.0.1")
AFAR = replace(HERE, caller="192.0.2.7", host="lrs.example:8080")
BEARER = f"Bearer {TOKEN}"
FORM = "application/x-www-form-urlencoded"

# Why, the admission, the request, what is different in it, and the status of the refusal.
CASES: list[tuple[str, Admission, RequestFacts, dict[str, Any], int | None]] = [
    ("this machine", LOOPBACK, HERE, {}, None),
    ("its name", LOOPBACK, HERE, {"host": "localhost:8080"}, None),
    ("its name in capitals", LOOPBACK, HERE, {"host": "LocalHost:8080"}, None),
    ("another loopback address", LOOPBACK, HERE, {"caller": "127.0.1.1", "host": "127.0.1.1:8080"}, None),
    ("IPv6", LOOPBACK, HERE, {"caller": "::1", "host": "[::1]:8080"}, None),
    ("IPv4 in IPv6", LOOPBACK, HERE, {"caller": "::ffff:127.0.0.1"}, None),
    ("another machine", LOOPBACK, HERE, {"caller": "192.0.2.7"}, 403),
    ("another machine in IPv6", LOOPBACK, HERE, {"caller": "::ffff:192.0.2.7"}, 403),
    ("nobody knows who", LOOPBACK, HERE, {"caller": ""}, 403),
    ("no address", LOOPBACK, HERE, {"caller": "localhost"}, 403),
    # A page of another site whose name was made to lead to this machine.
    ("a rebound host", LOOPBACK, HERE, {"host": "evil.example:8080"}, 403),
    ("a name that begins like ours", LOOPBACK, HERE, {"host": "localhost.evil.example:8080"}, 403),
    ("a name that begins like an address", LOOPBACK, HERE, {"host": "127.0.0.1.evil.example:8080"}, 403),
    ("another port", LOOPBACK, HERE, {"host": "127.0.0.1:9090"}, 403),
    ("no port", LOOPBACK, HERE, {"host": "127.0.0.1"}, 403),
    ("IPv6 without a port", LOOPBACK, HERE, {"host": "[::1]"}, 403),
    ("no host", LOOPBACK, HERE, {"host": ""}, 403),
    ("every address", LOOPBACK, HERE, {"host": "0.0.0.0:8080"}, 403),
    ("HTTP's own port", LOOPBACK, HERE, {"host": "localhost", "port": "80"}, None),
    ("HTTPS's own port", LOOPBACK, HERE, {"host": "[::1]", "port": "443", "scheme": "https"}, None),
    ("HTTPS's own port over HTTP", LOOPBACK, HERE, {"host": "localhost", "port": "443"}, 403),
    ("forwarded", LOOPBACK, HERE, {"is_forwarded": True}, 403),
    ("behind proxies", BEHIND_PROXIES, HERE, {}, 403),
    # What browsers send for pages.
    ("our own page", LOOPBACK, HERE, {"origin": "http://127.0.0.1:8080", "fetch_site": "same-origin"}, None),
    ("an address that a person types", LOOPBACK, HERE, {"fetch_site": "none"}, None),
    ("another site", LOOPBACK, HERE, {"origin": "https://evil.example"}, 403),
    ("another port's page", LOOPBACK, HERE, {"origin": "http://127.0.0.1:3000"}, 403),
    ("another scheme", LOOPBACK, HERE, {"origin": "https://127.0.0.1:8080"}, 403),
    ("a page without an origin", LOOPBACK, HERE, {"origin": "null"}, 403),
    ("another site by its fetch", LOOPBACK, HERE, {"fetch_site": "cross-site"}, 403),
    ("another port by its fetch", LOOPBACK, HERE, {"fetch_site": "same-site"}, 403),
    ("a fetch that nobody knows", LOOPBACK, HERE, {"fetch_site": "friendly"}, 403),
    # Writes.
    ("JSON", LOOPBACK, HERE, {"method": "POST", "has_body": True, "content_type": "application/json"}, None),
    (
        "JSON with its charset",
        LOOPBACK,
        HERE,
        {"method": "PUT", "has_body": True, "content_type": "Application/JSON; charset=utf-8"},
        None,
    ),
    ("a form", LOOPBACK, HERE, {"method": "POST", "has_body": True, "content_type": FORM}, 415),
    ("an empty form", LOOPBACK, HERE, {"method": "POST", "content_type": FORM}, 415),
    ("text", LOOPBACK, HERE, {"method": "POST", "has_body": True, "content_type": "text/plain"}, 415),
    ("something else", LOOPBACK, HERE, {"method": "PATCH", "has_body": True, "content_type": "application/jsonp"}, 415),
    ("a body without a type", LOOPBACK, HERE, {"method": "DELETE", "has_body": True}, 415),
    ("a write without a body", LOOPBACK, HERE, {"method": "POST"}, None),
    # The token.
    ("the token", WITH_TOKEN, AFAR, {"authorization": BEARER}, None),
    ("the token in other words", WITH_TOKEN, AFAR, {"authorization": f"bearer  {TOKEN}"}, None),
    ("the token through a proxy", WITH_TOKEN, AFAR, {"authorization": BEARER, "is_forwarded": True}, None),
    ("no token", WITH_TOKEN, AFAR, {}, 401),
    ("no token from this machine", WITH_TOKEN, HERE, {}, 401),
    ("a wrong token", WITH_TOKEN, AFAR, {"authorization": "Bearer nonsense"}, 401),
    ("the beginning of the token", WITH_TOKEN, AFAR, {"authorization": BEARER[:-1]}, 401),
    ("more than the token", WITH_TOKEN, AFAR, {"authorization": f"{BEARER}x"}, 401),
    ("the token's letters in another case", WITH_TOKEN, AFAR, {"authorization": BEARER.swapcase()}, 401),
    ("a token that is no ASCII", WITH_TOKEN, AFAR, {"authorization": "Bearer \xe9\udcff"}, 401),
    ("a password", WITH_TOKEN, AFAR, {"authorization": f"Basic {TOKEN}"}, 401),
    ("the token alone", WITH_TOKEN, AFAR, {"authorization": TOKEN}, 401),
    ("no token and a form", WITH_TOKEN, AFAR, {"method": "POST", "has_body": True, "content_type": FORM}, 401),
    (
        "another site with the token",
        WITH_TOKEN,
        AFAR,
        {"authorization": BEARER, "origin": "https://evil.example"},
        403,
    ),
    (
        "a form with the token",
        WITH_TOKEN,
        AFAR,
        {"authorization": BEARER, "method": "POST", "has_body": True, "content_type": FORM},
        415,
    ),
]


@pytest.mark.parametrize(
    ("admission", "asked", "different", "status"), [each[1:] for each in CASES], ids=[each[0] for each in CASES]
)
def test_who_may_ask(admission: Admission, asked: RequestFacts, different: dict[str, Any], status: int | None) -> None:
    refused = refusal(admission, replace(asked, **different))

    assert (None if refused is None else refused.status) == status


def test_no_sentence_and_no_repr_has_the_token() -> None:
    refused = refusal(WITH_TOKEN, replace(AFAR, authorization="Bearer nonsense"))

    assert refused is not None
    assert TOKEN not in refused.sentence
    assert TOKEN not in repr(WITH_TOKEN)
