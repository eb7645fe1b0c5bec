"""Reading a request's body as a WSGI server hands it over."""

from __future__ import annotations

import gzip
import io
from itertools import pairwise

import pytest

from lrs_soap.server.http_request import HttpError, body_of

MOST = 600_000
# Larger than the blocks in which a body is read, packed and unpacked.
TEXT = bytes(range(256)) * 700


def unpacked(packed: bytes, most: int = MOST) -> bytes:
    return body_of(
        {"CONTENT_LENGTH": str(len(packed)), "wsgi.input": io.BytesIO(packed), "HTTP_CONTENT_ENCODING": "gzip"}, most
    )


def refusal_of(packed: bytes, most: int = MOST) -> str:
    with pytest.raises(HttpError) as caught:
        unpacked(packed, most)
    return str(caught.value)


@pytest.mark.parametrize("level", [0, 6])
@pytest.mark.parametrize("cuts", [(0,), (1,), (65_535, 65_536), (65_536,), (100, 100, 100), (len(TEXT),)])
def test_the_members_of_gzip_are_one_text(level: int, cuts: tuple[int, ...]) -> None:
    ends = (0, *cuts, len(TEXT))
    members = [gzip.compress(TEXT[start:end], level) for start, end in pairwise(ends)]

    assert unpacked(b"".join(members)) == TEXT


def test_the_limit_holds_for_all_members_together() -> None:
    half = gzip.compress(bytes(MOST // 2))

    assert len(unpacked(half * 2)) == MOST
    assert refusal_of(half * 2 + gzip.compress(b"x")).startswith("413")


@pytest.mark.parametrize("behind", [b"x", b"\0", bytes(512), b"\r\n", TEXT[1:], b"\x1f\x8b\x00" + bytes(20)])
def test_what_comes_after_the_last_member_is_refused(behind: bytes) -> None:
    for members in (1, 2):
        assert refusal_of(gzip.compress(TEXT) * members + behind).startswith("400")


@pytest.mark.parametrize("missing", [1, 8, 9, 19])
def test_a_member_that_is_cut_short_is_refused(missing: int) -> None:
    cut = gzip.compress(b"")[:-missing]
    for before in (b"", gzip.compress(TEXT)):
        assert refusal_of(before + cut) == "400 Bad Request: The request is gzip that ends too early."


def test_a_wrong_checksum_is_refused_in_any_member() -> None:
    whole = gzip.compress(TEXT)
    wrong = whole[:-8] + bytes(4) + whole[-4:]

    assert refusal_of(wrong).startswith("400")
    assert refusal_of(whole + wrong).startswith("400")


def test_members_by_the_thousand_are_refused() -> None:
    member = gzip.compress(b"")

    assert unpacked(gzip.compress(b"x") + member * 999) == b"x"
    assert refusal_of(member * 1001) == ("413 Content Too Large: A request may be gzip of 1000 members at most.")
