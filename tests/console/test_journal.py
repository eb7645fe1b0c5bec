"""The journal's pages: what is listed, what is shown of one exchange, and nothing of it read as HTML."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.kit.person import CONSOLE, Person
from tests.kit.portal_client import PortalWorld
from tests.kit.running_server import PASSWORD
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_demographics, find_by_uln, post, send

_NUMBERS = count(1)


@pytest.fixture
def own(watched: ServerHere) -> Iterator[PortalWorld]:
    """A world of the test's own."""
    world = PortalWorld(watched.url, f"journal-{next(_NUMBERS)}")
    world.control("POST", "/worlds", {"name": world.name})
    yield world
    world.control("DELETE", f"/worlds/{world.name}")


@pytest.fixture
def reader(own: PortalWorld) -> Person:
    """Somebody who opens the console of that world."""
    return Person(own.server, path=f"{CONSOLE}worlds/{own.name}/")


def asked(world: PortalWorld, call: str, **headers: str) -> Answer:
    return post(world.server, call, path=f"/w/{world.name}/LearnerService.svc", headers=headers)


def shown(reader: Person, answer: Answer) -> Person:
    reader.open(f"exchanges/{answer.headers['lrs-exchange']}")
    assert reader.status == 200
    return reader


def users(reader: Person) -> list[str]:
    return [row[4] for row in reader.rows()]


def test_the_list_is_filtered_as_the_control_interface_does(own: PortalWorld, reader: Person) -> None:
    asked(own, envelope(find_by_uln(UserName="one")))
    asked(own, envelope(find_by_uln(UserName="two", FamilyName="Smith")))
    asked(own, envelope(find_by_demographics(UserName="three")))
    reader.open("")
    assert (reader.heading, users(reader)) == ("Journal", ["three", "two", "one"])
    for label, value, left in (
        ("Operation", "LearnerByUln", ["two", "one"]),
        ("Code", "wsrc0001", ["two"]),
        ("Organisation", "test0001", ["three", "two", "one"]),
        ("Organisation", "TEST0002", []),
        ("User", "one", ["one"]),
        ("ULN", "4170265830", ["three", "two", "one"]),
        ("ULN", "4170265831", []),
    ):
        reader.open("exchanges").press("Show", {label: value})
        assert reader.field(label) == value
        assert users(reader) == left, label
    reader.open("exchanges").press("Show", {"ULN": "x", "After number": "-1"})
    assert "ULN: Give up to ten digits." in reader.text
    assert "After number: Give a whole number." in reader.text


def test_older_ones_are_on_other_pages(own: PortalWorld, reader: Person) -> None:
    for number in range(102):
        asked(own, envelope(find_by_uln(UserName=str(number))))
    reader.open("exchanges?operation=learnerByULN")
    assert users(reader) == [str(number) for number in range(101, 1, -1)]
    reader.follow("Older ones")
    assert users(reader) == ["1", "0"]
    assert "Older ones" not in reader.links
    # What comes does not belong there.
    assert not reader.page.xpath("//script")
    reader.follow("To the newest")
    assert reader.path == "exchanges?operation=learnerByULN"
    sequence = own.steer("GET", "/exchanges?limit=3")[-1]["sequence"]
    reader.press("Show", {"After number": str(sequence)})
    assert users(reader) == ["101", "100"]


def test_the_rows_that_a_script_asks_for_are_those_that_are_new(own: PortalWorld, reader: Person) -> None:
    asked(own, envelope(find_by_uln(UserName="before")))
    reader.open("exchanges?code=WSRC0004")
    (listed,) = reader.page.xpath("//*[@data-live]")
    address = f"{listed.get('data-live')}&after={listed.get('data-after')}"
    asked(own, envelope(find_by_uln(UserName="after")))
    asked(own, envelope(find_by_uln(UserName="another", FamilyName="Smith")))
    rows = send(own.server, "GET", address)

    assert rows.status == 200
    assert rows.body.count(b"<tr") == 1
    assert b"after" in rows.body
    assert send(own.server, "GET", f"{address}x").status == 400


def test_a_reason_has_a_line_for_each_field(own: PortalWorld, reader: Person) -> None:
    shown(reader, asked(own, envelope(find_by_demographics(GivenName="Grace", FamilyName="Okafer"))))
    first, *others = reader.rows("What decided")

    assert first[0] == "P1"
    assert first[1].startswith("4170265830, score 85 P1: given EQUAL, family SIMILAR")
    assert first[1].endswith("Points: given 30, family 15, date 25, postcode 10, gender 5")
    assert first[2:] == ["given_name", "Grace", "Grace", "yes"]
    assert others[0] == ["family_name", "Okafer", "Okafor", "in part"]
    assert others[-1] == ["last_known_post_code", "LS1 4AP", "LS1 4AP", "yes"]
    assert reader.facts()["Code"] == "WSRC0003 Possible matches"


