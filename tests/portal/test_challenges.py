"""Data challenges on the portal: the user guide's chapter 6, by its own words."""

from __future__ import annotations

import hashlib

import pytest

from lrs_soap.loading import event_files
from lrs_soap.operations.close_challenge import resolve_challenge
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.look_up_learners import everything_known
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.own_account import mailed
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.rules.challenges.problems import PROBLEM_RULES, Enquiry, Kind, Need, NoChallenge, Problem
from lrs_soap.rules.challenges.resolving import ResolutionAsked
from lrs_soap.rules.values.change import OPERATOR
from tests.kit.person import Person
from tests.kit.portal_client import PASSWORDS
from tests.kit.portal_learners import (
    GRACE_BY_DETAILS,
    VERIFIED,
    find_by_details,
    find_by_uln,
    new_person,
    registered,
)
from tests.kit.server_here import ServerHere

CONTACT = {"Name": "Ada North", "Email address": "ada@example.org", "Telephone number": "01234 567890"}
OTHER = "Other ULN problem"
GRADE = "The grade has been recorded incorrectly"
DISPUTED = "The learner is disputing ever starting the qualification"
TWICE = "Qualification has been incorrectly uploaded more than once"
DUPLICATE = "Duplicate ULN, for example, a learner has been given a second ULN"


def choose(person: Person, words: str) -> Person:
    """Choose the type of a problem, and press Next."""
    value = person.page.xpath("//input[@id=//label[normalize-space()=$words]/@for]/@value", words=words)[0]
    return person.send_back({"problem": value}, "Next")


@pytest.fixture
def learner(portal: ServerHere, everything: Person, request: pytest.FixtureRequest) -> str:
    """The ULN of a learner of the test's own, whom somebody with all roles has found, and who has three events."""
    # Nobody's name is similar to that of another test.
    name = (
        hashlib.sha256(request.node.nodeid.encode())
        .hexdigest()[:16]
        .translate(str.maketrans("0123456789", "klmnoprstu"))
    )
    uln = registered(everything, name.title())
    lines = [_event(uln, subject) for subject in ("Welding", "Welding again", "Cookery")]
    event_files.load_events(
        portal.world.store, [line.encode() for line in lines], clock=portal.world.clock, strict=True
    )
    everything.open(f"learners/{uln}")
    return uln


def _event(uln: str, subject: str) -> str:
    return (
        f'{{"ULN": "{uln}", "Source": "AO", "Subject": "{subject}", "SubjectCode": "600/1166/X", '
        f'"AwardingOrganisationName": "Board", "AwardingOrganisationUkprn": "10012345", "AchievementAwardDate": '
        f'"2024-07-01", "LanguageForAssessment": "English", "Grade": "Pass"}}'
    )


def tick(person: Person, *subjects: str) -> Person:
    """Choose the qualifications of these subjects, and press Next."""
    ids = [
        person.page.xpath("//input[@id=//label[normalize-space()=$subject]/@for]/@value", subject=subject)[0]
        for subject in subjects
    ]
    return person.send_back({"event": ids}, "Next")


def raise_other(person: Person, uln: str) -> str:
    """Report an unspecified problem of a ULN; the reference."""
    person.open(f"learners/{uln}/report-uln-problem/other").press(
        "Finish", {"Additional comments": "Look at this.", **CONTACT}
    )
    assert person.heading == "Enquiry", person.text
    return person.facts()["Enquiry reference"]


def resolve(portal: ServerHere, reference: str, **asked: str) -> None:
    with portal.world.writing(OPERATOR) as work:
        resolve_challenge(work, reference, ResolutionAsked(**asked))  # type: ignore[arg-type]


def grades(portal: ServerHere, uln: str) -> list[str | None]:
    with portal.world.reading(OPERATOR) as work:
        return [event.grade for event in everything_known(work, uln).events]


def test_a_uln_problem_is_reported_step_by_step(everything: Person, learner: str) -> None:
    everything.follow("Report a ULN Problem")
    for enquiry in Enquiry:
        assert (enquiry.words in everything.text) is (enquiry.kind.value == "ULN")
    choose(everything, OTHER)
    everything.press("Finish", {"Additional comments": "Two people.", **CONTACT})
    assert everything.facts()["Enquiry reference"] == f"{learner}-1"
    assert f"Your enquiry reference is {learner}-1" in everything.text
    assert "The reference contains the learner’s ULN, so do not send other details of the learner" in everything.text


