"""Putting a world back: to its starting data, and to snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lrs_soap.clock import LONDON, ClockMode
from lrs_soap.errors import BegunAnew, InvalidRecord, NotHeld, NotPossible, Refused, StoreUnavailable
from lrs_soap.operations.authenticate import authenticate
from lrs_soap.operations.close_challenge import withdraw_challenge
from lrs_soap.operations.list_challenges import newest_challenges
from lrs_soap.operations.organisations import set_password
from lrs_soap.operations.raise_challenge import raise_challenge
from lrs_soap.operations.register import register
from lrs_soap.operations.submit_batch import submit_registration_batch
from lrs_soap.rules.batches.jobs import JobType
from lrs_soap.rules.challenges.challenge import Challenge, ChallengeSent
from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.settings import Settings
from lrs_soap.store import jobs, learners, organisations
from lrs_soap.store.tables import SCHEMA_VERSION
from lrs_soap.world import World
from lrs_soap.world.images import delete_snapshot, reset, restore, snapshots, take_snapshot
from lrs_soap.world.steering import patch_policy, read_clock, read_policy, set_clock
from tests.kit.databases import on_postgresql, on_sqlite
from tests.kit.work import AUTHOR

MOMENT = datetime(2025, 7, 1, 12, tzinfo=LONDON)
GRACE = "4170265830"
RECORD = {
    "GivenName": "Jolyon",
    "FamilyName": "Featherstone",
    "DateOfBirth": "2006-11-21",
    "Gender": "1",
    "LastKnownPostCode": "LS2 9JT",
    "VerificationType": "1",
    "AbilityToShare": "1",
}


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A world with the starting data."""
    with World.open(Settings(database_url=database_url)) as opened:
        yield opened


def registered(world: World, **changed: str) -> str:
    """Register a learner; the ULN."""
    with world.writing(AUTHOR) as work:
        decision = register(work, SentLearner.of({**RECORD, **changed}))
    assert decision.code is ResponseCode.REGISTERED
    return decision.learners[0].uln


def count(world: World) -> int:
    with world.reading(OPERATOR) as work:
        return learners.count(work.transaction)


def submitted(world: World) -> int:
    with world.writing(AUTHOR) as work:
        return submit_registration_batch(work, (), job_type=JobType.FUL)


def test_a_reset_brings_the_starting_data_and_the_settings_back(world: World) -> None:
    before, policy = count(world), read_policy(world)
    registered(world)
    submitted(world)
    set_clock(world, MOMENT)
    patch_policy(world, {"batch_delay": 9, "strict": False})
    with world.writing(OPERATOR) as work:
        organisations.set_password_hash(work.transaction, "TEST0001", "none")
    reset(world)
    assert (count(world), read_policy(world), read_clock(world).mode) == (before, policy, ClockMode.REAL)
    assert world.policy.batch_delay == 0
    with world.reading(OPERATOR) as work:
        assert jobs.by_id(work.transaction, 1) is None
        account = organisations.by_ukprn(work.transaction, "TEST0001")
    assert account is not None
    assert account.password_hash != "none"


def test_by_a_seed_the_numbers_to_come_are_the_same_each_time(world: World) -> None:
    drawn = []
    for seed in (7, 7, 8, None, None):
        reset(world, seed=seed)
        drawn.append((submitted(world), registered(world), registered(world, GivenName="Peregrine")))
    first, again, other, *by_chance = drawn
    assert first == again
    assert len({uln for _, *ulns in (first, other, *by_chance) for uln in ulns}) == 8
    # Job numbers begin again with each life.
    assert {job for job, *_ in drawn} == {1}


def test_a_snapshot_keeps_all_of_a_world(world: World) -> None:
    set_clock(world, MOMENT)
    patch_policy(world, {"batch_delay": 9})
    uln, job = registered(world), submitted(world)
    take_snapshot(world, "before")
    held = count(world)
    later = registered(world, GivenName="Peregrine"), submitted(world)
    set_clock(world, mode=ClockMode.REAL)
    patch_policy(world, {"batch_delay": None})
    for _ in range(2):
        restore(world, "before")
        assert (count(world), read_clock(world).now) == (held, MOMENT)
        assert read_policy(world)["batch_delay"] == 9 == world.policy.batch_delay
        with world.reading(OPERATOR) as work:
            assert learners.by_uln(work.transaction, uln) is not None
            assert jobs.by_id(work.transaction, job) is not None
            assert jobs.by_id(work.transaction, later[1]) is None
        # What comes after it is what came then.
        assert (registered(world, GivenName="Peregrine"), submitted(world)) == later


def test_a_snapshot_keeps_data_challenges_and_a_reset_forgets_them(world: World) -> None:
    said = {"comments": "Nobody.", "contact_name": "Ada", "contact_email": "ada@example.org"}
    sent = ChallengeSent(Problem.FICTITIOUS, contact_telephone="01234 567890", **said)

    def raised() -> Challenge:
        with world.writing(AUTHOR) as work:
            return raise_challenge(work, GRACE, sent)

    def held() -> list[Challenge]:
        with world.reading(OPERATOR) as work:
            return newest_challenges(work, limit=5)

    challenge = raised()
    take_snapshot(world, "before")
    with world.writing(AUTHOR) as work:
        withdraw_challenge(work, str(challenge.reference))
    raised()
    restore(world, "before")
    assert held() == [challenge]
    reset(world)
    assert held() == []
    assert raised().number == 1


