"""ViewAudit over the wire: the pages of an access history, to the letter, and whom they are shown."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.rules.records.access_history import AccessAction, RecordAccess
from lrs_soap.rules.values.change import Author
from lrs_soap.store import access_history
from lrs_soap.store.store import Store
from tests.kit.databases import new_database
from tests.kit.r9_messages import NIL, ask
from tests.kit.running_server import PATIENT, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer
from tests.kit.waiting import until

NAME = "ViewAudit"
GRACE, ROWAN, PRIYA, PRIYA_IYER = "4170265830", "5629103473", "9140837261", "2865174033"
SAMUEL, IMOGEN = "8031459273", "5918043623"
MOMENT = datetime(2025, 7, 2, 0, 30, tzinfo=LONDON)
TEXTS = {"WSEC0136": b"Supplied ULN is invalid", "WSEC0208": b"Learner could not be verified"}


@pytest.fixture(scope="module")
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server with 23 entries of Rowan's, a minute apart, and two of Priya's, one of them under a linked ULN."""
    folder = tmp_path_factory.mktemp("audit")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        store = Store(url)
        with store.writing() as transaction:
            for number in range(23):
                author = Author("TEST0001", f"Adviser {number} <&>")
                moment = MOMENT + timedelta(minutes=number)
                access_history.add(transaction, ROWAN, RecordAccess(moment, AccessAction.VIEWED, author))
            author = Author("TEST0002", "")
            for uln, action in (
                (PRIYA, AccessAction.NOT_SHARED),
                (PRIYA_IYER, AccessAction.NOT_SHARED),
                (PRIYA, AccessAction.VIEWED),
            ):
                access_history.add(transaction, uln, RecordAccess(MOMENT, action, author))
        store.close()
        yield running


def view(server: RunningServer, uln: str, given_name: str, family_name: str, page: str = "1") -> Answer:
    return ask(server.url, NAME, learnerUln=uln, learnerGivenName=given_name, learnerFamilyName=family_name, page=page)


