"""Rekeying: in portions, by one process at a time, resumed by another, beside others who read and write."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from lrs_soap.errors import RekeyingLost
from lrs_soap.rules.names.lookup_keys import KEY_VERSION, name_keys_of
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.store import key_version, learners, name_keys, rekeying, tables
from lrs_soap.store.learner_rows import IDENTITY_KEYS, identity_keys_of
from lrs_soap.store.rekeying import KeptIdentity, Rekeying, rekey_briefly, take, with_kept_identity
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import end_the_lease, let_another_rekey, make_keys_old

FIRST, SECOND, THIRD = "1000000016", "2000000003", "3000000008"
REKEY_AND_DIE = """
import os, signal, sys
from lrs_soap.store.rekeying import take
from lrs_soap.store.store import Store
rekeying = take(Store(sys.argv[1]), owner="the first")
for _ in range(int(sys.argv[2])):
    rekeying.do_portion()
print("done", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""

Make = Callable[..., Learner]


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of one learner each, however fast the machine is."""
    monkeypatch.setattr(rekeying, "_PORTION_SECONDS", 0.0)
    monkeypatch.setattr(rekeying, "_AT_ONCE", 1)


def hold(store: Store, *several: Learner) -> None:
    """Hold these learners, with keys that older rules have made."""
    with store.writing() as transaction:
        learners.insert_many(transaction, several)
        make_keys_old(transaction)


def people(learner: Make, count: int) -> list[Learner]:
    """So many learners, three on each date of birth."""
    return [
        learner(str(1_000_000_000 + each), given_name=f"Nadia {each}", date_of_birth=f"2001-04-{1 + each // 3:02}")
        for each in range(count)
    ]


def keys(store: Store) -> set[tuple[Any, ...]]:
    with store.reading() as transaction:
        return {tuple(row) for row in transaction.execute(select(tables.name_keys))}


def identity_keys(store: Store) -> dict[str, tuple[Any, ...]]:
    columns = (tables.learners.c[name] for name in ("uln", *IDENTITY_KEYS))
    with store.reading() as transaction:
        return {row[0]: tuple(row[1:]) for row in transaction.execute(select(*columns))}


def is_current(store: Store) -> bool:
    with store.reading() as transaction:
        return key_version.is_current(transaction)


def taken(store: Store, owner: str = "a test") -> Rekeying:
    work = take(store, owner=owner)
    assert work is not None
    return work


def assert_rekeyed(store: Store, *several: Learner) -> None:
    assert is_current(store)
    assert keys(store) == {tuple(key) for each in several for key in name_keys_of(each)}
    assert identity_keys(store) == {each.uln: identity_keys_of(each) for each in several}


def test_all_learners_have_todays_keys_when_it_is_done(store: Store, learner: Make) -> None:
    everybody = [*people(learner, 20), learner(SECOND, family_name="-", given_name="-")]
    hold(store, *everybody)
    assert not is_current(store)
    assert rekey_briefly(store, seconds=60)
    assert_rekeyed(store, *everybody)
    with store.reading() as transaction:
        assert transaction.execute(text("SELECT key_version FROM stored_keys")).scalars().all() == [KEY_VERSION]
        assert list(with_kept_identity(transaction)) == []


def test_there_is_nothing_to_do_in_a_new_database(store: Store, learner: Make) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
    assert is_current(store)
    assert take(store, owner="a test") is None


def test_a_learner_is_found_again(store: Store, learner: Make) -> None:
    def found() -> Learner | None:
        with store.reading() as transaction:
            return learners.by_identity(transaction, learner())

    hold(store, learner())
    assert found() is None
    rekey_briefly(store, seconds=60)
    assert found() == learner()


def test_a_deleted_learner_keeps_its_identity_keys_and_has_no_name_keys(store: Store, learner: Make) -> None:
    hold(store, learner(), learner(SECOND, learner_status=DELETED))
    rekey_briefly(store, seconds=60)
    assert keys(store) == set(name_keys_of(learner()))
    assert identity_keys(store)[SECOND] == ("old nadia", "birch", "YO17HH")


def test_name_keys_of_nobody_are_deleted(store: Store, learner: Make) -> None:
    lost = name_keys_of(learner(date_of_birth="1999-01-01"))
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        transaction.execute(tables.name_keys.insert(), [key._asdict() for key in lost])
        make_keys_old(transaction)
    rekey_briefly(store, seconds=60)
    assert keys(store) == set(name_keys_of(learner()))


@pytest.mark.usefixtures("small_portions")
def test_a_portion_takes_no_more_than_there_is_time_for(store: Store, learner: Make) -> None:
    everybody = people(learner, 7)
    hold(store, *everybody)
    work = taken(store)
    for done, each in enumerate(everybody, 1):
        goes_on = work.do_portion()
        progress = work.progress
        assert (progress.date_of_birth, progress.uln, progress.rewritten) == (each.date_of_birth, each.uln, done)
        assert sum(keys[0].startswith("old") for keys in identity_keys(store).values()) == 7 - done
    assert not goes_on
    assert_rekeyed(store, *everybody)


def test_more_than_are_read_at_once_are_all_rekeyed(
    store: Store, learner: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [learner(str(1_000_000_000 + each), given_name=f"Nadia {each}") for each in range(1_203)]
    everybody += people(learner, 10)[3:]
    hold(store, *{each.uln: each for each in everybody}.values())
    rekey_briefly(store, seconds=60)
    assert_rekeyed(store, *{each.uln: each for each in everybody}.values())


def test_while_one_has_the_work_nobody_else_gets_it(store: Store, learner: Make) -> None:
    hold(store, *people(learner, 3))
    let_another_rekey(store)
    assert take(store, owner="another") is None
    assert not rekey_briefly(store)
    assert take(store, owner="a process that does nothing") is not None


@pytest.mark.usefixtures("small_portions")
def test_after_the_lease_another_goes_on_and_the_first_is_told(store: Store, learner: Make) -> None:
    everybody = people(learner, 6)
    hold(store, *everybody)
    first = taken(store, "the first")
    first.do_portion()
    first.do_portion()
    end_the_lease(store)
    second = taken(store, "another")
    assert second.progress == first.progress
    with pytest.raises(RekeyingLost):
        first.do_portion()
    assert second.progress.rewritten == 2
    assert second.run(lambda: True)
    assert_rekeyed(store, *everybody)


@pytest.mark.usefixtures("small_portions")
def test_one_that_stops_leaves_the_work_to_the_next(store: Store, learner: Make) -> None:
    everybody = people(learner, 6)
    hold(store, *everybody)
    assert not taken(store, "the first").run(lambda: False)
    second = taken(store, "another")
    assert second.progress.rewritten == 1
    assert second.run(lambda: True)
    assert_rekeyed(store, *everybody)


@pytest.mark.slow
@pytest.mark.parametrize("portions", [1, 2])
def test_what_a_killed_process_has_done_is_done(
    store: Store,
    database_url: str,
    learner: Make,
    start_process: Callable[..., subprocess.Popen[str]],
    portions: int,
) -> None:
    everybody = [learner(str(1_000_000_000 + each), given_name=f"Nadia {each}") for each in range(1_203)]
    hold(store, *everybody)
    process = start_process(REKEY_AND_DIE, database_url, str(portions))
    assert process.stdout is not None
    assert process.stdout.readline() == "done\n"
    process.communicate("\n", timeout=30)
    end_the_lease(store)
    work = taken(store)
    already = sum(not keys[0].startswith("old") for keys in identity_keys(store).values())
    assert already == work.progress.rewritten > 0
    work.run(lambda: True)
    assert_rekeyed(store, *everybody)


def test_an_earlier_rekeying_to_other_rules_is_begun_again(store: Store, learner: Make) -> None:
    hold(store, learner())
    with store.writing() as transaction:
        transaction.execute(text("UPDATE stored_keys SET target_version = 0, date_of_birth = '2010-01-01', kept = 5"))
    work = taken(store)
    assert work.progress == rekeying.Progress("", "", 0, 0)
    work.run(lambda: True)
    assert_rekeyed(store, learner())


def test_a_learner_whose_new_identity_another_has_keeps_the_old_one_and_is_listed(store: Store, learner: Make) -> None:
    hold(store, learner(), learner(SECOND, family_name="Ash"))
    rival = learner(THIRD)
    with store.writing() as transaction:
        learners.insert(transaction, rival)
    work = taken(store)
    assert work.run(lambda: True)
    assert (work.progress.rewritten, work.progress.kept) == (0, 1)
    assert identity_keys(store)[FIRST] == ("old nadia", "birch", "YO17HH")
    with store.reading() as transaction:
        assert list(with_kept_identity(transaction)) == [KeptIdentity(FIRST, THIRD)]
        # It is found by its names all the same.
        assert {row.uln for row in name_keys.by_date(transaction, "2001-04-05", "nadia")} == {FIRST, SECOND, THIRD}


def test_of_many_only_those_whose_new_identity_others_have_keep_the_old_one(store: Store, learner: Make) -> None:
    everybody = people(learner, 50)
    hold(store, *everybody)
    rivals = {each.uln: each._replace(uln=f"2{each.uln[1:]}") for each in everybody[3:30:7]}
    with store.writing() as transaction:
        learners.insert_many(transaction, list(rivals.values()))
    work = taken(store)
    assert work.run(lambda: True)
    assert (work.progress.rewritten, work.progress.kept) == (0, len(rivals))
    with store.reading() as transaction:
        assert list(with_kept_identity(transaction)) == [KeptIdentity(uln, rival.uln) for uln, rival in rivals.items()]
    held = identity_keys(store)
    assert all(held[each.uln] == identity_keys_of(each) for each in everybody if each.uln not in rivals)


def test_a_learner_whose_new_identity_becomes_free_gets_it(store: Store, learner: Make) -> None:
    # The second one's older key is what the first one's is today.
    hold(store, learner(), learner(SECOND, given_name="Zoë"))
    with store.writing() as transaction:
        transaction.execute(text(f"UPDATE learners SET given_name_identity = 'nadia' WHERE uln = '{SECOND}'"))
    rekey_briefly(store, seconds=60)
    assert_rekeyed(store, learner(), learner(SECOND, given_name="Zoë"))


def rewritten_after(store: Store, change: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rekey, with a change between what a portion reads and what it writes."""
    original = Rekeying._read

    def read_and_change(work: Rekeying) -> None:
        original(work)
        monkeypatch.undo()
        change()

    monkeypatch.setattr(Rekeying, "_read", read_and_change)
    assert taken(store).run(lambda: True)


@pytest.mark.parametrize("when", ["before", "between", "after"])
@pytest.mark.parametrize(
    "changed",
    [
        {"given_name": "Zoë"},
        {"given_name": "old nadia"},
        {"date_of_birth": "1999-12-31"},
        {"date_of_birth": "2009-12-31"},
        {"learner_status": DELETED},
        {"notes": "nothing that is a key"},
        {"last_known_post_code": "LS1 4AP"},
    ],
)
def test_a_learner_who_changes_meanwhile_has_todays_keys(
    store: Store, learner: Make, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], when: str
) -> None:
    before, other = learner(), learner(SECOND, date_of_birth="2005-06-07")
    after = before._replace(version_number=2, **changed)
    hold(store, before, other)

    def change() -> None:
        with store.writing() as transaction:
            assert learners.update(transaction, before, after)

    if when == "before":
        change()
    if when == "between":
        rewritten_after(store, change, monkeypatch)
    else:
        taken(store).run(lambda: True)
    if when == "after":
        change()
    assert_rekeyed(store, after, other)


def test_a_learner_who_is_deleted_meanwhile_is_looked_up_by_nothing(store: Store, learner: Make) -> None:
    hold(store, learner())
    with store.writing() as transaction:
        learners.update(transaction, learner(), learner(version_number=2, learner_status=DELETED))
    assert keys(store) == set()


def test_who_is_registered_meanwhile_has_todays_keys(
    store: Store, learner: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = learner(SECOND, family_name="Ash")

    def register() -> None:
        with store.writing() as transaction:
            learners.insert(transaction, new)

    hold(store, learner())
    rewritten_after(store, register, monkeypatch)
    assert_rekeyed(store, learner(), new)
