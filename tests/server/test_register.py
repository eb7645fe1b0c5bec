"""RegisterLearner over the wire: what is stored, who is one already, what is refused, and races."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.change import Action, Author
from lrs_soap.store import history, learners
from lrs_soap.store.store import Store
from tests.kit.databases import new_database
from tests.kit.running_server import PATIENT, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register

# The service's day is 2 July 2025; in UTC it is still the first.
NOW = "2025-07-02T00:30:00"
OPENING = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<ns2:RegisterLearnerResponse xmlns:ns2="http://api.lrs.miap.gov.uk/regmsg">'
)
CLOSING = "</ns2:RegisterLearnerResponse></soapenv:Body></soapenv:Envelope>"

EVERYTHING = {
    "Title": "Ms",
    "GivenName": "  Zoë-Marie &amp; Co",
    "MiddleOtherName": "Núñez",
    "FamilyName": "O’Hara",
    "PreferredGivenName": "Zo",
    "PreviousFamilyName": "Lloyd",
    "FamilyNameAtAge16": "Lloyd",
    "SchoolAtAge16": "Gateshead College",
    "LastKnownAddressLine1": "1 High Street",
    "LastKnownAddressLine2": "Flat 2",
    "LastKnownAddressTown": "Bristol",
    "LastKnownAddressCountyOrCity": "Avon",
    "LastKnownPostCode": "bs81th",
    "DateOfAddressCapture": "2024-02-29",
    "DateOfBirth": "2005-03-14",
    "PlaceOfBirth": "Durham",
    "Gender": "9",
    "EmailAddress": "zoe@example.org",
    "Nationality": "GBR",
    "ScottishCandidateNumber": "041234567",
    "VerificationType": "999",
    "OtherVerificationDescription": "Library card",
    "AbilityToShare": "0",
    "Notes": "A note,&#13;\nof two lines",
}

VALUE = "Value '{}' of element '{}' {}"
# Each breaks one rule alone; in the contract's order of the fields, which is the order of the answers.
BROKEN: dict[str, tuple[dict[str, str | None], str]] = {
    "prohibited given name": (
        {"GivenName": "Bogus"},
        VALUE.format("Bogus", "GivenName", "contains prohibited text."),
    ),
    "prohibited school": (
        {"SchoolAtAge16": "the BOGUS school"},
        VALUE.format("the BOGUS school", "SchoolAtAge16", "contains prohibited text."),
    ),
    "prohibited address": (
        {"LastKnownAddressTown": "HMP Manchester"},
        VALUE.format("HMP Manchester", "LastKnownAddressTown", "contains prohibited text."),
    ),
    "prohibited postcode": (
        {"LastKnownPostCode": "sw183hu"},
        VALUE.format("sw183hu", "LastKnownPostCode", "contains prohibited text."),
    ),
    "no such day of address capture": (
        {"DateOfAddressCapture": "1900-02-29"},
        VALUE.format("1900-02-29", "DateOfAddressCapture", "is not a valid date."),
    ),
    "no such day of birth": (
        {"DateOfBirth": "1900-02-29"},
        VALUE.format("1900-02-29", "DateOfBirth", "is not a valid date."),
    ),
    "born tomorrow": (
        {"DateOfBirth": "2025-07-03"},
        VALUE.format("2025-07-03", "DateOfBirth", "is in the future."),
    ),
    "a day too young": (
        {"DateOfBirth": "2012-07-03"},
        VALUE.format("2012-07-03", "DateOfBirth", "is outside the permitted age range."),
    ),
    "111 today": (
        {"DateOfBirth": "1914-07-02"},
        VALUE.format("1914-07-02", "DateOfBirth", "is outside the permitted age range."),
    ),
    "no description": (
        {"VerificationType": "999"},
        "Element 'OtherVerificationDescription' is required when VerificationType is 999.",
    ),
    "no accepted description": (
        {"OtherVerificationDescription": "By College"},
        VALUE.format("By College", "OtherVerificationDescription", "is not an accepted description."),
    ),
    "opted out": (
        {"AbilityToShare": "2"},
        VALUE.format("2", "AbilityToShare", "is no longer accepted."),
    ),
    "prohibited note": (
        {"Notes": "a bogus one"},
        VALUE.format("a bogus one", "Notes", "contains prohibited text."),
    ),
}


@pytest.fixture(scope="module")
def registering(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server of this module's own, whose clock stands still and whose log is JSON."""
    folder = tmp_path_factory.mktemp("registering")
    with (
        new_database(database_kind, folder) as url,
        ServerHere(folder, "--clock", NOW, "--log-format", "json", database_url=url) as running,
    ):
        yield running


