from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime

from lrs_soap.clock import LONDON, SettableClock, midnight
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access.password_policy import has_expired
from lrs_soap.rules.access.user_states import UserState
from lrs_soap.rules.access.users import wrong_details
from lrs_soap.rules.records.learning_events import (
    AO,
    FIELD_RULES,
    ILR,
    NPD,
    WELSH_FIELDS,
    LearningEvent,
    violations,
)
from lrs_soap.rules.values import uln
from lrs_soap.rules.values.learner import ACTIVE, CLOSED, DELETED, LEARNER_FIELDS
from lrs_soap.rules.values.organisation import Role, is_password
from lrs_soap.sample import starting_data
from lrs_soap.sample.starting_events import LONG_RECORD, starting_events
from lrs_soap.sample.starting_users import starting_users
from lrs_soap.store import learners, learning_events, organisations, tables, users
from lrs_soap.store.store import Store

LEARNERS = tuple(starting_data.starting_learners(midnight(date(2025, 3, 10))))
EVENTS = tuple(starting_events(datetime(2025, 3, 10, 12)))


def test_the_learners_are_held_as_the_file_has_them(filled: Store) -> None:
    with filled.reading() as transaction:
        assert learners.count(transaction) == len(LEARNERS)
        for learner in LEARNERS:
            held = learners.by_uln(transaction, learner.uln)
            assert held is not None
            linked = sorted(other.uln for other in LEARNERS if other.master_uln == learner.uln)
            assert held.linked_ulns == tuple(linked)


# Nobody there is young enough for a UPN.
NOT_OF_THE_FULLEST = ("master_uln", "linked_ulns", "unique_pupil_number")


def test_there_is_one_of_every_kind() -> None:
    assert all(uln.is_valid(learner.uln) for learner in LEARNERS)
    assert {learner.learner_status for learner in LEARNERS} == {ACTIVE, CLOSED, DELETED}
    assert {learner.ability_to_share for learner in LEARNERS} == {"0", "1", "2"}
    assert sum(learner.is_linked for learner in LEARNERS) == 2
    assert any(
        all(getattr(learner, field) for field in LEARNER_FIELDS if field not in NOT_OF_THE_FULLEST)
        for learner in LEARNERS
    )


def test_it_is_the_same_on_every_day() -> None:
    assert tuple(starting_data.starting_learners(midnight(date(2031, 12, 31)))) == LEARNERS
    assert tuple(starting_events(datetime(2010, 1, 1))) == EVENTS


def test_the_events_are_held_in_the_order_of_the_file(filled: Store) -> None:
    with filled.reading() as transaction:
        held = learning_events.of(transaction, {learner.uln for learner in LEARNERS})
    assert sorted(held, key=lambda event: event.id) == [
        event._replace(id=number) for number, event in enumerate(EVENTS, 1)
    ]


def test_no_event_is_one_that_its_source_cannot_have() -> None:
    assert [event for event in EVENTS if violations(event)] == []


def test_there_are_events_of_every_kind() -> None:
    counts = Counter(event.uln for event in EVENTS)
    assert counts[LONG_RECORD] == 400
    assert {event.source for event in EVENTS if event.uln == LONG_RECORD} == {ILR, NPD, AO}
    assert counts.keys() < {learner.uln for learner in LEARNERS}
    of = {learner.uln: learner for learner in LEARNERS}
    # Who is linked, whose master is not, and who does not share.
    assert any(of[uln].master_uln in counts for uln in counts)
    assert {of[uln].ability_to_share for uln in counts} == {"0", "1", "2"}
    assert {event.source for event in EVENTS if event.is_sensitive} == {ILR, AO}
    assert any(event.under_data_challenge for event in EVENTS)


def test_each_source_has_every_field_that_it_may_have() -> None:
    for source in (ILR, NPD, AO):
        events = [event for event in EVENTS if event.source == source]
        for field in LearningEvent._fields:
            rule = FIELD_RULES.get(field, {}).get(source)
            values = {getattr(event, field) for event in events}
            is_never = (field, source) in NOT_THERE or (rule is not None and rule.is_forbidden)
            assert (values == {None}) == is_never, (field, source)