def test_nobody_is_mailed_about_an_enquiry(portal: ServerHere, everything: Person, learner: str) -> None:
    with portal.world.reading(OPERATOR) as work:
        before = mailed(work, limit=1000)
    resolve(portal, raise_other(everything, learner), text="Seen to.")
    with portal.world.reading(OPERATOR) as work:
        assert mailed(work, limit=1000) == before


def test_what_is_missing_is_said_and_what_was_typed_stays(everything: Person, learner: str) -> None:
    everything.open(f"learners/{learner}/report-uln-problem/other")
    everything.press("Finish", {"Name": "Ada North", "Email address": "nowhere"})
    assert everything.status == 422
    assert any(link.startswith("Additional comments: ") for link in everything.links)
    assert any(link.startswith("Email address: ") for link in everything.links)
    assert everything.field("Name") == "Ada North"
    everything.press("Finish", {"Additional comments": "x" * 100_000, **CONTACT})
    assert everything.status == 422
    assert "100,000 characters, and may have 4,000" in everything.text
    everything.open(f"learners/{learner}/enquiries")
    assert "No problem was reported about this learner." in everything.text


@pytest.mark.parametrize("choice", NoChallenge)
def test_what_is_no_challenge_is_refused_with_what_to_do(everything: Person, choice: NoChallenge) -> None:
    find_by_uln(everything)
    uln = "4170265830"
    everything.open(f"learners/{uln}/{'report-uln-problem' if choice.kind.value == 'ULN' else 'record/report-problem'}")
    choose(everything, choice.words)
    assert everything.status == 422
    assert choice.hint in everything.text


def test_nothing_chosen_is_said(everything: Person, learner: str) -> None:
    everything.open(f"learners/{learner}/report-uln-problem").send_back({}, "Next")
    assert (everything.status, "Choose the type of the problem." in everything.text) == (422, True)


def test_a_wrong_grade_is_reported_with_the_proposed_one(portal: ServerHere, everything: Person, learner: str) -> None:
    everything.follow("View Personal Learning Record").follow("Report a Problem")
    choose(everything, GRADE)
    tick(everything, "Cookery")
    current = {row[0]: row[1] for row in everything.rows("The details of the qualification")}
    assert (current["Grade"], current["Award Date"]) == ("Pass", "1 July 2024")
    everything.press("Next", {"Proposed Grade": "Merit"})
    assert everything.rows("What you propose") == [["Grade", "Pass", "Merit"]]
    everything.press("Finish", CONTACT)
    reference = everything.facts()["Enquiry reference"]
    assert everything.facts()["Proposed Grade"] == "Merit"
    assert everything.facts()["Qualification"] == "Cookery"

    everything.open(f"learners/{learner}/record")
    flagged = [row[0] for row in everything.rows() if "Under data challenge" in row[0]]
    assert len(flagged) == 1
    assert flagged[0].startswith("Cookery")
    everything.follow("view details")
    assert everything.rows("Enquiries")[0][:3] == [reference, f"{GRADE} Cookery", "Open"]

    resolve(portal, reference, text="Corrected.")
    assert sorted(map(str, grades(portal, learner))) == ["Merit", "Pass", "Pass"]
    everything.open(f"learners/{learner}/enquiries")
    row = everything.rows("Enquiries")[0]
    assert (row[2], row[5]) == ("Resolved", "Corrected.")
    everything.open(f"learners/{learner}/record")
    assert "Under data challenge" not in everything.text
    everything.open(f"learners/{learner}")
    told = everything.rows("What was changed")[0]
    assert told[1:3] == ["Enquiry resolved", "the operator"]
    assert f"Enquiry: {reference}" in told[3]
    assert "Grade: Pass became Merit" in told[3]


def test_nothing_proposed_is_refused(everything: Person, learner: str) -> None:
    everything.open(f"learners/{learner}/record/report-problem/grade")
    tick(everything, "Cookery").press("Next").press("Finish", CONTACT)
    assert everything.status == 422
    assert "Propose another value for Grade." in everything.text


def test_a_disputed_qualification_needs_no_contact(everything: Person, learner: str) -> None:
    everything.open(f"learners/{learner}/record/report-problem")
    choose(everything, DISPUTED)
    tick(everything, "Welding").press("Finish")
    assert everything.heading == "Enquiry"
    everything.open(f"learners/{learner}/record/report-problem/disputed")
    tick(everything, "Welding").press("Finish")
    assert everything.status == 409
    assert f"This is under challenge already: {learner}-1." in everything.text


