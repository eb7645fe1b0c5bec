"""The nightly job on good nights and on bad ones."""

from __future__ import annotations

from night import ASTRID, Night

from lrs_soap.testing import Lrs


def test_a_new_student_is_registered_as_the_file_says(night: Night, lrs: Lrs) -> None:
    assert night.run(ASTRID).returncode == 0
    (row,) = night.written("ulns")
    assert row["How"] == "registered"

    learner = lrs.control.learner(row["ULN"])
    assert (learner["FamilyName"], learner["DateOfBirth"]) == ("Fairbairn", "2006-05-04")
    assert (learner["LastKnownAddressTown"], learner["VerificationType"]) == ("Truro", "2")


def test_a_student_who_is_held_is_found_and_not_registered(night: Night, lrs: Lrs) -> None:
    uln = lrs.add_learner(
        FamilyName="Fairbairn", GivenName="Astrid", DateOfBirth="2006-05-04", Gender="2", LastKnownPostCode="TR1 2PQ"
    )
    assert night.run(ASTRID).returncode == 0
    assert night.written("ulns")[0]["ULN"] == uln
    assert not lrs.exchanges(operation="registerSingleLearner")


def test_somebody_who_is_similar_is_left_to_a_person(night: Night, lrs: Lrs) -> None:
    uln = lrs.add_learner(
        FamilyName="Fairburn", GivenName="Astrid", DateOfBirth="2006-05-04", Gender="2", LastKnownPostCode="TR1 2PQ"
    )
    night.run(ASTRID)
    assert [row["ULN"] for row in night.written("matches")] == [uln, "somebody new"]

    # Why the service thinks that they may be the same person.
    (found,) = lrs.exchanges(operation="learnerByDemographics", code="WSRC0003")
    (reason,) = found["reasons"]
    assert (reason["rule"], reason["uln"]) == ("P1", uln)
    assert reason["said"] == "P1: given EQUAL, family SIMILAR, date EQUAL, postcode, gender"


def test_the_password_is_refused_once_and_the_job_ends(night: Night, lrs: Lrs) -> None:
    lrs.add_organisation(lrs.ukprn, password="TheNewPassword16")
    done = night.run(ASTRID)
    assert (done.returncode, done.stderr[:8]) == (1, "WSEC0005")
    assert [each["code"] for each in lrs.exchanges()] == ["WSEC0005"]


def test_a_service_that_is_slow_is_asked_again_and_registers_once(night: Night, lrs: Lrs) -> None:
    lrs.scenario(do={"delay": 3}, operation="registerSingleLearner")
    assert night.run(ASTRID, TIMEOUT="1").returncode == 0
    assert len(lrs.control.learners(family_name="Fairbairn")) == 1


def test_a_gateway_that_fails_is_asked_again(night: Night, lrs: Lrs) -> None:
    lrs.scenario("bad-gateway", operation="learnerByDemographics")
    assert night.run(ASTRID).returncode == 0
    assert [each["status"] for each in lrs.exchanges(operation="learnerByDemographics")] == [200, 502]
    assert night.written("ulns")[0]["How"] == "registered"


def test_a_service_that_fails_leaves_the_student_to_the_next_night(night: Night, lrs: Lrs) -> None:
    lrs.scenario("unknown-exception", operation="registerSingleLearner")
    assert night.run(ASTRID).returncode == 0
    assert night.written("problems")[0]["Problem"].startswith("WSEC0999")
    assert not lrs.control.learners(family_name="Fairbairn")

    assert night.run().returncode == 0
    assert night.written("ulns")[0]["How"] == "registered"


def test_out_of_hours_the_job_waits_for_the_morning(night: Night, lrs: Lrs) -> None:
    lrs.policy(service_hours=["Mon-Fri 08:00-20:00"])
    # A Tuesday. The clock stands still.
    lrs.clock.set("2026-03-10T20:00")
    done = night.run(ASTRID)
    assert (done.returncode, done.stderr[:44]) == (2, "WSEC0004: the service is closed at this hour")

    lrs.clock.set("2026-03-11T08:00")
    assert night.run().returncode == 0
    assert lrs.control.learner(night.written("ulns")[0]["ULN"])["CreatedDate"] == "2026-03-11"


def test_a_maintenance_window_ends_while_the_clock_runs(night: Night, lrs: Lrs) -> None:
    lrs.policy(maintenance=["2026-03-10T22:00/2026-03-10T23:00"])
    lrs.clock.set("2026-03-10T22:30", mode="running")
    done = night.run(ASTRID)
    assert (done.returncode, done.stderr[:38]) == (2, "The service is closed for maintenance.")

    lrs.clock.advance("PT1H")
    assert night.run().returncode == 0
    assert len(lrs.control.learners(family_name="Fairbairn")) == 1


def test_a_maintenance_that_nobody_has_announced(night: Night, lrs: Lrs) -> None:
    page = lrs.scenario("maintenance", operation="registerSingleLearner")
    assert night.run(ASTRID).returncode == 2
    assert page.hit == 1
    assert night.run().returncode == 0


def test_an_answer_that_is_lost_registers_nobody_twice(night: Night, lrs: Lrs) -> None:
    lrs.scenario("lost-answer", operation="registerSingleLearner")
    assert night.run(ASTRID).returncode == 0
    # It was done, so the job has found the student when it looked.
    assert night.written("ulns")[0]["How"] == "found"
    assert len(lrs.exchanges(operation="registerSingleLearner")) == 1


def test_an_answer_that_is_cut_registers_nobody_twice(night: Night, lrs: Lrs) -> None:
    lrs.scenario("cut-answer", operation="registerSingleLearner")
    assert night.run(ASTRID).returncode == 0
    assert night.written("ulns")[0]["How"] == "found"
    assert len(lrs.control.learners(family_name="Fairbairn")) == 1


def test_a_request_that_is_lost_is_sent_again(night: Night, lrs: Lrs) -> None:
    lrs.scenario(do={"drop": "before"}, operation="registerSingleLearner")
    assert night.run(ASTRID).returncode == 0
    assert night.written("ulns")[0]["How"] == "registered"


def test_too_many_matches_are_a_problem_for_a_person(night: Night, lrs: Lrs) -> None:
    lrs.scenario("too-many-matches")
    assert night.run(ASTRID).returncode == 0
    assert night.written("problems")[0]["Problem"].startswith("more than ten learners may be meant")


def test_an_address_that_somebody_else_is_changing_is_updated_all_the_same(night: Night, lrs: Lrs) -> None:
    lrs.add_learner(
        FamilyName="Fairbairn", GivenName="Astrid", DateOfBirth="2006-05-04", Gender="2", LastKnownPostCode="TR1 2PQ"
    )
    lrs.scenario(do={"response_code": "WSRC0013"}, operation="updateSingleLearner")
    assert night.run(ASTRID).returncode == 0
    assert night.written("ulns")[0]["Address"] == "updated"
    assert [each["code"] for each in lrs.exchanges(operation="updateSingleLearner")] == ["WSRC0006", "WSRC0013"]
