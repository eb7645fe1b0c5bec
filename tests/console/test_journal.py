"""The journal's pages: what is listed, what is shown of one exchange, and nothing of it read as HTML."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.kit.person import CONSOLE, Person
from tests.kit.portal_client import PortalWorld
from tests.kit.running_server import PASSWORD
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_demographics, find_by_uln, post, send


def asked(world: PortalWorld, call: str, **headers: str) -> Answer:
    return post(world.server, call, path=f"/w/{world.name}/LearnerService.svc", headers=headers)


def shown(own: Person, answer: Answer) -> Person:
    own.open(f"exchanges/{answer.headers['lrs-exchange']}")
    assert own.status == 200
    return own


def users(own: Person) -> list[str]:
    return [row[4] for row in own.rows()]


def test_the_list_is_filtered_as_the_control_interface_does(own_world: PortalWorld, own: Person) -> None:
    asked(own_world, envelope(find_by_uln(UserName="one")))
    asked(own_world, envelope(find_by_uln(UserName="two", FamilyName="Smith")))
    asked(own_world, envelope(find_by_demographics(UserName="three")))
    own.open("")
    assert (own.heading, users(own)) == ("Journal", ["three", "two", "one"])
    for label, value, left in (
        ("Operation", "LearnerByUln", ["two", "one"]),
        ("Code", "wsrc0001", ["two"]),
        ("Organisation", "test0001", ["three", "two", "one"]),
        ("Organisation", "TEST0002", []),
        ("User", "one", ["one"]),
        ("ULN", "4170265830", ["three", "two", "one"]),
        ("ULN", "4170265831", []),
    ):
        own.open("exchanges").press("Show", {label: value})
        assert own.field(label) == value
        assert users(own) == left, label
    own.open("exchanges").press("Show", {"ULN": "x", "After number": "-1"})
    assert "ULN: Give up to ten digits." in own.text
    assert "After number: Give a whole number." in own.text


def test_older_ones_are_on_other_pages(own_world: PortalWorld, own: Person) -> None:
    for number in range(102):
        asked(own_world, envelope(find_by_uln(UserName=str(number))))
    own.open("exchanges?operation=learnerByULN")
    assert users(own) == [str(number) for number in range(101, 1, -1)]
    own.follow("Older ones")
    assert users(own) == ["1", "0"]
    assert "Older ones" not in own.links
    # What comes does not belong there.
    assert not own.page.xpath("//script")
    own.follow("To the newest")
    assert own.path == "exchanges?operation=learnerByULN"
    sequence = own_world.steer("GET", "/exchanges?limit=3")[-1]["sequence"]
    own.press("Show", {"After number": str(sequence)})
    assert users(own) == ["101", "100"]


def test_the_rows_that_a_script_asks_for_are_those_that_are_new(own_world: PortalWorld, own: Person) -> None:
    asked(own_world, envelope(find_by_uln(UserName="before")))
    own.open("exchanges?code=WSRC0004")
    (listed,) = own.page.xpath("//*[@data-live]")
    address = f"{listed.get('data-live')}&after={listed.get('data-after')}"
    asked(own_world, envelope(find_by_uln(UserName="after")))
    asked(own_world, envelope(find_by_uln(UserName="another", FamilyName="Smith")))
    rows = send(own_world.server, "GET", address)

    assert rows.status == 200
    assert rows.body.count(b"<tr") == 1
    assert b"after" in rows.body
    assert send(own_world.server, "GET", f"{address}x").status == 400


def test_a_reason_has_a_line_for_each_field(own_world: PortalWorld, own: Person) -> None:
    shown(own, asked(own_world, envelope(find_by_demographics(GivenName="Grace", FamilyName="Okafer"))))
    first, *others = own.rows("What decided")

    assert first[0] == "P1"
    assert first[1].startswith("4170265830, score 85 P1: given EQUAL, family SIMILAR")
    assert first[1].endswith("Points: given 30, family 15, date 25, postcode 10, gender 5")
    assert first[2:] == ["given_name", "Grace", "Grace", "yes"]
    assert others[0] == ["family_name", "Okafer", "Okafor", "in part"]
    assert others[-1] == ["last_known_post_code", "LS1 4AP", "LS1 4AP", "yes"]
    assert own.facts()["Code"] == "WSRC0003 Possible matches"


def test_of_a_find_that_found_nobody_the_nearest_are_shown_with_the_difference(
    own_world: PortalWorld, own: Person
) -> None:
    shown(own, asked(own_world, envelope(find_by_uln(FamilyName="Smith"))))
    assert own.rows("Who came nearest") == [["4170265830", "30", "given 30", "family_name", "Smith", "Okafor", "no"]]
    shown(own, asked(own_world, envelope(find_by_uln(ULN="9999999999"))))
    assert "Nobody came near." in own.text
    shown(own, asked(own_world, envelope(find_by_uln())))
    assert "Nearest" not in own.text


def test_request_and_answer_are_shown_formatted_with_their_headers(own_world: PortalWorld, own: Person) -> None:
    answer = asked(own_world, envelope(find_by_uln()), Authorization="Basic c2VjcmV0")
    shown(own, answer)
    request, reply = (each.text_content() for each in own.page.xpath("//section//pre"))

    assert "    <f:FindLearnerByULN>\n      <FindType>FUL</FindType>\n" in request
    assert "<OrgPassword>***</OrgPassword>" in request
    assert "\n      <ResponseCode>WSRC0004</ResponseCode>\n" in reply
    facts = own.facts()
    assert (facts["Content-Type"], facts["Authorization"]) == ("text/xml; charset=utf-8", "***")
    assert facts["LRS-Exchange"] == answer.headers["lrs-exchange"]
    assert {"received", "read", "authorised", "decided", "written"} <= facts.keys()
    assert PASSWORD not in own.answer_text


def test_what_is_cut_or_no_text_says_so(own_world: PortalWorld, own: Person) -> None:
    shown(own, asked(own_world, envelope(find_by_uln(UserName="é" * 70_000))))
    assert "bytes, of which only the beginning was kept." in own.text
    xml = {"Content-Type": "text/xml; charset=utf-16"}
    body = envelope(find_by_uln()).encode("utf-16")
    shown(own, send(own_world.server, "POST", f"/w/{own_world.name}/LearnerService.svc", body, xml))
    assert "It is no text in UTF-8, so this is it in base64." in own.text
    assert "The request is not in UTF-8." in own.text


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\" onclick='x' <b>", "</pre><img src=x onerror=y>", "{{ 7 * 7 }}"]
)
def test_no_name_is_read_as_html(own_world: PortalWorld, own: Person, name: str) -> None:
    call = find_by_uln(FamilyName=escape(name[:35]), UserName=escape(name))
    answer = asked(
        own_world, envelope(call.replace("<FindType>", f"<FindType x='{escape(name, {chr(39): '&apos;'})}'>"))
    )
    asked(own_world, envelope(find_by_demographics(FamilyName=escape(name[:35]), UserName=escape(name))))
    for page in ("", "exchanges", f"exchanges/{answer.headers['lrs-exchange']}", "exchanges/%3Cscript%3E", "%3Cb%3E"):
        own.open(page)
        (script, *more) = own.page.xpath("//script") or [None]
        assert not more
        assert script is None or script.get("src").startswith(f"{CONSOLE}assets/")
        assert not own.page.xpath("//main//img | //main//b | //*[@onclick]")
    send(own_world.server, "GET", "/_lrs/console/worlds/%3Cscript%3Ealert(1)%3C%2Fscript%3E/exchanges")
    own.open(f"{own_world.server}{CONSOLE}worlds/%3Cscript%3Ealert(1)/exchanges")
    assert (own.status, len(own.page.xpath("//script"))) == (404, 0)


def test_all_of_them_are_forgotten(own_world: PortalWorld, own: Person) -> None:
    asked(own_world, envelope(find_by_uln()))
    own.open("exchanges").follow("Forget all exchanges")
    assert len(own_world.steer("GET", "/exchanges")) == 1
    own.press("Forget")

    assert "The journal is empty." in own.text
    assert own_world.steer("GET", "/exchanges") == []


def test_an_exchange_that_is_not_kept_is_a_page(own: Person) -> None:
    own.open("exchanges/0123456789abcdef")

    assert (own.status, own.heading) == (404, "Not found")
    assert "There is no exchange '0123456789abcdef', or none any more." in own.text


def test_without_a_journal_the_page_says_so(filled_file: Path, tmp_path: Path) -> None:
    shutil.copy(filled_file, tmp_path)
    with ServerHere(tmp_path, "--journal-exchanges", "0") as server:
        person = Person(server.url, path=CONSOLE)
        person.open("")

        assert (person.status, person.heading) == (404, "Not found")
        assert "journal_exchanges is 0" in person.text
        assert "Clock" in person.menu
