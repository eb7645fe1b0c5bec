"""In and out of the portal: chapters 2.2 and 2.3 of the user guide, section 3.4 about passwords, and 3.5.6."""

from __future__ import annotations

import pytest

from lrs_soap.rules.access.secret_questions import QUESTIONS
from tests.kit.portal_client import PASSWORDS, PortalClient, PortalWorld
from tests.kit.server_here import ServerHere

IDLE = (
    "Due to the session inactivity and for security reasons you are required to login again to continue with your "
    "current session"
)
SUSPENDED = "Your account is suspended"
WRONG = "The username or the password is not right."
NEW = "Another-Password1"


def log_in(person: PortalClient, user_name: str, password: str | None = None) -> PortalClient:
    """Give the password, and stay before whatever comes then."""
    return person.open("login").send("Login", user_name=user_name, password=password or PASSWORDS[user_name])


def test_who_logs_in_and_accepts_the_agreement_is_at_learner_management(person: PortalClient) -> None:
    person.open("")
    assert person.heading == "Login"
    assert IDLE not in person.text
    log_in(person, "oliver.hart")
    assert person.heading == "User Agreement"
    assert "tell nobody your user name and password" in person.text
    person.send("Accept")
    assert person.heading == "Learner Management"
    assert person.open("").heading == "Welcome"


def test_who_declines_the_agreement_is_back_at_the_login(person: PortalClient) -> None:
    log_in(person, "oliver.hart").send("Decline")
    assert person.heading == "Login"
    assert person.open("").heading == "Login"


def test_the_agreement_is_accepted_at_every_login_and_no_page_opens_before(person: PortalClient) -> None:
    person.log_in("oliver.hart").send("Logout")
    log_in(person, "oliver.hart")
    assert person.open("").heading == "User Agreement"
    assert person.menu == []


def test_the_terms_can_be_read_by_everybody(person: PortalClient) -> None:
    person.open("login").follow("Terms & Conditions")
    terms = person.text
    assert person.heading == "Terms & Conditions"
    log_in(person, "oliver.hart")
    for sentence in ("You send personal data of learners by e-mail only", "While you look at personal data"):
        assert sentence in terms
        assert sentence in person.text


@pytest.mark.parametrize(
    ("user_name", "password", "said"),
    [
        ("oliver.hart", "OnlineUser-04", WRONG),
        ("oliver.hart", "onlineuser-03", WRONG),
        ("nobody.here", "OnlineUser-03", WRONG),
        ("simon.lock", "Suspended-08", SUSPENDED),
        ("simon.lock", "Suspended-09", WRONG),
        # The organisation is suspended.
        ("hugo.shaw", "SuperUser-12", WRONG),
        ("", "", "This is mandatory."),
        ("\ud800'; DROP TABLE users; --", "<script>", WRONG),
    ],
)
def test_who_cannot_log_in_is_told_no_more_than_needed(
    portal: ServerHere, user_name: str, password: str, said: str
) -> None:
    person = PortalClient(portal.url)
    person.open("login").send("Login", user_name=user_name.encode("utf-8", "replace").decode(), password=password)
    assert person.heading == "Login"
    assert said in person.text
    assert password not in person.shown.text or not password


def test_a_character_that_is_no_text_is_refused_wherever_it_is(portal: ServerHere) -> None:
    person = PortalClient(portal.url).log_in("susan.price")
    for path in ("users/named/a%00b", "users/results?user_name=%00", "users/results?%00=x", "account/?kept=%00"):
        assert person.open(path).shown.status_code == 400
    person.open("login").send("Login", user_name="susan.price\0", password="x")
    assert person.shown.status_code == 400
    assert "a character in it that is no text" in person.text


def test_a_user_name_has_no_case(person: PortalClient) -> None:
    assert log_in(person, "Oliver.HART", PASSWORDS["oliver.hart"]).heading == "User Agreement"


def test_the_first_login_goes_by_all_steps_of_the_guide(person: PortalClient) -> None:
    log_in(person, "noah.frost")
    assert person.heading == "Change your password"
    assert "One-time password" in person.text
    change = "Change password"
    old = PASSWORDS["noah.frost"]
    person.send(change, old_password="Wrong-Password1", new_password=NEW, new_password_again=NEW)
    assert "This is not your password." in person.text
    person.send(change, old_password=old, new_password="short1A", new_password_again="short1A")
    assert "at least 8 characters long" in person.text
    person.send(change, old_password=old, new_password="alllowercase1", new_password_again="alllowercase1")
    assert "at least three of the four character types" in person.text
    person.send(change, old_password=old, new_password=NEW, new_password_again=f"{NEW}!")
    assert "This is not the same as above." in person.text
    person.send(change, old_password=old, new_password=old, new_password_again=old)
    assert "The new password must not be the old one." in person.text
    person.send(change, old_password=old, new_password=NEW, new_password_again=NEW)
    assert person.heading == "User Agreement"
    person.send("Accept")
    assert person.heading == "Secret question"
    assert person.open("account/").heading == "Secret question"
    person.send("Save", question=QUESTIONS[1], answer="Hillside", answer_again="Hill side")
    assert "This is not the same as above." in person.text
    person.send("Save", question="", answer="Hillside", answer_again="Hillside")
    assert "This is mandatory." in person.text
    person.send("Save", question=QUESTIONS[1], answer="Hillside", answer_again="Hillside")
    assert person.heading == "Welcome"
    # The one-time password was for one time.
    person.send("Logout")
    assert WRONG in log_in(person, "noah.frost").text
    assert person.log_in("noah.frost", NEW).heading == "Learner Management"


