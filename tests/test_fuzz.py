"""`make fuzz`: a request can be made again, and what comes back is judged."""

from __future__ import annotations

import pytest

from fuzz.answers import Answered, what_is_wrong_with
from fuzz.requests import KINDS, SpoiledRequest, request_of
from tests.kit.every_operation import OPERATIONS
from tests.kit.soap_messages import envelope

FAULT = envelope("<soapenv:Fault><faultcode>Client</faultcode><faultstring>x</faultstring></soapenv:Fault>").encode()
OWN = FAULT.replace(b"Client", b"WSEC0999")


def answer(status: str, body: bytes, length: int | None = None) -> bytes:
    said = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {said}\r\n\r\n".encode() + body


def request(kind: str = "text", data: bytes = b"POST / HTTP/1.1\r\n\r\n") -> SpoiledRequest:
    return SpoiledRequest(number=0, kind=kind, operation="learnerByULN", is_https=False, data=data)


def test_a_request_is_made_of_the_seed_and_its_number_alone() -> None:
    made = [request_of(7, number) for number in range(300)]

    assert [request_of(7, number) for number in reversed(range(300))] == made[::-1]
    assert [request_of(8, number).data for number in range(20)] != [each.data for each in made[:20]]
    assert {each.kind for each in made} == set(KINDS)
    assert {each.operation for each in made} == set(OPERATIONS)
    assert {each.is_https for each in made} == {True, False}


@pytest.mark.parametrize("number", range(40))
def test_what_is_whole_can_be_framed(number: int) -> None:
    made = request_of(9, number)

    if made.is_whole:
        head, _, body = made.data.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head


@pytest.mark.parametrize(
    "data",
    [
        answer("500 Internal Server Error", FAULT),
        answer("400 Bad Request", b"No."),
        answer("501 Not Implemented", b"No."),
        answer("400 Bad Request", b"No.") + answer("200 OK", b"x"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer("200 OK", b"x"),
    ],
)
def test_what_was_foreseen_is_not_wrong(data: bytes) -> None:
    assert what_is_wrong_with(request(), Answered(data, 0.1)) is None


def test_a_part_of_a_request_needs_no_answer() -> None:
    assert what_is_wrong_with(request("bytes"), Answered(b"", 0.1)) is None
    assert what_is_wrong_with(request("head", b"HEAD / HTTP/1.1"), Answered(answer("200 OK", b"", 9), 0.1)) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (answer("500 Internal Server Error", OWN), "a failure of the service itself"),
        (answer("200 OK", b"") + answer("500 Internal Server Error", OWN), "a failure of the service itself"),
        (answer("500 Internal Server Error", b"The service has failed."), "an unforeseen status 500"),
        (answer("503 Service Unavailable", FAULT), "an unforeseen status 503"),
        (answer("200 OK", envelope("<x/>").encode()), "no schema has"),
        (answer("200 OK", b"half", 8), "cut off"),
        (b"<html>", "no answer of HTTP"),
        (b"", "no answer"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, said: str) -> None:
    assert said in (what_is_wrong_with(request(), Answered(data, 0.1)) or "")


def test_no_answer_and_no_end_is_wrong() -> None:
    assert what_is_wrong_with(request("bytes"), Answered(b"", 60.0, "no answer and no end")) is not None
