"""Keys of names: which spellings are one name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.names.keys import (
    family_key,
    family_parts,
    family_parts_in_any_order,
    family_search_key,
    given_key,
    given_parts,
    given_search_key,
    identity_key,
    letters,
    middle_names,
)

# Names as people send them, and whatever else a string may hold.
NAMES = st.one_of(
    st.text(),
    st.text("aAbBcCdDmMsSßſéÉİıŉǰΐͅﬃＭ①½ \t\u00a0-‐–−'’‘`´\u0301\u0308", max_size=20),
    st.lists(st.sampled_from(["Mac", "Mc", "Saint", "St", "Donald", "Clair", " ", "-", "'", "é"])).map("".join),
)
SEARCH_KEYS = st.sampled_from([given_search_key, family_search_key])
Key = Callable[[str], str]


@given(NAMES)
def test_the_identity_key_of_a_key_is_itself(name: str) -> None:
    assert identity_key(identity_key(name)) == identity_key(name)


@given(NAMES)
def test_an_identity_key_is_normal_trimmed_and_plain_in_space_dash_and_apostrophe(name: str) -> None:
    key = identity_key(name)
    assert normalize("NFKC", key) == key
    assert key == " ".join(key.split())
    assert not {character for character in key if category(character) == "Pd"} - {"-"}
    assert not set(key) & set("’‘`\u2212")


@given(NAMES)
def test_case_and_normal_form_do_not_count(name: str) -> None:
    key = identity_key(name)
    assert identity_key(normalize("NFC", name)) == key
    assert identity_key(normalize("NFD", name)) == key
    assert identity_key(normalize("NFC", name).casefold()) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "ANNA"),
        ("Straße", "STRASSE"),
        ("  Anna \t Maria\r\n", "anna maria"),
        ("Anna\u00a0Maria", "Anna Maria"),
        ("O’Neill", "O'Neill"),
        ("O‘Neill", "O'Neill"),
        ("O`Neill", "o'neill"),
        ("Zoe\u0301", "ZOÉ"),
        ("Ｍａｒｙ", "Mary"),
        ("ᴬnna", "Anna"),
        ("Ann−Marie", "Ann-Marie"),
    ],
)
def test_spellings_with_one_identity_key(one: str, other: str) -> None:
    assert identity_key(one) == identity_key(other)


@pytest.mark.parametrize("one", ["Zoé", "Ann Marie", "Annmarie", "O Neill", "Saint Clair", "MacDonald", "Ann.Marie"])
def test_the_identity_key_keeps_marks_spaces_hyphens_and_stops_apart(one: str) -> None:
    others = {"Zoe", "Ann-Marie", "ONeill", "O'Neill", "St Clair", "McDonald"}
    assert identity_key(one) not in {identity_key(other) for other in others}


def test_every_dash_is_a_hyphen() -> None:
    dashes = [chr(code) for code in range(sys.maxunicode + 1) if category(chr(code)) == "Pd"]
    assert len(dashes) > 20
    assert {identity_key(f"Ann{dash}Marie") for dash in [*dashes, "\u2212"]} == {"ann-marie"}


def test_a_key_can_be_longer_than_the_name() -> None:
    assert identity_key("ﬃ" * 35) == "ffi" * 35


def test_case_folding_that_takes_a_letter_apart_leaves_one_key() -> None:
    assert identity_key("\u0390") == "\u0390" != "\u0390".casefold()


def test_a_name_of_white_space_has_an_empty_key() -> None:
    assert identity_key(" \u00a0\t") == given_search_key(" \u00a0\t") == family_search_key(" \u00a0\t") == ""


@given(NAMES, SEARCH_KEYS)
def test_a_search_key_has_letters_and_digits_only(name: str, key: Key) -> None:
    assert all(map(str.isalnum, key(name)))
    assert not [character for character in key(name) if category(character).startswith("M")]


@given(NAMES)
def test_a_given_search_key_of_a_key_is_itself(name: str) -> None:
    assert given_search_key(given_search_key(name)) == given_search_key(name)


@given(NAMES, SEARCH_KEYS)
def test_a_search_key_follows_from_the_identity_key(name: str, key: Key) -> None:
    assert key(name) == key(identity_key(name))


@pytest.mark.parametrize("name", ["anne marie", "ANNE-MARIE", "Anne–Marie", "Annemarie", "Anné Marie", "Anne. Marie,"])
def test_marks_spaces_and_punctuation_do_not_count_in_a_search(name: str) -> None:
    assert given_search_key(name) == "annemarie"


@pytest.mark.parametrize("name", ["'", "-", "...", "\u0301", "ﾞ"])
def test_a_name_without_letters_and_digits_has_an_empty_search_key(name: str) -> None:
    assert given_search_key(name) == family_search_key(name) == ""


@pytest.mark.parametrize("name", ["MacDonald", "McDonald", "Mac Donald", "Mc Donald", "MACDONALD", "Mác-Donald"])
def test_mac_and_mc_are_one(name: str) -> None:
    assert family_search_key(name) == "mcdonald"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Mackie", "mckie"),
        ("Macey", "macey"),
        ("Mack", "mack"),
        ("Mac", "mac"),
        ("Mac12", "mac12"),
        ("Mac123", "mac123"),
        ("Mac O'D", "macod"),
        ("Mac O'Dea", "mcodea"),
        ("Cormacson", "cormacson"),
        ("Smith MacDonald", "smithmacdonald"),
    ],
)
def test_mac_needs_three_letters_after_it_and_nothing_before(name: str, key: str) -> None:
    assert family_search_key(name) == key


@pytest.mark.parametrize("name", ["Saint Clair", "St Clair", "St. Clair", "SAINT-CLAIR", "St-Clair", "Stclair"])
def test_saint_and_st_are_one(name: str) -> None:
    assert family_search_key(name) == "stclair"


@pytest.mark.parametrize(
    ("name", "key"),
    [("Saintclair", "saintclair"), ("Sainty", "sainty"), ("Clair Saint", "clairsaint"), ("Saint", "saint")],
)
def test_saint_counts_as_st_only_as_the_first_of_several_words(name: str, key: str) -> None:
    assert family_search_key(name) == key


@pytest.mark.parametrize(("name", "key"), [("MacKenzie", "mackenzie"), ("Saint John", "saintjohn")])
def test_given_names_keep_mac_and_saint(name: str, key: str) -> None:
    assert given_search_key(name) == key


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna-Maria", ("anna", "maria")),
        ("Anna  Maria–Zoë", ("anna", "maria", "zoe")),
        ("J Anna", ("anna",)),
        ("de Souza", ("souza",)),
        ("Anna", ()),
        ("Anna .", ()),
        ("Jo An", ()),
        ("Ab1 D'Arcy", ("darcy",)),
        ("", ()),
    ],
)
def test_parts_stand_between_spaces_and_hyphens_and_have_three_letters(name: str, parts: tuple[str, ...]) -> None:
    assert given_parts(name) == family_parts(name) == parts


def test_family_parts_are_keyed_as_family_names() -> None:
    assert family_parts("Smith-MacDonald") == ("smith", "mcdonald")
    assert given_parts("Smith-MacDonald") == ("smith", "macdonald")


@pytest.mark.parametrize(("one", "other"), [("Saint Clair Brown", "St Clair Brown"), ("Saint Clair", "St. Clair")])
def test_names_that_differ_in_saint_and_st_have_the_same_parts(one: str, other: str) -> None:
    assert family_parts(one) == family_parts(other)


@given(NAMES)
def test_parts_have_at_least_three_letters_each(name: str) -> None:
    assert all(letters(part) >= 3 for part in (*given_parts(name), *family_parts(name)))


def test_middle_names_are_single_at_spaces_and_hyphenated_ones_stay_one() -> None:
    assert middle_names("Jo Mary-Jane  – Zoë") == ("jo", "maryjane", "-", "zoe")
    assert middle_names(" ") == ()


@pytest.mark.parametrize("key", [given_key, family_key])
@pytest.mark.parametrize(
    ("name", "expected"), [("Zoë", "zoe"), (" ... ", "..."), ("– –", "- -"), ("’", "'"), (" ", "")]
)
def test_a_name_without_letters_and_digits_is_compared_by_its_identity_key(key: Key, name: str, expected: str) -> None:
    assert key(name) == expected


@given(NAMES)
def test_no_key_of_a_name_without_letters_and_digits_has_any(name: str) -> None:
    if not given_search_key(name):
        assert not any(map(str.isalnum, given_key(name) + family_key(name)))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Souza Lima", "lima souza"),
        ("Lima-de Souza", "lima souza"),
        ("Saint MacDonald-Ash", "ash mcdonald"),
        ("de Souza", ""),
        ("Souza", ""),
        ("...", ""),
    ],
)
def test_names_of_the_same_parts_have_one_key_in_any_order(name: str, key: str) -> None:
    assert family_parts_in_any_order(name) == key


def test_digits_are_no_letters() -> None:
    assert letters("ab12c") == 3