def ask(server: RunningServer, *, who: dict[str, str | None] | None = None, **fields: str | None) -> Answer:
    return post(server.url, envelope(register(who=who, **fields)))


def found(server: RunningServer, uln: str | None, given_name: str, family_name: str) -> Answer:
    return post(server.url, envelope(find_by_uln(ULN=uln, GivenName=given_name, FamilyName=family_name)))


def count(server: RunningServer) -> int:
    store = Store(server.database_url)
    try:
        with store.reading() as transaction:
            return learners.count(transaction)
    finally:
        store.close()


def test_the_answers_to_the_letter(registering: ServerHere) -> None:
    first = ask(registering, FamilyName="Letter")
    uln = first.text("ULN")
    assert first.body == f"{OPENING}<ResponseCode>WSRC0005</ResponseCode><ULN>{uln}</ULN>{CLOSING}".encode()
    assert first.status == 200
    assert ulns.is_valid(uln or "")

    again = ask(registering, FamilyName="Letter")
    assert again.body == f"{OPENING}<ResponseCode>WSRC0021</ResponseCode>{CLOSING}".encode()
    assert again.status == 200


def test_everything_is_found_afterwards_as_it_was_sent(registering: ServerHere) -> None:
    uln = ask(registering, **EVERYTHING).text("ULN")
    answer = found(registering, uln, "Zoe Marie", "O'Hara").body.decode()
    sent = {**EVERYTHING, "LastKnownPostCode": "BS8 1TH", "ULN": uln or ""}
    for field, value in sent.items():
        assert f"<{field}>{value}</{field}>" in answer
    learner = answer.partition("<Learner>")[2]
    for field, value in {"CreatedDate": "2025-07-02", "LastUpdatedDate": "2025-07-02", "LearnerStatus": "1"}.items():
        assert f"<{field}>{value}</{field}>" in learner
    assert '<LinkedULNs xmlns="http://api.lrs.miap.gov.uk/learner"/>' in learner
    assert "<VersionNumber>1</VersionNumber>" in learner


def test_the_history_says_who_registered(registering: ServerHere) -> None:
    uln = ask(registering, who={"UserName": "Zoë &lt;x&gt;"}, FamilyName="Historian").text("ULN")
    store = Store(registering.database_url)
    with store.reading() as transaction:
        (change,) = history.of(transaction, str(uln))
    store.close()
    assert (change.action, change.author) == (Action.REGISTERED, Author("TEST0001", "Zoë <x>"))
    assert change.moment.isoformat() == "2025-07-02T00:30:00+01:00"


@pytest.mark.parametrize("absent", [{"Title": "", "Notes": "", "DateOfAddressCapture": ""}, {}])
def test_an_empty_field_and_none_are_the_same(registering: ServerHere, absent: dict[str, str]) -> None:
    name = "Empty" if absent else "Absent"
    uln = ask(registering, FamilyName=name, **absent).text("ULN")
    answer = found(registering, uln, "Astrid", name)
    assert (answer.text("Title"), answer.text("DateOfAddressCapture"), answer.text("Notes")) == (None, None, "")


@pytest.mark.parametrize("born", ["2012-07-02", "1914-07-03"])
def test_both_ends_of_the_age_range_are_in_it(registering: ServerHere, born: str) -> None:
    assert ask(registering, FamilyName="Age", DateOfBirth=born).text("ResponseCode") == "WSRC0005"


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_field_rule_is_wsec0001_with_its_sentence(registering: ServerHere, broken: str) -> None:
    before = count(registering)
    fields, sentence = BROKEN[broken]
    answer = ask(registering, **fields)
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")
    assert answer.text("ErrorActor") == "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()"
    assert answer.text("FurtherDetails") == sentence
    assert count(registering) == before


def logged(server: RunningServer, user: str) -> dict[str, object]:
    line = next(line for line in server.logged_until(user).splitlines() if user in line)
    entry: dict[str, object] = json.loads(line)
    return entry


