"""What the operator tells everybody: the service desk's hours, outages, and the list of prohibited text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from lrs_soap.portal.asking import asked
from lrs_soap.rules.access.hours import Maintenance
from lrs_soap.rules.values import postcode

support = Blueprint("support", __name__)


@dataclass(frozen=True, slots=True)
class Announced:
    """What the login page and the home page show: the desk's hours, the operator's text, and outages in words."""

    desk_hours: str
    text: str
    outages: tuple[str, ...]


def announced() -> Announced:
    """What the operator of the world announces now. Outages that are over are left out."""
    world = asked().world
    policy, now = world.policy, world.clock.now()
    outages = (each for each in policy.hours.maintenance if not each.is_over(now))
    return Announced(policy.desk_hours, policy.announcement, tuple(map(_in_words, outages)))


@support.get("/prohibited-text")
def prohibited() -> str:
    """The words and postcodes that no learner may have."""
    held = asked().world.policy.prohibited
    postcodes = sorted(map(postcode.as_returned, held.postcodes))
    return render_template("prohibited.html", title="Prohibited text", prohibited=held, postcodes=postcodes)


def _in_words(outage: Maintenance) -> str:
    return f"{_moment(outage.starts)} to {_moment(outage.ends)}"


def _moment(moment: datetime) -> str:
    zone = f" ({moment.strftime('%Z')})" if moment.tzinfo else ""
    return f"{moment.day} {moment.strftime('%B %Y, %H:%M')}{zone}"
