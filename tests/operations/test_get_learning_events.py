"""The Personal Learning Record of the starting learners: what comes out, and what is written of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from lrs_soap.clock import SettableClock
from lrs_soap.operations.get_learning_events import RecordAnswer, RecordAsked, get_learning_events, judge_record
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records import learning_record
from lrs_soap.rules.records.access_history import AccessAction, RecordAccess
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.records.learning_record import RecordDecision
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.store import access_history, learners
from lrs_soap.store.store import Store
from tests.kit.work import AUTHOR, unit

GRACE, NOBODYS_EVENTS, MASTER, LINKED, OTHER_LINKED = (
    "4170265830",
    "7053182648",
    "9140837261",
    "2865174033",
    "3496281501",
)
NAMES = {
    GRACE: ("Grace", "Okafor"),
    NOBODYS_EVENTS: ("Callum", "MacPherson"),
    MASTER: ("Priya", "Raman"),
    LINKED: ("Priya", "Iyer"),
    OTHER_LINKED: ("Pria", "Raman"),
    "5918043623": ("Imogen", "Sallis"),
    "6602379142": ("Declan", "Rourke"),
    "4739516283": ("Tobias", "Fenwick"),
    "8031459273": ("Samuel", "Adeyemi"),
    "6835192746": ("Gwendolen", "Marsh"),
}

Ask = Callable[..., RecordAnswer]


@pytest.fixture
def ask(filled: Store, clock: SettableClock) -> Ask:
    """Asks for a starting learner's record by the learner's own names."""

    def ask_for(uln: str, user_type: str = "ORG", names: tuple[str, str] | None = None) -> RecordAnswer:
        details = ToVerify(*(names or NAMES.get(uln, ("Grace", "Okafor"))))
        with filled.writing() as transaction:
            return get_learning_events(unit(transaction, now=clock.now()), RecordAsked(uln, details, user_type))

    return ask_for


def accesses(store: Store, uln: str) -> tuple[RecordAccess, ...]:
    with store.reading() as transaction:
        return access_history.page(transaction, uln, 1).entries


def entry(clock: SettableClock, action: AccessAction) -> RecordAccess:
    return RecordAccess(clock.now(), action, AUTHOR)


def by_source(record: RecordAnswer) -> list[tuple[str, int]]:
    return list(Counter(event.source for event in record.events).items())


def test_a_record_comes_by_source_and_is_in_the_access_history(ask: Ask, filled: Store, clock: SettableClock) -> None:
    record = ask(GRACE)
    assert (record.decision.code, record.decision.found_uln) == (ResponseCode.EXACT_MATCH, GRACE)
    assert by_source(record) == [("ILR", 3), ("NPD", 4), ("AO", 3)]
    clock.set(datetime(2025, 3, 11, 9))
    ask(GRACE, "LNR")
    assert accesses(filled, GRACE) == (
        entry(clock, AccessAction.VIEWED),
        RecordAccess(datetime(2025, 3, 10, 12, tzinfo=clock.now().tzinfo), AccessAction.VIEWED, AUTHOR),
    )


def test_a_record_may_have_no_events_or_four_hundred(ask: Ask, filled: Store) -> None:
    none = ask(NOBODYS_EVENTS)
    assert (none.decision.code, none.events) == (ResponseCode.EXACT_MATCH, ())
    assert len(accesses(filled, NOBODYS_EVENTS)) == 1
    many = ask("6835192746")
    assert len(many.events) == 400
    assert {source for source, _ in by_source(many)} == {"ILR", "NPD", "AO"}


@pytest.mark.parametrize("uln", ["5918043623", "6602379142"])
def test_who_does_not_share_has_it_in_the_access_history(
    ask: Ask, filled: Store, clock: SettableClock, uln: str
) -> None:
    for user_type in ("ORG", "SER"):
        record = ask(uln, user_type)
        assert (record.decision.code, record.decision.found_uln) == (ResponseCode.NOT_SHARED, uln)
        assert record.events == ()
    own = ask(uln, "LNR")
    assert own.decision.code is ResponseCode.EXACT_MATCH
    assert own.events
    assert accesses(filled, uln) == (
        entry(clock, AccessAction.VIEWED),
        entry(clock, AccessAction.NOT_SHARED),
        entry(clock, AccessAction.NOT_SHARED),
    )


@pytest.mark.parametrize(
    ("uln", "names", "code"),
    [
        ("4170265831", ("Grace", "Okafor"), ResponseCode.INVALID_ULN),
        ("4170265830 ", ("Grace", "Okafor"), ResponseCode.INVALID_ULN),
        ("4739516283", ("Tobias", "Fenwick"), ResponseCode.COULD_NOT_BE_VERIFIED),
        ("1000000019", ("Grace", "Okafor"), ResponseCode.COULD_NOT_BE_VERIFIED),
        (GRACE, ("Grace", "Okafer"), ResponseCode.COULD_NOT_BE_VERIFIED),
    ],
)
def test_where_nobody_is_found_nothing_is_written(
    ask: Ask, filled: Store, uln: str, names: tuple[str, str], code: ResponseCode
) -> None:
    record = ask(uln, names=names)
    assert (record.decision.code, record.decision.found_uln, record.events) == (code, "", ())
    with filled.reading() as transaction:
        transaction.cursor.execute("SELECT count(*) FROM access_history")
        assert transaction.cursor.fetchone()[0] == 0


def test_sensitive_events_are_shown_to_the_learner_alone(ask: Ask) -> None:
    all_events = ask("8031459273", "LNR").events
    hidden = [event for event in all_events if event not in ask("8031459273", "SER").events]
    assert hidden
    assert hidden == [event for event in all_events if event.restriction == "1"]


def test_linked_learners_have_one_record_and_each_an_access_history(
    ask: Ask, filled: Store, clock: SettableClock
) -> None:
    record = ask(LINKED)
    assert (record.decision.code, record.decision.found_uln) == (ResponseCode.MASTER_SUBSTITUTED, MASTER)
    assert {event.uln for event in record.events} == {MASTER, LINKED}
    by_master, by_other = ask(MASTER), ask(OTHER_LINKED)
    assert by_master.decision.code is ResponseCode.EXACT_MATCH
    assert by_master.events == by_other.events == record.events
    for uln in (MASTER, LINKED, OTHER_LINKED):
        assert accesses(filled, uln) == (entry(clock, AccessAction.VIEWED),) * 3


def test_sharing_is_the_master_s(ask: Ask, filled: Store) -> None:
    with filled.writing() as transaction:
        merge_learners(unit(transaction, now=datetime(2025, 3, 10), author=OPERATOR), "5918043623", GRACE)
    record = ask(GRACE)
    assert (record.decision.code, record.decision.found_uln) == (ResponseCode.NOT_SHARED, GRACE)
    assert [access.action for access in accesses(filled, "5918043623")] == [AccessAction.NOT_SHARED]


def test_merging_and_unmerging_gives_both_records_back(ask: Ask, filled: Store, clock: SettableClock) -> None:
    def events_of(uln: str) -> tuple[LearningEvent, ...]:
        return ask(uln, "LNR").events

    apart = {uln: events_of(uln) for uln in (GRACE, MASTER)}
    with filled.writing() as transaction:
        merge_learners(unit(transaction, now=clock.now(), author=OPERATOR), GRACE, MASTER)
    together = events_of(GRACE)
    assert events_of(MASTER) == events_of(LINKED) == together
    assert sorted(together, key=lambda event: event.id) == sorted(
        apart[GRACE] + apart[MASTER], key=lambda event: event.id
    )
    with filled.writing() as transaction:
        unmerge_learner(unit(transaction, now=clock.now(), author=OPERATOR), MASTER)
    assert {uln: events_of(uln) for uln in (GRACE, MASTER)} == apart


def test_to_judge_alone_writes_nothing(filled: Store) -> None:
    with filled.reading() as transaction:
        decision = judge_record(unit(transaction), RecordAsked(GRACE, ToVerify("Grace", "Okafor"), "ORG"))
    assert decision.ulns == (GRACE,)
    assert accesses(filled, GRACE) == ()


def judged_before(store: Store, asked: RecordAsked) -> RecordDecision:
    with store.reading() as transaction:
        return judge_record(unit(transaction), asked)


@pytest.mark.parametrize("uln", [GRACE, LINKED])
def test_what_was_judged_before_holds_while_nothing_has_changed(
    filled: Store, monkeypatch: pytest.MonkeyPatch, uln: str
) -> None:
    asked = RecordAsked(uln, ToVerify(*NAMES[uln]), "ORG")
    judged = judged_before(filled, asked)

    def not_again(*arguments: object, **named: object) -> RecordDecision:
        raise AssertionError("judged again")

    monkeypatch.setattr(learning_record, "learning_record", not_again)
    with filled.writing() as transaction:
        record = get_learning_events(unit(transaction), asked, judged=judged)
    assert record.decision is judged
    assert record.events
    assert accesses(filled, uln)


@pytest.mark.parametrize("uln", [GRACE, LINKED])
def test_who_has_stopped_sharing_since_the_record_was_judged_shares_nothing(filled: Store, uln: str) -> None:
    asked = RecordAsked(uln, ToVerify(*NAMES[uln]), "ORG")
    judged = judged_before(filled, asked)
    assert judged.is_found
    with filled.writing() as transaction:
        before = learners.held(transaction, MASTER if uln == LINKED else GRACE)
        after = before._replace(ability_to_share="2", version_number=before.version_number + 1)
        assert learners.update(transaction, before, after)
    with filled.writing() as transaction:
        record = get_learning_events(unit(transaction), asked, judged=judged)
    assert (record.decision.code, record.events) == (ResponseCode.NOT_SHARED, ())
    assert [access.action for access in accesses(filled, uln)] == [AccessAction.NOT_SHARED]