def test_of_a_find_that_found_nobody_the_nearest_are_shown_with_the_difference(
    own: PortalWorld, reader: Person
) -> None:
    shown(reader, asked(own, envelope(find_by_uln(FamilyName="Smith"))))
    assert reader.rows("Who came nearest") == [["4170265830", "30", "given 30", "family_name", "Smith", "Okafor", "no"]]
    shown(reader, asked(own, envelope(find_by_uln(ULN="9999999999"))))
    assert "Nobody came near." in reader.text
    shown(reader, asked(own, envelope(find_by_uln())))
    assert "Nearest" not in reader.text


def test_request_and_answer_are_shown_formatted_with_their_headers(own: PortalWorld, reader: Person) -> None:
    answer = asked(own, envelope(find_by_uln()), Authorization="Basic c2VjcmV0")
    shown(reader, answer)
    request, reply = (each.text_content() for each in reader.page.xpath("//section//pre"))

    assert "    <f:FindLearnerByULN>\n      <FindType>FUL</FindType>\n" in request
    assert "<OrgPassword>***</OrgPassword>" in request
    assert "\n      <ResponseCode>WSRC0004</ResponseCode>\n" in reply
    facts = reader.facts()
    assert (facts["Content-Type"], facts["Authorization"]) == ("text/xml; charset=utf-8", "***")
    assert facts["LRS-Exchange"] == answer.headers["lrs-exchange"]
    assert {"received", "read", "authorised", "decided", "written"} <= facts.keys()
    assert PASSWORD not in reader.answer_text


def test_what_is_cut_or_no_text_says_so(own: PortalWorld, reader: Person) -> None:
    shown(reader, asked(own, envelope(find_by_uln(UserName="é" * 70_000))))
    assert "bytes, of which only the beginning was kept." in reader.text
    xml = {"Content-Type": "text/xml; charset=utf-16"}
    body = envelope(find_by_uln()).encode("utf-16")
    shown(reader, send(own.server, "POST", f"/w/{own.name}/LearnerService.svc", body, xml))
    assert "It is no text in UTF-8, so this is it in base64." in reader.text
    assert "The request is not in UTF-8." in reader.text


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\" onclick='x' <b>", "</pre><img src=x onerror=y>", "{{ 7 * 7 }}"]
)
def test_no_name_is_read_as_html(own: PortalWorld, reader: Person, name: str) -> None:
    call = find_by_uln(FamilyName=escape(name[:35]), UserName=escape(name))
    answer = asked(own, envelope(call.replace("<FindType>", f"<FindType x='{escape(name, {chr(39): '&apos;'})}'>")))
    asked(own, envelope(find_by_demographics(FamilyName=escape(name[:35]), UserName=escape(name))))
    for page in ("", "exchanges", f"exchanges/{answer.headers['lrs-exchange']}", "exchanges/%3Cscript%3E", "%3Cb%3E"):
        reader.open(page)
        (script, *more) = reader.page.xpath("//script") or [None]
        assert not more
        assert script is None or script.get("src").startswith(f"{CONSOLE}assets/")
        assert not reader.page.xpath("//main//img | //main//b | //*[@onclick]")
    send(own.server, "GET", "/_lrs/console/worlds/%3Cscript%3Ealert(1)%3C%2Fscript%3E/exchanges")
    reader.open(f"{own.server}{CONSOLE}worlds/%3Cscript%3Ealert(1)/exchanges")
    assert (reader.status, len(reader.page.xpath("//script"))) == (404, 0)


def test_all_of_them_are_forgotten(own: PortalWorld, reader: Person) -> None:
    asked(own, envelope(find_by_uln()))
    reader.open("exchanges").press("Forget all exchanges")

    assert "The journal is empty." in reader.text
    assert own.steer("GET", "/exchanges") == []


def test_an_exchange_that_is_not_kept_is_a_page(reader: Person) -> None:
    reader.open("exchanges/0123456789abcdef")

    assert (reader.status, reader.heading) == (404, "Not found")
    assert "There is no exchange '0123456789abcdef', or none any more." in reader.text


def test_without_a_journal_the_page_says_so(filled_file: Path, tmp_path: Path) -> None:
    shutil.copy(filled_file, tmp_path)
    with ServerHere(tmp_path, "--journal-exchanges", "0") as server:
        person = Person(server.url, path=CONSOLE)
        person.open("")

        assert (person.status, person.heading) == (404, "Not found")
        assert "journal_exchanges is 0" in person.text
        assert "Clock" in person.menu
