"""Passing a request on whose body was read as a whole."""

from __future__ import annotations

import io
from typing import Any

import pytest

from lrs_soap.server.whole_request import for_pages, has_body, is_small_enough, read_body, with_body

PROXY = "192.0.2.1"


def environment(**variables: str) -> dict[str, Any]:
    return {
        "REMOTE_ADDR": PROXY,
        "HTTP_HOST": "127.0.0.1:8080",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"a=b"),
        **variables,
    }


@pytest.mark.parametrize(
    ("variables", "has_one", "is_small"),
    [
        ({}, False, True),
        ({"CONTENT_LENGTH": ""}, False, True),
        ({"CONTENT_LENGTH": "0"}, False, True),
        ({"CONTENT_LENGTH": "3"}, True, True),
        ({"CONTENT_LENGTH": "4"}, True, False),
        ({"CONTENT_LENGTH": "-1"}, True, False),
        ({"CONTENT_LENGTH": "1" * 5_000}, True, False),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, True, True),
    ],
)
def test_the_head_tells_of_a_body_and_its_size(variables: dict[str, str], has_one: bool, is_small: bool) -> None:
    asked = environment(**variables)
    assert (has_body(asked), is_small_enough(asked, 3)) == (has_one, is_small)


def test_a_body_that_was_read_can_be_read_again_and_is_neither_packed_nor_in_chunks() -> None:
    asked = environment(HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input_terminated": "yes"})
    body = read_body(asked, 3)
    given = with_body({**asked, "HTTP_CONTENT_ENCODING": "gzip"}, body)

    assert (given["CONTENT_LENGTH"], given["wsgi.input"].read()) == ("3", b"a=b")
    assert not given.keys() & {"HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_ENCODING", "wsgi.input_terminated"}
    assert given["REMOTE_ADDR"] == PROXY
    assert read_body(environment(), 3) == b""


@pytest.mark.parametrize(
    ("trusted", "caller", "host", "scheme"),
    [
        (frozenset({PROXY}), "203.0.113.7", "lrs.example.org", "https"),
        (frozenset[str](), PROXY, "127.0.0.1:8080", "http"),
    ],
)
def test_pages_know_who_asks_and_by_which_address_as_far_as_the_proxy_is_trusted(
    trusted: frozenset[str], caller: str, host: str, scheme: str
) -> None:
    asked = environment(
        HTTP_X_FORWARDED_FOR="203.0.113.7", HTTP_X_FORWARDED_HOST="lrs.example.org", HTTP_X_FORWARDED_PROTO="https"
    )
    given = for_pages(asked, b"", script="/portal", path="/login", trusted_proxies=trusted)

    assert (given["REMOTE_ADDR"], given["HTTP_HOST"], given["wsgi.url_scheme"]) == (caller, host, scheme)
    assert (given["SCRIPT_NAME"], given["PATH_INFO"]) == ("/portal", "/login")