@pytest.mark.parametrize("subjects", [(), ("Welding",), ("Welding", "Welding again", "Cookery")])
def test_exactly_two_are_ticked_of_what_appears_more_than_once(
    everything: Person, learner: str, subjects: tuple[str, ...]
) -> None:
    everything.open(f"learners/{learner}/record/report-problem")
    choose(everything, TWICE)
    tick(everything, *subjects)
    assert everything.status == 422
    assert f"Choose exactly two qualifications: {len(subjects)} were chosen." in everything.text
    tick(everything, "Welding", "Welding again").press("Finish", CONTACT)
    assert everything.heading == "Enquiry"


def test_a_duplicate_names_both_ulns_and_the_master(portal: ServerHere, everything: Person, learner: str) -> None:
    other = registered(everything, f"Twin of {learner[:4]}")
    everything.open(f"learners/{learner}/report-uln-problem")
    choose(everything, DUPLICATE)
    form = {"The other ULN": other, "Which ULN is the master": "The other ULN", **CONTACT}
    everything.press("Finish", {**form, "The other ULN": learner})
    assert (everything.status, "is the ULN of this learner" in everything.text) == (409, True)
    everything.press("Finish", {**form, "Additional comments": "The same person."})
    assert everything.facts()["Which ULN is the master"] == other
    resolve(portal, everything.facts()["Enquiry reference"])
    everything.open(f"learners/{learner}")
    assert everything.address == f"learners/{other}"
    everything.follow("View Enquiries")
    assert everything.rows("Enquiries")[0][2] == "Resolved"
    everything.open("uln-changes")
    assert [learner, "–", other] in [row[2:] for row in everything.rows("ULNs that were merged")]
    everything.follow("Download as CSV")
    assert f"merged,{learner},,{other}" in everything.answer_text


def test_the_own_enquiry_is_withdrawn_and_once(everything: Person, learner: str) -> None:
    reference = raise_other(everything, learner)
    everything.follow("Back to the enquiries").follow("Withdraw")
    again = everything.filled_in("Withdraw", {})
    everything.press("Withdraw")
    assert f"The enquiry {reference} was withdrawn." in everything.text
    assert everything.rows("Enquiries")[0][2] == "Withdrawn"
    everything.post(*again)
    assert everything.status == 409
    assert "is withdrawn, and cannot be withdrawn" in everything.text


def test_everyone_who_may_see_the_learner_sees_the_enquiries(
    everything: Person, view_only: Person, learner: str
) -> None:
    raise_other(everything, learner)
    family_name = everything.open(f"learners/{learner}").facts()["Family name"]
    find_by_uln(view_only, ULN=learner, **{"Given name": "Wilhelmina", "Family name": family_name})
    view_only.follow("View Enquiries")
    assert len(view_only.rows("Enquiries")) == 1
    view_only.follow(f"{learner}-1")
    assert "Withdraw" in view_only.buttons


def test_another_organisation_sees_an_enquiry_but_not_whom_to_ask_and_cannot_withdraw_it(
    everything: Person, other: Person, learner: str
) -> None:
    raise_other(everything, learner)
    family_name = everything.open(f"learners/{learner}").facts()["Family name"]
    find_by_uln(other, ULN=learner, **{"Given name": "Wilhelmina", "Family name": family_name})
    other.follow("View Enquiries").follow(f"{learner}-1")
    assert other.facts()["Raised by"] == "TEST0001"
    assert "Withdraw" not in other.buttons
    assert CONTACT["Email address"] in everything.open(f"learners/{learner}/enquiries/{learner}-1").text
    assert not any(text in other.text for text in CONTACT.values())


def test_who_was_not_found_has_no_enquiries(everything: Person) -> None:
    for path in ("enquiries", "enquiries/x", "report-uln-problem", "report-uln-problem/other", "record/report-problem"):
        assert everything.open(f"learners/5629103473/{path}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        *("report-uln-problem/grade", "report-uln-problem/x", "record/report-problem/other", "enquiries/4170265830-99"),
        *("record/report-problem/grade/details", "record/report-problem/grade/details?event=x"),
        *("record/report-problem/grade/proposed?event=999999", "record/report-problem/disputed/proposed?event=1"),
    ],
)
def test_an_address_that_leads_nowhere_is_not_found(everything: Person, path: str) -> None:
    find_by_uln(everything)
    assert everything.open(f"learners/4170265830/{path}").status == 404


def test_who_was_linked_or_deleted_since_the_form_was_shown_is_told(
    portal: ServerHere, everything: Person, learner: str
) -> None:
    master = registered(everything, f"Master of {learner[:4]}")
    everything.open(f"learners/{learner}/report-uln-problem/other")
    sent = everything.filled_in("Finish", {"Additional comments": "What was typed.", **CONTACT})
    with portal.world.writing(OPERATOR) as work:
        merge_learners(work, master, learner)
    everything.post(*sent)
    assert everything.status == 409
    assert (
        f"The learner with the ULN {learner} is linked to {master}: report the problem of that one." in everything.text
    )
    assert everything.field("Additional comments").strip() == "What was typed."
    with portal.world.writing(OPERATOR) as work:
        unmerge_learner(work, learner)
        delete_learner(work, learner)
    everything.post(*sent)
    assert everything.status == 409
    assert f"The learner with the ULN {learner} is deleted." in everything.text


