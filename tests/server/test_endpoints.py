"""Where the service is reached, how its WSDL is fetched, and what is answered where there is no SOAP."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from lrs_soap.wsdl import namespaces
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import (
    LEARNER_SERVICE,
    LEARNER_SERVICE_R9,
    Answer,
    RawConnection,
    envelope,
    find_by_uln,
    post,
    send,
)

PATHS = [LEARNER_SERVICE, LEARNER_SERVICE_R9]
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "lrs.example.org"}


def wsdl(url: str, path: str = LEARNER_SERVICE, headers: dict[str, str] | None = None) -> Answer:
    answer = send(url, "GET", f"{path}?wsdl", headers=headers)
    assert answer.status == 200
    return answer


def address_in(document: bytes) -> str | None:
    (address,) = etree.fromstring(document).iter(f"{{{namespaces.WSDL_SOAP}}}address")
    return address.get("location")


def is_one_plain_sentence(answer: Answer) -> bool:
    text = answer.body.decode()
    return (
        answer.headers["content-type"] == "text/plain; charset=utf-8"
        and text.endswith(".\n")
        and text.count("\n") == 1
        and "<" not in text
        and "Traceback" not in text
    )


@pytest.mark.parametrize("path", ["/LearnerService.svc", "/learnerservice.svc", "/LEARNERSERVICE.SVC"])
def test_a_path_has_no_case(server: RunningServer, path: str) -> None:
    assert post(server.url, envelope(find_by_uln()), path=path).text("ResponseCode") == "WSRC0004"


@pytest.mark.parametrize("query", ["?singlewsdl", "?singleWsdl", "?wsdl"])
def test_a_post_to_the_address_that_the_contract_prints_is_a_call(server: RunningServer, query: str) -> None:
    answer = post(server.url, envelope(find_by_uln()), path=LEARNER_SERVICE + query)

    assert answer.text("ResponseCode") == "WSRC0004"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["wsdl", "WSDL", "singleWsdl", "singlewsdl", "SINGLEWSDL", "wsdl=", "wsdl=1"])
def test_the_wsdl_is_one_document_under_every_spelling(server: RunningServer, path: str, query: str) -> None:
    answer = send(server.url, "GET", f"{path}?{query}")

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert answer.body == wsdl(server.url, path).body


@pytest.mark.parametrize("path", PATHS)
def test_the_wsdl_is_at_a_path_in_any_case(server: RunningServer, path: str) -> None:
    assert send(server.url, "GET", f"{path.lower()}?wsdl").body == wsdl(server.url, path).body


@pytest.mark.parametrize("target", [f"{LEARNER_SERVICE}?wsdl", LEARNER_SERVICE, "/"])
def test_head_has_the_header_of_get_and_no_body(server: RunningServer, target: str) -> None:
    by_get, by_head = (send(server.url, method, target) for method in ("GET", "HEAD"))

    assert by_head.body == b""
    assert by_head.status == by_get.status == 200
    assert by_head.headers["content-length"] == str(len(by_get.body))
    assert by_head.headers["content-type"] == by_get.headers["content-type"]


@pytest.mark.parametrize("host", ["lrs.example:81", "localhost", "[::1]:8080", "127.0.0.1:1"])
def test_the_address_is_the_host_by_which_this_caller_asked(server: RunningServer, host: str) -> None:
    assert address_in(wsdl(server.url, headers={"Host": host}).body) == f"http://{host}{LEARNER_SERVICE}"
    assert address_in(wsdl(server.url).body) == f"{server.url}{LEARNER_SERVICE}"


@pytest.mark.parametrize("host", ["a b", 'x"/><evil', "a/b", "user@host", "a:b:c", "é"])
def test_a_host_that_is_none_is_not_repeated(server: RunningServer, host: str) -> None:
    with RawConnection(server.url) as connection:
        connection.send(f"GET {LEARNER_SERVICE}?wsdl HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1"))
        document = read_document(connection)

    assert address_in(document) == f"{server.url}{LEARNER_SERVICE}"


def test_without_a_host_the_address_is_the_one_that_is_listened_to(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.send(f"GET {LEARNER_SERVICE}?wsdl HTTP/1.0\r\n\r\n".encode())
        document = read_document(connection)

    assert address_in(document) == f"{server.url}{LEARNER_SERVICE}"


def read_document(connection: RawConnection) -> bytes:
    """The body of an answer that is XML and no envelope."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.receive(1)
    lengths = [int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    return connection.receive(lengths[0])


def test_forwarded_headers_of_anybody_are_not_believed(server: RunningServer) -> None:
    assert wsdl(server.url, headers=FORWARDED).body == wsdl(server.url).body


def test_forwarded_headers_of_a_trusted_proxy_are_the_address(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--trusted-proxies", "127.0.0.1") as server:
        behind = wsdl(server.url, headers=FORWARDED).body
        chained = wsdl(server.url, headers={"X-Forwarded-Host": "first.example:8443, second.example"}).body
        nonsense = wsdl(server.url, headers={"X-Forwarded-Proto": "gopher", "X-Forwarded-Host": '"><x'}).body
        direct = wsdl(server.url).body

        assert address_in(behind) == f"https://lrs.example.org{LEARNER_SERVICE}"
        assert address_in(chained) == f"http://first.example:8443{LEARNER_SERVICE}"
        assert address_in(nonsense) == address_in(direct) == f"{server.url}{LEARNER_SERVICE}"
        # What was reached over HTTPS says so, for .NET's sake; what was not says nothing.
        assert b'RequireClientCertificate="false"' in behind
        assert b"Policy" not in direct


@pytest.mark.parametrize("path", PATHS)
def test_over_http_there_is_no_policy(server: RunningServer, path: str) -> None:
    assert b"olicy" not in wsdl(server.url, path).body


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_gets_a_help_page_with_links(server: RunningServer, path: str) -> None:
    page = send(server.url, "GET", path)

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'href="{path}?wsdl"'.encode() in page.body
    assert f'href="{path}"'.encode() in send(server.url, "GET", "/").body


@pytest.mark.parametrize("path", ["/nothing", "/LearnerService", "/LearnerService.svc/", "/ExternalService.svc"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_unknown_path_is_404_in_plain_words(server: RunningServer, method: str, path: str) -> None:
    answer = send(server.url, method, path, envelope(find_by_uln()).encode() if method == "POST" else None)

    assert answer.status == 404
    assert method == "HEAD" or is_one_plain_sentence(answer)


@pytest.mark.parametrize("query", ["?", "?xsd=xsd0", "?disco", "?wsd", "?wsdl2"])
def test_a_wsdl_that_is_not_there_is_no_wsdl(server: RunningServer, query: str) -> None:
    answer = send(server.url, "GET", LEARNER_SERVICE + query)

    assert not answer.headers["content-type"].startswith("text/xml")
    assert answer.status == (200 if query == "?" else 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", PATHS)
def test_any_other_method_is_405_and_says_which_there_are(server: RunningServer, method: str, path: str) -> None:
    answer = send(server.url, method, path)

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert is_one_plain_sentence(answer)


def test_a_post_to_the_front_page_is_405(server: RunningServer) -> None:
    answer = post(server.url, envelope(find_by_uln()), path="/")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert is_one_plain_sentence(answer)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/soap+xml; charset=utf-8",
        "application/xml",
        "application/json",
        "application/x-www-form-urlencoded",
        "text/xml2",
        'multipart/related; type="text/xml"; boundary=b',
        "text/xml, text/plain",
    ],
)
def test_another_content_type_is_415(server: RunningServer, content_type: str) -> None:
    answer = post(server.url, envelope(find_by_uln()), headers={"Content-Type": content_type})

    assert answer.status == 415
    assert is_one_plain_sentence(answer)


def test_multipart_related_with_one_part_is_415(server: RunningServer) -> None:
    part = f"--b\r\nContent-Type: text/xml\r\n\r\n{envelope(find_by_uln())}\r\n--b--\r\n"

    answer = post(server.url, part, headers={"Content-Type": 'multipart/related; type="text/xml"; boundary=b'})

    assert answer.status == 415


@pytest.mark.parametrize(
    "content_type", ["text/xml", "TEXT/XML", " text/xml ;charset=UTF-8", "text/xml;", "text/xml;;"]
)
def test_the_content_type_is_read_as_http_says(server: RunningServer, content_type: str) -> None:
    answer = post(server.url, envelope(find_by_uln()), headers={"Content-Type": content_type})

    assert answer.text("ResponseCode") == "WSRC0004"


def test_a_post_that_does_not_say_its_length_is_411(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(f"POST {LEARNER_SERVICE} HTTP/1.1", "Content-Type: text/xml", 'SOAPAction: ""')
        answer = connection.answer()

    assert answer.status == 411
    assert is_one_plain_sentence(answer)


def test_a_body_of_no_bytes_is_no_call(server: RunningServer) -> None:
    answer = post(server.url, b"")

    assert (answer.status, answer.text("faultcode")) == (500, "soapenv:Client")


def test_a_wsdl_that_cannot_be_made_is_never_a_200(broken_application: str) -> None:
    answer = send(broken_application, "GET", f"{LEARNER_SERVICE}?wsdl")

    assert answer.status == 500
    assert answer.headers["content-type"].startswith("text/plain")
    assert b"Traceback" not in answer.body
    assert b"cannot be made" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/LearnerService.svc/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/..%5c..%5c..%5cetc%5cpasswd",
        "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
        "/etc/passwd%00.wsdl",
        "/lrs.db",
        "/LearnerService.svc/lrs.db",
        "/LearnerService.svc?wsdl=../../../../etc/passwd&xsd=../lrs.db",
    ],
)
def test_no_path_leads_to_a_file(server: RunningServer, path: str) -> None:
    with RawConnection(server.url) as connection:
        connection.head(f"GET {path} HTTP/1.1")
        answer = connection.document()

    assert answer.status == (200 if "?wsdl" in path else 404)
    assert b"root:" not in answer.body
    assert b"SQLite" not in answer.body


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("/x%0d%0aSet-Cookie:%20a=1", ""),
        ("/LearnerService.svc?%0d%0aSet-Cookie:%20a=1", ""),
        ("/LearnerService.svc?wsdl", "X-Forwarded-Host: a\x0bSet-Cookie: a=1"),
        ("/LearnerService.svc?wsdl", "X-Forwarded-Proto: https%0d%0aSet-Cookie: a=1"),
        ("/LearnerService.svc", 'SOAPAction: "a%0d%0aSet-Cookie: a=1"'),
    ],
)
def test_nothing_that_was_sent_becomes_a_header(server: RunningServer, target: str, line: str) -> None:
    with RawConnection(server.url) as connection:
        connection.head(f"GET {target} HTTP/1.1", *([line] if line else []))
        answer = connection.document()

    assert answer.status in (200, 400, 404)
    assert "set-cookie" not in answer.headers
    assert b"Set-Cookie" not in answer.body
