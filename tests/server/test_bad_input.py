"""Input made to do harm: each has its answer, none leaves anything behind, and the next request is served as before."""

from __future__ import annotations

import gzip
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit.batch_requests import new_learner, submit_batch, submit_verify_batch
from tests.kit.running_server import PASSWORD, UKPRN, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import SOAP, XSI, Answer, envelope, find_by_uln, post, register
from tests.server.process_memory import resident_bytes

MEGABYTE = 1024 * 1024
CALL = envelope(find_by_uln())
LAUGHS = '<!ENTITY l0 "ha">' + "".join('<!ENTITY l{} "{}">'.format(level + 1, f"&l{level};" * 10) for level in range(9))
NAMESPACE, ATTRIBUTE, XSI_ATTRIBUTE = 'xmlns:n{0}="urn:{0}"', 'a{0}=""', 'xsi:a{0}=""'
OPERATION = find_by_uln().removesuffix("</f:FindLearnerByULN>")


def many(form: str, count: int) -> str:
    """Attributes of one form, numbered."""
    return " ".join(form.format(number) for number in range(count))


def within(content: str) -> str:
    """A call with something at the end of its message."""
    return envelope(f"{OPERATION}{content}</f:FindLearnerByULN>")


RECORD = "".join(f"<{name}>{value}</{name}>" for name, value in new_learner(1).items())
RECORD_TO_VERIFY = "<ULN>4170265830</ULN><FamilyName>Okafor</FamilyName><GivenName>Grace</GivenName>"


def batch(record: str, times: int, submit: Callable[..., str] = submit_batch) -> str:
    """A batch of one record, so many times."""
    count = "<LearnerRecordCount>200</LearnerRecordCount>"
    return submit([], count=200).replace(count, f"{count}{f'<Learner>{record}</Learner>' * times}")


