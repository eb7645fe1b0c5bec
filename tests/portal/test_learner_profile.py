"""View Learner Profile and Edit Details on the portal: the user guide's 4.2.3 and 4.2.4, by its own words."""

from __future__ import annotations

from tests.kit.person import Person
from tests.kit.portal_learners import find_by_details, find_by_uln, new_person, registered
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, post, update
from tests.kit.soap_messages import find_by_uln as find_message

NOT_ALLOWED = (
    "The updated data you have entered will create a learner with key information to one already registered – this is "
    "not allowed. This may be because you are attempting to update a learner that already has another UN or you have a "
    "genuinely identical learner. If they ae separate learners with the same details, please call the LRS Customer "
    "Helpdesk for further assistance."
)
ROWAN = {"ULN": "5629103473", "Given name": "Rowan", "Family name": "Thackeray"}


def change_by_soap(server: ServerHere, uln: str, family_name: str, **fields: str) -> None:
    values = {
        "ULN": uln,
        "VersionNumber": "1",
        "GivenName": "Wilhelmina",
        "FamilyName": family_name,
        "DateOfBirth": "2007-10-09",
        "Gender": "2",
        "LastKnownPostCode": "ZZ99 9ZZ",
        "VerificationType": "2",
        "AbilityToShare": "1",
        **fields,
    }
    assert post(server.url, envelope(update(**values))).text("ResponseCode") == "WSRC0006"


def test_the_profile_has_every_field_but_the_upn(online: Person) -> None:
    find_by_uln(online, **ROWAN)
    facts = online.facts()
    assert facts["Given name"] == "Rowan"
    assert facts["Gender"] in ("Male", "Female", "Not known", "Not specified")
    for label in ("Created", "Last Updated"):
        # With date and time.
        assert facts[label].count(",") == 1
        assert ":" in facts[label]
    for label in ("Address Line 1", "Town", "School at Age 16", "Place of Birth", "Nationality", "Notes"):
        assert facts[label] != "–", label
    assert "UPN" not in online.text


def test_linked_ulns_are_listed_and_lead_to_their_master(online: Person) -> None:
    find_by_uln(online, ULN="2865174033", **{"Given name": "Priya", "Family name": "Iyer"})
    assert online.address == "learners/9140837261"
    assert online.facts()["Linked ULNs"] == "2865174033, 3496281501"


def test_a_change_is_saved_and_told_in_the_history(portal: ServerHere, online: Person) -> None:
    uln = registered(online, "Editable")
    online.open(f"learners/{uln}").follow("Edit Details")
    assert online.heading == "Edit Details"
    assert online.field("Verification Type") == "Passport"
    online.press("Save changes", {"Middle Names": "Ann Zoë", "Town": "Leeds", "Family name": "Edited"})
    assert online.heading == "View Learner Profile"
    assert "The changes were saved." in online.text
    assert online.facts()["Middle Names"] == "Ann Zoë"
    first, second = online.rows("What was changed")
    assert first[1:3] == ["Updated", "oliver.hart of TEST0001"]
    assert "Family name: Editable became Edited" in first[3]
    assert "Town: nothing became Leeds" in first[3]
    assert second[1] == "Registered"
    answer = post(portal.url, envelope(find_message(ULN=uln, GivenName="Wilhelmina", FamilyName="Edited")))
    assert answer.text("MiddleOtherName") == "Ann Zoë"


def test_a_field_that_is_emptied_is_cleared(online: Person) -> None:
    uln = registered(online, "Clearable", **{"Middle Names": "Temporary"})
    online.open(f"learners/{uln}/edit").press("Save changes", {"Middle Names": ""})
    assert online.facts()["Middle Names"] == "–"


def test_nothing_changed_is_told(online: Person) -> None:
    uln = registered(online, "Unchanged")
    online.open(f"learners/{uln}/edit").press("Save changes", {})
    assert online.status == 409
    assert "Nothing was changed." in online.text


def test_a_notice_that_was_seen_cannot_be_unseen(online: Person) -> None:
    uln = registered(online, "Noticed")
    online.open(f"learners/{uln}/edit").press("Save changes", {"Privacy Notice": "No"})
    assert online.status == 422
    assert any(link.startswith("Privacy Notice: ") for link in online.links)