def test_a_password_that_has_expired_is_changed_first(person: PortalClient) -> None:
    log_in(person, "edith.stone")
    assert person.heading == "Change your password"
    assert "Your password has expired." in person.text
    person.send("Change password", old_password="Expired-09", new_password=NEW, new_password_again=NEW)
    assert person.heading == "User Agreement"
    assert person.send("Accept").heading == "Learner Management"


def test_a_password_expires_after_44_days_of_the_worlds_clock(own_world: PortalWorld) -> None:
    person = own_world.person().log_in("oliver.hart")
    own_world.steer("PUT", "/clock", {"advance": "P43D"})
    assert person.open("").heading == "Welcome"
    own_world.steer("PUT", "/clock", {"advance": "P1D"})
    # By itself, in the middle of a session.
    assert person.open("").heading == "Change your password"


def test_ten_wrong_passwords_suspend_an_account_and_end_its_sessions(own_world: PortalWorld) -> None:
    inside, outside = own_world.person().log_in("oliver.hart"), own_world.person()
    for _ in range(9):
        assert WRONG in log_in(outside, "oliver.hart", "Wrong-Password1").text
    assert inside.open("").heading == "Welcome"
    assert WRONG in log_in(outside, "oliver.hart", "Wrong-Password1").text
    assert SUSPENDED in log_in(outside, "oliver.hart").text
    assert inside.open("").heading == "Login"
    assert IDLE not in inside.text


def test_a_right_password_begins_the_count_again(own_world: PortalWorld) -> None:
    own_world.steer("PATCH", "/policy", {"suspend_after": 2})
    person = own_world.person()
    for _ in range(3):
        log_in(person, "oliver.hart", "Wrong-Password1")
        assert log_in(person, "oliver.hart").heading == "User Agreement"
    log_in(person, "oliver.hart", "Wrong-Password1")
    log_in(person, "oliver.hart", "Wrong-Password1")
    assert SUSPENDED in log_in(person, "oliver.hart").text


def test_a_forgotten_password_is_reset_by_the_secret_answer(person: PortalClient) -> None:
    # Who was suspended by wrong passwords is reactivated, and the answer has no case.
    person.open("login").follow("I have forgotten my password")
    person.send("Next", email="Simon.Lock@test0001.example")
    assert "Your secret question is: " + QUESTIONS[7] in person.text
    fields = {"new_password": NEW, "new_password_again": NEW}
    assert "The answer is not right" in person.send("Reset password", answer="Gandhi", **fields).text
    assert "at least 8" in person.send("Reset password", answer="kes", new_password="a", new_password_again="a").text
    person.send("Reset password", answer=" KES ", **fields)
    assert person.heading == "Login"
    assert "Your password is changed." in person.text
    assert person.log_in("simon.lock", NEW).heading == "Learner Management"


def test_nobody_learns_who_is_known_by_forgetting_a_password(person: PortalClient) -> None:
    questions = []
    for email in ("nobody@college.example", "nobody@college.example", "noah.frost@test0001.example"):
        person.open("forgotten-password").send("Next", email=email)
        assert any(question in person.text for question in QUESTIONS)
        questions.append(person.text)
        fields = {"new_password": NEW, "new_password_again": NEW}
        assert "The answer is not right" in person.send("Reset password", answer="x", **fields).text
    assert questions[0] == questions[1]


def test_secret_answers_cannot_be_guessed_for_ever(own_world: PortalWorld) -> None:
    own_world.steer("PATCH", "/policy", {"suspend_after": 3})
    person = own_world.person()
    fields = {"new_password": NEW, "new_password_again": NEW}
    for answer in ("a", "b", "c", "Biscuit"):
        person.open("forgotten-password").send("Next", email="oliver.hart@test0001.example")
        assert "The answer is not right" in person.send("Reset password", answer=answer, **fields).text
    # The password itself still works, and with it the answer does again.
    person.log_in("oliver.hart").send("Logout")
    person.open("forgotten-password").send("Next", email="oliver.hart@test0001.example")
    assert person.send("Reset password", answer="Biscuit", **fields).heading == "Login"


