"""What the fixtures `lrs` and `lrs_server` can do, in tests that use them as others do."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests
from zeep.exceptions import Fault

from lrs_soap.testing import ControlFailed, Lrs, LrsServer


def find(lrs: Lrs, uln: str, family_name: str = "Testlearner", given_name: str = "Robin", **asker: str) -> Any:
    """The answer to a find by ULN, by zeep."""
    return lrs.client().service.learnerByULN(
        **{"FindType": "FUL", "UKPRN": lrs.ukprn, "OrgPassword": lrs.password, "UserName": "tests", **asker},
        ULN=uln,
        FamilyName=family_name,
        GivenName=given_name,
    )


def test_a_world_has_the_starting_data_and_is_its_test_s_own(lrs: Lrs, lrs_server: LrsServer) -> None:
    assert lrs.name.startswith("test-a-world-has-the-starting-d-")
    assert len(lrs.name) == 40
    assert find(lrs, "4170265830", "Okafor", "Grace").ResponseCode == "WSRC0004"
    uln = lrs.add_learner()
    with lrs_server.new_world() as other:
        assert find(lrs, uln).ResponseCode == "WSRC0004"
        assert find(other, uln).ResponseCode == "WSRC0001"
        assert [each["code"] for each in other.exchanges()] == ["WSRC0001"]
    assert find(lrs_server.main, uln).ResponseCode == "WSRC0001"
    assert [each["name"] for each in lrs_server.control.worlds()] == ["main", lrs.name]


def test_its_addresses_are_where_it_answers(lrs: Lrs, lrs_server: LrsServer) -> None:
    assert lrs.url == f"{lrs_server.url}/w/{lrs.name}"
    assert lrs.learner_service == f"{lrs.url}/LearnerService.svc"
    assert lrs.learner_service_r9 == f"{lrs.url}/LearnerServiceR9.svc"
    for service, address in (("learner", lrs.learner_service), ("r9", lrs.learner_service_r9)):
        wsdl = requests.get(lrs.wsdl(service), timeout=60)
        assert wsdl.status_code == 200
        assert f'"{address}"' in wsdl.text
    with pytest.raises(ValueError, match="'r10' is not a port: give 'learner' or 'r9'"):
        lrs.wsdl("r10")  # type: ignore[arg-type]


def test_clients_of_both_ports_call_their_own_world(lrs: Lrs, lrs_server: LrsServer) -> None:
    lrs.add_learner(ULN="6002150128")
    with lrs_server.new_world() as other:
        for world, code in ((lrs, "WSRC0004"), (other, "WSEC0208")):
            asker = {"Ukprn": world.ukprn, "Password": world.password, "Username": "tests"}
            record = world.client("r9").service.GetLearnerLearningEvents(
                invokingOrganisation=asker,
                userType="ORG",
                vendorID=1,
                language="ENG",
                uln="6002150128",
                givenName="Robin",
                familyName="Testlearner",
                getType="FULL",
            )
            assert record.ResponseCode == code
            assert [each["code"] for each in world.exchanges()] == [code]
        # The WSDL is read once.
        assert other.client("r9").wsdl is lrs.client("r9").wsdl
        assert other.client("r9") is other.client("r9")


def test_without_zeep_a_sentence_says_what_to_install(lrs: Lrs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeep", None)
    monkeypatch.delitem(sys.modules, "lrs_soap.testing.soap_client", raising=False)
    with pytest.raises(Exception, match=r"lrs\.client needs zeep: pip install 'lrs-soap\[testing\]'"):
        lrs.client()


def test_learners_have_the_fields_that_are_given_and_others_of_their_own(lrs: Lrs) -> None:
    first, second = lrs.add_learner(), lrs.add_learner()
    assert first != second
    assert lrs.control.learner(first)["DateOfBirth"] != lrs.control.learner(second)["DateOfBirth"]
    uln = lrs.add_learner(uln="6002150128", family_name="Lee", DateOfBirth=date(2001, 5, 17), school_at_age_16="Hill")
    assert uln == "6002150128"
    held = lrs.control.learner(uln)
    assert {
        "FamilyName": "Lee",
        "GivenName": "Robin",
        "DateOfBirth": "2001-05-17",
        "SchoolAtAge16": "Hill",
    }.items() <= (held.items())
    master, linked = lrs.add_learners([{"FamilyName": "Master"}, {"FamilyName": "Linked"}])
    lrs.control.merge(master, linked)
    assert find(lrs, linked, "Linked").ResponseCode == "WSRC0022"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"FamilyName": ""}, "FamilyName"),
        ({"Surname": "Lee"}, "Surname"),
        ({"ULN": "4170265830"}, "4170265830"),
        ({"Gender": 2}, "Gender"),
    ],
)
def test_a_learner_that_cannot_be_is_refused_in_a_sentence(lrs: Lrs, fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(ControlFailed, match=sentence):
        lrs.add_learner(**fields)


def test_an_organisation_is_added_and_changed(lrs: Lrs) -> None:
    added = lrs.add_organisation("10012345")
    assert (added["ukprn"], added["suspended"]) == ("10012345", False)
    assert find(lrs, "4170265830", "Okafor", "Grace", UKPRN="10012345").ResponseCode == "WSRC0004"

    lrs.add_organisation("10012345", password="AnotherPassword1", roles=["view"])
    with pytest.raises(Fault):
        find(lrs, "4170265830", "Okafor", "Grace", UKPRN="10012345")
    assert lrs.exchanges()[0]["code"] == "WSEC0005"
    asker = {"UKPRN": "10012345", "OrgPassword": "AnotherPassword1"}
    assert find(lrs, "4170265830", "Okafor", "Grace", **asker).ResponseCode == "WSRC0004"

    viewer = lrs.add_organisation("10054321", roles=["view"], name="Viewers", suspended=True)
    assert (viewer["name"], viewer["roles"], viewer["suspended"]) == ("Viewers", ["LRB View Only User"], True)


def test_what_was_asked_and_why_it_was_answered_so(lrs: Lrs) -> None:
    uln = lrs.add_learner(FamilyName="Lovelace")
    find(lrs, uln, "Lovelass")
    find(lrs, uln, "Lovelace", UserName="another")
    newest, oldest = lrs.exchanges()
    assert (newest["user"], newest["code"]) == ("another", "WSRC0004")
    assert oldest["reasons"][0]["sent"] == ["Robin", "Lovelass"]
    assert lrs.exchanges(code="WSRC0003") == [oldest]
    assert lrs.exchanges(user="another", operation="learnerByULN", uln=uln, organisation=lrs.ukprn) == [newest]
    assert lrs.exchanges(after=oldest["sequence"]) == lrs.exchanges(limit=1) == [newest]
    known = lrs.exchange(oldest["id"])
    assert "Lovelass" in known["request"]["body"]
    assert lrs.password not in known["request"]["body"]


def test_the_clock_is_set_moved_and_let_go(lrs: Lrs, lrs_server: LrsServer) -> None:
    moment = lrs.clock.set("2030-06-01T09:00")
    assert moment == lrs.clock.now() == datetime.fromisoformat("2030-06-01T09:00:00+01:00")
    assert lrs.clock.advance(timedelta(days=1)) == moment + timedelta(days=1)
    assert lrs.clock.advance(-86400) == moment
    assert lrs.clock.advance("P1D") == moment + timedelta(days=1)
    assert lrs.control.clock()["mode"] == "still"
    assert lrs.clock.set(datetime(2030, 1, 1), mode="running").year == 2030
    assert lrs.control.clock()["mode"] == "running"
    assert abs(lrs.clock.real() - lrs_server.main.clock.now()) < timedelta(minutes=2)


def test_the_policy_is_this_world_s_alone(lrs: Lrs, lrs_server: LrsServer) -> None:
    assert lrs.policy()["find_before_register"] is False
    assert lrs.policy(find_before_register=True, batch_delay=60)["batch_delay"] == 60
    assert lrs.policy()["find_before_register"] is True
    assert lrs_server.main.policy()["find_before_register"] is False
    new = {"GivenName": "Astrid", "FamilyName": "Fairbairn", "DateOfBirth": "2006-05-04", "Gender": "2"}
    registered = lrs.client().service.registerSingleLearner(
        UKPRN=lrs.ukprn,
        OrgPassword=lrs.password,
        UserName="tests",
        Learner={**new, "LastKnownPostCode": "TR1 2PQ", "VerificationType": "1", "AbilityToShare": "1"},
    )
    assert registered.ResponseCode == "WSRC0021"
    assert lrs.policy(find_before_register=None)["find_before_register"] is False
    with pytest.raises(ControlFailed, match="did you mean batch_delay"):
        lrs.policy(batch_delays=1)


def test_scenarios_step_in_and_are_counted(lrs: Lrs, lrs_server: LrsServer) -> None:
    def ask(world: Lrs = lrs, **asker: str) -> str:
        try:
            return str(find(world, "4170265830", "Okafor", "Grace", **asker).ResponseCode)
        except Fault:
            return str(world.exchanges(limit=1)[0]["code"])

    shipped = lrs.scenario("out-of-hours", user="late")
    own = lrs.scenario(do={"response_code": "WSRC0001"}, operation="learnerByULN", after=1, times=2)
    assert [ask() for _ in range(4)] == ["WSRC0004", "WSRC0001", "WSRC0001", "WSRC0004"]
    assert (own.fitted, own.hit, shipped.fitted) == (4, 2, 0)
    assert [ask(UserName="late") for _ in range(2)] == ["WSEC0004", "WSRC0004"]
    assert (shipped.fitted, shipped.hit) == (2, 1)
    assert lrs.exchanges()[1]["scenario"] == "out-of-hours"
    assert ask(lrs_server.main) == "WSRC0004"

    always = lrs.scenario(do={"fault": "WSEC0999"}, times=None)
    assert [ask(), ask()] == ["WSEC0999", "WSEC0999"]
    always.delete()
    assert ask() == "WSRC0004"
    with pytest.raises(ControlFailed, match="There is a scenario 'out-of-hours' already"):
        lrs.scenario("out-of-hours")
    with pytest.raises(ControlFailed, match="operations"):
        lrs.scenario(do={"fault": "WSEC0999"}, operations="learnerByULN")
    lrs.reset()
    with pytest.raises(ControlFailed, match=f"There is no scenario '{own.name}' any more"):
        assert own.hit


def test_a_reset_and_a_snapshot_bring_back_what_was(lrs: Lrs) -> None:
    lrs.policy(batch_delay=60)
    first = lrs.add_learner()
    snapshot = lrs.snapshot()
    second = lrs.add_learner()
    lrs.clock.set("2030-06-01T09:00")
    snapshot.restore()
    assert [find(lrs, uln).ResponseCode for uln in (first, second)] == ["WSRC0004", "WSRC0001"]
    assert lrs.control.clock()["mode"] == "real"
    lrs.reset(seed=7)
    assert find(lrs, first).ResponseCode == "WSRC0001"
    assert lrs.policy()["batch_delay"] == 0
    seeded = lrs.add_learner()
    lrs.reset(seed=7)
    assert lrs.add_learner() == seeded
    assert lrs.snapshot("kept").name == "kept"
    assert lrs.control.snapshots() == ["kept", snapshot.name]
    snapshot.delete()
    assert lrs.control.snapshots() == ["kept"]


def test_a_world_is_like_a_snapshot_of_main_or_has_a_seed(lrs_server: LrsServer) -> None:
    # `main` stays as it is.
    lrs_server.main.snapshot("for-this-test")
    with lrs_server.new_world("Über / so", like="for-this-test") as world:
        assert world.name.startswith("ber-so-")
        assert find(world, "4170265830", "Okafor", "Grace").ResponseCode == "WSRC0004"
    lrs_server.main.control.delete_snapshot("for-this-test")
    with lrs_server.new_world("", seed=3) as one, lrs_server.new_world("x" * 99, seed=3) as other:
        assert one.name.startswith("world-")
        assert len(other.name) == 40
        assert one.add_learner() == other.add_learner()
    with pytest.raises(ControlFailed, match="for-this-test"):
        lrs_server.new_world(like="for-this-test")
