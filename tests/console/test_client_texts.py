"""A request as a command of curl and as a program with zeep, which are run, and do what the request did."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import zeep.exceptions

from lrs_soap.console.client_texts import as_curl, as_zeep
from lrs_soap.errors import NotPossible
from lrs_soap.exchange.exchange_journal import KeptRequest
from tests.interop.client import needs
from tests.kit.control_client import control
from tests.kit.databases import on_sqlite
from tests.kit.every_operation import OPERATIONS, Who, ask
from tests.kit.person import Person
from tests.kit.running_server import PASSWORD
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_demographics, find_by_uln, post

# Each would make the file `pwned`, or be another name, if it were read by a shell or by Python.
HOSTILE = (
    """'; touch pwned; echo '""",
    '''"; touch pwned; echo "''',
    "$(touch pwned) `touch pwned`",
    "!touch $HOME ~ * [a]",
    "\\'; touch pwned #",
    "<b>&amp;</b>",
    "'''\"\"\"\\",
    "%s %(x)s {} {x} \\n",
    "\u202egnp.evil \U0001f600 Zoë 李",
    "@pwned",
)


# What the service does without, and zeep refuses to.
_REQUIRED = {
    "UpdateLearnerSubsetFields": "<abilityToShare>FPNSeenShareData</abilityToShare>",
}


ADDRESS = "http://127.0.0.1:8080/LearnerService.svc"


def kept(content: str, **headers: str) -> KeptRequest:
    """A request with this in its body, as the journal keeps it."""
    body = envelope(content).encode()
    return KeptRequest("3f0c9a51d2e84b76", "/LearnerService.svc", "learnerByULN", headers, body, None)


def newest_of(url: str) -> tuple[str, str, str]:
    """The id, the code and the user of the newest exchange."""
    (newest,) = control(url, "GET", "/exchanges?limit=1").value
    return newest["id"], newest["code"], newest["user"]


def texts_of(person: Person, answer: Answer) -> tuple[str, str]:
    """The command and the program on the page of an exchange, as somebody copies them."""
    person.open(f"exchanges/{answer.headers['lrs-exchange']}")
    curl, python = (person.page.get_element_by_id(each).text_content() for each in ("curl", "zeep"))
    return curl, python


def run(command: str, folder: Path, password: str = PASSWORD) -> str:
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "LRS_PASSWORD": password},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def run_program(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_PASSWORD", PASSWORD)
    # A fault is how it was answered before.
    with suppress(zeep.exceptions.Fault):
        exec(compile(text, "as zeep", "exec"), {})


@needs("curl", "curl")
@on_sqlite
@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_gets_out_of_its_quotes(
    watched: ServerHere,
    developer: Person,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    database_kind: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = post(watched.url, envelope(find_by_uln(FamilyName="Smith", UserName=escape(name))))
    before = newest_of(watched.url)
    assert before[1:] == ("WSRC0001", name)
    curl, python = texts_of(developer, answer)
    assert PASSWORD not in curl + python

    assert "WSRC0001" in run(curl, tmp_path)
    by_curl = newest_of(watched.url)
    run_program(python, monkeypatch)
    by_zeep = newest_of(watched.url)

    assert len({before[0], by_curl[0], by_zeep[0]}) == 3
    assert by_curl[1:] == by_zeep[1:] == before[1:]
    assert list(tmp_path.iterdir()) == []


@needs("curl", "curl")
@pytest.mark.slow
@on_sqlite
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_answered_as_before(
    watched: ServerHere,
    developer: Person,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    database_kind: str,
) -> None:
    answer = ask(watched.url, operation, change=lambda content: f"{content}{_REQUIRED.get(operation, '')}")
    curl, python = texts_of(developer, answer)
    expected = newest_of(watched.url)[1]

    run(curl, tmp_path)
    assert newest_of(watched.url)[1] == expected
    run_program(python, monkeypatch)
    assert newest_of(watched.url)[1] == expected
    assert len(control(watched.url, "GET", f"/exchanges?operation={operation}").value) >= 3


@needs("curl", "curl")
def test_a_password_is_escaped_for_xml(watched: ServerHere, developer: Person, tmp_path: Path) -> None:
    password = "a&b<c'd\"e$f`g\\hi"
    control(
        watched.url,
        "PUT",
        "/organisations/ODDPASS1",
        {"organisation_ref": "ODDPA1", "name": "Odd", "password": password, "roles": ["LRB Online User"]},
    )
    answer = ask(watched.url, "learnerByULN", Who("ODDPASS1", escape(password)))
    assert answer.text("ResponseCode") == "WSRC0004"
    curl, _ = texts_of(developer, answer)

    assert "WSRC0004" in run(curl, tmp_path, password)


def test_a_request_that_is_not_known_as_a_whole_has_no_program(watched: ServerHere, developer: Person) -> None:
    long = post(watched.url, envelope(find_by_demographics(UserName="U" * 70_000)))
    developer.open(f"exchanges/{long.headers['lrs-exchange']}")
    assert developer.text.count("Not all of the request is known. It was long") == 2
    unknown = post(watched.url, envelope("<Unheard xmlns='urn:x'/>"))
    developer.open(f"exchanges/{unknown.headers['lrs-exchange']}")
    assert "It is for no operation of the service." in developer.text
    rare = post(watched.url, envelope(find_by_uln().replace("<ULN>", "<\U00010000>x</\U00010000><ULN>")))
    developer.open(f"exchanges/{rare.headers['lrs-exchange']}")
    assert "Python's own library does not read the request as XML." in developer.text


def test_what_is_nil_repeated_or_nested_is_written_as_zeep_takes_it() -> None:
    content = "<ULN xsi:nil='true'/><Note>a</Note><Note>b</Note><Name><Given>Zoë</Given></Name>"
    program = as_zeep(kept(f"<Find>{content}</Find>"), ADDRESS)
    assert "    ULN=xsd.Nil,\n    Note=[\n        'a',\n        'b',\n    ],\n" in program
    assert "    Name={\n        'Given': 'Zoë',\n    },\n" in program


@pytest.mark.parametrize("name", ["class", "a.b", "a-b"])
def test_a_field_that_python_cannot_name_has_no_program(name: str) -> None:
    with pytest.raises(NotPossible, match=f"No operation has a field '{name}'"):
        as_zeep(kept(f"<Find><{name}>x</{name}></Find>"), ADDRESS)


def test_a_header_that_no_terminal_shows_has_no_command() -> None:
    with pytest.raises(NotPossible, match="a character that no terminal shows"):
        as_curl(kept("<Find/>", HTTP_SOAPACTION="a\x1bb"), ADDRESS)
