"""The first page, and the terms."""

from __future__ import annotations

from flask import Blueprint, render_template

home = Blueprint("home", __name__)


@home.get("/")
def welcome() -> str:
    """The Welcome page."""
    return render_template("welcome.html", title="Welcome")


@home.get("/terms")
def terms() -> str:
    """What a user agrees to at each login."""
    return render_template("terms.html", title="Terms & Conditions")
