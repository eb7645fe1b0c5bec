"""GetLearnerLearningEvents over the wire: the answers to the letter, and what is in the access history of each."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from lrs_soap.clock import LONDON, SettableClock
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.operations.delete import delete_learner
from lrs_soap.passwords import Passwords
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.sample import starting_data
from lrs_soap.sample.starting_events import starting_events
from lrs_soap.services.call import Call
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.store import access_history, learning_events
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from lrs_soap.wsdl.endpoint import R9Endpoint
from tests.kit.databases import new_database, on_sqlite
from tests.kit.every_operation import ask_with
from tests.kit.r9_messages import NIL, ask, content_of
from tests.kit.running_server import PATIENT, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope
from tests.kit.work import unit, world_over

NAME = "GetLearnerLearningEvents"
GRACE, CALLUM, PRIYA, IYER = "4170265830", "7053182648", "9140837261", "2865174033"
MARGARET = "8294601755"
NAMES = {
    GRACE: ("Grace", "Okafor"),
    CALLUM: ("Callum", "MacPherson"),
    PRIYA: ("Priya", "Raman"),
    IYER: ("Priya", "Iyer"),
    "3496281501": ("Pria", "Raman"),
    "5918043623": ("Imogen", "Sallis"),
    "6602379142": ("Declan", "Rourke"),
    "8031459273": ("Samuel", "Adeyemi"),
    MARGARET: ("Margaret", "Hartley"),
}
BRIEF = [
    "AchievementAwardDate",
    "AchievementProviderUkprn",
    "Credits",
    "Grade",
    "ID",
    "Level",
    "Source",
    "Subject",
    "SubjectCode",
]
# As a new database numbers them.
STARTING = [
    event._replace(id=number) for number, event in enumerate(starting_events(datetime(2025, 1, 14, tzinfo=LONDON)), 1)
]


def read(server: RunningServer, uln: str = GRACE, **fields: str | None) -> Answer:
    """Ask for a record by the learner's own names."""
    given_name, family_name = NAMES.get(uln, NAMES[GRACE])
    return ask(server.url, NAME, **{"uln": uln, "givenName": given_name, "familyName": family_name, **fields})


def number_of(uln: str, subject: str) -> int:
    """The ID of a starting event."""
    return next(event.id for event in STARTING if (event.uln, event.subject) == (uln, subject))


