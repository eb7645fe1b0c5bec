"""The menu: what the user's roles open, and only what is there."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, current_app, request, url_for

from lrs_soap.portal.signed_in import current_user, signed_in, step_of
from lrs_soap.rules.access.pages import Page, Section, menu
from lrs_soap.web.pages import Entry

_PLACES = "lrs_soap.places"
_HOMES = {Section.LEARNERS: Page.LEARNER_MANAGEMENT, Section.USERS: Page.FIND_USER, Section.ACCOUNT: Page.MY_ACCOUNT}


def know_places(app: Flask) -> None:
    """Find the page of each entry among the views that are there: the one without a value in its address."""
    places: dict[Page, str] = {}
    for rule in app.url_map.iter_rules():
        shows = getattr(app.view_functions[rule.endpoint], "shows", None)
        if shows is not None and not rule.arguments and "GET" in (rule.methods or ()):
            places.setdefault(shows, rule.endpoint)
    app.extensions[_PLACES] = places


def entries() -> tuple[Entry, ...]:
    """The menu of whoever is logged in and has done all steps; nobody else has one."""
    signed = signed_in()
    if signed is None or step_of(signed) is not None:
        return ()
    places: Mapping[Page, str] = current_app.extensions[_PLACES]
    shown = menu(current_user().roles)
    return tuple(
        _entry(places, _HOMES[section], section.value, tuple(page for page in pages if page is not _HOMES[section]))
        for section, pages in shown.items()
        if _HOMES[section] in places
    )


def _entry(places: Mapping[Page, str], page: Page, text: str, below: tuple[Page, ...] = ()) -> Entry:
    endpoint = places[page]
    return Entry(
        text,
        url_for(endpoint),
        request.endpoint == endpoint,
        tuple(_entry(places, each, each.title) for each in below if each in places),
    )