def test_a_qualification_that_was_removed_since_the_form_was_shown_is_told(
    portal: ServerHere, everything: Person, learner: str
) -> None:
    everything.open(f"learners/{learner}/record/report-problem/disputed")
    tick(everything, "Cookery").press("Finish")
    reference = everything.facts()["Enquiry reference"]
    assert everything.facts()["Qualification"] == "Cookery"
    everything.open(f"learners/{learner}/record/report-problem/grade")
    tick(everything, "Cookery").press("Next", {"Proposed Grade": "Merit"})
    sent = everything.filled_in("Finish", {"Additional comments": "What was typed.", **CONTACT})
    resolve(portal, reference)
    everything.post(*sent)
    assert everything.status == 409
    assert "The learner has no such qualification." in everything.text
    assert everything.field("Additional comments").strip() == "What was typed."
    everything.open(f"learners/{learner}/enquiries")
    assert everything.rows("Enquiries")[0][1].endswith(" Cookery")


def test_an_enquiry_is_withdrawn_where_the_learner_was_linked_since_it_was_shown(
    portal: ServerHere, everything: Person, learner: str
) -> None:
    reference = raise_other(everything, learner)
    sent = everything.filled_in("Withdraw", {})
    master = registered(everything, f"Other of {learner[:4]}")
    with portal.world.writing(OPERATOR) as work:
        merge_learners(work, master, learner)
    everything.post(*sent)
    assert everything.address == f"learners/{master}"
    everything.follow("View Enquiries")
    assert everything.rows("Enquiries")[0][0] == reference
    assert everything.rows("Enquiries")[0][2] == "Withdrawn"


def test_without_the_record_the_qualification_of_an_enquiry_is_not_named(
    everything: Person, online: Person, learner: str
) -> None:
    family_name = everything.open(f"learners/{learner}").facts()["Family name"]
    everything.open(f"learners/{learner}/record/report-problem/disputed")
    tick(everything, "Cookery").press("Finish")
    reference = everything.facts()["Enquiry reference"]
    find_by_uln(online, ULN=learner, **{"Given name": "Wilhelmina", "Family name": family_name})
    online.open(f"learners/{learner}/enquiries")
    assert "Cookery" not in online.text
    online.open(f"learners/{learner}/enquiries/{reference}")
    assert "Cookery" not in online.text


def test_without_the_role_no_qualification_is_reported(online: Person) -> None:
    find_by_uln(online)
    assert online.open("learners/4170265830/record/report-problem").status == 403


@pytest.mark.parametrize("path", ["uln-changes", "uln-changes/file"])
@pytest.mark.parametrize("query", ["since=yesterday", "since=2025-02-30", "since-day=1"])
def test_a_report_since_no_day_says_so(everything: Person, path: str, query: str) -> None:
    everything.open(f"{path}?{query}")
    assert (everything.status, everything.heading) == (422, "Merged and deleted ULNs")
    assert "Since: There is no such day." in everything.text


def test_a_day_that_is_not_in_the_calendar_stays_in_the_form(everything: Person) -> None:
    everything.open("uln-changes").press("Show", {"Since": "31 February 2025"})
    assert everything.status == 422
    chosen = everything.page.xpath("//select/option[@selected]/@value")
    assert chosen == ["31", "02", "2025"]


def test_what_is_not_allowed_to_be_registered_leads_to_a_report_on_whom_was_found(online: Person) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Family name": "Okafer"})
    online.press("Register this learner").press("Register learner", {**GRACE_BY_DETAILS, **VERIFIED})
    assert online.heading == "Register learner warning"
    online.press("Register learner")
    assert online.heading == "Register Learner not allowed"
    online.follow("Grace Okafor")
    assert (online.heading, online.address) == ("Report a ULN Problem", "learners/4170265830/report-uln-problem")


def test_what_is_not_allowed_to_be_updated_leads_to_a_report(online: Person) -> None:
    registered(online, "Keeperofkeys")
    uln = registered(online, "Wantingkeys")
    online.open(f"learners/{uln}/edit").press("Save changes", {"Family name": "Keeperofkeys"})
    assert online.heading == "Learner update not allowed"
    online.follow("Wilhelmina Wantingkeys")
    assert online.heading == "Report a ULN Problem"