def test_who_has_opted_out_stays_so_until_the_notice_is_seen(online: Person) -> None:
    find_by_uln(online, ULN="6602379142", **{"Given name": "Declan", "Family name": "Rourke"})
    assert online.facts()["Privacy Notice"] == "Opted out"
    online.follow("Edit Details").press("Save changes", {"Town": "Hull"})
    assert (online.facts()["Town"], online.facts()["Privacy Notice"]) == ("Hull", "Opted out")
    online.follow("Edit Details").press("Save changes", {"Privacy Notice": "Yes"})
    assert online.facts()["Privacy Notice"] == "Yes"


def test_an_update_to_somebody_elses_key_information_is_not_allowed(online: Person) -> None:
    registered(online, "Keyholder")
    uln = registered(online, "Keytaker")
    online.open(f"learners/{uln}/edit").press("Save changes", {"Family name": "Keyholder"})
    assert online.heading == "Learner update not allowed"
    assert NOT_ALLOWED in online.text
    assert online.field("Family name") == "Keyholder"


def test_two_people_who_edit_one_learner_both_see_both_sides(
    portal: ServerHere, online: Person, everything: Person
) -> None:
    uln = registered(online, "Contested")
    find_by_uln(everything, ULN=uln, **{"Given name": "Wilhelmina", "Family name": "Contested"})
    everything.follow("Edit Details")
    online.open(f"learners/{uln}/edit")
    everything.press("Save changes", {"Town": "York", "Nationality": "GB"})
    assert everything.heading == "View Learner Profile"
    online.press("Save changes", {"Town": "Leeds", "Middle Names": "Mine"})
    assert online.status == 409
    assert online.heading == "Somebody else has changed this learner"
    assert "Updated by ada.north of TEST0001" in online.text
    sides = {row[0]: row[1:] for row in online.rows("Both sides")}
    assert sides["Town"] == ["–", "York", "Leeds"]
    assert sides["Middle Names"] == ["–", "–", "Mine"]
    assert sides["Nationality"] == ["–", "GB", "–"]
    # What only the other person has changed stays, if it is saved again.
    assert online.field("Nationality") == "GB"
    assert online.field("Town") == "Leeds"
    online.press("Save changes")
    assert online.heading == "View Learner Profile"
    facts = online.facts()
    assert (facts["Town"], facts["Nationality"], facts["Middle Names"]) == ("Leeds", "GB", "Mine")


def test_a_program_that_changes_a_learner_under_an_open_edit_is_told(portal: ServerHere, online: Person) -> None:
    uln = registered(online, "Overtaken")
    online.open(f"learners/{uln}/edit")
    change_by_soap(portal, uln, "Overtaken", Title="Dr")
    online.press("Save changes", {"Town": "Leeds"})
    assert online.heading == "Somebody else has changed this learner"
    assert ["Title", "–", "Dr", "–"] in online.rows("Both sides")
    online.press("Save changes")
    assert online.facts()["Title"] == "Dr"
    assert online.facts()["Town"] == "Leeds"


def test_a_deleted_learner_has_no_profile(online: Person) -> None:
    find_by_uln(online, ULN="4739516283", **{"Given name": "Tobias", "Family name": "Fenwick"})
    assert "No learner was found." in online.text
    assert online.open("learners/4739516283").status == 404


def test_who_only_views_cannot_edit(view_only: Person) -> None:
    find_by_uln(view_only)
    assert "Edit Details" not in view_only.links
    assert view_only.open("learners/4170265830/edit").status == 403


def test_who_only_sees_records_sees_uln_and_names(records: Person) -> None:
    find_by_uln(records)
    assert records.heading == "View Learner Profile"
    assert "4170265830" in records.text
    assert "LS1 4AP" not in records.answer_text
    assert "14 March 2005" not in records.answer_text
    assert "View Personal Learning Record" in records.links
    find_by_details(records, new_person("Okafor", **{"Given name": "Grace", "Date of birth": "14 March 2005"}))
    assert [len(row) for row in records.rows("Learners found")] == [4]


def test_a_hostile_note_is_text(online: Person) -> None:
    note = "<img src=x onerror=alert(1)> & {{ 7 }}"
    uln = registered(online, "Hostile", Notes=note)
    online.open(f"learners/{uln}")
    assert online.facts()["Notes"] == note
    assert "<img" not in online.answer_text