def test_who_was_suspended_by_a_super_user_stays_so(own_world: PortalWorld) -> None:
    susan, oliver = own_world.person().log_in("susan.price"), own_world.person().log_in("oliver.hart")
    susan.open("users/named/oliver.hart").send("Change status", status="suspended")
    assert oliver.open("").heading == "Login"
    oliver.open("forgotten-password").send("Next", email="oliver.hart@test0001.example")
    oliver.send("Reset password", answer="Biscuit", new_password=NEW, new_password_again=NEW)
    assert "The answer is not right, or the account cannot be reactivated in this way." in oliver.text
    susan.open("users/named/oliver.hart").send("Change status", status="active")
    assert oliver.log_in("oliver.hart").heading == "Learner Management"


def test_password_and_question_are_changed_under_my_account(own_world: PortalWorld) -> None:
    person, other = own_world.person().log_in("oliver.hart"), own_world.person().log_in("oliver.hart")
    person.follow("My Account")
    assert "oliver.hart@test0001.example" in person.text
    person.follow("Change password")
    old = PASSWORDS["oliver.hart"]
    person.send("Change password", old_password=old, new_password=NEW, new_password_again=NEW)
    assert person.heading == "My Account"
    assert "Your password is changed." in person.text
    # It ends the other session, and not this one.
    assert other.open("").heading == "Login"
    person.follow("Change secret question")
    person.send("Save", question=QUESTIONS[4], answer="Tram", answer_again="Tram")
    assert "Your secret question is changed." in person.text
    person.send("Logout").open("forgotten-password").send("Next", email="oliver.hart@test0001.example")
    assert QUESTIONS[4] in person.text


def test_wrong_passwords_under_my_account_count_too(own_world: PortalWorld) -> None:
    own_world.steer("PATCH", "/policy", {"suspend_after": 2})
    person = own_world.person().log_in("oliver.hart")
    for _ in range(2):
        person.open("account/password")
        person.send("Change password", old_password="x", new_password=NEW, new_password_again=NEW)
    assert person.open("").heading == "Login"
    assert SUSPENDED in log_in(person, "oliver.hart").text


def test_by_mail_an_address_is_verified_and_a_password_is_reset(own_world: PortalWorld) -> None:
    own_world.steer("PATCH", "/policy", {"password_reset": "mail"})
    person = own_world.person()
    log_in(person, "noah.frost")
    old = PASSWORDS["noah.frost"]
    person.send("Change password", old_password=old, new_password=NEW, new_password_again=NEW).send("Accept")
    assert person.heading == "Verify your e-mail address"
    assert person.open("").heading == "Verify your e-mail address"
    first = link_in_mail(own_world)
    person.send("Send the mail again")
    last = link_in_mail(own_world)
    assert "cannot be followed any more" in own_world.person().open(first).text
    assert "Your e-mail address is verified." in own_world.person().open(last).text
    assert person.open("").heading == "Welcome"
    assert "Change secret question" not in person.open("account/").links
    # Forgotten.
    person.send("Logout").follow("I have forgotten my password").send("Next", email="noah.frost@test0001.example")
    assert "If somebody has this e-mail address" in person.text
    link = link_in_mail(own_world)
    person.open(link).send("Reset password", new_password="Mailed-Password1", new_password_again="Mailed-Password1")
    assert person.log_in("noah.frost", "Mailed-Password1").heading == "Learner Management"
    assert "cannot be followed any more" in own_world.person().open(link).text
    # Nobody is mailed for an address of nobody, and the page is the same.
    own_world.steer("DELETE", "/mail")
    person.send("Logout").follow("I have forgotten my password").send("Next", email="nobody@test0001.example")
    assert "If somebody has this e-mail address" in person.text
    assert own_world.steer("GET", "/mail") == []


def test_a_mailed_link_is_followed_within_a_day(own_world: PortalWorld) -> None:
    own_world.steer("PATCH", "/policy", {"password_reset": "mail"})
    person = own_world.person().open("forgotten-password").send("Next", email="oliver.hart@test0001.example")
    link = link_in_mail(own_world)
    own_world.steer("PUT", "/clock", {"advance": "PT23H59M"})
    assert "New password again" in person.open(link).text
    own_world.steer("PUT", "/clock", {"advance": "PT1M"})
    assert "cannot be followed any more" in person.open(link).text


def link_in_mail(world: PortalWorld) -> str:
    """The link in the last mail."""
    mail = world.steer("GET", "/mail")[0]
    return next(word for word in mail["body"].split() if word.startswith("http"))
