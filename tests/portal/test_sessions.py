"""Sessions, cookies, and forms that come when their session is over."""

from __future__ import annotations

from http.cookiejar import Cookie
from pathlib import Path

import pytest
import requests
from wtforms import PasswordField

from lrs_soap.errors import StoreUnavailable
from lrs_soap.operations.keep_form import is_secret
from lrs_soap.portal import login, signed_in, users
from lrs_soap.portal.forms import PortalForm
from tests.kit.portal_client import PASSWORDS, PortalClient, PortalWorld
from tests.kit.server_here import ServerHere

IDLE = "Due to the session inactivity and for security reasons you are required to login again"


def cookie_of(person: PortalClient) -> Cookie:
    (cookie,) = person.session.cookies
    return cookie


def let_pass(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let the machine's time pass for the portal."""
    now = signed_in.seconds_now()
    monkeypatch.setattr("lrs_soap.portal.signed_in.machine_seconds", lambda: now + seconds)


def test_the_cookie_is_the_worlds_own_and_no_script_reads_it(own_world: PortalWorld) -> None:
    person, main = own_world.person().log_in("oliver.hart"), PortalClient(own_world.server).log_in("oliver.hart")
    cookie = cookie_of(person)
    assert cookie.path == f"/w/{own_world.name}/portal"
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert not cookie.secure
    assert cookie_of(main).path == "/portal"
    assert main.open(main.portal.removesuffix("/")).heading == "Welcome"
    assert cookie_of(main).name != cookie.name
    assert "oliver" not in str(cookie.value)


@pytest.mark.slow
def test_over_https_the_cookie_is_for_https_alone(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--trusted-proxies", "127.0.0.1") as server:
        for scheme, is_secure in (("https", True), ("http", False)):
            headers = {"X-Forwarded-Proto": scheme}
            answer = requests.get(f"{server.url}/portal/login", headers=headers, timeout=60)
            assert ("; Secure" in answer.headers["Set-Cookie"]) is is_secure


@pytest.mark.slow
def test_over_https_a_form_needs_no_referrer(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--trusted-proxies", "127.0.0.1") as server:
        person = PortalClient(server.url)
        person.session.headers["X-Forwarded-Proto"] = "https"
        # The cookie is for HTTPS, and this connection is none.
        page = person.open("login")
        person.session.headers["Cookie"] = page.shown.headers["Set-Cookie"].partition(";")[0]
        person.send("Login", user_name="oliver.hart", password=PASSWORDS["oliver.hart"])
        assert person.shown.history[0].status_code == 303


def test_a_login_begins_another_session(person: PortalClient) -> None:
    person.log_in("oliver.hart")
    first = cookie_of(person).value
    other = PortalClient(person.portal)
    other.portal = person.portal
    other.session.cookies.update(person.session.cookies)
    person.log_in("oliver.hart")
    assert cookie_of(person).value != first
    person.send("Logout")
    assert person.open("").heading == "Login"


def test_a_cookie_that_somebody_else_has_made_is_nobodys(person: PortalClient) -> None:
    person.log_in("oliver.hart")
    cookie = cookie_of(person)
    for value in ("", "x", f"{cookie.value}x", str(cookie.value)[::-1]):
        headers = {"Cookie": f"{cookie.name}={value}"}
        answer = requests.get(person.portal, headers=headers, timeout=60, allow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith("/portal/login")


def test_the_session_of_one_world_is_none_in_another(own_world: PortalWorld) -> None:
    person = own_world.person().log_in("oliver.hart")
    cookie = cookie_of(person)
    answer = requests.get(
        f"{own_world.server}/portal/", headers={"Cookie": f"{cookie.name}={cookie.value}"}, timeout=60
    )
    assert "<h1>Login</h1>" in answer.text


@pytest.mark.parametrize("back", ["reset", "restore"])
def test_a_world_that_is_put_back_has_no_sessions(own_world: PortalWorld, back: str) -> None:
    person = own_world.person().log_in("oliver.hart")
    own_world.steer("PUT", "/snapshots/before")
    assert person.open("").heading == "Welcome"
    own_world.steer("POST", "/reset" if back == "reset" else "/snapshots/before/restore")
    assert person.open("").heading == "Login"
    assert person.log_in("oliver.hart").heading == "Learner Management"


def test_who_does_nothing_is_logged_out_in_the_guides_words_and_comes_back_to_the_page(
    person: PortalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.log_in("oliver.hart")
    let_pass(monkeypatch, 1100)
    assert person.open("account/").heading == "My Account"
    let_pass(monkeypatch, 1100)
    assert person.open("account/").heading == "My Account"
    let_pass(monkeypatch, 1200)
    person.open("account/")
    assert person.heading == "Login"
    assert IDLE in person.text
    person.send("Login", user_name="oliver.hart", password=PASSWORDS["oliver.hart"]).send("Accept")
    assert person.path == "account/"
    assert person.heading == "My Account"


def test_idle_logout_does_not_go_by_the_worlds_clock(own_world: PortalWorld) -> None:
    person = own_world.person().log_in("oliver.hart")
    own_world.steer("PUT", "/clock", {"advance": "P2D"})
    assert person.open("").heading == "Welcome"


def fill_in(susan: PortalClient) -> PortalClient:
    return susan.open("users/named/oliver.hart/update")


TYPED = {"family_name": "Harte", "mobile": "07700 900999", "roles": ["LRB Batch User"]}


def come_back(susan: PortalClient, name: str = "susan.price") -> PortalClient:
    return susan.send("Login", user_name=name, password=PASSWORDS[name]).send("Accept")


def test_a_form_comes_back_after_the_session_was_over(person: PortalClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_in(person.log_in("susan.price"))
    let_pass(monkeypatch, 1201)
    person.send("OK", **TYPED)
    assert IDLE in person.text
    come_back(person)
    assert person.heading == "Update User"
    assert (person.value("family_name"), person.value("mobile")) == ("Harte", "07700 900999")
    ticked = person.page.xpath("//input[@name='roles'][@checked]/@value")
    assert ticked == ["LRB Batch User"]
    # The address stays good until the form is sent.
    again = person.shown.url
    assert person.open(again).value("family_name") == "Harte"
    assert person.send("OK").heading == "View User"
    assert "Harte" in person.text
    assert person.open(again).value("mobile") == "07700 900999"
    assert person.page.xpath("//input[@name='roles'][@checked]/@value") == ["LRB Batch User"]


def test_a_form_comes_back_after_the_cookie_was_lost(person: PortalClient) -> None:
    fill_in(person.log_in("susan.price"))
    person.session.cookies.clear()
    person.send("OK", **TYPED)
    assert person.heading == "Login"
    come_back(person)
    assert person.value("family_name") == "Harte"


def test_a_form_comes_back_after_the_password_has_expired_meanwhile(own_world: PortalWorld) -> None:
    person = fill_in(own_world.person().log_in("susan.price"))
    own_world.steer("PUT", "/clock", {"advance": "P44D"})
    person.send("OK", **TYPED)
    assert person.heading == "Change your password"
    old, new = PASSWORDS["susan.price"], "Another-Password1"
    person.send("Change password", old_password=old, new_password=new, new_password_again=new)
    assert person.heading == "Update User"
    assert person.value("family_name") == "Harte"


def test_a_form_that_goes_elsewhere_comes_back_on_its_page(person: PortalClient) -> None:
    person.log_in("susan.price").open("users/named/oliver.hart")
    for refused in ("no referrer", "of the page"):
        person.session.cookies.clear()
        if refused == "of the page":
            person.session.headers["Referer"] = person.shown.url
        person.send("Change status", status="suspended")
        come_back(person)
        if refused == "no referrer":
            assert person.heading == "Learner Management"
            person.open("users/named/oliver.hart")
    assert person.heading == "View User"
    assert person.value("status") == "suspended"
    assert "Status Active" in person.text


@pytest.mark.parametrize("referrer", ["http://elsewhere.example/portal/users/", "{portal}nothing/", "{portal}"])
def test_nobody_is_led_elsewhere_by_a_form(person: PortalClient, referrer: str) -> None:
    person.log_in("susan.price").open("users/named/oliver.hart")
    person.session.cookies.clear()
    person.session.headers["Referer"] = referrer.format(portal=person.portal)
    person.send("Change status", status="suspended")
    come_back(person)
    assert person.shown.status_code == 200
    assert person.shown.url.startswith(person.portal)


def test_without_the_database_a_page_says_so(portal: ServerHere, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(work: object) -> None:
        raise StoreUnavailable("on purpose")

    monkeypatch.setattr("lrs_soap.portal.cookies.portal_key", fail)
    answer = requests.get(f"{portal.url}/portal/login", timeout=60)
    assert answer.status_code == 503
    assert "The service cannot reach its database now." in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_form_comes_back_at_once_where_somebody_has_logged_in_again(person: PortalClient) -> None:
    old = fill_in(person.log_in("susan.price")).shown
    person.log_in("susan.price")
    person.answer = old
    person.send("OK", **TYPED)
    assert person.heading == "Update User"
    assert person.value("family_name") == "Harte"


def test_a_form_comes_back_to_its_own_user_alone(person: PortalClient) -> None:
    fill_in(person.log_in("susan.price"))
    person.session.cookies.clear()
    person.send("OK", **TYPED)
    come_back(person, "ada.north")
    assert person.heading == "Learner Management"


def test_a_form_is_kept_for_half_an_hour(person: PortalClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_in(person.log_in("susan.price"))
    person.session.cookies.clear()
    person.send("OK", **TYPED)
    come_back(person)
    again = person.shown.url
    let_pass(monkeypatch, 1100)
    assert person.open(again).value("family_name") == "Harte"
    let_pass(monkeypatch, 701)
    assert person.open(again).value("family_name") == "Hart"


def test_passwords_and_answers_are_not_kept(own_world: PortalWorld) -> None:
    person = own_world.person().log_in("oliver.hart").open("account/question")
    person.session.cookies.clear()
    person.send("Save", question="What is your favourite film?", answer="Casablanca", answer_again="Casablanca")
    come_back(person, "oliver.hart")
    assert person.heading == "Secret question"
    assert "Casablanca" not in person.shown.text
    assert person.value("question") == "What is your favourite film?"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_form_changes_nothing_and_is_not_kept(person: PortalClient, headers: dict[str, str]) -> None:
    person.log_in("susan.price")
    address = f"{person.portal}users/named/oliver.hart/status"
    sent = person.session.post(address, data={"status": "suspended"}, headers=headers, timeout=60)
    assert sent.status_code == 400
    assert "was not sent by a page of this portal" in sent.text
    assert "Status Active" in person.open("users/named/oliver.hart").text


def test_a_form_without_a_token_changes_nothing_even_from_a_page_of_ours(person: PortalClient) -> None:
    person.log_in("susan.price")
    headers = {"Origin": "/".join(person.portal.split("/")[:3])}
    person.session.post(f"{person.portal}users/named/oliver.hart/delete", headers=headers, timeout=60)
    assert "Status Active" in person.open("users/named/oliver.hart").text


def test_permissions_that_the_operator_disables_close_all_pages_at_the_next_click(own_world: PortalWorld) -> None:
    person = own_world.person().log_in("ada.north")
    own_world.steer("PUT", "/organisations/TEST0001", {"permissions_disabled": True})
    assert person.open("users/").heading == "Not your page"
    assert person.menu == ["My Account"]
    own_world.steer("PUT", "/organisations/TEST0001", {"permissions_disabled": False, "suspended": True})
    assert person.open("").heading == "Login"


def test_every_field_with_a_secret_is_named_so() -> None:
    fields = [
        (form.__name__, name)
        for module in (login, users)
        for form in vars(module).values()
        if isinstance(form, type) and issubclass(form, PortalForm)
        for name in dir(form)
        if getattr(getattr(form, name), "field_class", None) is PasswordField
    ]
    assert len(fields) > 5
    assert [(form, name) for form, name in fields if not is_secret(name)] == []


@pytest.mark.slow
def test_a_session_is_known_in_every_process(portal: ServerHere, tmp_path: Path) -> None:
    person = PortalClient(portal.url).log_in("susan.price").open("users/named/oliver.hart/update")
    with ServerHere(tmp_path, database_url=portal.database_url) as other:
        person.portal = f"{other.url}/portal/"
        assert person.answer is not None
        person.answer.url = f"{other.url}/portal/users/named/oliver.hart/update"
        # The form of one is taken by the other.
        assert person.send("OK").heading == "View User"
        assert person.open("").heading == "Welcome"
        person.send("Logout")
    person.portal = f"{portal.url}/portal/"
    assert person.open("").heading == "Login"
