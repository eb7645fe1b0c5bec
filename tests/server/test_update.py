"""UpdateLearner over the wire: an answer to the letter, what is refused in which words, and races."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register, update

# In London it is 2 July already, in UTC not yet.
NOW = "2025-07-02T00:30:00"


@pytest.fixture(scope="module")
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server of this module's own, whose learners the tests change, each another one."""
    folder = tmp_path_factory.mktemp("update")
    with new_database(database_kind, folder) as url, ServerHere(folder, "--clock", NOW, database_url=url) as running:
        yield running


def ask(server: RunningServer, **fields: str | None) -> Answer:
    return post(server.url, envelope(update(**fields)))


def code(server: RunningServer, **fields: str | None) -> str | None:
    return ask(server, **fields).text("ResponseCode")


def held(server: RunningServer, uln: str, given_name: str, family_name: str) -> Answer:
    return post(server.url, envelope(find_by_uln(ULN=uln, GivenName=given_name, FamilyName=family_name)))


def newcomer(server: RunningServer, family_name: str, **fields: str | None) -> dict[str, str | None]:
    """The fields of a learner who was registered just now, with the ULN."""
    learner: dict[str, str | None] = {"GivenName": "Astrid", "FamilyName": family_name, **fields}
    answer = post(server.url, envelope(register(**learner)))
    assert answer.text("ResponseCode") == "WSRC0005"
    return {
        "LastKnownPostCode": "TR1 2PQ",
        "DateOfBirth": "2006-05-04",
        **learner,
        "ULN": answer.text("ULN"),
    }


def test_an_answer_to_the_letter(server: RunningServer) -> None:
    answer = ask(server)
    assert answer.body == (
        b'<?xml version="1.0" encoding="utf-8"?>'
        b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        b'<ns2:UpdateLearnerResponse xmlns:ns2="http://api.lrs.miap.gov.uk/regmsg">'
        b"<ResponseCode>WSRC0020</ResponseCode></ns2:UpdateLearnerResponse></soapenv:Body></soapenv:Envelope>"
    )


def test_what_is_sent_is_held_in_the_next_version_from_today(own: ServerHere) -> None:
    learner = newcomer(own, "Fairbairn", Title="Ms", Notes="A note")
    changed = {"FamilyName": "Lindqvist", "PreviousFamilyName": "Fairbairn", "LastKnownPostCode": "bfpo12"}
    assert code(own, **{**learner, "Title": "", "Notes": None, **changed}) == "WSRC0006"
    answer = held(own, str(learner["ULN"]), "Astrid", "Lindqvist")
    assert answer.text("ResponseCode") == "WSRC0004"
    assert [answer.text(name) for name in ("PreviousFamilyName", "LastKnownPostCode", "Title", "Notes")] == [
        "Fairbairn",
        "BFPO 12",
        None,
        "A note",
    ]
    assert [answer.text(name) for name in ("VersionNumber", "LastUpdatedDate", "CreatedDate")] == [
        "2",
        "2025-07-02",
        "2025-07-02",
    ]
    # The name that it had is one of its names still.
    assert held(own, str(learner["ULN"]), "Astrid", "Fairbairn").text("ResponseCode") == "WSRC0004"


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({"GivenName": ""}, "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern"),
        ({"FamilyName": "  "}, "cvc-pattern-valid: Value '  ' is not facet-valid with respect to pattern"),
        ({"LastKnownPostCode": ""}, "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern"),
        ({"DateOfBirth": ""}, "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern"),
        ({"Gender": ""}, "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern"),
        ({"VerificationType": ""}, "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern"),
        ({"AbilityToShare": ""}, "cvc-"),
        ({"GivenName": None}, "cvc-complex-type.2.4.a: Invalid content was found starting with element 'FamilyName'."),
        ({"AbilityToShare": None}, "cvc-complex-type.2.4.a: Invalid content was found starting with element 'ULN'."),
        ({"VersionNumber": None}, "cvc-complex-type.2.4.b: The content of element 'Learner' is not complete."),
        ({"VersionNumber": ""}, "cvc-datatype-valid.1.2.1: '' is not a valid value for 'integer'."),
        ({"VersionNumber": "2147483648"}, "cvc-maxInclusive-valid: Value '2147483648'"),
        ({"ULN": "417026583"}, "cvc-pattern-valid: Value '417026583' is not facet-valid"),
        ({"DateOfBirth": "1900-02-29"}, "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."),
        ({"DateOfBirth": "2099-01-01"}, "Value '2099-01-01' of element 'DateOfBirth' is in the future."),
        ({"DateOfAddressCapture": "1900-02-29"}, "Value '1900-02-29' of element 'DateOfAddressCapture' is not a valid"),
        ({"FamilyName": "Dummy"}, "Value 'Dummy' of element 'FamilyName' contains prohibited text."),
        ({"LastKnownPostCode": "N78TT"}, "Value 'N78TT' of element 'LastKnownPostCode' contains prohibited text."),
        (
            {"VerificationType": "999"},
            "Element 'OtherVerificationDescription' is required when VerificationType is 999.",
        ),
        (
            {"OtherVerificationDescription": "by school"},
            "Value 'by school' of element 'OtherVerificationDescription' is not an accepted description.",
        ),
    ],
)
def test_what_is_refused_is_told(server: RunningServer, fields: dict[str, str | None], details: str) -> None:
    answer = ask(server, **fields)
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")
    assert (answer.text("FurtherDetails") or "").startswith(details)


def test_of_two_updates_of_one_version_at_the_same_moment_one_is_done(own: ServerHere) -> None:
    for attempt in range(5):
        learner = newcomer(own, "Rival", PlaceOfBirth=str(attempt), DateOfBirth=f"2006-01-0{attempt + 1}")
        together = threading.Barrier(2)
        codes: list[str | None] = []

        def change(
            title: str,
            learner: dict[str, str | None] = learner,
            together: threading.Barrier = together,
            codes: list[str | None] = codes,
        ) -> None:
            together.wait()
            codes.append(code(own, **{**learner, "Title": title}))

        threads = [threading.Thread(target=change, args=(title,)) for title in ("Ms", "Dr")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(str, codes)) == ["WSRC0006", "WSRC0013"]


def test_of_two_processes_that_update_one_version_one_does(
    own: ServerHere, tmp_path_factory: pytest.TempPathFactory
) -> None:
    learner = newcomer(own, "Processes")
    codes: list[str | None] = []
    folder = tmp_path_factory.mktemp("other")
    with RunningServer(folder, "--clock", NOW, database_url=own.database_url) as other:
        together = threading.Barrier(4)

        def change(server: RunningServer, title: str) -> None:
            together.wait()
            codes.append(code(server, **{**learner, "Title": title}))

        threads = [
            threading.Thread(target=change, args=(server, f"{number}"))
            for number, server in enumerate((own, other, own, other))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(map(str, codes)) == ["WSRC0006", "WSRC0013", "WSRC0013", "WSRC0013"]