# Made when they are sent: together they are long.
REQUESTS: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "a million empty elements": (lambda: within("<a/>" * 1_000_000), "soapenv:Client"),
    "as many elements as are read": (lambda: within("<a/>" * 199_000), "WSEC0001"),
    "a million elements in the Body": (lambda: envelope("<a/>" * 1_000_000), "soapenv:Client"),
    "a million headers": (
        lambda: envelope(find_by_uln(), header=f"<soapenv:Header>{'<a/>' * 1_000_000}</soapenv:Header>"),
        "soapenv:Client",
    ),
    "as many headers as are read": (
        lambda: envelope(find_by_uln(), header=f"<soapenv:Header>{'<a/>' * 199_000}</soapenv:Header>"),
        "WSRC0004",
    ),
    "a million elements beside the Body": (
        lambda: CALL.replace("</soapenv:Body>", f"</soapenv:Body>{'<a/>' * 10**6}"),
        "soapenv:Client",
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
    "an instruction of seven megabytes": (
        lambda: CALL.replace("<soapenv:Body>", f"<?x {'y' * 7 * MEGABYTE}?><soapenv:Body>"),
        "WSRC0004",
    ),
    "a million levels": (lambda: within("<a>" * 1_000_000 + "</a>" * 1_000_000), "soapenv:Client"),
    "as many levels as are counted": (lambda: within("<a>" * 99_000 + "</a>" * 99_000), "soapenv:Client"),
    "a name of seven megabytes": (lambda: envelope(find_by_uln(FamilyName="x" * 7 * MEGABYTE)), "WSEC0001"),
    "as many known elements as are read": (lambda: within("<ULN/>" * 199_000), "WSEC0001"),
    "400,000 empty records": (lambda: batch("", 400_000), "soapenv:Client"),
    "as many empty records as are read": (lambda: batch("", 99_000), "WSEC0001"),
    "9,000 whole records": (lambda: batch(RECORD, 9_000), "WSEC0001"),
    "24,000 whole records to verify": (lambda: batch(RECORD_TO_VERIFY, 24_000, submit_verify_batch), "WSRC0030"),
    "an e-mail address of seven megabytes": (
        lambda: envelope(register(EmailAddress=f"{'a.' * 3_500_000}a@example.org")),
        "WSEC0001",
    ),
    "seven megabytes of ampersands in CDATA": (
        lambda: envelope(find_by_uln(GivenName=f"<![CDATA[{'&' * 7 * MEGABYTE}]]>")),
        "WSEC0001",
    ),
    "a ULN of a million digits": (lambda: envelope(find_by_uln(ULN="1" * 1_000_000)), "WSEC0001"),
    "an element's name of 40,000 letters": (lambda: within(f"<{'x' * 40_000}/>"), "WSEC0001"),
    "half a million surrogate pairs": (lambda: envelope(find_by_uln(FamilyName="😀" * 500_000)), "WSEC0001"),
    "white space of seven megabytes": (lambda: envelope(find_by_uln(FamilyName=" " * 7 * MEGABYTE)), "WSEC0001"),
    "10,000 namespaces": (
        lambda: within(f"<a {many(NAMESPACE, 10_000)}/>"),
        "WSEC0001",
    ),
    "700,000 attributes": (
        lambda: CALL.replace("<FamilyName>", f"<FamilyName {many(ATTRIBUTE, 700_000)}>"),
        "soapenv:Client",
    ),
    "as many attributes as are read": (
        lambda: CALL.replace("<FamilyName>", f"<FamilyName {many(ATTRIBUTE, 99_000)}>"),
        "WSEC0001",
    ),
    "as many attributes of xsi as are read": (
        lambda: CALL.replace("<FamilyName>", f"<FamilyName {many(XSI_ATTRIBUTE, 99_000)}>"),
        "WSEC0001",
    ),
    "300,000 namespaces": (
        lambda: envelope(find_by_uln(), header=f"<soapenv:Header {many(NAMESPACE, 300_000)}/>"),
        "soapenv:Client",
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


def test_a_fault_repeats_ten_thousand_characters_of_a_value(victim: RunningServer) -> None:
    for length, told in ((10_000, "&" * 10_000), (10_001, "&" * 10_000 + "…"), (7 * MEGABYTE, "&" * 10_000 + "…")):
        answer = post(victim.url, envelope(find_by_uln(GivenName=f"<![CDATA[{'&' * length}]]>")))

        assert answer.text("FurtherDetails") == (
            f"cvc-maxLength-valid: Value '{told}' with length = '{length}' is not facet-valid with respect to "
            "maxLength '35' for type 'MIAPNameNonEmpty'."
        )


def test_the_limits_of_markup_are_settings(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--max-tags", "1000", "--max-attributes", "1000") as server:
        # Those of the call itself, and one in each comment.
        assert CALL.count("<") == 20
        for more, expected in ((980, "WSRC0004"), (981, "soapenv:Client")):
            for sent in (CALL, CALL.encode("utf-16")):
                text = CALL.replace("><", f">{'<!---->' * more}<", 1)
                answer = post(server.url, text if sent is CALL else text.encode("utf-16"))
                assert outcome(answer) == expected
        assert answer.text("faultstring") == "The request has more tags than the service reads, which is 1000."

        text = envelope(find_by_uln(), header=f"<soapenv:Header>{'=' * 997}</soapenv:Header>")
        assert text.count("=") == 1000
        # A request has as many as it has, whatever they stand for.
        assert outcome(post(server.url, text.replace("<soapenv:Header>", "<soapenv:Header>="))) == "soapenv:Client"
        answer = post(server.url, text)
        assert outcome(answer) == "WSRC0004"


def test_the_limit_of_tags_grows_with_that_of_records(tmp_path: Path) -> None:
    flags = ("--max-tags", "1000", "--verify-batch-limit", "220")
    with ServerHere(tmp_path, *flags) as server:
        assert outcome(post(server.url, batch(RECORD_TO_VERIFY, 200, submit_verify_batch))) == "WSRC0026"
        assert outcome(post(server.url, batch(RECORD_TO_VERIFY, 400, submit_verify_batch))) == "soapenv:Client"


@pytest.mark.slow
def test_memory_is_given_back_after_large_requests(victim: RunningServer) -> None:
    """Every kind of request above, over and over: what is kept for good is taken by the first round."""

    def ask_all() -> int:
        for make, _ in REQUESTS.values():
            post(victim.url, make())
        # Given back when the server looks after its connections, about once a second.
        least = resident_bytes(victim)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            time.sleep(0.1)
            least = min(least, resident_bytes(victim))
        return least

    ask_all()
    first = ask_all()
    for _ in range(4):
        last = ask_all()

    assert last - first < 24 * MEGABYTE


@pytest.mark.slow
def test_finds_are_answered_while_the_largest_requests_are_read(victim: RunningServer) -> None:
    """Three callers who send nothing but those, packed: before there were limits, finds waited for 20 seconds."""
    sent = [
        gzip.compress(text.encode() if isinstance(text, str) else text)
        for name, (make, _) in REQUESTS.items()
        if name.startswith(("as many", "24,000", "an e-mail", "seven megabytes"))
        for text in (make(),)
    ]
    is_over = threading.Event()

    def send_all() -> None:
        for body in itertools.cycle(sent):
            if is_over.is_set():
                return
            post(victim.url, body, headers={"Content-Encoding": "gzip"})

    callers = [threading.Thread(target=send_all) for _ in range(3)]
    for each in callers:
        each.start()
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            began = time.monotonic()
            assert outcome(post(victim.url, CALL)) == "WSRC0004"
            assert time.monotonic() - began < 10
    finally:
        is_over.set()
        for each in callers:
            each.join()


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


@pytest.mark.slow
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
