"""`known_users_only`: each operation is refused for whoever is no active user with a role for it, on both ports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit import r9_messages
from tests.kit.every_operation import DECLARED, LEARNER, R9, TEST, Who, ask, code_of
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer

# The user of the starting data with only this role.
WITH_A_ROLE = {
    "LRB Batch User": "batul.khan",
    "LRB Online User": "oliver.hart",
    "LRB View Only User": "violet.moss",
    "Learner Record": "leah.reid",
    "VLD Learning Provider": "vera.doyle",
    "LRB Super User": "susan.price",
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    with ServerHere(tmp_path_factory.mktemp("known"), "--known-users-only") as server:
        yield server


def ask_as(server: ServerHere, name: str, user: str, who: Who = TEST) -> Answer:
    if name in LEARNER:
        return ask(server.url, name, who, change=lambda content: content.replace("A Tester", user))
    return r9_messages.ask(server.url, name, who, user=user)


@pytest.mark.parametrize("name", [*LEARNER, *R9])
def test_an_operation_is_for_users_with_a_role_that_opens_it(strict: ServerHere, name: str) -> None:
    opened_by = {role.value for role in DECLARED[name].roles}
    for role, user in WITH_A_ROLE.items():
        is_refused = code_of(ask_as(strict, name, user)) == "WSEC0006"
        assert is_refused is (role not in opened_by), role
    assert code_of(ask_as(strict, name, "ada.north")) != "WSEC0006"


@pytest.mark.parametrize("name", ["learnerByULN", "LearnerByUln"])
def test_who_is_no_active_user_of_the_organisation_is_refused(strict: ServerHere, name: str) -> None:
    for user in ("A Tester", "simon.lock", "tara.field", "bruno.west"):
        assert code_of(ask_as(strict, name, user)) == "WSEC0006", user
    # What is wrong with the organisation is told first.
    assert code_of(ask_as(strict, name, "A Tester", Who("TEST0001", "NotTheRightPass1"))) == "WSEC0005"
