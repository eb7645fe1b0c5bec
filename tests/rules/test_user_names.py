from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.operations.refused_names import refused_names
from lrs_soap.rules.access.user_names import LONGEST, candidates, key_of, parse


@pytest.mark.parametrize(
    ("given_name", "family_name", "user_name"),
    [
        ("Jo", "Lee", "jo.lee"),
        ("Zoë-Marie", "Núñez O’Hara", "zoemarie.nunezohara"),
        ("Siân", "Ŵyn", "sian.wyn"),
        ("Søren", "Łuksza", "soren.luksza"),
        ("Jo", "---", "jo"),
        ("!", "?", "user"),
        ("A" * 50, "Lee", "a" * LONGEST),
    ],
)
def test_a_user_name_is_made_of_the_names(given_name: str, family_name: str, user_name: str) -> None:
    assert list(islice(candidates(given_name, family_name), 3)) == [user_name, f"{user_name}2", f"{user_name}3"]


@given(st.text(), st.text())
def test_every_name_makes_user_names_that_differ_without_case(given_name: str, family_name: str) -> None:
    made = list(islice(candidates(given_name, family_name), 20))
    assert all(name and not any(each.isspace() for each in name) for name in made)
    assert len(set(map(key_of, made))) == len(made)


@pytest.mark.parametrize(
    ("given_name", "family_name", "refused"),
    [
        ("Guest", "User", ("given_name", "family_name")),
        ("GUEST", "Smith", ("given_name",)),
        ("Lucy", "Guest", ()),
        ("Exams", "Office", ("given_name", "family_name")),
        ("Lucy", "Admin 2", ("family_name",)),
        ("Admin2", "Smith", ("given_name",)),
        ("Super  User", "Smith", ("given_name",)),
        ("Dean", "Bishop", ()),
        ("Adminah", "Officer-Jones", ()),
    ],
)
def test_the_names_of_guests_and_functions_are_refused(
    given_name: str, family_name: str, refused: tuple[str, ...]
) -> None:
    reason = refused_names().refusing(given_name, family_name)
    assert (() if reason is None else reason.fields) == refused


def test_a_list_says_which_line_is_none() -> None:
    assert parse("# a comment\n\nname Office # another\n").names == {"office"}
    with pytest.raises(ValueError, match="'surname Office'"):
        parse("surname Office")
