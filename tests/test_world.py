"""Worlds: what one is opened with, and that two in one process share nothing; units of work, and what undoes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import func, select

from lrs_soap.clock import LONDON
from lrs_soap.errors import InvalidSetting, NotPossible, StoreUnavailable
from lrs_soap.operations.register import register
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.values.change import OPERATOR, Author
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.server.wsgi import application_of
from lrs_soap.settings import Settings
from lrs_soap.store import history, learners
from lrs_soap.store.store import Store
from lrs_soap.store.tables import searches
from lrs_soap.world import MAIN, World, Worlds, policy_of
from tests.kit.databases import new_database, on_sqlite
from tests.kit.every_operation import LEARNER, TEST
from tests.kit.soap_messages import FIND, LEARNER_SERVICE, REGISTER, envelope
from tests.kit.work import AUTHOR, world_over

RECORD: dict[str, str | None] = {
    "GivenName": "Jolyon",
    "FamilyName": "Featherstone",
    "DateOfBirth": "2006-11-21",
    "Gender": "1",
    "LastKnownPostCode": "LS2 9JT",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
WINTER, SUMMER = datetime(2025, 1, 15, 9, tzinfo=LONDON), datetime(2026, 7, 1, 21, tzinfo=LONDON)


@pytest.fixture
def two(database_kind: str, tmp_path: Path) -> Iterator[Worlds]:
    """A main world in winter, and another one in summer, where a search has to come before a registration."""
    with ExitStack() as stack:
        opened = {}
        chosen: dict[str, dict[str, Any]] = {
            MAIN: {"clock": WINTER},
            "other": {"clock": SUMMER, "find_before_register": True},
        }
        for name, settings in chosen.items():
            folder = tmp_path / name
            folder.mkdir()
            url = stack.enter_context(new_database(database_kind, folder))
            opened[name] = World.open(Settings(database_url=url, **settings))
        yield stack.enter_context(Worlds(opened))


def registered(world: World, **changed: str) -> tuple[ResponseCode, tuple[Learner, ...]]:
    with world.writing(AUTHOR) as work:
        decision = register(work, SentLearner.of({**RECORD, **changed}))
    return decision.code, decision.learners


def learner_count(world: World) -> int:
    with world.reading(OPERATOR) as work:
        return learners.count(work.transaction)


def test_neither_of_two_worlds_sees_the_other_s_learners_clock_or_policy(two: Worlds) -> None:
    main, other = two.main, two["other"]
    before = learner_count(other)
    code, (learner,) = registered(main)
    assert (code, learner.created_date) == (ResponseCode.REGISTERED, "2025-01-15")
    assert registered(main)[0] is ResponseCode.ALREADY_EXISTS
    assert (learner_count(main), learner_count(other)) == (before + 1, before)
    # Nobody has searched for the learner in the other world, and nobody has to in the main one.
    assert registered(other) == (ResponseCode.ALREADY_EXISTS, ())
    with main.reading(AUTHOR) as in_main, other.reading(AUTHOR) as in_other:
        assert (in_main.now, in_other.now) == (WINTER, SUMMER)
        assert learners.by_uln(in_main.transaction, learner.uln) == learner
        assert learners.by_uln(in_other.transaction, learner.uln) is None


def answer(world: World, operation: str, element: str) -> bytes:
    """What an application over this world answers to an operation that is about the learner of `RECORD`."""
    content = LEARNER[operation](TEST)
    for old, new in (
        ("Grace", "Jolyon"), ("Okafor", "Featherstone"), ("LS1 4AP", "LS2 9JT"), ("2005-03-14", "2006-11-21"),
        ("<Gender>2", "<Gender>1"),
    ):  # fmt: skip
        content = content.replace(old, new)
    body = envelope(f"<m:{element}>{content}</m:{element.partition(' ')[0]}>").encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": LEARNER_SERVICE,
        "CONTENT_TYPE": "text/xml; charset=utf-8",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    return b"".join(application_of(Settings(), world)(environ, lambda status, headers: None))


def find(world: World) -> bytes:
    return answer(world, "learnerByDemographics", f'FindLearnerByDemographics xmlns:m="{FIND}"')


def test_the_applications_of_two_worlds_answer_apart(two: Worlds) -> None:
    registration = f'RegisterLearner xmlns:m="{REGISTER}"'
    assert b"WSRC0005" in answer(two.main, "registerSingleLearner", registration)
    assert b"WSRC0021" in answer(two["other"], "registerSingleLearner", registration)
    assert (b"WSRC0004" in find(two.main), b"WSRC0001" in find(two["other"])) == (True, True)
    assert b"WSRC0005" in answer(two["other"], "registerSingleLearner", registration)


class CountingPasswords(Passwords):
    """Counts the passwords that it is asked about."""

    checked = 0

    def verify(self, organisation_key: str, password: str, held: str | None) -> bool:
        self.checked += 1
        return super().verify(organisation_key, password, held)


@on_sqlite
def test_a_search_that_is_remembered_authorises_its_caller_once(filled: Store) -> None:
    passwords, age = CountingPasswords(), SearchAge(timedelta(seconds=60), timedelta(seconds=2))
    assert b"WSRC0001" in find(world_over(filled, passwords=passwords, search_age=age))
    assert passwords.checked == 1
    with filled.reading() as transaction:
        assert transaction.execute(select(func.count()).select_from(searches)).scalar_one() == 1


def register_and_fail(work: UnitOfWork, **changed: str) -> NoReturn:
    assert register(work, SentLearner.of({**RECORD, **changed})).code is ResponseCode.REGISTERED
    raise NotPossible("Something else is wrong.")


def test_a_part_that_fails_takes_back_its_own_work_alone(world: World) -> None:
    with world.writing(AUTHOR) as work:
        first = register(work, SentLearner.of(RECORD)).learners
        with pytest.raises(NotPossible), work.part(OPERATOR) as part:
            register_and_fail(part, GivenName="Jane")
        with work.part(Author("TEST0002", "Another")) as part:
            third = register(part, SentLearner.of({**RECORD, "GivenName": "Jim"})).learners
            assert register(part, SentLearner.of(RECORD)).code is ResponseCode.ALREADY_EXISTS
    with world.reading(OPERATOR) as work:
        assert learners.count(work.transaction) == 2
        for (learner,), organisation in ((first, "TEST0001"), (third, "TEST0002")):
            (change,) = history.of(work.transaction, learner.uln)
            assert (change.moment, change.author.organisation) == (world.clock.now(), organisation)


def test_a_unit_that_an_exception_leaves_writes_nothing(world: World) -> None:
    with pytest.raises(NotPossible), world.writing(AUTHOR) as work:
        register_and_fail(work)
    assert learner_count(world) == 0


def test_a_file_that_is_wrong_is_told_before_a_database_is_made(tmp_path: Path) -> None:
    path = tmp_path / "lrs.db"
    with pytest.raises(InvalidSetting, match=r"nowhere\.txt"):
        World.open(Settings(database_url=f"sqlite:///{path}", prohibited_text=tmp_path / "nowhere.txt"))
    assert not path.exists()


def test_a_world_that_its_parent_has_prepared_is_not_prepared_again(tmp_path: Path) -> None:
    path = tmp_path / "lrs.db"
    settings = Settings(database_url=f"sqlite:///{path}")
    World.open(settings, prepare=False).close()
    assert not path.exists()
    World.open(settings).close()
    with World.open(settings, prepare=False) as world:
        assert learner_count(world) > 0
    with pytest.raises(StoreUnavailable, match="closed"):
        learner_count(world)


def test_the_settings_of_a_register_are_its_policy(tmp_path: Path) -> None:
    prohibited = tmp_path / "prohibited.txt"
    prohibited.write_text("word bogus\n")
    policy = policy_of(
        Settings(
            prohibited_text=prohibited,
            find_before_register=True,
            find_before_register_maximum=60,
            batch_delay=7,
            return_codes=["RC002=RC003"],
            service_hours=["Mon-Fri 07:00-22:00"],
            strict=False,
            batch_validation="record",
        )
    )
    assert policy.prohibited.is_in("Bogus")
    assert policy.search_age == SearchAge(timedelta(seconds=60), timedelta(seconds=2))
    assert (policy.batch_delay, policy.strict, policy.records_apart) == (7, False, True)
    assert [str(each) for each in policy.return_codes] == ["RC002=RC003"]
    assert not policy.hours.is_always_open
    assert policy_of(Settings()).search_age is None


@on_sqlite
@pytest.mark.parametrize("name", ["", "Main", "a world", "a/b", "a" * 41])
def test_what_is_no_world_s_name(world: World, name: str) -> None:
    with pytest.raises(InvalidSetting, match="cannot be the name of a world"):
        Worlds({MAIN: world, name: world})