def test_snapshots_are_listed_replaced_and_deleted_and_survive_a_reset(world: World) -> None:
    assert snapshots(world) == []
    empty = count(world)
    for name in ("b-2", "a", "0"):
        take_snapshot(world, name)
    registered(world)
    take_snapshot(world, "a")
    reset(world)
    assert snapshots(world) == ["0", "a", "b-2"]
    restore(world, "a")
    assert count(world) == empty + 1
    restore(world, "b-2")
    assert count(world) == empty
    delete_snapshot(world, "a")
    assert snapshots(world) == ["0", "b-2"]
    restore(world, "start")
    assert snapshots(world) == ["0", "b-2"]


@pytest.mark.parametrize("name", ["", "A", "a_b", "a" * 41, "../x", "a b", 'a"', "é", "a\n"])
def test_a_name_is_small_letters_digits_and_hyphens(world: World, name: str) -> None:
    with pytest.raises(InvalidRecord, match="1 to 40 small letters"):
        take_snapshot(world, name)
    for act in (restore, delete_snapshot):
        with pytest.raises(NotHeld):
            act(world, name)


def test_what_is_not_there_and_what_is_taken(world: World) -> None:
    for act in (restore, delete_snapshot):
        with pytest.raises(NotHeld, match="no snapshot 'never'"):
            act(world, "never")
    with pytest.raises(NotPossible, match="starting data"):
        take_snapshot(world, "start")
    with pytest.raises(NotHeld):
        delete_snapshot(world, "start")
    assert snapshots(world) == []


def test_a_name_of_forty_letters_is_one(world: World) -> None:
    take_snapshot(world, "x" * 40)
    assert snapshots(world) == ["x" * 40]
    restore(world, "x" * 40)


def test_a_snapshot_of_another_version_is_refused_and_nothing_changes(world: World) -> None:
    with world.store.writing() as transaction:
        transaction.cursor.execute("UPDATE alembic_version SET version_num = '0001'")
    take_snapshot(world, "old")
    with world.store.writing() as transaction:
        transaction.cursor.execute(f"UPDATE alembic_version SET version_num = '{SCHEMA_VERSION}'")
    registered(world)
    held = count(world)
    with pytest.raises(NotPossible, match="another version of lrs-soap"):
        restore(world, "old")
    assert count(world) == held


def test_another_process_goes_by_the_new_life_at_its_next_request(world: World) -> None:
    assert world.settings is not None
    with World.open(world.settings, prepare=False) as other:
        before = count(other)
        with other.reading(OPERATOR) as work:
            authenticate(work, other.passwords, ukprn="TEST0001", organisation_ref=None, password="CompatSitePass01")
        with other.writing(AUTHOR) as work:
            set_password(work, other.passwords, "TEST0001", "another password")
        with other.reading(OPERATOR) as work:
            authenticate(work, other.passwords, ukprn="TEST0001", organisation_ref=None, password="another password")
        registered(other)
        reset(world)
        assert count(other) == before
        with other.reading(OPERATOR) as work:
            authenticate(work, other.passwords, ukprn="TEST0001", organisation_ref=None, password="CompatSitePass01")
            # What it knows of passwords is of those before.
            with pytest.raises(Refused):
                authenticate(
                    work, other.passwords, ukprn="TEST0001", organisation_ref=None, password="another password"
                )


def test_what_was_begun_in_another_life_is_not_written(world: World) -> None:
    generation = world.generation
    reset(world)
    with pytest.raises(BegunAnew), world.writing(AUTHOR, generation=generation):
        raise AssertionError("a unit of work of another life has begun")
    with world.writing(AUTHOR, generation=world.generation) as work:
        assert work.transaction is not None


def test_nobody_has_a_job_of_the_life_before(world: World) -> None:
    job = submitted(world)

    def lease(transaction: Any) -> list[Any]:
        transaction.cursor.execute(f"SELECT lease_owner, lease_until, on_record FROM jobs WHERE id = {job}")
        return list(transaction.cursor.fetchall())

    with world.store.writing() as transaction:
        transaction.cursor.execute(
            f"UPDATE jobs SET lease_owner = 'somebody', lease_until = 9999999999999, on_record = 0 WHERE id = {job}"
        )
    take_snapshot(world, "working")
    restore(world, "working")
    with world.store.reading() as transaction:
        assert lease(transaction) == [(None, None, None)]


@on_sqlite
def test_snapshots_are_files_for_their_owner_beside_the_database(world: World, tmp_path: Path) -> None:
    take_snapshot(world, "a")
    restore(world, "a")
    (file,) = (each for each in tmp_path.iterdir() if "snapshot" in each.name)
    assert (file.name, file.stat().st_mode & 0o777) == ("lrs.snapshot-a.db", 0o600)


@on_sqlite
def test_a_snapshot_that_is_damaged_changes_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "lrs.snapshot-bad.db").write_bytes(b"no database" * 100)
    before = count(world)
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        restore(world, "bad")
    assert count(world) == before


@on_postgresql
def test_snapshots_are_schemas_that_no_other_world_s_names_match(world: World) -> None:
    take_snapshot(world, "a")
    with world.store.writing() as transaction:
        transaction.cursor.execute("CREATE SCHEMA publicxxb")
    assert snapshots(world) == ["a"]