def answer_of(code: str, found: str, incoming: str, record: str = "<a:LearnerRecord/>") -> bytes:
    """The whole answer, byte for byte."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<GetLearnerLearningEventsResponse xmlns="http://tempuri.org/"><GetLearnerLearningEventsResult '
        'xmlns:a="http://api.lrs.qcf.gov.uk/model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f"<a:ResponseCode>{code}</a:ResponseCode>{found}{incoming}{record}"
        "</GetLearnerLearningEventsResult></GetLearnerLearningEventsResponse></s:Body></s:Envelope>"
    ).encode()


def incoming(uln: str) -> str:
    return f"<a:IncomingULN>{uln}</a:IncomingULN>"


def found(uln: str) -> str:
    return f"<a:FoundULN>{uln}</a:FoundULN>"


NOBODY = "<a:FoundULN/>"


def element(name: str, value: str | int | None) -> str:
    if value is None:
        return f'<a:{name} i:nil="true"/>'
    return f"<a:{name}/>" if value == "" else f"<a:{name}>{value}</a:{name}>"


def event_of(**values: str | int | None) -> str:
    """An event, whose elements are those of `values` in their order: None is nil, '' empty."""
    inner = "".join(element(name, value) for name, value in values.items())
    return f"<a:LearningEvent>{inner}</a:LearningEvent>"


# Declan does not share, so it is he himself who reads: one event of each source.
DECLAN = "6602379142"
ILR_EVENT = event_of(
    AchievementAwardDate="2017-07-07",
    AchievementProviderName="Harbourside College",
    AchievementProviderUkprn="10990001",
    AwardingOrganisationName="UNKNOWN",
    AwardingOrganisationUkprn="UNKNWN",
    CollectionType="W",
    Credits=0,
    DateLoaded="2017-12-15 03:05:51",
    Grade="Pass",
    ID=number_of(DECLAN, "Certificate in Plumbing Studies") + 1,
    Level=None,
    ParticipationEndDate="2017-06-30",
    ParticipationStartDate="2016-09-05",
    QualificationType="Certificate",
    Restriction="0",
    ReturnNumber="02",
    Source="ILR",
    Status="F",
    Subject="Certificate in Plumbing Studies",
    SubjectCode="50079116",
    UnderDataChallenge="N",
)
NPD_EVENT = event_of(
    AchievementAwardDate="2015-08-20",
    AchievementProviderName="Millbrook Academy",
    AchievementProviderUkprn="10990002",
    AwardingOrganisationName="AQA",
    AwardingOrganisationUkprn="100040",
    CollectionType="A",
    Credits=0,
    DateLoaded="2016-01-20 06:12:44",
    Grade="C",
    ID=number_of(DECLAN, "Geography"),
    Level=None,
    ParticipationEndDate="",
    ParticipationStartDate="",
    QualificationType="GCSE (A* to G)",
    Restriction="0",
    ReturnNumber="01",
    Source="NPD",
    Status="F",
    Subject="Geography",
    SubjectCode="60001616",
    UnderDataChallenge="N",
)
AO_EVENT = event_of(
    AchievementAwardDate="2017-07-07",
    AchievementProviderName="",
    AchievementProviderUkprn="",
    AwardingOrganisationName="City &amp; Guilds",
    AwardingOrganisationUkprn="10990065",
    Credits=40,
    DateLoaded="2017-12-01 21:40:09",
    Grade="Pass",
    ID=number_of(DECLAN, "Certificate in Plumbing Studies"),
    LanguageForAssessment="English",
    Level="Level 2",
    QualificationType="Certificate",
    Source="AO",
    Status="F",
    Subject="Certificate in Plumbing Studies",
    SubjectCode="500/7911/6",
    UnderDataChallenge="N",
)


def test_a_full_record_to_the_letter(server: RunningServer) -> None:
    record = f"<a:LearnerRecord>{ILR_EVENT}{NPD_EVENT}{AO_EVENT}</a:LearnerRecord>"
    answer = read(server, DECLAN, userType="LNR")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.body == answer_of("WSRC0004", found(DECLAN), incoming(DECLAN), record)


def test_a_brief_record_to_the_letter(server: RunningServer) -> None:
    ilr = event_of(
        AchievementAwardDate="",
        AchievementProviderUkprn="10990001",
        Credits=0,
        Grade="9999999999",
        ID=number_of(GRACE, "Certificate in Bookkeeping"),
        Level=None,
        Source="ILR",
        Subject="Certificate in Bookkeeping",
        SubjectCode="601/8103/5",
    )
    ao = event_of(
        AchievementAwardDate="2022-06-30",
        AchievementProviderUkprn="",
        Credits=3,
        Grade="Pass",
        ID=number_of(GRACE, "Understand Mental Health"),
        Level="Level 2",
        Source="AO",
        Subject="Understand Mental Health",
        SubjectCode="K/506/5231",
    )
    answer = read(server, getType="BRIEF")
    start, end = answer_of("WSRC0004", found(GRACE), incoming(GRACE), "<a:LearnerRecord>|</a:LearnerRecord>").split(
        b"|"
    )
    assert answer.body.startswith(start)
    assert answer.body.endswith(ao.encode() + end)
    assert ilr.encode() in answer.body
    assert [[etree.QName(child).localname for child in event] for event in events_in(answer)] == [BRIEF] * 10


def events_in(answer: Answer) -> list[etree._Element]:
    return list(answer.root.iter("{http://api.lrs.qcf.gov.uk/model}LearningEvent"))


@pytest.mark.parametrize(
    ("uln", "user_type", "fields", "code", "found_uln"),
    [
        (CALLUM, "LNR", {}, "WSRC0004", CALLUM),
        (DECLAN, "ORG", {}, "WSEC0206", DECLAN),
        (GRACE, "ORG", {"givenName": "Gracie"}, "WSEC0208", ""),
        ("4170 265830", "ORG", {}, "WSEC0136", ""),
    ],
)
@pytest.mark.parametrize("get_type", ["FULL", "BRIEF"])
def test_an_answer_without_events_to_the_letter(
    server: RunningServer, uln: str, user_type: str, fields: dict[str, str], code: str, found_uln: str, get_type: str
) -> None:
    answer = read(server, uln, userType=user_type, getType=get_type, **fields)
    empty = found(found_uln) if found_uln else NOBODY
    assert (answer.status, answer.body) == (200, answer_of(code, empty, incoming(uln)))


@pytest.mark.parametrize(
    ("uln", "echo"), [("", "<a:IncomingULN/>"), (NIL, '<a:IncomingULN i:nil="true"/>'), (None, None)]
)
def test_a_uln_that_is_not_given_is_an_invalid_one(server: RunningServer, uln: str | None, echo: str | None) -> None:
    answer = ask(server.url, NAME, uln=uln)
    assert answer.body == answer_of("WSEC0136", NOBODY, echo or '<a:IncomingULN i:nil="true"/>')


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        *(({"dateOfBirth": value}, "WSRC0004") for value in ("2005-03-14", "", " ", NIL, None)),
        *(({"gender": value}, "WSRC0004") for value in ("2", "0", "9", "", NIL, None)),
        *(({"dateOfBirth": value}, "WSEC0208") for value in ("2005-03-15", "14/03/2005", "2005-03-14T00:00:00")),
        *(({"gender": value}, "WSEC0208") for value in ("1", "F", "3")),
        ({"dateOfBirth": "2005-03-14", "gender": "1"}, "WSEC0208"),
    ],
)
def test_date_of_birth_and_gender_are_compared_where_they_are_given(
    server: RunningServer, fields: dict[str, str | None], code: str
) -> None:
    assert read(server, **fields).text("ResponseCode") == code


def test_what_is_out_of_order_was_not_given(server: RunningServer) -> None:
    content = content_of(NAME)
    uln = f"<uln>{GRACE}</uln>"
    answer = ask_with(server.url, NAME, content.replace(uln, "").replace("<getType>", f"{uln}<getType>"))
    assert answer.text("ResponseCode") == "WSEC0136"
    get_type = "<getType>FULL</getType>"
    answer = ask_with(server.url, NAME, content.replace(get_type, "").replace("<uln>", f"{get_type}<uln>"))
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")


@pytest.mark.parametrize("language", ["CYM", "cym"])
def test_welsh_where_there_is_some(server: RunningServer, language: str) -> None:
    answer = read(server, MARGARET, language=language)
    of_ilr, of_wjec, of_agored, a_unit = answer.texts("Subject")
    assert of_ilr == "Certificate in Customer Service"
    assert of_wjec == "Sgiliau Hanfodol Cymru: Cymhwyso Rhif"
    assert (of_agored, a_unit) == ("Dyfarniad mewn Gofal Plant", "Iechyd a Diogelwch mewn Gofal Plant")
    assert answer.texts("Level") == ["", "Lefel 2", "Lefel Mynediad", "Lefel Mynediad"]
    assert answer.texts("AwardingOrganisationName") == ["UNKNOWN", "CBAC", "Agored Cymru", "Agored Cymru"]
    assert answer.texts("QualificationType") == ["Certificate", "Sgiliau Hanfodol Cymru", "Dyfarniad", "Uned"]
    english = read(server, MARGARET, language="en")
    assert english.texts("Level") == ["", "Level 2", "Entry Level", "Entry Level"]
    assert english.texts("ID") == answer.texts("ID")


def test_why_is_in_the_log(server: RunningServer) -> None:
    read(server, DECLAN, user="Why Not")
    logged = server.logged_until('user="Why Not"')
    line = next(line for line in logged.splitlines() if 'user="Why Not"' in line)
    assert "operation=GetLearnerLearningEvents" in line
    assert "code=WSEC0206" in line
    assert "sharing" in line


# A server of its own, where something else is held


@pytest.fixture(scope="module")
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    folder = tmp_path_factory.mktemp("events")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running


@contextmanager
def store_of(server: RunningServer) -> Iterator[Store]:
    store = Store(server.database_url)
    try:
        yield store
    finally:
        store.close()


def accesses(server: RunningServer, uln: str) -> list[tuple[str, str, str]]:
    """The first page of an access history."""
    with store_of(server) as store, store.reading() as transaction:
        entries = access_history.page(transaction, uln, 1).entries
    return [(entry.action.value, entry.author.organisation, entry.author.user) for entry in entries]


def test_who_asked_is_in_the_access_history_of_all_who_are_linked(own: ServerHere) -> None:
    read(own, IYER, user="Zoë &lt;&amp;&gt;")
    read(own, IYER, user="", userType="LNR")
    read(own, "5918043623", user="Nosy")
    read(own, "5918043623", user="Nosier", givenName="Imogene")
    viewed = [("Learning events viewed", "TEST0001", ""), ("Learning events viewed", "TEST0001", "Zoë <&>")]
    for uln in (IYER, PRIYA, "3496281501"):
        assert accesses(own, uln) == viewed
    assert accesses(own, "5918043623") == [("Learning events not shared", "TEST0001", "Nosy")]


def test_what_markup_could_break_comes_as_it_was_loaded(own: ServerHere) -> None:
    odd = "100% <b>&amp;</b> ]]> “Ŵ” \r\n\t😀"
    event = LearningEvent(
        source="ILR",
        subject=odd,
        subject_code="%s",
        grade="%(grade)s",
        achievement_provider_ukprn="10000001",
        date_loaded="2015-01-20 06:12:44",
        uln=CALLUM,
    )
    with store_of(own) as store, store.writing() as transaction:
        learning_events.add_many(transaction, [event])
    answer = read(own, CALLUM)
    assert (answer.text("Subject"), answer.text("SubjectCode"), answer.text("Grade")) == (odd, "%s", "%(grade)s")


def test_a_record_that_was_read_before_is_read_the_same_in_each_of_its_forms(own: ServerHere) -> None:
    forms = [
        {"getType": get_type, "userType": user_type, "language": language}
        for get_type in ("FULL", "BRIEF")
        for user_type in ("ORG", "LNR")
        for language in ("ENG", "CYM")
    ]
    # Margaret has Welsh texts, and Samuel a sensitive event.
    for uln, different in ((MARGARET, 4), ("8031459273", 4)):
        first, again = ([read(own, uln, **form).body for form in forms] for _ in range(2))
        assert again == first
        assert len(set(first)) == different


def test_a_record_that_was_read_before_has_what_others_have_loaded_since(own: ServerHere) -> None:
    before = read(own, MARGARET).texts("ID")
    assert read(own, MARGARET).texts("ID") == before
    for subject, restriction in (("Sums", None), ("Sensitive", "1")):
        event = LearningEvent(
            source="AO",
            subject=subject,
            subject_code="1",
            restriction=restriction,
            date_loaded="2015-01-20 06:12:44",
            uln=MARGARET,
        )
        with store_of(own) as store, store.writing() as transaction:
            learning_events.add_many(transaction, [event])
        first, again = (read(own, MARGARET, userType="LNR") for _ in range(2))
        assert subject in first.texts("Subject")
        assert again.body == first.body
    assert {*read(own, MARGARET).texts("Subject")} & {"Sums", "Sensitive"} == {"Sums"}


@pytest.mark.slow
def test_each_reading_is_noted_whichever_process_answers(database_kind: str, tmp_path: Path) -> None:
    with (
        new_database(database_kind, tmp_path) as url,
        RunningServer(tmp_path, "--processes", "2", *PATIENT, database_url=url) as server,
        ThreadPoolExecutor(8) as pool,
    ):
        answers = list(pool.map(lambda number: read(server, user=f"Adviser {number}"), range(60)))
        assert {answer.text("ResponseCode") for answer in answers} == {"WSRC0004"}
        with store_of(server) as store, store.reading() as transaction:
            pages = [access_history.page(transaction, GRACE, page) for page in range(1, 8)]
    users = [entry.author.user for page in pages for entry in page.entries]
    assert sorted(users) == sorted(f"Adviser {number}" for number in range(60))


def test_what_was_handed_out_is_noted_though_the_server_is_killed(database_kind: str, tmp_path: Path) -> None:
    with new_database(database_kind, tmp_path) as url:
        with RunningServer(tmp_path, database_url=url) as server:
            assert read(server).text("ResponseCode") == "WSRC0004"
            server.stop(signal.SIGKILL)
        assert accesses(server, GRACE) == [("Learning events viewed", "TEST0001", "A Tester")]


@on_sqlite
def test_it_is_decided_in_the_transaction_in_which_it_is_noted(database_url: str) -> None:
    clock, passwords = SettableClock(datetime(2025, 3, 10, 12)), Passwords()

    class WithRival(Store):
        """Between the decision to read and the reading, the learner is deleted."""

        @contextmanager
        def writing(self, *, durable: bool = True, deadline: float | None = None) -> Iterator[Transaction]:
            with super().writing() as transaction:
                delete_learner(unit(transaction, now=clock.now(), author=OPERATOR), GRACE)
            with super().writing(durable=durable) as transaction:
                yield transaction

    filled = Store.open(database_url)
    starting_data.fill(filled, passwords, clock)
    store = WithRival(database_url)
    world = world_over(store, clock=clock, passwords=passwords)
    endpoint = R9Endpoint(
        LEARNER_SERVICE_R9,
        make_call=lambda exchange, operation, records: Call(exchange, operation, world),
    )
    message = f'<{NAME} xmlns="http://tempuri.org/">{content_of(NAME)}</{NAME}>'
    exchange = Exchange(request=envelope(message).encode())
    endpoint.answer(exchange, None, f"http://tempuri.org/ILearnerServiceR9/{NAME}")
    assert exchange.answer == answer_of("WSEC0208", NOBODY, incoming(GRACE))
    with filled.reading() as transaction:
        assert access_history.page(transaction, GRACE, 1).total == 0
    store.close()
    filled.close()