def test_of_all_broken_field_rules_the_first_answers_and_each_is_in_the_log(registering: ServerHere) -> None:
    alternatives = {"born tomorrow", "a day too young", "111 today", "no description"}
    all_at_once = [name for name in BROKEN if name not in alternatives]
    fields = {field: value for name in all_at_once for field, value in BROKEN[name][0].items()}
    answer = ask(registering, who={"UserName": "breaks them all"}, **fields)
    assert answer.text("FurtherDetails") == BROKEN[all_at_once[0]][1]
    entry = logged(registering, "breaks them all")
    assert entry["code"] == "WSEC0001"
    # The fault says what the value was, the log does not.
    assert entry["findings"] == [re.sub("^Value '.*' of", "Value '…' of", BROKEN[name][1]) for name in all_at_once]


def test_the_log_has_every_reason(registering: ServerHere) -> None:
    ask(registering, who={"UserName": "registers"}, FamilyName="Logged")
    entry = logged(registering, "registers")
    assert (entry["code"], entry["reasons"]) == ("WSRC0005", ["identity keys: free"])
    ask(registering, who={"UserName": "repeats"}, FamilyName="Logged")
    entry = logged(registering, "repeats")
    assert (entry["code"], entry["reasons"]) == ("WSRC0021", ["identity keys: another learner has them"])


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"UKPRN": None}, "WSEC0001"),
        ({"UKPRN": "NOBODY99"}, "WSEC0003"),
        ({"OrgPassword": "x" * 16}, "WSEC0005"),
    ],
)
def test_who_asks_comes_before_the_field_rules(registering: ServerHere, who: dict[str, str | None], code: str) -> None:
    answer = ask(registering, who=who, AbilityToShare="2")
    assert answer.text("ErrorCode") == code
    assert "no longer accepted" not in (answer.text("FurtherDetails") or "")


def test_the_schema_comes_before_who_asks(registering: ServerHere) -> None:
    answer = ask(registering, who={"OrgPassword": "x" * 16}, FamilyName=" ")
    assert answer.text("ErrorCode") == "WSEC0001"
    assert (answer.text("FurtherDetails") or "").startswith("cvc-pattern-valid: Value ' ' is not facet-valid")


def test_field_rules_come_before_the_learner_that_exists(registering: ServerHere) -> None:
    ask(registering, FamilyName="Twice")
    assert ask(registering, FamilyName="Twice", AbilityToShare="2").text("ErrorCode") == "WSEC0001"


def test_a_list_of_ones_own_takes_the_place_of_what_ships(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("word Fairbairn\npostcode YO1 7HH\n")
    flags = ("--clock", NOW, "--prohibited-text", str(tmp_path / "words.txt"))
    with ServerHere(tmp_path, *flags, database_url=database_url) as server:
        for wrong in ({}, {"FamilyName": "Other", "LastKnownPostCode": "yo17hh"}):
            assert "contains prohibited text." in (ask(server, **wrong).text("FurtherDetails") or "")
        assert ask(server, FamilyName="Bogus").text("ResponseCode") == "WSRC0005"


def test_a_list_that_is_none_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("word fine\nbogus\n")
    sentence = r"Error: The list of prohibited text words\.txt, line 2: 'bogus' begins with neither"
    with pytest.raises(AssertionError, match=sentence):
        RunningServer(tmp_path, "--prohibited-text", "words.txt")


def in_threads(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_of_many_that_register_the_same_learners_each_is_registered_once(database_url: str, tmp_path: Path) -> None:
    learner_count, thread_count = 50, 16
    answers: list[tuple[int, str | None, str | None]] = []
    with (
        RunningServer(tmp_path, "--clock", NOW, *PATIENT, database_url=database_url) as one,
        RunningServer(tmp_path, "--clock", NOW, *PATIENT, database_url=database_url) as other,
    ):
        before = count(one)

        def register_all(thread: int) -> None:
            server = (one, other)[thread % 2]
            for place in range(learner_count):
                # Two threads of each server begin at the same place, so that they meet.
                number = (place + thread // 4 * 12) % learner_count
                answer = ask(server, FamilyName=f"Rival {number}")
                answers.append((number, answer.text("ResponseCode"), answer.text("ULN")))

        in_threads(thread_count, register_all)
        after = count(one)

    assert Counter(code for _, code, _ in answers) == {
        "WSRC0005": learner_count,
        "WSRC0021": learner_count * (thread_count - 1),
    }
    registered = [(number, uln) for number, code, uln in answers if code == "WSRC0005"]
    assert {number for number, _ in registered} == set(range(learner_count))
    assert len({uln for _, uln in registered}) == learner_count
    assert all(uln is not None and re.fullmatch("[1-9][0-9]{9}", uln) for _, uln in registered)
    assert after - before == learner_count
