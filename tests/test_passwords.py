from __future__ import annotations

import threading

import pytest
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError

from lrs_soap.passwords import Passwords
from tests.kit.counted_hasher import CountedHasher


def test_a_hash_is_argon2id_as_owasp_asks(passwords: Passwords) -> None:
    assert passwords.hash("Sixteen letters!").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_right_password_is_right(passwords: Passwords) -> None:
    held = passwords.hash("Sixteen letters!")
    for _ in range(2):
        assert passwords.verify("A", "Sixteen letters!", held)
        assert not passwords.verify("A", "sixteen letters!", held)
        assert not passwords.verify("A", "", held)
        assert not passwords.verify("A", "\ud800", held)


def test_nobody_has_a_password(passwords: Passwords) -> None:
    assert not passwords.verify("nobody", "Sixteen letters!", None)
    assert not passwords.verify("nobody", "", None)


def test_a_changed_password_is_not_right_any_more(passwords: Passwords) -> None:
    old, new = passwords.hash("the old password"), passwords.hash("the new password")
    assert passwords.verify("B", "the old password", old)
    assert not passwords.verify("B", "the old password", new)
    assert passwords.verify("B", "the new password", new)
    assert not passwords.verify("B", "the old password", new)


def test_what_proved_right_for_one_organisation_proves_nothing_for_another(passwords: Passwords) -> None:
    held, other = passwords.hash("Sixteen letters!"), passwords.hash("other password!!")
    assert passwords.verify("C", "Sixteen letters!", held)
    assert not passwords.verify("D", "Sixteen letters!", other)
    assert not passwords.verify("C", "Sixteen letters!", None)


def test_a_hash_is_computed_once_for_a_right_password_and_each_time_for_any_other(passwords: Passwords) -> None:
    held = passwords.hash("Sixteen letters!")
    counted = Passwords()
    hasher = CountedHasher.of(counted)
    for _ in range(3):
        counted.verify("E", "Sixteen letters!", held)
    assert hasher.verified == [held]
    for _ in range(3):
        counted.verify("E", "another password", held)
    assert hasher.verified == [held] * 4


def test_before_a_hash_is_computed_and_never_else_somebody_is_told() -> None:
    told = Passwords()
    before: list[str] = []
    told.before_long = lambda: before.append("a hash")
    held = told.hash("Sixteen letters!")
    assert len(before) == 1
    hasher = CountedHasher.of(told)
    told.before_long = lambda: before.append(f"{len(hasher.verified)} verified")
    for password in ("Sixteen letters!", "Sixteen letters!", "another password"):
        told.verify("E", password, held)
    assert before[1:] == ["0 verified", "1 verified"]
    assert len(hasher.verified) == 2


def test_both_hashes_of_an_organisation_in_two_worlds_are_computed_once(passwords: Passwords) -> None:
    hashes = [passwords.hash("Sixteen letters!") for _ in range(2)]
    counted = Passwords()
    hasher = CountedHasher.of(counted)
    for held in hashes * 3:
        assert counted.verify("E", "Sixteen letters!", held)
    assert hasher.verified == hashes


def test_an_organisation_that_is_not_there_takes_as_long_as_a_wrong_password(passwords: Passwords) -> None:
    counted = Passwords()
    hasher = CountedHasher.of(counted)
    for _ in range(3):
        assert not counted.verify("nobody", "another password", None)
    assert len(hasher.verified) == 3
    (nobodys,) = set(hasher.verified)
    held = extract_parameters(passwords.hash("Sixteen letters!"))
    assert extract_parameters(nobodys) == held


def test_no_more_is_remembered_than_allowed() -> None:
    passwords = Passwords(remembered=2)
    held = passwords.hash("Sixteen letters!")
    for organisation in ("one", "two", "one", "three"):
        assert passwords.verify(organisation, "Sixteen letters!", held)
    assert [organisation for organisation, _ in passwords._proved] == ["one", "three"]


def test_threads_may_share_it(passwords: Passwords) -> None:
    held = passwords.hash("Sixteen letters!")
    outcomes: list[bool] = []

    def check(number: int) -> None:
        outcomes.append(passwords.verify(f"thread {number % 2}", "Sixteen letters!", held))
        outcomes.append(not passwords.verify(f"thread {number % 2}", "wrong", held))

    threads = [threading.Thread(target=check, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [True] * 12


def test_nothing_secret_is_shown_or_kept(passwords: Passwords) -> None:
    held = passwords.hash("Sixteen letters!")
    passwords.verify("F", "Sixteen letters!", held)
    assert "Sixteen" not in repr(passwords)
    assert b"Sixteen" not in b"".join(passwords._proved.values())


def test_what_is_no_hash_is_an_error_and_not_a_wrong_password(passwords: Passwords) -> None:
    with pytest.raises(InvalidHashError):
        passwords.verify("G", "Sixteen letters!", "damaged")
