"""The setting `find_before_register`: whom one has not looked for one cannot register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lrs_soap.rules.values.decision import Decision
from lrs_soap.services import learner_service
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_demographics, post, register

LEARNER = {
    "GivenName": "Astrid",
    "FamilyName": "Fairbairn",
    "DateOfBirth": "2006-05-04",
    "Gender": "2",
    "LastKnownPostCode": "TR1 2PQ",
}


@pytest.mark.parametrize("find_type", ["FUL", "CHK"])
def test_a_registration_comes_after_a_search(tmp_path: Path, database_url: str, find_type: str) -> None:
    with ServerHere(tmp_path, "--find-before-register", database_url=database_url) as server:

        def code(body: str) -> str | None:
            return post(server.url, envelope(body)).text("ResponseCode")

        assert code(register(**LEARNER)) == "WSRC0021"
        assert code(find_by_demographics(**{**LEARNER, "Gender": "9"}, FindType=find_type)) == "WSRC0001"
        assert code(register(**LEARNER)) == "WSRC0021"
        assert code(find_by_demographics(**LEARNER, FindType=find_type)) == "WSRC0001"
        assert code(register(**LEARNER)) == "WSRC0005"


def test_possible_matches_have_to_be_looked_at(tmp_path: Path, database_url: str) -> None:
    similar = {**LEARNER, "GivenName": "Grace", "FamilyName": "Okafor", "DateOfBirth": "2005-03-14"}
    flags = ("--find-before-register", "--find-before-register-minimum", "60")
    with ServerHere(tmp_path, *flags, database_url=database_url) as server:

        def code(body: str) -> str | None:
            return post(server.url, envelope(body)).text("ResponseCode")

        assert code(find_by_demographics(**similar)) == "WSRC0003"
        assert code(register(**similar)) == "WSRC0021"


def test_a_clock_that_stands_still_does_not_have_them_looked_at_for_ever(tmp_path: Path, database_url: str) -> None:
    similar = {**LEARNER, "GivenName": "Grace", "FamilyName": "Okafor", "DateOfBirth": "2005-03-14"}
    with ServerHere(
        tmp_path, "--find-before-register", "--clock", "2025-03-10T12:00:00", database_url=database_url
    ) as server:

        def code(body: str) -> str | None:
            return post(server.url, envelope(body)).text("ResponseCode")

        assert code(register(**similar)) == "WSRC0021"
        assert code(find_by_demographics(**similar)) == "WSRC0003"
        assert code(register(**similar)) == "WSRC0005"


def test_by_default_anybody_is_registered_unsearched(tmp_path: Path, database_url: str) -> None:
    with ServerHere(tmp_path, database_url=database_url) as server:
        assert post(server.url, envelope(register(**LEARNER))).text("ResponseCode") == "WSRC0005"


def test_a_search_that_is_noted_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decisions = []

    def counted(*arguments: Any) -> Decision:
        decisions.append(find(*arguments))
        return decisions[-1]

    find = learner_service.find_by_demographics
    monkeypatch.setattr(learner_service, "find_by_demographics", counted)
    with ServerHere(tmp_path, "--find-before-register") as server:
        assert post(server.url, envelope(find_by_demographics(**LEARNER))).text("ResponseCode") == "WSRC0001"
    assert len(decisions) == 1