def test_what_is_not_allowed_to_be_updated_leads_to_a_report_on_whom_was_found_too(online: Person) -> None:
    keeper = registered(online, "Collidington")
    online.open("learners/register").press("Register learner", {**new_person("Collidingtan"), **VERIFIED})
    online.press("Register learner")
    find_by_details(online, new_person("Collidingtun"))
    assert len(online.rows("Learners found")) == 2
    online.follow("View profile of Wilhelmina Collidingtan").follow("Edit Details")
    online.press("Save changes", {"Family name": "Collidington"})
    assert online.heading == "Learner update not allowed"
    assert sum("Wilhelmina Collidingt" in link for link in online.links) == 2
    online.follow("Wilhelmina Collidington")
    assert online.address == f"learners/{keeper}/report-uln-problem"


def test_who_has_the_keys_is_named_to_nobody_who_has_only_an_exact_match_or_none(online: Person) -> None:
    keeper, uln = registered(online, "Hiddenkeys"), registered(online, "Seekerofthem")
    find_by_details(online, new_person("Hiddenkeys"))
    exact = online.address.rpartition("/")[2]
    for results in ("", "?results=nothing", f"?results={exact}"):
        online.open(f"learners/{uln}/edit{results}").press("Save changes", {"Family name": "Hiddenkeys"})
        assert online.heading == "Learner update not allowed"
        assert keeper not in online.text


@pytest.mark.parametrize("problem", Problem)
def test_every_problem_of_the_guide_can_be_chosen_and_has_its_hints(
    everything: Person, learner: str, problem: Problem
) -> None:
    rule = PROBLEM_RULES[problem]
    kind = "report-uln-problem" if problem.kind is Kind.ULN else "record/report-problem"
    everything.open(f"learners/{learner}/{kind}")
    choose(everything, problem.words)
    for hint in rule.hints:
        assert hint in everything.text
    if rule.events:
        kinds = set(everything.page.xpath("//tbody/tr/*[1]/input/@type"))
        assert kinds == {"radio" if rule.events == 1 else "checkbox"}
        tick(everything, *("Welding", "Welding again")[: rule.events])
        if rule.proposable:
            everything.press("Next")
    assert "Finish" in everything.buttons
    # 6.3.2 names no contact: there it is optional.
    starred = [each.text_content() for each in everything.page.xpath("//label") if "*" in each.text_content()]
    assert any("Telephone" in each for each in starred) is (rule.contact is Need.MUST)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"The other ULN": "1234567890"}, "is not a ULN"),
        ({"The other ULN": "4170265830"}, "The other learner’s given name is needed."),
        (
            {"The other ULN": "4170265830", "given": "Somebody", "family": "Else"},
            "There is no learner with the ULN 4170265830 and this name.",
        ),
        ({"The other ULN": "own", "given": "Wilhelmina", "family": "Own"}, "is the ULN of this learner."),
        ({"given": "Grace", "family": "Okafor"}, "The other ULN is needed."),
    ],
)
def test_a_transfer_is_to_somebody_else_whose_name_is_known(
    everything: Person, learner: str, other: dict[str, str], sentence: str
) -> None:
    labels = {"given": "The other learner’s given name", "family": "The other learner’s family name"}
    typed = {labels.get(label, label): learner if value == "own" else value for label, value in other.items()}
    everything.open(f"learners/{learner}/record/report-problem/shared-before")
    tick(everything, "Welding").press("Finish", typed)
    assert everything.status in (409, 422)
    assert sentence in everything.text
    whose = {"The other ULN": "4170265830", labels["given"]: "Grace", labels["family"]: "Okafor"}
    everything.press("Finish", whose)
    assert everything.facts()["The other ULN"] == "4170265830"


def test_what_is_sent_without_a_session_comes_back_with_what_was_proposed(everything: Person, learner: str) -> None:
    everything.open(f"learners/{learner}/record/report-problem/grade")
    tick(everything, "Cookery").press("Next", {"Proposed Grade": "Merit"})
    typed = everything.filled_in("Finish", {**CONTACT, "Additional comments": "As the certificate has it."})
    everything.session.cookies.clear()
    everything.post(*typed)
    everything.send("Login", user_name="ada.north", password=PASSWORDS["ada.north"])
    everything.send("Accept")
    assert everything.rows("What you propose") == [["Grade", "Pass", "Merit"]]
    assert everything.field("Additional comments").strip() == "As the certificate has it."
    everything.press("Finish")
    assert everything.facts()["Proposed Grade"] == "Merit"