# An awarding organisation may tell where a learner was taught, and the two others the level; recorded events do not.
NOT_THERE = {
    ("achievement_provider_name", AO),
    ("achievement_provider_ukprn", AO),
    *((level, source) for level in ("level", "level_welsh") for source in (ILR, NPD)),
}


def test_there_is_welsh_for_each_field_that_may_have_it() -> None:
    for field in WELSH_FIELDS.values():
        assert any(getattr(event, field) for event in EVENTS)


def test_grades_and_dates_are_missing_as_the_guide_says() -> None:
    ilr = [event for event in EVENTS if event.source == ILR and event.uln != LONG_RECORD]
    dates = {
        tuple(
            day is not None
            for day in (event.participation_start_date, event.participation_end_date, event.achievement_award_date)
        )
        for event in ilr
    }
    # A start and no end; an end and no award; an award alone; none at all.
    assert {(True, False, False), (True, True, False), (False, False, True), (False, False, False)} <= dates
    assert sum(event.grade is None for event in ilr) > 5
    assert all(event.achievement_award_date for event in EVENTS if event.source in (NPD, AO))


def test_the_organisations_are_of_every_kind_with_a_password_of_its_own_each(
    filled: Store, passwords: Passwords
) -> None:
    everything, view_only, suspended, without_plr = starting_data.ORGANISATIONS
    assert everything.roles == frozenset(Role)
    assert view_only.roles == {Role.VIEW_ONLY_USER}
    assert suspended.suspended
    assert Role.LEARNER_RECORD not in without_plr.roles
    assert len(set(starting_data.ORGANISATIONS.values())) == 4
    with filled.reading() as transaction:
        assert organisations.all(transaction) == tuple(starting_data.ORGANISATIONS)
        for organisation, password in starting_data.ORGANISATIONS.items():
            account = organisations.by_reference(transaction, organisation.organisation_ref)
            assert account is not None
            assert is_password(password)
            assert passwords.verify(organisation.ukprn, password, account.password_hash)


def test_filling_again_brings_nothing_back(filled: Store, passwords: Passwords, clock: SettableClock) -> None:
    with filled.writing() as transaction:
        transaction.execute(tables.organisations.delete())
    starting_data.fill(filled, passwords, clock)
    with filled.reading() as transaction:
        assert organisations.all(transaction) == ()
        assert learners.count(transaction) == len(LEARNERS)


def test_what_was_loaded_before_stays(store: Store, passwords: Passwords, clock: SettableClock) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, LEARNERS[1])
        organisations.insert(transaction, starting_data.ORGANISATION, "a hash of its own")
    starting_data.fill(store, passwords, clock)
    with store.reading() as transaction:
        assert learners.count(transaction) == len(LEARNERS)
        account = organisations.by_ukprn(transaction, "TEST0001")
    assert account is not None
    assert account.password_hash == "a hash of its own"


def test_several_that_start_at_once_fill_it_once(database_url: str, passwords: Passwords, clock: SettableClock) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            store = Store.open(database_url)
            starting_data.fill(store, passwords, clock)
            with store.reading() as transaction:
                assert learners.count(transaction) == len(LEARNERS)
            store.close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_database_that_is_there_already_gets_no_users(filled: Store, clock: SettableClock) -> None:
    with filled.writing() as transaction:
        assert [user.name for user in users.everybody(transaction)][:2] == ["ada.north", "batul.khan"]
        transaction.execute(tables.users.delete())
    starting_data.fill(filled, Passwords(), clock)
    with filled.reading() as transaction:
        assert users.everybody(transaction) == ()


def test_there_is_a_user_of_every_role_and_of_every_way_to_log_in() -> None:
    now = datetime(2025, 3, 10, 12, tzinfo=LONDON)
    found = [starting.account.user for starting in starting_users(now)]
    assert {role for user in found if len(user.roles) == 1 for role in user.roles} == set(Role)
    assert {user.state for user in found} == {UserState.ACTIVE, UserState.LOCKED}
    assert sum(has_expired(user.password_chosen, now) for user in found) == 1
    assert sum(user.has_one_time_password for user in found) == 1
    assert all(user.question or user.has_one_time_password for user in found)
    assert not any(wrong_details(user.details) for user in found)


def test_no_user_is_older_than_time_itself() -> None:
    now = datetime(1, 1, 2, tzinfo=LONDON)
    assert {starting.account.user.password_chosen for starting in starting_users(now)} == {now}
