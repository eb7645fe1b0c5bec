from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.rules.access.user_states import UserState
from lrs_soap.rules.access.users import Step, User, UserDetails, judge_known, next_step, roles_in_force, wrong_details
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.rules.values.rule import Outcome

NOW = datetime(2025, 3, 10, 12, 30, tzinfo=LONDON)
DETAILS = UserDetails("Jo", "Lee", "jo.lee@college.example", "Staff ID 7")
COLLEGE = Organisation("10001234", "ABC123", "A College", roles=frozenset({Role.ONLINE_USER, Role.BATCH_USER}))
FINDS = frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER})


def user(**changed: Any) -> User:
    """An active user, whose password was chosen today, and who has chosen a question."""
    ordinary: dict[str, Any] = {
        "roles": frozenset({Role.ONLINE_USER, Role.LEARNER_RECORD}),
        "password_chosen": NOW,
        "question": "What?",
        "is_email_verified": True,
    }
    return User("jo.lee", "10001234", DETAILS, **{**ordinary, **changed})


@pytest.mark.parametrize(
    ("changed", "has_agreed", "by_mail", "step"),
    [
        ({}, True, False, None),
        ({}, True, True, None),
        ({}, False, False, Step.AGREE),
        ({"has_one_time_password": True}, True, False, Step.CHANGE_PASSWORD),
        ({"has_one_time_password": True, "question": None}, False, False, Step.CHANGE_PASSWORD),
        ({"password_chosen": NOW - timedelta(days=44)}, False, False, Step.CHANGE_PASSWORD),
        ({"question": None}, False, False, Step.AGREE),
        ({"question": None}, True, False, Step.CHOOSE_QUESTION),
        ({"question": None}, True, True, None),
        ({"is_email_verified": False}, True, True, Step.VERIFY_EMAIL),
        ({"is_email_verified": False}, True, False, None),
    ],
)
def test_the_steps_come_in_their_order(
    changed: dict[str, Any], has_agreed: bool, by_mail: bool, step: Step | None
) -> None:
    assert next_step(user(**changed), NOW, has_agreed=has_agreed, by_mail=by_mail) is step


def test_roles_count_within_those_of_the_organisation() -> None:
    assert roles_in_force(user(), COLLEGE) == {Role.ONLINE_USER}
    assert roles_in_force(user(permissions_disabled=True), COLLEGE) == frozenset()
    assert roles_in_force(user(), replace(COLLEGE, permissions_disabled=True)) == frozenset()


@pytest.mark.parametrize(
    ("held", "outcome"),
    [
        (user(), Outcome.ALLOWED),
        (None, Outcome.UNKNOWN),
        (replace(user(), organisation="20001234"), Outcome.UNKNOWN),
        (user(state=UserState.DELETED), Outcome.UNKNOWN),
        (user(state=UserState.LOCKED), Outcome.SUSPENDED),
        (user(state=UserState.SUSPENDED), Outcome.SUSPENDED),
        (user(roles=frozenset({Role.BATCH_USER})), Outcome.NO_ROLE),
        (user(roles=frozenset({Role.VIEW_ONLY_USER})), Outcome.NO_ROLE),
        (user(permissions_disabled=True), Outcome.NO_ROLE),
    ],
)
def test_a_program_asks_for_an_active_user_within_its_roles(held: User | None, outcome: Outcome) -> None:
    access = judge_known(held, "jo.lee", COLLEGE, "learnerByULN", opened_by=FINDS)
    assert (access.is_allowed, access.reason.outcome) == (outcome is Outcome.ALLOWED, outcome)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, set()),
        ({"title": "Dr", "landline": "01234 567890", "mobile": "07700 900123", "reference": "S7"}, set()),
        ({"given_name": " "}, {"given_name"}),
        ({"family_name": "", "verification": ""}, {"family_name", "verification"}),
        ({"email": ""}, {"email"}),
        ({"email": "jo.lee"}, {"email"}),
        ({"email": "jo lee@college.example"}, {"email"}),
        ({"email": "@college.example"}, {"email"}),
        ({"email": "a@b@c"}, {"email"}),
        ({"mobile": "x" * 256}, {"mobile"}),
        ({"title": "Dr\r\nBcc: a@b.example"}, {"title"}),
        ({"email": "jo@college.example\n"}, {"email"}),
    ],
)
def test_the_details_that_are_mandatory_are_there(changed: dict[str, Any], wrong: set[str]) -> None:
    assert wrong_details(replace(DETAILS, **changed)).keys() == wrong
