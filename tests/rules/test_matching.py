"""How names agree: each sentence of the rule, and typing errors against a slow judge."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lrs_soap.rules.names.keys import family_key, given_key
from lrs_soap.rules.names.matching import NamesAsked, _within, compare_names, similar
from lrs_soap.rules.values.agreement import Agreement, NamesAgreement
from lrs_soap.rules.values.learner import Learner

DIFFERENT, SIMILAR, ALIAS, EQUAL = Agreement.DIFFERENT, Agreement.SIMILAR, Agreement.ALIAS, Agreement.EQUAL

FEW_LETTERS = st.text("abc", max_size=10)
KEYS = st.one_of(FEW_LETTERS, st.text("aehknt1é", max_size=12))
NAMES = st.lists(
    st.sampled_from(["Anna", "Ana", "Maria", "Cheng", "MacDonald", "Saint", "St", "Jo", "J", " ", "-", "'"]), max_size=4
).map("".join)


def held(given: str = "Anna", family: str = "Cheng", **others: Any) -> Learner:
    return Learner(
        uln="1613724062",
        given_name=given,
        family_name=family,
        date_of_birth="1995-06-28",
        gender="2",
        last_known_post_code="NE1 1ND",
        ability_to_share="1",
        created_date="2020-01-01",
        last_updated_date="2020-01-01",
        **others,
    )


def given_agreement(asked: str, given: str, **others: Any) -> Agreement:
    return compare_names(NamesAsked(asked, "Cheng"), held(given, **others)).given


def family_agreement(asked: str, family: str, previous: str | None = None, **others: Any) -> Agreement:
    return compare_names(NamesAsked("Anna", asked, previous), held("Anna", family, **others)).family


def distance(a: str, b: str) -> int:
    """Optimal string alignment distance by its definition: no letter is edited twice."""

    @cache
    def prefixes(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        least = min(prefixes(i - 1, j) + 1, prefixes(i, j - 1) + 1, prefixes(i - 1, j - 1) + (a[i - 1] != b[j - 1]))
        if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
            least = min(least, prefixes(i - 2, j - 2) + 1)
        return least

    return prefixes(len(a), len(b))


@given(FEW_LETTERS, FEW_LETTERS, st.integers(0, 3))
@example("ca", "abc", 2)  # two errors without the restriction, three with it
@example("abcd", "bacd", 1)
@example("ab", "ba", 0)
def test_typing_errors_are_counted_as_the_slow_judge_counts_them(a: str, b: str, errors: int) -> None:
    assert _within(a, b, errors) == (distance(a, b) <= errors)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("john", "joan", True),
        ("joe", "jof", False),
        ("mark", "makr", True),
        ("cole", "colet", True),
        ("wolf", "wol", False),
        ("abigale", "abigbbl", False),
        ("bernadet", "bernbdft", True),
        ("bernade", "bernbdf", False),
        ("bernadet", "cernbdft", False),
        ("wxyz", "wxyq", True),
        ("wx12", "wx13", False),
        ("émile", "emile", True),
    ],
)
def test_one_error_takes_four_letters_and_two_take_eight(one: str, other: str, expected: bool) -> None:
    assert similar(one, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ana", "anna", True),
        ("catherine", "cathryn", True),
        ("catherine", "kathryn", False),
        ("smith", "smythe", True),
        ("al", "all", False),
        ("wyw", "www", False),
        ("anä", "annä", False),
        ("ana1", "anna1", False),
    ],
)
def test_alike_in_sound_takes_a_to_z_three_letters_and_one_first_letter(one: str, other: str, expected: bool) -> None:
    assert similar(one, other) is expected


@given(KEYS, KEYS)
def test_similar_is_symmetric(one: str, other: str) -> None:
    assert similar(one, other) == similar(other, one)


@given(st.text())
def test_an_empty_key_is_similar_to_nothing(key: str) -> None:
    assert not similar("", key)
    assert not similar(key, "")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (NamesAsked("anna", "CHENG"), NamesAgreement(EQUAL, EQUAL, False)),
        (NamesAsked("Cheng", "Anna"), NamesAgreement(DIFFERENT, DIFFERENT, True)),
        (NamesAsked("Ana", "Cheng"), NamesAgreement(SIMILAR, EQUAL, False)),
        (NamesAsked("Anna", "Brown"), NamesAgreement(EQUAL, DIFFERENT, False)),
        (NamesAsked("Lucy", "Cheng"), NamesAgreement(DIFFERENT, EQUAL, False)),
    ],
)
def test_the_worked_table(asked: NamesAsked, expected: NamesAgreement) -> None:
    assert compare_names(asked, held("Anna", "Cheng")) == expected


@pytest.mark.parametrize(
    ("asked", "family"), [("O’Neill", "oneill"), ("McDonald", "Mac Donald"), ("St. John", "Saint John"), ("Zoë", "Zoe")]
)
def test_family_names_with_one_search_key_are_equal(asked: str, family: str) -> None:
    assert family_agreement(asked, family) is EQUAL


def test_given_names_are_not_keyed_as_family_names() -> None:
    assert given_agreement("Mackenzie", "Mckenzie") is SIMILAR


def test_the_held_preferred_name_is_an_alias_of_the_given_name() -> None:
    assert given_agreement("Bea", "Elizabeth", preferred_given_name="BEA") is ALIAS


@pytest.mark.parametrize("asked", ["Rose", "Jo", "Mary Jane"])
def test_each_held_middle_name_is_an_alias_of_the_given_name(asked: str) -> None:
    assert given_agreement(asked, "Lucy", middle_other_name="Rose Jo Mary-Jane") is ALIAS


@pytest.mark.parametrize("asked", ["Rose Jo", "Jane", "Ros"])
def test_several_middle_names_and_pieces_of_one_are_no_alias(asked: str) -> None:
    assert given_agreement(asked, "Lucy", middle_other_name="Rose Jo Mary-Jane") is DIFFERENT


@pytest.mark.parametrize(
    "asked", [{"preferred_given": "anna"}, {"middle_other": "Rose Anna"}, {"middle_other": "ANNA"}]
)
def test_the_asked_preferred_name_and_middle_names_are_aliases_of_the_held_given_name(asked: dict[str, str]) -> None:
    assert compare_names(NamesAsked("Lucy", "Cheng", **asked), held("Anna")).given is ALIAS


@pytest.mark.parametrize("asked", [{"preferred_given": "Anna Rose"}, {"middle_other": "Rose-Anna"}])
def test_parts_of_asked_other_names_are_no_alias(asked: dict[str, str]) -> None:
    assert compare_names(NamesAsked("Lucy", "Cheng", **asked), held("Anna")).given is DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "Anna Maria"),
        ("Maria", "Anna Maria"),
        ("Anna", "Anna-Maria Zoe"),
        ("Zoë", "Anna-Maria Zoe"),
        ("Anna", "J Anna Jo Eva"),
        ("Anna", "Anna Jo"),
        ("Anna", "J. Anna"),
    ],
)
def test_any_part_of_a_given_name_is_an_alias_on_either_side(one: str, other: str) -> None:
    assert given_agreement(one, other) is ALIAS
    assert given_agreement(other, one) is ALIAS


@pytest.mark.parametrize(
    ("one", "other"), [("Jo", "Jo Anna Maria"), ("Anna Lea", "Anna Maria Lea"), ("Anna Maria", "Maria Anna")]
)
def test_short_and_several_parts_of_a_given_name_are_no_alias(one: str, other: str) -> None:
    assert given_agreement(one, other) is DIFFERENT
    assert given_agreement(other, one) is DIFFERENT


@pytest.mark.parametrize("field", ["previous_family_name", "family_name_at_age_16"])
def test_the_held_previous_name_and_that_at_16_are_aliases_of_the_family_name(field: str) -> None:
    learner = held("Anna", "Cheng", **{field: "Macbrown"})
    assert compare_names(NamesAsked("Anna", "McBrown"), learner).family is ALIAS


def test_the_asked_previous_name_is_an_alias_of_the_held_family_name() -> None:
    assert family_agreement("Brown", "Cheng", previous="cheng") is ALIAS


def test_family_names_with_one_previous_name_are_an_alias() -> None:
    assert family_agreement("Brown", "Cheng", previous="MacGreen", previous_family_name="Mc Green") is ALIAS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Brown", "Cheng-Brown"),
        ("Cheng", "Cheng Brown"),
        ("McBrown", "Cheng MacBrown"),
        ("Cruz", "de la Cruz"),
        ("Souza", "de Souza"),
        ("SOUZA", "Souza-e"),
        ("Clair", "Saint Clair"),
        ("Brien", "O Brien"),
    ],
)
def test_any_part_of_a_family_name_is_an_alias_on_either_side(one: str, other: str) -> None:
    assert family_agreement(one, other) is ALIAS
    assert family_agreement(other, one) is ALIAS


@pytest.mark.parametrize(
    ("one", "other"),
    [("Li", "Cheng Li"), ("de", "de Cheng Brown"), ("Brown Lee", "Lee Brown Fox")],
)
def test_short_and_several_parts_of_a_family_name_are_no_alias(one: str, other: str) -> None:
    assert family_agreement(one, other) is DIFFERENT
    assert family_agreement(other, one) is DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Souza Lima", "Lima-Souza"),
        ("de Souza Lima", "Lima de Souza"),
        ("Saint-Clair MacDonald", "McDonald Clair"),
        ("Cheng Brown Fox", "Fox-Cheng Brown"),
        ("Souza e Lima", "Souza Lima"),
    ],
)
def test_family_names_of_the_same_parts_in_whatever_order_are_an_alias(one: str, other: str) -> None:
    assert family_agreement(one, other) is ALIAS
    assert family_agreement(other, one) is ALIAS


@pytest.mark.parametrize(
    ("one", "other"), [("Souza Lima", "Lima Souza Cruz"), ("de Souza", "Souza-di"), ("Ana Ana Lee", "Lee Lee Ana")]
)
def test_family_names_of_other_parts_or_a_single_one_are_no_alias(one: str, other: str) -> None:
    assert family_agreement(one, other) is not ALIAS
    assert family_agreement(other, one) is not ALIAS


def test_other_names_of_the_two_sides_are_not_compared_with_each_other() -> None:
    asked = NamesAsked("Brown", "Brown", "Green", "Bea", "Rose")
    others = held("Cheng", "Cheng", family_name_at_age_16="Green", preferred_given_name="Bea", middle_other_name="Rose")
    assert compare_names(asked, others) == NamesAgreement(DIFFERENT, DIFFERENT, False)
    assert family_agreement("Brown-Green", "Cheng-Green") is DIFFERENT
    assert family_agreement("Brown-Green", "Cheng", family_name_at_age_16="Green") is DIFFERENT
    assert given_agreement("Anna Lea", "Anna Maria") is DIFFERENT


def test_the_best_agreement_is_the_one_that_counts() -> None:
    assert given_agreement("Anna", "Anna", middle_other_name="Anna") is EQUAL
    assert given_agreement("Annie", "Anne", preferred_given_name="Annie") is ALIAS


@pytest.mark.parametrize(("name", "again"), [("'", "’"), ("-", "–"), ("...", " ... "), (". .", ".  .")])
def test_names_without_letters_and_digits_are_equal_by_their_identity_keys(name: str, again: str) -> None:
    assert compare_names(NamesAsked(name, name), held(again, again)) == NamesAgreement(EQUAL, EQUAL, False)
    assert compare_names(NamesAsked("Cheng", name), held(again, "Cheng")).swapped
    others = held(preferred_given_name=again, previous_family_name=again)
    assert compare_names(NamesAsked(name, name), others) == NamesAgreement(ALIAS, ALIAS, False)


@pytest.mark.parametrize("name", ["'", "-", "..."])
def test_names_without_letters_and_digits_agree_with_no_others(name: str) -> None:
    for asked, other in ((name, "!"), (name, "Anna"), ("Anna", name)):
        assert compare_names(NamesAsked(asked, asked), held(other, other)) == NamesAgreement(
            DIFFERENT, DIFFERENT, False
        )


def test_a_blank_name_agrees_with_nothing() -> None:
    for blank in ("\u00a0", ""):
        asked = NamesAsked(blank, blank, blank, blank, blank)
        others = {"preferred_given_name": blank, "middle_other_name": blank, "previous_family_name": blank}
        assert compare_names(asked, held(blank, blank, **others)) == NamesAgreement(DIFFERENT, DIFFERENT, False)


def test_swapped_names_are_keyed_as_the_kind_they_are_compared_with() -> None:
    assert compare_names(NamesAsked("MacDonald", "Anna"), held("Anna", "McDonald")).swapped
    assert not compare_names(NamesAsked("Anna", "McDonald"), held("MacDonald", "Anna")).swapped
    assert compare_names(NamesAsked("Anna", "MacDonald"), held("MacDonald", "Anna")).swapped


@pytest.mark.parametrize(
    "asked", [NamesAsked("Cheng", "Ana"), NamesAsked("Chang", "Anna"), NamesAsked("Cheng", "Cheng")]
)
def test_swapped_takes_both_names_equal(asked: NamesAsked) -> None:
    assert not compare_names(asked, held("Anna", "Cheng")).swapped


def test_one_name_twice_is_equal_rather_than_swapped() -> None:
    assert compare_names(NamesAsked("Anna", "Anna"), held("Anna", "Anna")) == NamesAgreement(EQUAL, EQUAL, False)


@pytest.mark.parametrize(
    ("agreement", "both", "is_similar"),
    [
        (NamesAgreement(EQUAL, ALIAS, False), True, True),
        (NamesAgreement(ALIAS, EQUAL, False), True, True),
        (NamesAgreement(SIMILAR, EQUAL, False), False, True),
        (NamesAgreement(SIMILAR, SIMILAR, False), False, True),
        (NamesAgreement(EQUAL, DIFFERENT, False), False, False),
        (NamesAgreement(DIFFERENT, ALIAS, False), False, False),
        (NamesAgreement(DIFFERENT, DIFFERENT, True), False, True),
    ],
)
def test_what_a_pair_of_agreements_amounts_to(agreement: NamesAgreement, both: bool, is_similar: bool) -> None:
    assert agreement.both_equal_or_alias is both
    assert agreement.similar is is_similar


@given(NAMES, NAMES, NAMES, NAMES)
def test_without_other_names_the_sides_can_change_places(given: str, family: str, other: str, another: str) -> None:
    there = compare_names(NamesAsked(given, family), held(other, another))
    back = compare_names(NamesAsked(other, another), held(given, family))
    assert (there.given, there.family) == (back.given, back.family)


@given(NAMES, NAMES)
def test_a_name_equals_itself_unless_it_is_blank(given: str, family: str) -> None:
    agreement = compare_names(NamesAsked(given, family), held(given, family))
    assert agreement.given is (EQUAL if given_key(given) else DIFFERENT)
    assert agreement.family is (EQUAL if family_key(family) else DIFFERENT)
