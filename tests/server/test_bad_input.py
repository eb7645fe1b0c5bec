"""Input made to do harm: each has its answer, none leaves anything behind, and the next request is served as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.kit.running_server import PASSWORD, UKPRN, RunningServer
from tests.kit.soap_messages import SOAP, XSI, Answer, envelope, find_by_uln, post
from tests.server.process_memory import resident_bytes

MEGABYTE = 1024 * 1024
CALL = envelope(find_by_uln())
LAUGHS = '<!ENTITY l0 "ha">' + "".join('<!ENTITY l{} "{}">'.format(level + 1, f"&l{level};" * 10) for level in range(9))
NAMESPACE, ATTRIBUTE = 'xmlns:n{0}="urn:{0}"', 'a{0}=""'
OPERATION = find_by_uln().removesuffix("</f:FindLearnerByULN>")


def many(form: str, count: int) -> str:
    """Attributes of one form, numbered."""
    return " ".join(form.format(number) for number in range(count))


def within(content: str) -> str:
    """A call with something at the end of its message."""
    return envelope(f"{OPERATION}{content}</f:FindLearnerByULN>")


# Made when they are sent: together they are long.
REQUESTS: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "a million empty elements": (lambda: within("<a/>" * 1_000_000), "WSEC0001"),
    "a million elements in the Body": (lambda: envelope("<a/>" * 1_000_000), "soapenv:Client"),
    "a million headers": (
        lambda: envelope(find_by_uln(), header=f"<soapenv:Header>{'<a/>' * 1_000_000}</soapenv:Header>"),
        "WSRC0004",
    ),
    "a million elements beside the Body": (
        lambda: CALL.replace("</soapenv:Body>", f"</soapenv:Body>{'<a/>' * 10**6}"),
        "WSRC0004",
    ),
    "50,000 levels": (lambda: within("<a>" * 50_000 + "</a>" * 50_000), "soapenv:Client"),
    "50,000 levels, cut off": (lambda: "<a>" * 50_000, "soapenv:Client"),
    "a billion laughs": (lambda: f"<!DOCTYPE x [{LAUGHS}]>{CALL.replace('Grace', '&l9;')}", "soapenv:Client"),
    "quadratic entities": (
        lambda: f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>{CALL.replace("Grace", "&a;" * 100_000)}',
        "soapenv:Client",
    ),
    "a parameter entity": (
        lambda: f'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>{CALL}',
        "soapenv:Client",
    ),
    "a comment of seven megabytes": (
        lambda: CALL.replace("<soapenv:Body>", f"<!--{'x' * 7 * MEGABYTE}--><soapenv:Body>"),
        "WSRC0004",
    ),
    "a name of seven megabytes": (lambda: envelope(find_by_uln(FamilyName="x" * 7 * MEGABYTE)), "WSEC0001"),
    "a million known elements": (lambda: within("<ULN/>" * 1_000_000), "WSEC0001"),
    "a ULN of a million digits": (lambda: envelope(find_by_uln(ULN="1" * 1_000_000)), "WSEC0001"),
    "an element's name of 40,000 letters": (lambda: within(f"<{'x' * 40_000}/>"), "WSEC0001"),
    "half a million surrogate pairs": (lambda: envelope(find_by_uln(FamilyName="😀" * 500_000)), "WSEC0001"),
    "white space of seven megabytes": (lambda: envelope(find_by_uln(FamilyName=" " * 7 * MEGABYTE)), "WSEC0001"),
    "10,000 namespaces": (
        lambda: within(f"<a {many(NAMESPACE, 10_000)}/>"),
        "WSEC0001",
    ),
    "10,000 attributes": (
        lambda: CALL.replace("<FamilyName>", f"<FamilyName {many(ATTRIBUTE, 10_000)}>"),
        "WSEC0001",
    ),
    "nothing but NUL": (lambda: bytes(MEGABYTE), "soapenv:Client"),
    "nothing but white space": (lambda: b" " * 7 * MEGABYTE, "soapenv:Client"),
    "nothing but open brackets": (lambda: b"<" * MEGABYTE, "soapenv:Client"),
    "bad UTF-8 at the end": (lambda: CALL.encode() + b" " * MEGABYTE + b"\xff", "soapenv:Client"),
    "an Arabic name": (lambda: envelope(find_by_uln(FamilyName="الأميري")), "WSRC0001"),
    "a name of emoji": (lambda: envelope(find_by_uln(FamilyName="👩🏽‍🎓👨‍👩‍👧‍👦")), "WSRC0001"),
    "a name with NUL": (lambda: CALL.replace("Okafor", "Oka\0for"), "soapenv:Client"),
    "a name of combining marks": (lambda: envelope(find_by_uln(FamilyName="e" + "\u0301" * 34)), "WSRC0001"),
    "SQL for a name": (lambda: envelope(find_by_uln(FamilyName="'; DROP TABLE learners; --")), "WSRC0001"),
}


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("victim")) as running:
        yield running


def outcome(answer: Answer) -> str | None:
    code = answer.text("faultcode")
    return answer.text("ErrorCode") if code == "soapenv:Server" else code or answer.text("ResponseCode")


@pytest.mark.parametrize(("make", "expected"), REQUESTS.values(), ids=REQUESTS)
def test_bad_input_has_a_clear_answer(victim: RunningServer, make: Callable[[], str | bytes], expected: str) -> None:
    # What is quadratic takes minutes, and `post` does not wait for so long.
    answer = post(victim.url, make())

    assert outcome(answer) == expected
    assert b"Traceback" not in answer.body
    assert "Traceback" not in victim.logged()
    assert outcome(post(victim.url, CALL)) == "WSRC0004"


DATES = [
    "2023-02-29",
    "1900-02-29",
    "2023-04-31",
    "2023-13-01",
    "2023-00-10",
    "0000-01-01",
    "9999-12-31",
    "2023-1-1",
    "31/12/2005",
    "2005-03-14T00:00:00",
    "٢٠٠٥-٠٣-١٤",
    "",
    "today",
]


@pytest.mark.parametrize("date", DATES)
def test_a_date_that_is_none_is_refused(victim: RunningServer, date: str) -> None:
    message = (
        f"<f:FindLearnerByDemographics><FindType>FUL</FindType><UKPRN>{UKPRN}</UKPRN>"
        f"<OrgPassword>{PASSWORD}</OrgPassword><UserName>x</UserName><FamilyName>x</FamilyName><GivenName>x</GivenName>"
        f"<DateOfBirth>{date}</DateOfBirth><Gender>2</Gender><LastKnownPostCode>LS1 4AP</LastKnownPostCode>"
        "</f:FindLearnerByDemographics>"
    )
    answer = post(victim.url, envelope(message))

    # The XSD lets 1900-02-29 through: that there was no such day is a rule beyond it.
    assert outcome(answer) == "WSEC0001"


LIMITS = {
    "OrganisationRef": 6,
    "UKPRN": 8,
    "OrgPassword": 16,
    "UserName": 35,
    "ULN": 10,
    "FamilyName": 35,
    "GivenName": 35,
}


@pytest.mark.parametrize(("name", "most"), LIMITS.items())
def test_a_value_one_character_over_its_limit_is_refused(victim: RunningServer, name: str, most: int) -> None:
    answer = post(victim.url, envelope(find_by_uln(**{name: "1" * (most + 1)})))

    assert outcome(answer) == "WSEC0001"
    assert f"Value '{'1' * (most + 1)}'" in (answer.text("FurtherDetails") or "")


def test_memory_does_not_grow_with_bad_requests(victim: RunningServer) -> None:
    """Every kind, to be over with what is kept for good; then again, each a little different: 40 MB in all."""

    def bad(turn: int) -> None:
        post(victim.url, within("<a/>" * 100_000))
        for place in range(50):
            unique = f"{turn}x{place}"
            post(victim.url, CALL, headers={"Content-Type": f"text/xml; charset={unique}{'y' * 50_000}"})
            post(victim.url, CALL, headers={"Content-Type": f"text/xml; charset=utf-8; a={unique}{'y' * 50_000}"})
            post(victim.url, envelope(find_by_uln(FamilyName=f"{unique}{'y' * 50_000}")))
            post(victim.url, envelope(f'<u:n{unique} xmlns:u="urn:{unique}"/>'))
            post(victim.url, CALL, headers={"SOAPAction": f"{unique}{'y' * 50_000}"})

    for turn in (0, 1):
        bad(turn)
    before = resident_bytes(victim)
    for turn in range(2, 6):
        bad(turn)

    assert resident_bytes(victim) - before < 16 * MEGABYTE


def test_xsi_attributes_by_the_thousand_are_told_apart_in_time(victim: RunningServer) -> None:
    attributes = many('xsi:a{0}=""', 5_000)

    answer = post(victim.url, CALL.replace("<FamilyName>", f'<FamilyName xmlns:xsi="{XSI}" {attributes}>'))

    assert outcome(answer) == "WSEC0001"


def test_an_envelope_of_prefixes_alone_is_no_call(victim: RunningServer) -> None:
    assert outcome(post(victim.url, f'<a:b xmlns:a="{SOAP}"/>')) == "soapenv:Client"
