"""UpdateLearnerSubsetFields over the wire: what its five fields change, how each value is read, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lrs_soap.rules.values.change import Author
from lrs_soap.store import history
from lrs_soap.store.store import Store
from tests.kit.databases import new_database
from tests.kit.r9_messages import NIL, ask
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, post, update

NAME = "UpdateLearnerSubsetFields"
NOW = "2025-07-02T00:30:00"
GRACE, ROWAN, SAMUEL = "4170265830", "5629103473", "8031459273"


@pytest.fixture(scope="module")
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server of this module's own, whose learners the tests change, each another one."""
    folder = tmp_path_factory.mktemp("subset")
    with new_database(database_kind, folder) as url, ServerHere(folder, "--clock", NOW, database_url=url) as running:
        yield running


def code(server: RunningServer, **fields: str | None) -> str | None:
    answer = ask(server.url, NAME, **fields)
    assert answer.status == 200
    return answer.text("UpdateLearnerSubsetFieldsResult")


def held(server: RunningServer, uln: str, given_name: str, family_name: str) -> dict[str, str | None]:
    """What is held of the fields that may be updated, and what an update changes besides."""
    answer = ask(server.url, "LearnerByUln", uln=uln, givenName=given_name, familyName=family_name)
    assert answer.text("ResponseCode") == "WSRC0004"
    fields = ("EmailAddress", "TelephoneNumber", "AbilityToShare", "SchoolAtAge16", "PreferredGivenName")
    return {name: answer.text(name) or None for name in (*fields, "VersionNumber", "LastUpdatedDate")}


def test_an_answer_to_the_letter(server: RunningServer) -> None:
    assert ask(server.url, NAME).body == (
        b'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        b'<s:Body><UpdateLearnerSubsetFieldsResponse xmlns="http://tempuri.org/">'
        b"<UpdateLearnerSubsetFieldsResult>WSRC0020</UpdateLearnerSubsetFieldsResult>"
        b"</UpdateLearnerSubsetFieldsResponse></s:Body></s:Envelope>"
    )


def test_each_field_is_left_cleared_or_changed(own: ServerHere) -> None:
    expected: dict[str, str | None] = {
        "EmailAddress": "rowan.thackeray@example.org",
        "TelephoneNumber": "01632 960417",
        "AbilityToShare": "1",
        "SchoolAtAge16": "Millbrook Academy",
        "PreferredGivenName": "Ro",
        "VersionNumber": "4",
        "LastUpdatedDate": "2025-01-20T00:00:00",
    }
    assert held(own, ROWAN, "Rowan", "Thackeray") == expected
    changes: list[tuple[dict[str, str | None], dict[str, str | None]]] = [
        ({"emailAddress": "ro@example.org"}, {"EmailAddress": "ro@example.org"}),
        ({"emailAddress": "", "telephoneNumber": NIL}, {"EmailAddress": None}),
        ({"telephoneNumber": "+44 1632 960001"}, {"TelephoneNumber": "+44 1632 960001"}),
        ({"schoolAtAge16": "", "preferredGivenName": None}, {"SchoolAtAge16": None}),
        ({"schoolAtAge16": "Elm &amp; Oak"}, {"SchoolAtAge16": "Elm & Oak"}),
        ({"preferredGivenName": "", "telephoneNumber": ""}, {"PreferredGivenName": None, "TelephoneNumber": None}),
    ]
    for version, (sent, changed) in enumerate(changes, 4):
        assert code(own, uln=ROWAN, versionNumber=str(version), **sent) == "WSRC0006"
        today = {"VersionNumber": str(version + 1), "LastUpdatedDate": "2025-07-02T00:00:00"}
        expected = {**expected, **changed, **today}
        assert held(own, ROWAN, "Rowan", "Thackeray") == expected


@pytest.mark.parametrize("ability", ["NotProvided", None, NIL])
def test_what_is_not_provided_or_as_it_is_held_is_no_change(server: RunningServer, ability: str | None) -> None:
    rowan = {"uln": ROWAN, "versionNumber": "4", "abilityToShare": ability}
    assert code(server, **rowan) == "WSRC0020"
    nothing = dict.fromkeys(("emailAddress", "telephoneNumber", "schoolAtAge16", "preferredGivenName"), NIL)
    assert code(server, **rowan, **nothing) == "WSRC0020"
    assert code(server, **{**rowan, "abilityToShare": "FPNSeenShareData"}, preferredGivenName="Ro") == "WSRC0020"


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"uln": ""}, "WSEC0136"),
        ({"uln": NIL}, "WSEC0136"),
        ({"uln": None}, "WSEC0136"),
        # A number that is not given is 0 to .NET.
        ({"versionNumber": None}, "WSRC0013"),
    ],
)
def test_a_parameter_that_is_not_given_is_no_uln_or_version_0(
    server: RunningServer, fields: dict[str, str | None], answer: str
) -> None:
    assert code(server, **{"preferredGivenName": "Gracie", **fields}) == answer


@pytest.mark.parametrize(
    "fields",
    [
        {"emailAddress": "no address"},
        {"emailAddress": "x" * 249 + "@ab.uk"},
        {"telephoneNumber": "0" * 36},
        {"schoolAtAge16": "x" * 255},
        {"preferredGivenName": "x" * 36},
        {"preferredGivenName": "Bogus"},
        {"schoolAtAge16": "HMP Anywhere"},
        # The rules of fields come before whose the ULN is.
        {"uln": "1", "preferredGivenName": "Bogus"},
    ],
)
def test_a_value_that_a_registration_could_not_have_is_wsec0001(
    server: RunningServer, fields: dict[str, str | None]
) -> None:
    answer = ask(server.url, NAME, **fields)
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("abilityToShare", value) for value in ("", "Unknown", "1", "notProvided", "FPNSeenShareData ")),
        *(("versionNumber", value) for value in ("", "one", "1.0", "2147483648")),
    ],
)
def test_a_value_that_its_type_cannot_hold_is_not_deserialized(server: RunningServer, field: str, value: str) -> None:
    assert ask(server.url, NAME, **{field: value}).text("faultcode") == "a:DeserializationFailed"


def test_its_history_has_what_changed_and_by_whom(own: ServerHere) -> None:
    sent = {"uln": SAMUEL, "telephoneNumber": "01632 960003"}
    assert ask(own.url, NAME, user="An Adviser", **sent).text("UpdateLearnerSubsetFieldsResult") == "WSRC0006"
    assert code(own, **sent) == "WSRC0013"
    store = Store(own.database_url)
    try:
        with store.reading() as transaction:
            (change,) = history.of(transaction, SAMUEL)
    finally:
        store.close()
    assert change.author == Author("TEST0001", "An Adviser")
    assert change.fields == {
        "telephone_number": (None, "01632 960003"),
        "version_number": ("1", "2"),
        "last_updated_date": ("2024-09-02", "2025-07-02"),
        "last_updated": ("2024-09-01T23:00:00Z", "2025-07-01T23:30:00Z"),
    }


def test_both_ports_update_one_version(own: ServerHere) -> None:
    assert code(own, uln=GRACE, preferredGivenName="Gracie") == "WSRC0006"
    assert post(own.url, envelope(update(Title="Ms"))).text("ResponseCode") == "WSRC0013"
    assert post(own.url, envelope(update(Title="Ms", VersionNumber="2"))).text("ResponseCode") == "WSRC0006"
    assert code(own, uln=GRACE, versionNumber="2", preferredGivenName="Grace") == "WSRC0013"
    assert held(own, GRACE, "Grace", "Okafor")["PreferredGivenName"] == "Gracie"
