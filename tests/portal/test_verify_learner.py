"""Verify a learner by hand on the portal, with the role VLD Learning Provider."""

from __future__ import annotations

import pytest

from tests.kit.person import Person


def verify(person: Person, **fields: str) -> Person:
    given = {"ULN": "4170265830", "Given name": "Grace", "Family name": "Okafor"}
    return person.open("learners/verify").press("Verify", {**given, **fields})


@pytest.mark.parametrize(
    ("fields", "text", "wrong", "is_held_shown"),
    [
        ({"Date of birth": "14 March 2005", "Gender": "Not specified"}, "Successful match", [], True),
        ({"ULN": "2865174033", "Given name": "Priya", "Family name": "Iyer"}, "Successful linked match", [], True),
        ({"Family name": "Okafer"}, "Similar match", ["Family name"], True),
        (
            {"ULN": "2865174033", "Given name": "Pria", "Family name": "Iyer"},
            "Similar linked match",
            ["Given name"],
            True,
        ),
        (
            {"Date of birth": "15 March 2005", "Gender": "Male"},
            "Learner does not match",
            ["Date of birth", "Gender"],
            False,
        ),
        ({"ULN": "4739516283", "Given name": "Tobias", "Family name": "Fenwick"}, "ULN not found", [], False),
    ],
)
def test_the_answer_is_the_codes_text_and_the_fields_that_did_not_agree(
    verifier: Person, fields: dict[str, str], text: str, wrong: list[str], is_held_shown: bool
) -> None:
    verify(verifier, **fields)
    assert verifier.heading == "Learner verification"
    assert verifier.page.xpath("//*[@role='status']")[0].text_content().strip() == text
    listed = [each.text_content() for each in verifier.page.xpath("//main//ul/li")]
    assert listed == wrong
    # The held values only where they may be told.
    assert all(len(row) == (3 if is_held_shown else 2) for row in verifier.rows("What was compared"))
    if not is_held_shown:
        assert "14 March 2005" not in verifier.text


def test_the_answer_has_an_address(verifier: Person) -> None:
    verify(verifier)
    assert "Successful match" in verifier.open(verifier.address).text


def test_nobody_else_may_verify(online: Person) -> None:
    assert online.open("learners/verify").status == 403
    assert "Verify a learner" not in online.menu


def test_a_day_that_does_not_exist_is_told(verifier: Person) -> None:
    verify(verifier, **{"Date of birth": "30 February 2005"})
    assert verifier.status == 422
    assert any("no such day" in link for link in verifier.links)
