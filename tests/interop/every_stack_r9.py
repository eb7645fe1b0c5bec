"""What every client stack has to be able to do with LearnerServiceR9: the tests that each stack's module has."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from tests.interop.cases import Case, held, registration
from tests.interop.cases_r9 import (
    ACTIONS,
    ANSWERS,
    EACH_OPERATION,
    FAULTS,
    audit,
    by_uln,
    events,
    learner_of,
    result,
    update_subset,
)
from tests.interop.client import Client, Question, Values, without_empty_structures
from tests.kit.running_server import RunningServer


class R9Cases:
    """LearnerServiceR9 over HTTP, by the fixture `client` of the stack's module."""

    stack: ClassVar[str]
    # What a DomainFault gives beside the fields of its detail.
    domain_fault: ClassVar[Values] = {
        "faultcode": "Client",
        "faultstring": "The creator of this fault did not specify a Reason.",
    }
    # A structure without values is told from one that is not there.
    tells_empty_structures: ClassVar[bool] = True
    # A number has as many digits as it was sent with.
    tells_long_integers: ClassVar[bool] = True

    @pytest.mark.parametrize("case", ANSWERS, ids=str)
    def test_an_answer_is_read_as_all_others_read_it(self, client: Client, recorded: RunningServer, case: Case) -> None:
        assert self._read(client, recorded, case.question) == self._told(case.expected)

    def test_a_version_of_a_learner_is_updated_once(self, client: Client, recorded: RunningServer) -> None:
        learner = _registered(client, recorded, f"{self.stack}-R9-Updated")
        # What is empty is cleared, and what is not sent stays.
        changes = {"telephoneNumber": "0113 496 0000", "preferredGivenName": "Zö & <Zoe>", "emailAddress": ""}
        sent = update_subset(learner, "1", **changes)
        for code in ("WSRC0006", "WSRC0013"):
            assert self._read(client, recorded, sent) == result(sent, code)
        found = self._read(client, recorded, by_uln(learner))["LearnerByUlnResult"]["Learner"]
        for day in ("CreatedDate", "LastUpdatedDate"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", found.pop(day))
        names = {"TelephoneNumber": "0113 496 0000", "PreferredGivenName": "Zö & <Zoe>"}
        expected = {**learner, **names, "VersionNumber": "2"}
        del expected["EmailAddress"]
        assert found == self._told(learner_of(expected))

    def test_who_has_looked_is_told_page_by_page(self, client: Client, recorded: RunningServer) -> None:
        learner = _registered(client, recorded, f"{self.stack}-R9-Viewed")
        assert self._page(client, recorded, learner, 1) == ([], {"PageCount": "0", "PageIndex": "1", "TotalItems": "0"})
        looked = events(learner)
        for number in range(11):
            who = {**looked.request["invokingOrganisation"], "Username": f"Zoë {number}"}
            question = replace(looked, request={**looked.request, "invokingOrganisation": who})
            assert (
                self._read(client, recorded, question)["GetLearnerLearningEventsResult"]["ResponseCode"] == "WSRC0004"
            )
        entries = [
            {"Action": "Learning events viewed", "Organisation": "TEST0001", "User": f"Zoë {10 - place}"}
            for place in range(11)
        ]
        for page, shown in ((1, entries[:10]), (2, entries[10:]), (3, [])):
            counts = {"PageCount": "2", "PageIndex": str(page), "TotalItems": "11"}
            assert self._page(client, recorded, learner, page) == (shown, counts)

    @pytest.mark.parametrize("case", FAULTS, ids=str)
    def test_a_domain_fault(self, client: Client, recorded: RunningServer, case: Case) -> None:
        assert client.ask(recorded.url, case.question).fault == self.domain_fault | case.expected

    def test_an_action_that_does_not_fit_is_not_supported(self, client: Client, recorded: RunningServer) -> None:
        misdirected = replace(EACH_OPERATION[-1], action=f"{ACTIONS}ViewAudit")
        fault = client.ask(recorded.url, misdirected).fault
        assert fault["faultcode"] == "ActionNotSupported"
        assert "ILearnerServiceR9/ViewAudit' cannot be processed at the receiver" in fault["faultstring"]

    def test_what_nobody_foresaw_is_an_internal_fault(self, client: Client, recorded: RunningServer) -> None:
        with closing(sqlite3.connect(recorded.database_url.removeprefix("sqlite:///"))) as database:
            database.execute("ALTER TABLE learning_events RENAME TO lost")
            fault = client.ask(recorded.url, EACH_OPERATION[1]).fault
            database.execute("ALTER TABLE lost RENAME TO learning_events")
        assert fault.keys() == {"faultcode", "faultstring"}
        assert fault["faultcode"] == "InternalServiceFault"
        assert re.search("[0-9a-f]{8}", fault["faultstring"])

    def _read(self, client: Client, server: RunningServer, question: Question) -> Values:
        reading = client.ask(server.url, question)
        assert reading.fault == {}
        told: Values = self._told(reading.answer)
        return told

    def _page(self, client: Client, server: RunningServer, learner: Values, number: int) -> tuple[list[Values], Values]:
        """The entries of a page but for their moments, and its counts."""
        page = self._read(client, server, audit(learner, number))["ViewAuditResult"]
        entries: list[Values] = page.pop("List", {}).get("PlrAccessEntryResponse", [])
        for entry in entries:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", entry.pop("DateTime"))
        assert (page.pop("PageSize"), page.pop("SortIndex"), page.pop("SortOrder")) == ("10", "0", "0")
        return entries, page

    def _told(self, value: Any) -> Any:
        """What the stack can tell of an answer."""
        told = value if self.tells_empty_structures else without_empty_structures(value)
        return told if self.tells_long_integers else _with_doubles(told)


def _with_doubles(value: Any) -> Any:
    """Values as a stack has them whose numbers are all in double precision, which is exact up to 53 bits."""
    if isinstance(value, dict):
        return {name: _with_doubles(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_doubles(each) for each in value]
    is_long = isinstance(value, str) and value.isdecimal() and int(value) > 2**53
    return str(int(Decimal(repr(float(value))))) if is_long else value


def _registered(client: Client, server: RunningServer, name: str) -> Values:
    """A learner whom nobody has registered or looked at before, as it is held then, but for the day."""
    names = {"GivenName": "Zoë", "FamilyName": f"Brontë-{name}", "DateOfBirth": "2006-11-23"}
    question = registration(held("5629103473"), **names)
    answer = client.ask(server.url, question).answer
    assert answer["ResponseCode"] == "WSRC0005"
    own = {"ULN": answer["ULN"], "LearnerStatus": "1", "VersionNumber": "1", "TierLevel": "2", "LinkedULNs": {}}
    return {**question.request["Learner"], **own}
