"""Who may use the console: by the address and the page that asks, or by the token, which is given once."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import html

from lrs_soap import settings
from lrs_soap.server.console_site import console_address
from lrs_soap.server.http_request import HOLD_BACK
from lrs_soap.server.wsgi import create
from lrs_soap.settings import Settings
from tests.kit.control_client import control
from tests.kit.person import CONSOLE, Person
from tests.kit.portal_client import PASSWORDS, PortalClient
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post, send
from tests.kit.wsgi_client import ask_wsgi

TOKEN = "pc9f-Xw2Q-77aLm"
HTML = "text/html; charset=utf-8"


@pytest.fixture
def folder(filled_file: Path, tmp_path: Path) -> Path:
    """A folder with a database that has the starting data."""
    shutil.copy(filled_file, tmp_path)
    return tmp_path


def with_token(folder: Path, token: str = TOKEN) -> ServerHere:
    """A server with this token."""
    file = folder / "token.txt"
    file.write_text(token)
    return ServerHere(folder, "--control", "token", "--control-token-file", str(file))


def admitted(server: ServerHere) -> Person:
    person = Person(server.url, path=CONSOLE)
    person.open("exchanges?code=WSRC0001")
    assert (person.status, person.heading) == (401, "Token")
    person.press("Enter", {"Token": TOKEN})
    assert (person.heading, person.path) == ("Journal", "exchanges?code=WSRC0001")
    return person


def test_whoever_does_not_ask_for_json_is_led_to_the_console(watched: ServerHere) -> None:
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}):
        answer = send(watched.url, "GET", "/_lrs/", headers=accept)
        assert (answer.status, answer.headers["location"]) == (303, CONSOLE)
    assert send(watched.url, "GET", "/_lrs/", headers={"Accept": "application/json"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_site_or_a_proxy_is_refused_on_a_page(
    watched: ServerHere, method: str, headers: dict[str, str]
) -> None:
    answer = send(watched.url, method, f"{CONSOLE}exchanges", headers=headers)

    assert (answer.status, answer.headers["content-type"]) == (403, HTML)
    # Nor is anything said of what is here.
    assert b"Journal" not in answer.body


def test_a_form_that_no_page_has_shown_is_refused(watched: ServerHere) -> None:
    own = {"Origin": watched.url, "Content-Type": "application/x-www-form-urlencoded"}
    answer = send(watched.url, "POST", f"{CONSOLE}enter", b"token=x", headers=own)

    assert answer.status == 400
    assert b"not sent by a page of this console" in answer.body


def test_the_headers_of_a_page_keep_everything_else_out(developer: Person) -> None:
    developer.open("")
    headers = developer.shown.headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Frame-Options"], headers["Cache-Control"]) == ("DENY", "no-store")


def test_a_world_that_is_not_there_any_more_leads_back_to_main(watched: ServerHere, developer: Person) -> None:
    control(watched.url, "POST", "/worlds", {"name": "gone"})
    developer.open("worlds/gone/")
    assert (developer.status, developer.heading) == (200, "Journal")
    control(watched.url, "DELETE", "/worlds/gone")
    developer.follow("Journal")

    assert (developer.status, developer.heading) == (404, "Not found")
    assert "There is no world 'gone'." in developer.text
    developer.follow("To the console of the world main")
    assert (developer.status, developer.heading) == (200, "Journal")


def test_a_path_that_is_none_is_a_page_of_the_console(developer: Person) -> None:
    developer.open("nothing/here")

    assert (developer.status, developer.heading) == (404, "Not found")


def test_a_token_is_given_once_and_is_not_in_the_cookie(folder: Path) -> None:
    with with_token(folder) as server:
        person = admitted(server)
        person.open("")
        assert person.status == 200
        (cookie,) = person.session.cookies
        assert (cookie.path, cookie.secure) == ("/_lrs/console", False)
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "Strict"
        assert TOKEN not in f"{cookie.value}{person.answer_text}"
        # Nothing else takes the cookie for the token.
        assert control(server.url, "GET", "/worlds", headers={"Cookie": f"{cookie.name}={cookie.value}"}).status == 401
        person.press("Leave")
        assert person.status == 401


def test_over_https_a_form_needs_no_referrer_and_the_cookie_is_for_https_alone(folder: Path) -> None:
    (folder / "token.txt").write_text(TOKEN)
    flags = ("--control", "token", "--control-token-file", str(folder / "token.txt"), "--trusted-proxies", "127.0.0.1")
    with ServerHere(folder, *flags) as server:
        https = server.url.replace("http:", "https:")
        shown = send(server.url, "GET", CONSOLE, headers={"X-Forwarded-Proto": "https"})
        (csrf,) = html.fromstring(shown.body).xpath("//input[@name='csrf_token']/@value")
        browser = {
            "X-Forwarded-Proto": "https",
            "Origin": https,
            "Cookie": shown.headers["set-cookie"].partition(";")[0],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        form = urlencode({"csrf_token": csrf, "token": TOKEN}).encode()
        given = send(server.url, "POST", f"{CONSOLE}enter", form, browser)

        assert (given.status, given.headers["location"]) == (303, CONSOLE)
        assert "; Secure" in given.headers["set-cookie"]

        exchange = post(server.url, envelope(find_by_uln())).headers["lrs-exchange"]
        admitted = {**browser, "Cookie": given.headers["set-cookie"].partition(";")[0]}
        shown = send(server.url, "GET", f"{CONSOLE}exchanges/{exchange}", headers=admitted)
        assert shown.status == 200
        for said in (f"curl {https}/LearnerService.svc", "Add --cacert", "a session that has verify"):
            assert said in shown.body.decode()


def test_a_wrong_token_lets_nobody_in(folder: Path) -> None:
    with with_token(folder) as server:
        person = Person(server.url, path=CONSOLE)
        person.open("worlds/nowhere/")
        # Which worlds there are is nobody's business either.
        assert person.status == 401
        person.press("Enter", {"Token": TOKEN.swapcase()})
        assert person.status == 401
        assert "This is not the token of this server." in person.text
        person.open("")
        assert (person.status, person.menu) == (401, [])


def test_whoever_tries_tokens_has_to_wait(folder: Path) -> None:
    values = {"database_url": f"sqlite:///{folder}/lrs.db", "control": "token", "password_misses": "3"}
    (folder / "token.txt").write_text(TOKEN)
    application = create(settings.resolve({**values, "control_token_file": str(folder / "token.txt")}).settings)
    shown = ask_wsgi(application, "GET", CONSOLE, REMOTE_ADDR="192.0.2.7")
    (csrf,) = html.fromstring(shown.body).xpath("//input[@name='csrf_token']/@value")
    cookie = shown.headers["set-cookie"].partition(";")[0]
    held: list[float] = []
    for token in ("x", "y", "z", TOKEN):
        given = ask_wsgi(
            application,
            "POST",
            f"{CONSOLE}enter",
            urlencode({"csrf_token": csrf, "token": token}).encode(),
            {"Cookie": cookie},
            CONTENT_TYPE="application/x-www-form-urlencoded",
            REMOTE_ADDR="192.0.2.7",
            **{HOLD_BACK: held.append},
        )
        assert given.status == (303 if token == TOKEN else 401)

    # The right one waits as another wrong one would, so that it cannot be told by its time.
    assert held == [1]


def test_another_token_ends_what_the_last_one_has_opened(folder: Path) -> None:
    with with_token(folder) as server:
        person = admitted(server)
    with with_token(folder, "another-token") as server:
        person.portal = f"{server.url}{CONSOLE}"
        (cookie,) = person.session.cookies
        person.session.headers["Cookie"] = f"{cookie.name}={cookie.value}"
        person.open("")
        assert person.status == 401


def test_whoever_is_logged_in_at_the_portal_is_nobody_here(folder: Path) -> None:
    with with_token(folder) as server:
        user = PortalClient(server.url).open("login")
        user.send("Login", user_name="ada.north", password=PASSWORDS["ada.north"])
        assert len(user.session.cookies) == 1
        answer = user.session.get(f"{server.url}{CONSOLE}", timeout=60)

        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("values", "at", "said"),
    [
        ({}, "http://127.0.0.1:8080", "http://127.0.0.1:8080/_lrs/console/"),
        ({"host": "localhost"}, "https://localhost:80", "https://localhost:80/_lrs/console/"),
        ({"host": "0.0.0.0"}, "http://0.0.0.0:8080", "http://127.0.0.1:8080/_lrs/console/"),
        ({"host": "::"}, "http://[::]:8080", "http://[::1]:8080/_lrs/console/"),
        # Nobody can open it there.
        ({"control": "off"}, "http://127.0.0.1:8080", None),
        ({"host": "192.0.2.7"}, "http://192.0.2.7:8080", None),
        ({"trusted_proxies": ("10.0.0.1",)}, "http://127.0.0.1:8080", None),
    ],
)
def test_its_address_is_said_where_it_can_be_opened(values: dict[str, str], at: str, said: str | None) -> None:
    assert console_address(Settings(**values), at) == said
