"""In and out of the portal: chapters 2.2 and 2.3 of the user guide, and section 3.4 about passwords."""

from __future__ import annotations

import pytest

from tests.kit.portal_client import PASSWORDS, PortalClient
from tests.kit.server_here import ServerHere


@pytest.fixture
def person(portal: ServerHere) -> PortalClient:
    """Somebody who has just opened the portal."""
    return PortalClient(portal.url)


def test_who_logs_in_and_accepts_the_agreement_is_at_learner_management(person: PortalClient) -> None:
    person.open("")
    assert person.heading == "Login"
    person.send("Login", user_name="oliver.hart", password=PASSWORDS["oliver.hart"])
    assert person.heading == "User Agreement"
    assert "tell nobody your user name and password" in person.text
    person.send("Accept")
    assert person.heading == "Learner Management"
    assert person.open("").heading == "Welcome"


def test_who_declines_the_agreement_is_back_at_the_login(person: PortalClient) -> None:
    person.open("login").send("Login", user_name="oliver.hart", password=PASSWORDS["oliver.hart"])
    person.send("Decline")
    assert person.heading == "Login"
    assert person.open("").heading == "Login"
