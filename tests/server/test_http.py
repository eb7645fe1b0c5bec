"""HTTP/1.1 as it may be spoken: bytes on a socket that a client's library would not let a test send."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kit.running_server import PASSWORD, RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, Answer, RawConnection, envelope, find_by_uln, post
from tests.server.process_memory import resident_bytes

FIRST_LINE = f"POST {LEARNER_SERVICE} HTTP/1.1"
LONG = 900_000
"""Characters of a header whose reading would take hours if it took time by the square of the length."""
CONTENT_TYPE = "Content-Type: text/xml; charset=utf-8"
CALL = envelope(find_by_uln()).encode()
MEGABYTE = 1024 * 1024


def chunked(body: bytes, size: int) -> bytes:
    blocks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(block), block) for block in [*blocks, b""])


def is_served(answer: Answer) -> bool:
    return (answer.status, answer.text("ResponseCode")) == (200, "WSRC0004")


def padded(length: int) -> bytes:
    """A valid call of exactly so many bytes."""
    return CALL + b" " * (length - len(CALL))


@pytest.fixture(scope="module")
def server(transport: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the settings' defaults, over each transport. Tests leave it as they found it."""
    with RunningServer(tmp_path_factory.mktemp("server"), *transport) as running:
        yield running


@pytest.fixture(scope="module")
def roomy(transport: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that takes headers of a megabyte."""
    with RunningServer(tmp_path_factory.mktemp("roomy"), *transport, "--max-header-bytes", "1048576") as running:
        yield running


def test_expect_100_continue_is_answered_at_once(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}", "Expect: 100-continue")
        interim = connection.receive(25)
        connection.send(CALL)

        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert is_served(connection.answer())


@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_a_chunked_body_is_joined(server: RunningServer, size: int) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(chunked(CALL, size))

        assert is_served(connection.answer())


def test_a_broken_chunk_is_refused_and_harms_nobody(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(b"not a number\r\n")

        assert connection.answer().status == 400
    assert is_served(post(server.url, CALL))


@pytest.mark.parametrize("framing", ["Transfer-Encoding: chunked", "Content-Length: 9999", "Content-Encoding: gzip"])
def test_a_request_that_cannot_be_read_leaves_nothing_of_it_in_the_log(server: RunningServer, framing: str) -> None:
    call = CALL.replace(PASSWORD.encode(), b"UnreadablePass01")
    with RawConnection(server.url) as connection:
        length = (f"Content-Length: {len(call)}",) if framing.startswith("Content-E") else ()
        connection.head(FIRST_LINE, CONTENT_TYPE, framing, *length)
        connection.send(call)
    sent_after = envelope(find_by_uln(UserName=f"after {framing[:16]}"))
    assert is_served(post(server.url, sent_after))

    log = server.logged_until(f"after {framing[:16]}")
    assert "UnreadablePass01" not in log
    assert "Okafor" not in log


def test_a_connection_is_kept_for_the_next_request(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        for _ in range(3):
            connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
            connection.send(CALL)

            assert is_served(connection.answer())


def test_a_fault_keeps_the_connection_too(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        for body, status in ((b"<no", 500), (CALL, 200)):
            connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(body)}")
            connection.send(body)

            assert connection.answer().status == status


def test_connection_close_is_obeyed(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}", "Connection: close")
        connection.send(CALL)

        assert is_served(connection.answer())
        assert connection.receive(1) == b""


def test_a_body_may_come_byte_by_byte(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
        for place in range(len(CALL)):
            connection.send(CALL[place : place + 1])

        assert is_served(connection.answer())


def test_half_sent_requests_hold_nobody_up(server: RunningServer) -> None:
    waiting = [RawConnection(server.url) for _ in range(40)]
    try:
        for place, connection in enumerate(waiting):
            if place % 2:
                connection.send(b"POST /LearnerService.svc HTT")
            else:
                connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
                connection.send(CALL[:100])

        assert is_served(post(server.url, CALL))
        waiting[0].send(CALL[100:])
        assert is_served(waiting[0].answer())
    finally:
        for connection in waiting:
            connection.__exit__(None, None, None)


def test_a_body_that_is_cut_off_leaves_nothing_behind(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
        connection.send(CALL[:-20])

    assert is_served(post(server.url, CALL))


MISFRAMED = {
    "a length in words": ("Content-Length: ten",),
    "a negative length": ("Content-Length: -5",),
    "a length with a sign": ("Content-Length: +5",),
    "a length of 5,000 digits": (f"Content-Length: {'9' * 5000}",),
    "no length after the colon": ("Content-Length:",),
    "two lengths": ("Content-Length: 5", "Content-Length: 6"),
    "the same length twice": ("Content-Length: 5", "Content-Length: 5"),
    "a list of lengths": ("Content-Length: 5, 5",),
    "a length beside chunks": ("Content-Length: 5", "Transfer-Encoding: chunked"),
    "chunked twice": ("Transfer-Encoding: chunked, chunked",),
    "chunked in two fields": ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "chunked, but not last": ("Transfer-Encoding: chunked, gzip",),
    "a second host": ("Host: elsewhere",),
    "a space before the colon": ("Content-Length : 5",),
    "a folded line": ("X-Long: one", " two"),
    "a line without a colon": ("Content-Length 5",),
    "a line without a name": (": 5",),
    "a name with a space": ("Content Length: 5",),
    "a bare line feed": ("X-One: 1\nContent-Length: 5",),
    "a bare carriage return": ("X-One: 1\rContent-Length: 5",),
    "a null character": ("X-One: 1\0",),
}


def is_refused_and_closed(connection: RawConnection, status: int = 400) -> bool:
    """Whether the next answer is a refusal, and the last one of its connection."""
    answer = connection.answer()
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return answer.status == status and connection.receive(1) == b""


@pytest.mark.parametrize("lines", MISFRAMED.values(), ids=MISFRAMED)
def test_a_header_that_could_be_read_in_two_ways_is_refused(server: RunningServer, lines: tuple[str, ...]) -> None:
    already = len(server.logged())
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, *lines)

        assert is_refused_and_closed(connection)
    assert "Traceback" not in server.logged()[already:]


@pytest.mark.parametrize("size", ["-1", "+1", "0x1", "1_0", " 1", "1 ", "", "g", "1\n", "1" * 5000, "1;\x01"])
def test_a_chunk_s_size_is_hexadecimal_digits_alone(server: RunningServer, size: str) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(f"{size}\r\n<\r\n0\r\n\r\n".encode())

        assert is_refused_and_closed(connection)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"x\r\n", b"\n\r"])
def test_a_chunk_ends_where_it_says(server: RunningServer, end: bytes) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(b"1\r\n<" + end + b"0\r\n\r\n")

        assert is_refused_and_closed(connection)


def test_a_chunk_may_have_extensions_and_the_body_a_trailer(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(b'%x;name="a b"\r\n%s\r\n0\r\nX-Checksum: 1\r\n\r\n' % (len(CALL), CALL))

        assert is_served(connection.answer())
        connection.head("GET / HTTP/1.1")
        assert connection.answer().status == 200


@pytest.mark.parametrize(
    "first_line",
    [
        "POST /LearnerService.svc HTTP/11",
        "POST /LearnerService.svc HTTP/1.10",
        "POST /LearnerService.svc\xe9 HTTP/1.1",
        "POST /LearnerService.svc HTTP/1.1 ",
        "POST /LearnerService.svc",
        "POST  /LearnerService.svc HTTP/1.1",
        "post /LearnerService.svc HTTP/1.1",
        "POST /Learner Service.svc HTTP/1.1",
        "POST /LearnerService.svc\t HTTP/1.1",
        "\x16\x03\x01",
    ],
)
def test_a_first_line_that_is_none_is_refused(server: RunningServer, first_line: str) -> None:
    with RawConnection(server.url) as connection:
        connection.head(first_line)

        assert is_refused_and_closed(connection)


def test_a_request_of_http_1_1_names_its_host(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.send(b"GET / HTTP/1.1\r\n\r\n")

        assert is_refused_and_closed(connection)


def test_chunks_are_for_http_1_1(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(f"POST {LEARNER_SERVICE} HTTP/1.0", CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(chunked(CALL, 100))

        assert is_refused_and_closed(connection)


def test_an_unknown_transfer_encoding_is_501(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: gzip")

        assert is_refused_and_closed(connection, 501)


@pytest.mark.parametrize(
    "target",
    ["//LearnerService.svc", "///learnerservice.SVC", "http://elsewhere/LearnerService.svc", "/%4CearnerService.svc"],
)
def test_a_path_may_be_written_in_several_ways(server: RunningServer, target: str) -> None:
    with RawConnection(server.url) as connection:
        connection.head(f"POST {target} HTTP/1.1", CONTENT_TYPE, f"Content-Length: {len(CALL)}")
        connection.send(CALL)

        assert is_served(connection.answer())


def test_a_whole_url_says_which_host_is_asked(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head("GET http://elsewhere:81/LearnerService.svc?wsdl HTTP/1.1")
        [address] = connection.document().root.iter("{*}address")

    assert urlsplit(address.get("location", "")).netloc == "elsewhere:81"


def test_a_header_with_an_underscore_is_not_taken_for_another(transport: tuple[str, ...], tmp_path: Path) -> None:
    flags = (*transport, "--trusted-proxies", "127.0.0.1")
    with RunningServer(tmp_path, *flags) as server, RawConnection(server.url) as connection:
        connection.head(f"GET {LEARNER_SERVICE}?wsdl HTTP/1.1", "X_Forwarded_Host: elsewhere")

        assert b"elsewhere" not in connection.document().body


@pytest.mark.parametrize("lines", [["X-Long: " + "x" * 300_000], ["X: 1"] * 201], ids=["too long", "too many"])
def test_a_header_that_is_too_large_is_431(server: RunningServer, lines: list[str]) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, *lines)

        assert is_refused_and_closed(connection, 431)


def test_the_longest_header_is_read_within_a_caller_s_patience(roomy: RunningServer) -> None:
    with RawConnection(roomy.url) as connection:
        connection.head(FIRST_LINE, "X-Spaces:" + " " * LONG + "\x01")

        assert is_refused_and_closed(connection)


def test_requests_may_come_before_the_answers_to_others(server: RunningServer) -> None:
    request = b"GET /LearnerService.svc HTTP/1.1\r\nHost: x\r\n\r\n"
    with RawConnection(server.url) as connection:
        connection.send(request * 499 + b"GET / HTTP/1.0\r\n\r\n")

        assert connection.receive(MEGABYTE).count(b" 200 OK\r\n") == 500


def test_three_megabytes_are_served_under_the_default_limit(server: RunningServer) -> None:
    assert is_served(post(server.url, padded(3 * MEGABYTE)))


@pytest.fixture(scope="module")
def narrow(transport: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that reads 4096 bytes and not one more."""
    with RunningServer(tmp_path_factory.mktemp("narrow"), *transport, "--max-body-bytes", "4096") as running:
        yield running


@pytest.mark.parametrize(("length", "status"), [(4096, 200), (4097, 413), (20_000, 413)])
def test_the_limit_is_the_last_length_that_is_read(narrow: RunningServer, length: int, status: int) -> None:
    answer = post(narrow.url, padded(length))

    assert answer.status == status
    if status == 413:
        assert answer.body == b"A request may have 4096 bytes at most.\n"


def test_the_limit_holds_for_chunks_too(narrow: RunningServer) -> None:
    with RawConnection(narrow.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(chunked(padded(4097), 1000))

        assert connection.answer().status == 413


REFUSED_AT_THE_HEAD = {
    "an unknown path": ("POST /elsewhere HTTP/1.1", CONTENT_TYPE, 64, 404),
    "an unknown method": (f"PUT {LEARNER_SERVICE} HTTP/1.1", CONTENT_TYPE, 64, 405),
    "another type": (FIRST_LINE, "Content-Type: application/json", 64, 415),
    "another encoding": (FIRST_LINE, f"{CONTENT_TYPE}\r\nContent-Encoding: br", 4, 415),
    "too much": (FIRST_LINE, CONTENT_TYPE, 64, 413),
    "a page": ("GET / HTTP/1.1", CONTENT_TYPE, 64, 200),
}


@pytest.mark.parametrize(
    ("first_line", "lines", "megabytes", "status"), REFUSED_AT_THE_HEAD.values(), ids=REFUSED_AT_THE_HEAD
)
def test_a_large_request_that_is_refused_by_its_head_is_not_waited_for(
    server: RunningServer, first_line: str, lines: str, megabytes: int, status: int
) -> None:
    with RawConnection(server.url) as connection:
        connection.head(first_line, lines, f"Content-Length: {megabytes * MEGABYTE}")
        answer = connection.answer()

    assert answer.status == status


def test_after_a_body_that_nobody_wanted_comes_the_next_request(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head("POST /elsewhere HTTP/1.1", CONTENT_TYPE, f"Content-Length: {9 * MEGABYTE}")
        assert connection.answer().status == 404
        connection.send(bytes(9 * MEGABYTE))
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
        connection.send(CALL)

        assert is_served(connection.answer())


@pytest.mark.parametrize(
    "line",
    ["Transfer-Encoding: chunked", "Content-Length: 9999999999", "Content-Length: 999999\r\nExpect: 100-continue"],
)
def test_a_connection_ends_where_the_next_request_cannot_be_found(server: RunningServer, line: str) -> None:
    with RawConnection(server.url) as connection:
        connection.head("POST /elsewhere HTTP/1.1", CONTENT_TYPE, line)
        answer = connection.answer()

        assert (answer.status, answer.headers["connection"]) == (404, "close")
        assert connection.receive(1) == b""


def test_who_sends_far_too_much_before_reading_gets_to_read_why(server: RunningServer) -> None:
    before = resident_bytes(server)
    answer = post(server.url, bytes(64 * MEGABYTE))

    assert answer.status == 413
    assert answer.headers["content-type"].startswith("text/plain")
    assert is_served(post(server.url, CALL))
    assert resident_bytes(server) - before < 10 * MEGABYTE


@pytest.mark.parametrize(
    "content_type",
    [f"text/xml; a={';' * LONG}", f"text/xml; charset*={'9' * LONG}", f"text/xml; a={'x' * 990}"],
    ids=["semicolons", "digits", "long"],
)
def test_a_content_type_that_is_long_to_read_is_refused(roomy: RunningServer, content_type: str) -> None:
    already = len(roomy.logged())
    with RawConnection(roomy.url) as connection:
        connection.head(FIRST_LINE, f"Content-Type: {content_type}", f"Content-Length: {len(CALL)}")
        connection.send(CALL)

        assert connection.answer().status == 415
    assert "Traceback" not in roomy.logged()[already:]


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_read(server: RunningServer, coding: str) -> None:
    assert is_served(post(server.url, gzip.compress(CALL), headers={"Content-Encoding": coding}))


def test_gzip_of_several_members_is_one_text(server: RunningServer) -> None:
    packed = gzip.compress(CALL[:100]) + gzip.compress(b"") + gzip.compress(CALL[100:])

    assert is_served(post(server.url, packed, headers={"Content-Encoding": "gzip"}))


@pytest.mark.parametrize("length", [4096, 4097])
def test_the_limit_holds_for_what_gzip_unpacks_to(narrow: RunningServer, length: int) -> None:
    answer = post(narrow.url, gzip.compress(padded(length)), headers={"Content-Encoding": "gzip"})

    assert answer.status == (200 if length == 4096 else 413)


def test_a_gzip_bomb_is_413_and_takes_no_memory(server: RunningServer) -> None:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    # 64 megabytes in 64 kilobytes.
    bomb = b"".join([packer.compress(bytes(MEGABYTE)) for _ in range(64)]) + packer.flush()
    before = resident_bytes(server)

    for _ in range(10):
        assert post(server.url, bomb, headers={"Content-Encoding": "gzip"}).status == 413

    assert resident_bytes(server) - before < 64 * MEGABYTE
    assert is_served(post(server.url, CALL))


def test_a_connection_that_is_kept_open_keeps_nothing_of_what_it_was_answered(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:

        def ask(times: int) -> int:
            """Ask so many times for a WSDL; how many bytes were answered."""
            answered = 0
            for _ in range(times):
                connection.head(f"GET {LEARNER_SERVICE}?wsdl HTTP/1.1")
                answered += len(connection.document().body)
            return answered

        ask(20)
        before = resident_bytes(server)
        answered = ask(1000)

        assert answered > 30 * MEGABYTE
        assert resident_bytes(server) - before < 15 * MEGABYTE


BROKEN = {
    "no gzip at all": CALL,
    "cut short": gzip.compress(CALL)[:-20],
    "a wrong checksum": gzip.compress(CALL)[:-8] + b"\0\0\0\0" + gzip.compress(CALL)[-4:],
    "nothing": b"",
    "something behind it": gzip.compress(CALL) + b"x",
    "zeros behind it": gzip.compress(CALL) + bytes(512),
    "a second member that is cut short": gzip.compress(CALL) + gzip.compress(b" ")[:-1],
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_gzip_that_is_broken_is_400_in_plain_words(server: RunningServer, body: bytes) -> None:
    answer = post(server.url, body, headers={"Content-Encoding": "gzip"})

    assert answer.status == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.count(b"\n") == 1


@pytest.mark.parametrize("coding", ["deflate", "br", "gzip, gzip", "compress"])
def test_another_content_encoding_is_415(server: RunningServer, coding: str) -> None:
    answer = post(server.url, CALL, headers={"Content-Encoding": coding})

    assert answer.status == 415


def test_identity_is_no_encoding(server: RunningServer) -> None:
    assert is_served(post(server.url, CALL, headers={"Content-Encoding": "identity"}))
