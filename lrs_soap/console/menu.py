"""The menu: every page that belongs to a world, and those that are the server's."""

from __future__ import annotations

from flask import g, request, url_for

from lrs_soap.console.asking import asked, url_of_server
from lrs_soap.web.pages import Entry

# The title of each page, and the function that shows it. The other functions of its blueprint are part of it.
_OF_A_WORLD = (
    ("Journal", "journal.listed"),
    ("Learners", "learners.found"),
    ("Organisations", "organisations.listed"),
    ("Challenges", "challenges.listed"),
    ("Jobs", "jobs.listed"),
    ("Mail", "mail.listed"),
    ("Scenarios", "scenarios.listed"),
    ("Clock", "clock.shown"),
    ("Policy", "policy.shown"),
    ("Reset and snapshots", "snapshots.listed"),
)
_OF_THE_SERVER = (("Worlds", "worlds.listed"),)


def entries() -> tuple[Entry, ...]:
    """The menu of the world that is looked at, for whoever may look at it; nothing where there is no such world."""
    if asked().found is None or not g.get("is_admitted"):
        return ()
    return (
        *(_entry(title, endpoint, url_for(endpoint)) for title, endpoint in _OF_A_WORLD),
        *(_entry(title, endpoint, url_of_server(endpoint)) for title, endpoint in _OF_THE_SERVER),
    )


def _entry(title: str, endpoint: str, address: str) -> Entry:
    return Entry(title, address, request.blueprint == endpoint.partition(".")[0])
