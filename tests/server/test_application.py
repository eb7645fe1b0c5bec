"""The router: which site a request goes to, and what is answered where there is none or it fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import pytest

from lrs_soap.errors import StoreUnavailable
from lrs_soap.server.application import Application
from lrs_soap.server.front_page import FrontPage
from lrs_soap.server.http_request import Environ, HttpError
from lrs_soap.server.portal_site import Portals
from lrs_soap.server.ports import Ports
from lrs_soap.server.responses import OK, PLAIN, respond
from lrs_soap.server.site import StartResponse
from lrs_soap.server.worlds_site import WorldsSite
from lrs_soap.world import World, Worlds
from tests.kit.kept_journal import KeptJournal
from tests.kit.wsgi_client import ask_wsgi


class Echo:
    """Answers with what it is told of the path."""

    def __init__(self, path: str, *, is_listed: bool = False) -> None:
        self.path = path
        self.is_listed = is_listed

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        text = f"{self.path} {environ['SCRIPT_NAME']}|{environ['PATH_INFO']}"
        return respond(environ, start_response, OK, PLAIN, text.encode())


class Failing(Echo):
    """Raises what it was given, before or after it has begun to answer."""

    def __init__(self, error: Exception, *, has_begun: bool = False) -> None:
        super().__init__("/failing")
        self._error = error
        self._has_begun = has_begun

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._has_begun:
            start_response(OK, [("Content-Type", PLAIN)])
        raise self._error


def application(*sites: Any, journal: KeptJournal | None = None) -> Application:
    return Application(sites, journal=journal or KeptJournal())


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/one.svc", "/one.svc |/one.svc"),
        ("/ONE.svc", "/one.svc |/ONE.svc"),
        ("/", "/ |/"),
        ("", "/ |"),
        ("/portal/", "/portal/ /portal|/"),
        ("/portal", "/portal/ /portal|"),
        ("/Portal/learners/1", "/portal/ /Portal|/learners/1"),
        ("/portal/admin", "/portal/admin |/portal/admin"),
        ("/w/main/portal/x/", "/w/main/ /w/main|/portal/x/"),
    ],
)
def test_a_request_goes_to_the_site_at_its_path(path: str, told: str) -> None:
    sites = [Echo(each) for each in ("/", "/one.svc", "/portal/", "/portal/admin", "/w/main/")]

    assert ask_wsgi(application(*sites), "GET", path, SCRIPT_NAME="").body.decode() == told


@pytest.mark.parametrize("path", ["/one.svc/", "/one.svc/more", "/one", "/portals", "/x/portal/"])
def test_a_path_of_no_site_is_404_and_says_where_the_service_is(path: str) -> None:
    sites = [Echo("/one.svc", is_listed=True), Echo("/hidden"), Echo("/portal/", is_listed=True)]

    answer = ask_wsgi(application(*sites), "GET", path)

    assert answer.status == 404
    assert answer.body == b"There is nothing here; the service is at /one.svc and /portal/.\n"


def test_an_application_may_stand_at_a_path_of_another_server() -> None:
    sites = [Echo("/one.svc", is_listed=True), Echo("/portal/")]
    whole = application(FrontPage(sites), *sites)

    def ask(path: str) -> str:
        return ask_wsgi(whole, "GET", path, SCRIPT_NAME="/lrs").body.decode()

    assert ask("/one.svc") == "/one.svc /lrs|/one.svc"
    assert ask("/portal/x") == "/portal/ /lrs/portal|/x"
    assert '<a href="/lrs/one.svc">/one.svc</a>' in ask("/")


def test_one_application_may_be_a_site_of_another() -> None:
    class World:
        path, is_listed = "/w/test/", False

        def __init__(self) -> None:
            self._application = application(Echo("/one.svc"))

        def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            return self._application(environ, start_response)

    assert ask_wsgi(application(World()), "GET", "/w/test/one.svc").body == b"/one.svc /w/test|/one.svc"


def test_two_sites_cannot_be_at_one_path() -> None:
    with pytest.raises(ValueError, match=r"two sites are at /One\.svc"):
        application(Echo("/one.svc"), Echo("/One.svc"))


def test_what_a_site_raises_for_its_caller_is_answered_as_it_says() -> None:
    journal = KeptJournal()
    failing = Failing(HttpError("409 Conflict", "It is there already.", (("X-Why", "twice"),)))

    answer = ask_wsgi(application(failing, journal=journal), "GET", "/failing")

    assert (answer.status, answer.body) == (409, b"It is there already.\n")
    assert answer.headers["x-why"] == "twice"
    assert journal.exchanges == []


@pytest.mark.parametrize("has_begun", [False, True])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_site_that_fails_is_a_500_with_a_reference_to_the_log(method: str, has_begun: bool) -> None:
    journal = KeptJournal()
    error = RuntimeError("no table")

    answer = ask_wsgi(application(Failing(error, has_begun=has_begun), journal=journal), method, "/failing")

    (failure,) = journal.exchanges
    assert answer.status == failure.status == 500
    assert failure.error is error
    sentence = f"The service has failed; its log says more under {failure.id}.\n"
    assert answer.body == (b"" if method == "HEAD" else sentence.encode())


def test_a_world_that_cannot_be_looked_up_is_a_503_and_only_the_log_says_why() -> None:
    error = StoreUnavailable("no server at db.example.org")

    class Unreachable:
        def at(self, name: str) -> World:
            raise error

    journal = KeptJournal()
    worlds = WorldsSite(cast(Worlds, Unreachable()), cast(Ports, None), cast(Portals, None))
    served = application(worlds, journal=journal)

    answer = ask_wsgi(served, "POST", "/w/team/LearnerService.svc")

    (failure,) = journal.exchanges
    assert answer.status == failure.status == 503
    assert failure.error is error
    assert answer.body == f"The database cannot be used; the service's log says more under {failure.id}.\n".encode()
    assert not served.reads_body(
        {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": "/w/team/LearnerService.svc"}
    )
    assert len(journal.exchanges) == 1
