"""RetrieveULNs over the wire: each ULN in the order asked, to the letter, and how many there may be."""

from __future__ import annotations

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, post, retrieve

GRACE, PRIYA, PRIYA_IYER, TOBIAS = "4170265830", "9140837261", "2865174033", "4739516283"


def ask(server: RunningServer, *ulns: str) -> Answer:
    return post(server.url, envelope(retrieve(*ulns)))


def test_an_answer_to_the_letter(server: RunningServer) -> None:
    assert (
        ask(server, GRACE, TOBIAS, PRIYA_IYER, "4170265831").body
        == (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
            '<ns2:RetrieveULNsResponse xmlns:ns2="http://api.lrs.miap.gov.uk/reportmsg"><RetrievedULNs>'
            f"<VerifiedULN><ULN>{GRACE}</ULN><ResponseCode>WSRC0004</ResponseCode><FamilyName>Okafor</FamilyName>"
            "<GivenName>Grace</GivenName><DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender></VerifiedULN>"
            f"<VerifiedULN><ULN>{TOBIAS}</ULN><ResponseCode>WSRC0001</ResponseCode></VerifiedULN>"
            f"<VerifiedULN><ULN>{PRIYA_IYER}</ULN><MasterULN>{PRIYA}</MasterULN><ResponseCode>WSRC0022</ResponseCode>"
            "<FamilyName>Raman</FamilyName><GivenName>Priya</GivenName><DateOfBirth>2002-02-28</DateOfBirth>"
            "<Gender>2</Gender></VerifiedULN>"
            "<VerifiedULN><ULN>4170265831</ULN><ResponseCode>WSRC0001</ResponseCode></VerifiedULN>"
            "</RetrievedULNs></ns2:RetrieveULNsResponse></soapenv:Body></soapenv:Envelope>"
        ).encode()
    )


def test_200_are_the_most_and_come_back_in_their_order_the_same_one_twice(server: RunningServer) -> None:
    asked = [PRIYA, GRACE, PRIYA, TOBIAS] * 50
    answer = ask(server, *asked)
    assert answer.texts("ULN") == asked
    assert answer.texts("ResponseCode") == ["WSRC0004", "WSRC0004", "WSRC0004", "WSRC0001"] * 50


def test_201_are_too_many(server: RunningServer) -> None:
    answer = ask(server, *[GRACE] * 201)
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")
    assert (answer.text("FurtherDetails") or "").startswith(
        "cvc-complex-type.2.4.f: 'ULN' can occur a maximum of '200' times in the current sequence."
    )


def test_none_is_too_few(server: RunningServer) -> None:
    assert (ask(server).text("FurtherDetails") or "").startswith("cvc-complex-type.2.4.b:")


def test_what_is_no_uln_is_refused(server: RunningServer) -> None:
    answer = ask(server, GRACE, "417026583")
    assert (answer.text("FurtherDetails") or "").startswith("cvc-pattern-valid: Value '417026583'")


def test_the_log_has_each_code_once(server: RunningServer) -> None:
    ask(server, GRACE, PRIYA_IYER, GRACE)
    assert "operation=retrieveULNs" in server.logged_until("code=WSRC0004,WSRC0022")