def answer_of(entries: str, counts: str) -> bytes:
    """The whole answer, byte for byte."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<ViewAuditResponse xmlns="http://tempuri.org/"><ViewAuditResult xmlns:a="http://api.lrs.qcf.gov.uk/model" '
        f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance">{entries}{counts}'
        "</ViewAuditResult></ViewAuditResponse></s:Body></s:Envelope>"
    ).encode()


def counts_of(*, pages: int, page: int, total: int) -> str:
    return (
        f"<a:PageCount>{pages}</a:PageCount><a:PageIndex>{page}</a:PageIndex><a:PageSize>10</a:PageSize>"
        f"<a:SortIndex>0</a:SortIndex><a:SortOrder>0</a:SortOrder><a:TotalItems>{total}</a:TotalItems>"
    )


def test_an_answer_to_the_letter(own: ServerHere) -> None:
    entries = "".join(
        f"<a:PlrAccessEntryResponse><a:Action>{action}</a:Action><a:DateTime>2025-07-02T00:30:00</a:DateTime>"
        "<a:Organisation>TEST0002</a:Organisation><a:User/></a:PlrAccessEntryResponse>"
        for action in ("Learning events viewed", "Learning events not shared")
    )
    assert view(own, PRIYA, "Priya", "Raman").body == answer_of(
        f"<a:List>{entries}</a:List>", counts_of(pages=1, page=1, total=2)
    )


def test_nobody_has_looked(own: ServerHere) -> None:
    for _ in range(2):
        # Nor is it a look at the record to view who has looked, or to find whose it is.
        ask(own.url, "LearnerByUln", uln=SAMUEL, givenName="Samuel", familyName="Adeyemi")
        assert view(own, SAMUEL, "Samuel", "Adeyemi").body == answer_of(
            "<a:List/>", counts_of(pages=0, page=1, total=0)
        )


def test_pages_have_ten_entries_the_newest_first_and_beyond_the_end_none(own: ServerHere) -> None:
    numbers = list(reversed(range(23)))
    for page, expected in (("1", numbers[:10]), ("2", numbers[10:20]), (" +3 ", numbers[20:])):
        answer = view(own, ROWAN, "Rowan", "Thackeray", page)
        assert answer.texts("User") == [f"Adviser {number} <&>" for number in expected]
        assert [int(text[14:16]) for text in answer.texts("DateTime")] == [(30 + number) % 60 for number in expected]
        assert counts_of(pages=3, page=int(page), total=23).encode() in answer.body
    for beyond in (4, 2**31 - 1):
        answer = view(own, ROWAN, "Rowan", "Thackeray", str(beyond))
        assert answer.body == answer_of("<a:List/>", counts_of(pages=3, page=beyond, total=23))


def test_a_linked_uln_has_its_own_names_and_entries(own: ServerHere) -> None:
    assert view(own, PRIYA_IYER, "priya", "IYER").texts("Action") == ["Learning events not shared"]


@pytest.mark.parametrize(
    ("uln", "given_name", "family_name", "code"),
    [
        ("4170265831", "Grace", "Okafor", "WSEC0136"),
        (NIL, "Grace", "Okafor", "WSEC0136"),
        (GRACE, "Grase", "Okafor", "WSEC0208"),
    ],
    ids=["wrong check digit", "nil", "similar names"],
)
def test_who_cannot_be_verified_is_a_domain_fault(
    server: RunningServer, uln: str, given_name: str, family_name: str, code: str
) -> None:
    answer = view(server, uln, given_name, family_name)
    assert answer.status == 500
    assert answer.body.endswith(
        b"<s:Fault><faultcode>s:Client</faultcode>"
        b"<faultstring>The creator of this fault did not specify a Reason.</faultstring>"
        b'<detail><DomainFault xmlns="http://api.lrs.qcf.gov.uk/faults"><ErrorCode>'
        + code.encode()
        + b"</ErrorCode><ErrorDetail>"
        + base64.b64encode(TEXTS[code])
        + b"</ErrorDetail></DomainFault></detail></s:Fault></s:Body></s:Envelope>"
    )


@pytest.mark.parametrize("page", ["one", "", "1.0", "2147483648"])
def test_a_page_that_is_no_number_is_not_deserialized(server: RunningServer, page: str) -> None:
    assert view(server, GRACE, "Grace", "Okafor", page).text("faultcode") == "a:DeserializationFailed"


def test_why_somebody_was_not_verified_is_in_the_log(own: ServerHere) -> None:
    view(own, ROWAN, "Rowan", "Thackery")
    logged = own.logged_until("code=WSEC0208")
    assert 'reasons=["names: given EQUAL, family SIMILAR", "comparisons: VRF4, VRF5, VRF6 failed"]' in logged


@pytest.mark.slow
def test_of_two_processes_each_reading_is_noted_once(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    users = [f"Adviser {number}" for number in range(60)]
    with RunningServer(folder, "--processes", "2", *PATIENT, database_url=database_url) as pair:

        def look(user: str) -> str | None:
            # Every third one may not see it, which is noted too.
            user_type = "ORG" if user.endswith(("3", "6", "9")) else "LNR"
            imogen = {"uln": IMOGEN, "givenName": "Imogen", "familyName": "Sallis"}
            answer = ask(pair.url, "GetLearnerLearningEvents", user=user, userType=user_type, **imogen)
            return answer.text("ResponseCode")

        answering = pair.children()[:2]
        codes = []
        for child, user in zip(answering, users, strict=False):
            with pair.answering_alone(child):
                codes.append(look(user))
        with ThreadPoolExecutor(6) as together:
            codes += together.map(look, users[2:])
        pages = [view(pair, IMOGEN, "Imogen", "Sallis", str(page)) for page in range(1, 8)]
        until(lambda: {int(each) for each in re.findall("process=([0-9]+)", pair.logged())} == set(answering))
    noted = [entry for page in pages for entry in zip(page.texts("User"), page.texts("Action"), strict=True)]
    actions = {"WSRC0004": "Learning events viewed", "WSEC0206": "Learning events not shared"}
    assert sorted(noted) == sorted((user, actions[str(code)]) for user, code in zip(users, codes, strict=True))
    assert set(codes) == set(actions)
    assert [page.text("TotalItems") for page in pages] == ["60"] * 7
