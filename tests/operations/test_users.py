"""Users of the portal where others write at the same moment; tests/portal has the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.operations import log_in, own_account, users
from lrs_soap.operations.keep_form import keep_form, kept_form
from lrs_soap.operations.log_in import LogIn
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords, generate_one_time
from lrs_soap.rules.access.password_policy import broken_by
from lrs_soap.rules.access.user_states import UserState
from lrs_soap.rules.access.users import UserDetails
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.store import organisations
from lrs_soap.store import users as rows
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.work import AUTHOR, NOW, unit

PASSWORD, NEW = "A-Good-Password1", "Another-Password1"
DETAILS = UserDetails("Jo", "Lee", "jo.lee@college.example", "Staff ID 7")
ROLES = frozenset({Role.ONLINE_USER})
SECONDS = 1_800_000_000
PASSWORDS = Passwords()
HASH = PASSWORDS.hash(PASSWORD)


@pytest.fixture
def college(store: Store) -> Store:
    """A college with the user jo.lee, whose password is for good."""
    with store.writing() as transaction:
        organisations.insert(transaction, Organisation(AUTHOR.organisation, "TST001", "A College", roles=ROLES), "")
        made = users.create(unit(transaction), AUTHOR.organisation, DETAILS, ROLES, HASH)
        rows.write(transaction, rows.UserAccount(replace(made, has_one_time_password=False), HASH))
    return store


def try_to_log_in(work: UnitOfWork, password: str = PASSWORD) -> LogIn | str:
    return log_in.log_in(work, log_in.check_password(work, PASSWORDS, "jo.lee", password), SECONDS)


def state_of(transaction: Transaction) -> UserState:
    account = rows.by_name(transaction, "jo.lee")
    assert account is not None
    return account.user.state


def test_a_password_that_was_changed_after_the_check_is_wrong(college: Store) -> None:
    with college.writing() as transaction:
        work = unit(transaction)
        proof = log_in.check_password(work, PASSWORDS, "jo.lee", PASSWORD)
        users.reset_password(work, AUTHOR.organisation, "jo.lee", PASSWORDS.hash(NEW))
        assert log_in.log_in(work, proof, SECONDS) is LogIn.WRONG


def test_who_was_suspended_or_deleted_after_the_check_is_not_logged_in(college: Store) -> None:
    with college.writing() as transaction:
        work = unit(transaction)
        proof = log_in.check_password(work, PASSWORDS, "jo.lee", PASSWORD)
        users.suspend(work, AUTHOR.organisation, "jo.lee")
        assert log_in.log_in(work, proof, SECONDS) is LogIn.SUSPENDED
        users.delete(work, AUTHOR.organisation, "jo.lee")
        assert log_in.log_in(work, proof, SECONDS) is LogIn.WRONG


def test_tries_at_the_same_time_are_all_counted(college: Store) -> None:
    with college.writing() as transaction:
        work = unit(transaction, suspend_after=3)
        # Each was checked before any other was counted.
        proofs = [log_in.check_password(work, PASSWORDS, "jo.lee", "Wrong-Password1") for _ in range(3)]
        right = log_in.check_password(work, PASSWORDS, "jo.lee", PASSWORD)
        for proof in proofs:
            assert state_of(transaction) is UserState.ACTIVE
            assert log_in.log_in(work, proof, SECONDS) is LogIn.WRONG
        assert state_of(transaction) is UserState.LOCKED
        assert log_in.log_in(work, right, SECONDS) is LogIn.SUSPENDED


def test_a_session_is_its_users_until_it_ends(college: Store) -> None:
    with college.writing() as transaction:
        work = unit(transaction)
        token = try_to_log_in(work)
        assert isinstance(token, str)
        signed = log_in.signed_in(work, token, SECONDS + 40)
        assert signed is not None
        assert (signed.user.name, signed.has_agreed, signed.idle_seconds) == ("jo.lee", False, 40)
        assert log_in.signed_in(work, f"{token}x", SECONDS) is None
        log_in.note_used(work, token, SECONDS + 40)
        again = log_in.signed_in(work, token, SECONDS + 41)
        assert again is not None
        assert again.idle_seconds == 1
        log_in.log_out(work.by(log_in.author_of(signed.user)), token)
        assert log_in.signed_in(work, token, SECONDS) is None


def test_a_token_is_not_in_the_database(college: Store) -> None:
    with college.writing() as transaction:
        token = try_to_log_in(unit(transaction))
        transaction.cursor.execute("SELECT token_hash FROM sessions")
        assert token not in {row[0] for row in transaction.cursor.fetchall()}


def test_a_changed_password_ends_all_sessions_but_the_one_that_begins(college: Store) -> None:
    with college.writing() as transaction:
        work = unit(transaction)
        before = try_to_log_in(work)
        proof = log_in.check_password(work, PASSWORDS, "jo.lee", PASSWORD)
        token = own_account.change_password(work, proof, PASSWORDS.hash(NEW), seconds=SECONDS, has_agreed=True)
        assert token is not None
        signed = log_in.signed_in(work, token, SECONDS)
        assert signed is not None
        assert signed.has_agreed
        assert log_in.signed_in(work, str(before), SECONDS) is None
        # The same proof is none for the new password.
        assert own_account.change_password(work, proof, HASH, seconds=SECONDS, has_agreed=True) is None


def test_a_user_name_that_somebody_takes_meanwhile_gets_a_number(
    college: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(DETAILS, email="another@college.example")
    with college.writing() as transaction:
        # As if jo.lee had been committed between the look and the insert.
        asked = rows.by_name
        monkeypatch.setattr(rows, "by_name", lambda at, name: None if name == "jo.lee" else asked(at, name))
        made = users.create(unit(transaction), AUTHOR.organisation, other, ROLES, HASH)
    assert made.name == "jo.lee2"


def test_what_is_not_possible_changes_nothing(college: Store) -> None:
    with college.writing() as transaction:
        work = unit(transaction)
        with pytest.raises(NotPossible):
            users.reactivate(work, AUTHOR.organisation, "jo.lee")
        with pytest.raises(NotPossible):
            users.reset_password(unit(transaction, password_by_mail=True), AUTHOR.organisation, "jo.lee", HASH)
        with pytest.raises(InvalidRecord, match="does not have these roles"):
            users.update(work, AUTHOR.organisation, "jo.lee", DETAILS, frozenset({Role.BATCH_USER}))
        assert not isinstance(try_to_log_in(work), LogIn)


def test_a_role_that_the_organisation_has_lost_may_stay_with_the_user(college: Store) -> None:
    with college.writing() as transaction:
        work = unit(transaction)
        organisations.update(transaction, Organisation(AUTHOR.organisation, "TST001", "A College", roles=frozenset()))
        assert users.update(work, AUTHOR.organisation, "jo.lee", DETAILS, ROLES).roles == ROLES


def test_a_form_is_kept_without_secrets_for_its_user_and_half_an_hour(college: Store) -> None:
    fields = [("given_name", "Ŵyn"), ("roles", "a"), ("roles", "b"), ("new_password", "x"), ("answer_again", "y")]
    with college.writing() as transaction:
        work = unit(transaction)
        form_id = keep_form(work, "jo.lee", "/users/", fields, SECONDS)
        assert form_id is not None
        kept = kept_form(work, form_id, "JO.LEE", SECONDS + 1800)
        assert kept is not None
        assert (kept.path, list(kept.fields)) == ("/users/", fields[:3])
        assert kept_form(work, form_id, "jo.lee", SECONDS + 1801) is None
        assert kept_form(work, form_id, "another", SECONDS) is None
        assert keep_form(work, "jo.lee", "/users/", [("given_name", "x" * 100_000)], SECONDS) is None
        # The next one makes room.
        keep_form(work, "jo.lee", "/users/", fields, SECONDS + 1801)
        transaction.cursor.execute("SELECT count(*) FROM kept_forms")
        assert transaction.cursor.fetchall() == [(1,)]


def test_one_time_passwords_keep_to_the_policy_and_differ() -> None:
    made = {generate_one_time() for _ in range(200)}
    assert len(made) == 200
    assert all(broken_by(each) is None for each in made)


def test_a_reset_link_is_followed_once_and_not_by_whom_a_super_user_has_suspended(college: Store) -> None:
    sent: list[str] = []

    def address_of(token: str) -> str:
        sent.append(token)
        return f"https://portal.example/{token}"

    with college.writing() as transaction:
        work = unit(transaction, password_by_mail=True)
        account = rows.by_name(transaction, "jo.lee")
        assert account is not None
        own_account.send_reset_links(work, "jo.lee@college.example", address_of)
        assert sent == []
        rows.write(transaction, replace(account, user=replace(account.user, is_email_verified=True)))
        own_account.send_reset_links(work, "JO.LEE@college.example", address_of)
        (token,) = sent
        assert own_account.mailed(work, limit=5)[0].body.count(f"https://portal.example/{token}\n") == 1
        late = unit(transaction, now=NOW + timedelta(hours=24), password_by_mail=True)
        assert not own_account.recover_by_link(late, token, HASH)
        assert own_account.recover_by_link(work, token, HASH)
        assert not own_account.recover_by_link(work, token, HASH)
        own_account.send_reset_links(work, "jo.lee@college.example", address_of)
        users.suspend(work, AUTHOR.organisation, "jo.lee")
        assert not own_account.recover_by_link(work, sent[-1], HASH)
