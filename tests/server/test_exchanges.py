"""What the journal is told of a request, whatever became of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from lrs_soap import settings
from lrs_soap.exchange.exchange import Claim, Exchange, Origin, Stage
from lrs_soap.exchange.log import ExchangeLog, open_log
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.server import wsgi
from lrs_soap.server.application import Application
from lrs_soap.world import World
from tests.kit.every_operation import DECLARED, LEARNER, OPERATIONS, TEST, Who
from tests.kit.kept_journal import KeptJournal
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, envelope, find_by_uln
from tests.kit.wsgi_client import ask_wsgi

CLAIM = Claim("TEST0001", "A Tester")
VIEW_ONLY_PASSWORD = "ViewOnlyPass0002"
WRONG_PASSWORD = "NotTheRightOne77"


class Service:
    """The application with a journal that keeps what it is told, and the log's line of each exchange beside it."""

    def __init__(self, folder: Path, **values: str) -> None:
        chosen = settings.resolve(
            {"database_url": f"sqlite:///{folder}/lrs.db", "clock": "2025-03-11T12:00", **values}
        ).settings
        self._journal = KeptJournal()
        self._world = replace(World.open(chosen), journal=self._journal)
        self._application: Application = wsgi.application_of(chosen, self._world)

    def ask(self, body: str | bytes, path: str = LEARNER_SERVICE, **environ: str) -> Exchange:
        """Send a request; what the journal was told of it, which has no password in its line."""
        raw = body.encode() if isinstance(body, str) else body
        ask_wsgi(self._application, "POST", path, raw, **environ)
        exchange = self._journal.last
        line = io.StringIO()
        ExchangeLog(open_log("debug", "text", line), self._world.clock).record(exchange)
        assert TEST.password not in line.getvalue()
        assert WRONG_PASSWORD not in line.getvalue()
        assert VIEW_ONLY_PASSWORD not in line.getvalue()
        assert (exchange.claim or Claim(None, None)).user in (None, "", "A Tester", TEST.password)
        return exchange

    def line_of(self, exchange: Exchange, *, values: bool) -> str:
        """The log's line of an exchange."""
        line = io.StringIO()
        ExchangeLog(open_log("debug", "text", line), self._world.clock, values=values).record(exchange)
        return line.getvalue()

    def close(self) -> None:
        self._world.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the starting data."""
    opened = Service(tmp_path_factory.mktemp("exchanges"))
    yield opened
    opened.close()


def test_a_find_that_succeeds_is_known_from_end_to_end(service: Service) -> None:
    exchange = service.ask(envelope(find_by_uln()), SSL_CLIENT_S_DN="CN=vendor")

    assert (exchange.origin, exchange.world, exchange.path) == (Origin.SOAP, "main", LEARNER_SERVICE)
    assert (exchange.operation, exchange.code, exchange.status) == ("learnerByULN", "WSRC0004", 200)
    assert (exchange.claim, exchange.author) == (CLAIM, Author("TEST0001", "A Tester"))
    assert exchange.certificate == "CN=vendor"
    assert [decision.code.value for decision in exchange.decisions] == ["WSRC0004"]
    assert exchange.request == envelope(find_by_uln()).encode()
    assert b"<ResponseCode>WSRC0004" in exchange.answer
    assert [stage for stage, _ in exchange.stages] == list(Stage)
    assert [ended for _, ended in exchange.stages] == sorted(ended for _, ended in exchange.stages)


def test_an_organisation_that_asks_by_its_reference_is_known_by_its_ukprn(service: Service) -> None:
    exchange = service.ask(envelope(find_by_uln(UKPRN=None, OrganisationRef="TST001")))

    assert exchange.claim == Claim("TST001", "A Tester")
    assert exchange.author == Author("TEST0001", "A Tester")


def test_one_request_may_have_several_decisions(service: Service) -> None:
    ulns = ("4170265830", "5918043623", "1234567890")
    sent = "".join(f"<ULN>{uln}</ULN>" for uln in ulns)

    exchange = service.ask(message("retrieveULNs").replace("<ULN>4170265830</ULN>", sent))

    assert len(exchange.decisions) == len(ulns)
    assert exchange.code == ",".join(sorted({decision.code.value for decision in exchange.decisions}))


def message(name: str, who: Who = TEST) -> str:
    """A request of an operation, in its envelope."""
    tag = etree.QName(DECLARED[name].request_tag)
    content = OPERATIONS[name](who)
    if name in LEARNER:
        return envelope(f'<m:{tag.localname} xmlns:m="{tag.namespace}">{content}</m:{tag.localname}>')
    return envelope(f'<{tag.localname} xmlns="{tag.namespace}">{content}</{tag.localname}>')


CALL = envelope(find_by_uln())
R9_CALL = message("LearnerByUln")
R9_ACTION = f'"{DECLARED["LearnerByUln"].soap_action}"'

# Why, the request, its path, what the environment has besides, and the code.
REFUSED: list[tuple[str, str | bytes, str, dict[str, str], str | None]] = [
    ("validation", envelope(find_by_uln(ULN=None)), LEARNER_SERVICE, {}, "WSEC0001"),
    ("another operation", CALL.replace("FindLearnerByULN", "FindNobody"), LEARNER_SERVICE, {}, "WSEC0002"),
    ("an unknown organisation", CALL.replace("TEST0001", "10000001"), LEARNER_SERVICE, {}, "WSEC0003"),
    ("a wrong password", CALL.replace(TEST.password, WRONG_PASSWORD), LEARNER_SERVICE, {}, "WSEC0005"),
    ("another envelope", CALL.replace("schemas.xmlsoap.org", "example.org"), LEARNER_SERVICE, {}, "VersionMismatch"),
    ("two children", envelope(find_by_uln() + "<a/>"), LEARNER_SERVICE, {}, "Client"),
    ("no XML", CALL[:-20], LEARNER_SERVICE, {}, "Client"),
    ("UTF-16 that is no XML", CALL[:-20].encode("utf-16"), LEARNER_SERVICE, {}, "Client"),
    ("an unknown charset", CALL, LEARNER_SERVICE, {"CONTENT_TYPE": "text/xml; charset=klingon"}, None),
    ("another action", R9_CALL, LEARNER_SERVICE_R9, {}, "ActionNotSupported"),
    (
        "deserialization",
        R9_CALL.replace("<uln>", "<uln>&#0;"),
        LEARNER_SERVICE_R9,
        {"HTTP_SOAPACTION": R9_ACTION},
        "Client",
    ),
    (
        "a wrong value",
        R9_CALL.replace("ORG", "XXX"),
        LEARNER_SERVICE_R9,
        {"HTTP_SOAPACTION": R9_ACTION},
        "WSEC0001",
    ),
]


@pytest.mark.parametrize(
    ("request_body", "path", "environ", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_a_request_that_is_refused_says_who_claims_to_ask(
    service: Service, request_body: str | bytes, path: str, environ: dict[str, str], code: str | None
) -> None:
    exchange = service.ask(request_body, path, **environ)

    assert exchange.code == code
    assert exchange.author is None
    claim = exchange.claim
    assert claim is not None
    assert claim.organisation in ("TEST0001", "10000001")
    # R9's message here has no user.
    assert claim.user == ("A Tester" if path == LEARNER_SERVICE else None)


def test_outside_the_hours_it_does_too(tmp_path: Path) -> None:
    service = Service(tmp_path, service_hours="Mon 03:00-03:01")

    exchange = service.ask(CALL)

    assert (exchange.code, exchange.claim) == ("WSEC0004", CLAIM)
    assert [reason.outcome for reason in exchange.decisions[0].reasons] == [Outcome.CLOSED]
    service.close()


def test_a_role_that_is_missing_is_found_after_the_password_was_right(service: Service) -> None:
    exchange = service.ask(message("registerSingleLearner", Who("TEST0002", VIEW_ONLY_PASSWORD)))

    assert exchange.code == "WSEC0006"
    assert exchange.author == Author("TEST0002", "A Tester")
    assert exchange.decisions[0].reasons[0].rule is Rule.ROLE


def test_a_body_that_is_not_read_has_no_claim(service: Service) -> None:
    exchange = service.ask(CALL, CONTENT_TYPE="application/json")

    assert (exchange.status, exchange.code, exchange.claim) == (415, None, None)
    assert exchange.findings == ["A request has to be SOAP 1.1 with the content type text/xml."]


ADDRESSING = "http://schemas.microsoft.com/ws/2005/05/addressing/none"


def test_a_header_that_wcf_would_refuse_is_a_finding(service: Service) -> None:
    entries = f'<Action xmlns="{ADDRESSING}" soapenv:mustUnderstand="1">urn:x</Action><x/><To xmlns="{ADDRESSING}"/>'
    with_header = R9_CALL.replace("<soapenv:Body>", f"<soapenv:Header>{entries}</soapenv:Header><soapenv:Body>")
    exchange = service.ask(with_header, LEARNER_SERVICE_R9, HTTP_SOAPACTION=R9_ACTION)

    assert (exchange.status, exchange.code) == (200, "WSRC0004")
    assert exchange.findings == [
        f"The envelope has the header {name}, which WCF does not take over plain HTTP." for name in ("Action", "To")
    ]
    assert service.ask(R9_CALL, LEARNER_SERVICE_R9, HTTP_SOAPACTION=R9_ACTION).findings == []


REGISTER = message("registerSingleLearner")
SENT = "SeldomHeardName99"
TOO_LONG = SENT * 3

# The request, and whether its findings would tell the value that was wrong.
WRONG: dict[str, tuple[str, str, dict[str, str], bool]] = {
    "a name that is too long": (
        CALL.replace("Okafor", TOO_LONG),
        LEARNER_SERVICE,
        {},
        True,
    ),
    "a pattern": (CALL.replace(">4170265830<", f">{SENT}<"), LEARNER_SERVICE, {}, True),
    "no number": (message("getBatchRegistrationOutput").replace(">1<", f">{SENT}<"), LEARNER_SERVICE, {}, True),
    "nil": (
        CALL.replace("<UKPRN>", f'<UKPRN xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="{SENT}">'),
        LEARNER_SERVICE,
        {},
        True,
    ),
    "a field rule": (
        REGISTER.replace(">Grace<", ">Hmp SeldomHeardName99<"),
        LEARNER_SERVICE,
        {},
        True,
    ),
    "text between elements": (CALL.replace("<GivenName>", f"{SENT}<GivenName>"), LEARNER_SERVICE, {}, False),
    "text between elements of R9": (
        R9_CALL.replace("<language>", f"{SENT}<language>"),
        LEARNER_SERVICE_R9,
        {"HTTP_SOAPACTION": R9_ACTION},
        True,
    ),
    "a number of R9": (
        R9_CALL.replace(">7<", f">{SENT}<"),
        LEARNER_SERVICE_R9,
        {"HTTP_SOAPACTION": R9_ACTION},
        True,
    ),
    "a name of R9": (
        R9_CALL.replace(">Okafor<", f">{TOO_LONG}<"),
        LEARNER_SERVICE_R9,
        {"HTTP_SOAPACTION": R9_ACTION},
        False,
    ),
    "an unknown charset": (CALL, LEARNER_SERVICE, {"CONTENT_TYPE": f"text/xml; charset={SENT}"}, True),
    "an unknown coding": (CALL, LEARNER_SERVICE, {"HTTP_CONTENT_ENCODING": SENT.lower()}, True),
    "no XML": (CALL.replace("Okafor", f"&{SENT};"), LEARNER_SERVICE, {}, False),
    "another action": (R9_CALL, LEARNER_SERVICE_R9, {"HTTP_SOAPACTION": SENT}, False),
}


@pytest.mark.parametrize(("sent", "path", "environ", "is_told"), WRONG.values(), ids=WRONG)
def test_no_value_that_was_sent_is_logged_unless_it_is_asked_for(
    service: Service, sent: str, path: str, environ: dict[str, str], is_told: bool
) -> None:
    exchange = service.ask(sent, path, **environ)

    assert exchange.status != 200
    assert SENT.lower() not in service.line_of(exchange, values=False).lower()
    assert (SENT.lower() in service.line_of(exchange, values=True).lower()) is is_told


def asking(user: str = "A Tester", **fields: str) -> str:
    return envelope(find_by_uln(UserName=user, **fields))


@pytest.mark.parametrize(
    "sent",
    [
        asking(TEST.password),
        asking(TEST.password, ULN="x"),
        asking(OrganisationRef=TEST.password),
        asking(ULN=TEST.password),
        asking(FamilyName=f"{TEST.password}{TEST.password}{TEST.password}"),
        asking(raw=f"<{TEST.password}/>"),
        envelope(f"<{TEST.password}/>{find_by_uln()}"),
        asking(UKPRN=TEST.password),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_password_is_not_logged_wherever_it_was_typed(service: Service, sent: str, encoding: str) -> None:
    exchange = service.ask(sent.encode(encoding))

    for values in (False, True):
        assert TEST.password not in service.line_of(exchange, values=values)
