"""Find by demographics, clause by clause: what is held, what is asked, and the rule and score that find it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from tests.kit.databases import new_database
from tests.kit.judged_finds import ask, assert_as_judged, candidates_of, undone, verdict_of

ANNA = {
    "given_name": "Anna",
    "family_name": "Cheng",
    "date_of_birth": "1995-06-28",
    "gender": "2",
    "last_known_post_code": "NE1 1ND",
}
# The rule and the score of a possible match; or the code of an answer without one.
Outcome = tuple[str, int] | str
NOBODY = "WSRC0001"
ELSEWHERE = {"last_known_post_code": "LU1 1AA"}
UPN = {"unique_pupil_number": "H801200001001"}
UCI = {"unique_candidate_identifier": "12345A678901B"}
E_MAIL = {"email_address": "anna@example.org"}


class Clause(NamedTuple):
    """What the clause says; in what the held learner and the question differ from Anna; and the outcome."""

    says: str
    held: dict[str, str]
    asked: dict[str, str]
    outcome: Outcome


def given(held: str, asked: str, outcome: Outcome, says: str, *, others: Any = None, sent: Any = None) -> Clause:
    """A clause on given names. The family name is similar, so only a given name that is equal or an alias is found."""
    return Clause(
        says,
        {"given_name": held, **(others or {})},
        {"given_name": asked, "family_name": "Chang", **ELSEWHERE, **(sent or {})},
        outcome,
    )


def family(held: str, asked: str, outcome: Outcome, says: str, *, others: Any = None, sent: Any = None) -> Clause:
    """A clause on family names. The given name is similar, so only a family name that is equal or an alias is found."""
    return Clause(
        says,
        {"family_name": held, **(others or {})},
        {"given_name": "Ana", "family_name": asked, **ELSEWHERE, **(sent or {})},
        outcome,
    )


# With the date, the gender and a similar other name: 25, 5 and 15, beside 30 for EQUAL and 25 for ALIAS.
EQUAL, ALIAS = ("P1", 75), ("P1", 70)

GIVEN_NAMES = [
    given("Anna", "ANNA", EQUAL, "EQUAL: search keys equal"),
    given("Zoë", "zoe", EQUAL, "EQUAL without marks"),
    given("Anne-Marie", "Annemarie", EQUAL, "EQUAL without spaces and hyphens"),
    given("D’Arcy", "D'arcy", EQUAL, "EQUAL with any apostrophe"),
    given("Łucja", "Lucja", NOBODY, "a letter that is another letter is SIMILAR at most"),
    given(".", ".", EQUAL, "EQUAL by identity keys without letters"),
    given("–", "-", EQUAL, "EQUAL by identity keys, any dash"),
    given(".", "-", NOBODY, "names without letters that differ"),
    given("Anna", ".", NOBODY, "a name without letters beside one with letters"),
    given("Lucy", "Bea", ALIAS, "ALIAS: held preferred name", others={"preferred_given_name": "bea"}),
    given("Lucy", "Rose", ALIAS, "ALIAS: held middle name", others={"middle_other_name": "Jo Rose"}),
    given("Lucy", "Mary Jane", ALIAS, "ALIAS: hyphenated middle name", others={"middle_other_name": "Jo Mary-Jane"}),
    given("Lucy", "Jane", NOBODY, "a part of a middle name", others={"middle_other_name": "Jo Mary-Jane"}),
    given("Bea", "Lucy", ALIAS, "ALIAS: asked preferred name", sent={"preferred_given_name": "BEA"}),
    given("Rose", "Lucy", ALIAS, "ALIAS: asked middle name", sent={"middle_other_name": "Jo Rose"}),
    given(
        "Lucy",
        "Dora",
        NOBODY,
        "aliases of the two sides",
        others={"preferred_given_name": "Bea"},
        sent={"preferred_given_name": "Bea", "gender": "1"},
    ),
    given("Anna Maria", "Anna", ALIAS, "ALIAS: the first part held"),
    given("Anna Maria", "Maria", ALIAS, "ALIAS: a later part held"),
    given("Maria", "Anna-Maria", ALIAS, "ALIAS: a later part asked"),
    given("J Maria", "Maria", ALIAS, "ALIAS: a part beside an initial"),
    given("Jo Maria", "Jo", NOBODY, "a part of two letters"),
    given("Anna Maria", "Maria Anna", NOBODY, "given names in another order"),
    given("Anna Lea", "Anna Maria", NOBODY, "one part of each"),
]

FAMILY_NAMES = [
    family("MacDonald", "McDonald", EQUAL, "EQUAL: mac as mc"),
    family("Saint John", "St. John", EQUAL, "EQUAL: saint as st"),
    family("O’Neill", "Oneill", EQUAL, "EQUAL without apostrophes"),
    family(".", ".", EQUAL, "EQUAL by identity keys without letters"),
    family("Brown", "Cheng", ALIAS, "ALIAS: held previous name", others={"previous_family_name": "CHENG"}),
    family("Brown", "Cheng", ALIAS, "ALIAS: held name at 16", others={"family_name_at_age_16": "Cheng"}),
    family("Cheng", "Brown", ALIAS, "ALIAS: asked previous name", sent={"previous_family_name": "cheng"}),
    family(
        "Cheng",
        "Brown",
        # And 5 for a previous name that is equal.
        ("P1", 75),
        "ALIAS: the previous names",
        others={"previous_family_name": "Green"},
        sent={"previous_family_name": "Green"},
    ),
    family(
        "Cheng",
        "Brown",
        NOBODY,
        "an asked previous name beside a held name at 16",
        others={"family_name_at_age_16": "Green"},
        sent={"previous_family_name": "Green"},
    ),
    family("Cheng-Brown", "Brown", ALIAS, "ALIAS: a part held"),
    family("Brown", "Cheng Brown", ALIAS, "ALIAS: a part asked"),
    family("de Souza", "Souza", ALIAS, "ALIAS: a part beside a short word held"),
    family("Souza", "de Souza", ALIAS, "ALIAS: a part beside a short word asked"),
    family("Saint John", "John", ALIAS, "ALIAS: a part beside saint, which is short as st"),
    family("Li Cheng", "Li", NOBODY, "a part of two letters"),
    family("Souza Lima", "Lima-Souza", ALIAS, "ALIAS: the same parts in another order"),
    family("de Souza Lima", "Lima de Souza", ALIAS, "ALIAS: the same parts, with short words"),
    family("Souza Lima", "Lima Souza Cruz", NOBODY, "a part more"),
    family("Souza Li", "Li Souza", NOBODY, "a single part in another order"),
]

SIMILAR_NAMES = [
    Clause(
        "SIMILAR: one error in four letters", {"given_name": "Mark"}, {"given_name": "Makr", "gender": "1"}, ("P1", 80)
    ),
    Clause("two errors in eight letters", {"given_name": "Bernadet"}, {"given_name": "Bernbdft"}, ("P1", 85)),
    Clause("two errors in seven letters", {"given_name": "Bernade"}, {"given_name": "Bernbdf", **ELSEWHERE}, NOBODY),
    Clause("alike in sound", {"family_name": "Smith"}, {"family_name": "Smythe", **ELSEWHERE}, ("P1", 75)),
    Clause("three letters alike in sound", {"given_name": "Ann"}, {"given_name": "Ana", **ELSEWHERE}, ("P1", 75)),
    Clause("another first letter", {"given_name": "Catherine"}, {"given_name": "Kathryn", **ELSEWHERE}, NOBODY),
]

DATES = [
    Clause("NEAR: day and month swapped", {"date_of_birth": "1995-06-08"}, {"date_of_birth": "1995-08-06"}, ("P2", 87)),
    Clause("NEAR: one of the three differs", {}, {"date_of_birth": "1985-06-28"}, ("P2", 87)),
    Clause("NEAR: 1 January of the year", {}, {"date_of_birth": "1995-01-01"}, ("P2", 87)),
    Clause("two of the three differ", {}, {"date_of_birth": "1996-06-27"}, ("P5", 75)),
]

RULES = [
    Clause("exact", {}, {"given_name": "anna", "family_name": "CHENG", "last_known_post_code": "ne11nd"}, "WSRC0004"),
    Clause("exact with ZZ99 9ZZ", *2 * ({"last_known_post_code": "ZZ99 9ZZ"},), "WSRC0004"),
    Clause("exact without letters", *2 * ({"given_name": ".", "family_name": "-"},), "WSRC0004"),
    Clause("P1: another postcode and gender", {}, {"gender": "1", **ELSEWHERE}, ("P1", 85)),
    Clause("P1: another postcode, gender 9", {"gender": "9"}, ELSEWHERE, ("P1", 90)),
    Clause("P1: SWAPPED", {}, {"given_name": "Cheng", "family_name": "Anna"}, ("P1", 80)),
    Clause(
        "P1: SWAPPED, keyed as the other kind",
        {"given_name": "Saint John", "family_name": "McDonald"},
        {"given_name": "MacDonald", "family_name": "Saint John", **ELSEWHERE},
        ("P1", 70),
    ),
    Clause(
        "P1: SWAPPED without letters",
        {"family_name": "."},
        {"given_name": ".", "family_name": "Anna", **ELSEWHERE},
        ("P1", 70),
    ),
    Clause(
        "SWAPPED with another date",
        {},
        {"given_name": "Cheng", "family_name": "Anna", "date_of_birth": "1995-06-27"},
        NOBODY,
    ),
    Clause("P1: one SIMILAR", {}, {"given_name": "Ana"}, ("P1", 85)),
    Clause("P1: both SIMILAR at the postcode", {}, {"given_name": "Ana", "family_name": "Chang"}, ("P1", 70)),
    Clause("both SIMILAR elsewhere", {}, {"given_name": "Ana", "family_name": "Chang", **ELSEWHERE}, NOBODY),
    Clause(
        "both SIMILAR, near date",
        {},
        {"given_name": "Ana", "family_name": "Chang", "date_of_birth": "1995-06-27"},
        NOBODY,
    ),
    Clause(
        "both SIMILAR at ZZ99 9ZZ",
        {"last_known_post_code": "ZZ99 9ZZ"},
        {"given_name": "Ana", "family_name": "Chang", "last_known_post_code": "ZZ99 9ZZ"},
        NOBODY,
    ),
    Clause("P2", {}, {"date_of_birth": "1995-06-27"}, ("P2", 87)),
    Clause("P2 elsewhere", {}, {"date_of_birth": "1995-06-27", **ELSEWHERE}, NOBODY),
    Clause(
        "P2: both ALIAS",
        {"given_name": "Anna Maria", "family_name": "Brown", "previous_family_name": "Green"},
        {
            "given_name": "Maria",
            "family_name": "Black",
            "previous_family_name": "Green",
            "date_of_birth": "1995-06-27",
        },
        ("P2", 82),
    ),
    Clause(
        "P2: the same parts in another order",
        {"given_name": "Lucy", "middle_other_name": "Anna", "family_name": "Souza Lima"},
        {"family_name": "Lima de Souza", "date_of_birth": "1995-06-27"},
        ("P2", 77),
    ),
    Clause("P3: another family name", {}, {"family_name": "Brown"}, ("P3", 70)),
    Clause("P3: ALIAS", {"given_name": "Anna Maria"}, {"given_name": "Maria", "family_name": "Brown"}, ("P3", 65)),
    Clause("P3 with another gender", {}, {"family_name": "Brown", "gender": "1"}, NOBODY),
    Clause("P3 with gender 0", {}, {"family_name": "Brown", "gender": "0"}, ("P3", 70)),
    Clause("P4: a twin", {}, {"given_name": "Lucy"}, ("P4", 70)),
    Clause("P4: a twin of another gender", {}, {"given_name": "Luke", "gender": "1"}, ("P4", 65)),
    Clause("P5: a parent of the same name", {}, {"date_of_birth": "1965-02-03"}, ("P5", 75)),
    Clause("P5 elsewhere", {}, {"date_of_birth": "1965-02-03", **ELSEWHERE}, NOBODY),
    Clause("P6: a sister", {}, {"given_name": "Lucy", "date_of_birth": "1999-02-14"}, ("P6", 45)),
    Clause("P6: a brother", {}, {"given_name": "Luke", "date_of_birth": "1999-02-14", "gender": "1"}, ("P6", 40)),
    Clause(
        "P6 without letters",
        {"family_name": "."},
        {"family_name": ".", "given_name": "Lucy", "date_of_birth": "1999-02-14"},
        ("P6", 45),
    ),
    Clause("P6 elsewhere", {}, {"given_name": "Lucy", "date_of_birth": "1999-02-14", **ELSEWHERE}, NOBODY),
    Clause(
        "P6 at ZZ99 9ZZ",
        {"last_known_post_code": "ZZ99 9ZZ"},
        {"given_name": "Lucy", "date_of_birth": "1999-02-14", "last_known_post_code": "zz999zz"},
        NOBODY,
    ),
    Clause(
        "P6 with an ALIAS",
        {"family_name": "Cheng-Brown"},
        {"given_name": "Lucy", "date_of_birth": "1999-02-14"},
        NOBODY,
    ),
    Clause("P7: e-mail address", E_MAIL, {"family_name": "Brown", **ELSEWHERE, **E_MAIL}, ("P7", 65)),
    Clause(
        "P7: e-mail address in capitals",
        E_MAIL,
        {"family_name": "Brown", "email_address": "Anna@Example.ORG", "gender": "1", **ELSEWHERE},
        ("P7", 60),
    ),
    Clause("P7: UCI", UCI, {"given_name": "Lucy", **ELSEWHERE, **UCI}, ("P7", 65)),
    Clause(
        "P7: ALIAS",
        {"given_name": "Anna Maria", **E_MAIL},
        {"given_name": "Maria", "family_name": "Brown", **ELSEWHERE, **E_MAIL},
        ("P7", 60),
    ),
    Clause(
        "P7: UPN of a pupil of fifteen",
        {"date_of_birth": "2009-03-11", **UPN},
        {"date_of_birth": "2009-03-11", "family_name": "Brown", **ELSEWHERE, **UPN},
        ("P7", 65),
    ),
    Clause(
        "P7: UPN of somebody of sixteen",
        {"date_of_birth": "2009-03-10", **UPN},
        {"date_of_birth": "2009-03-10", "family_name": "Brown", **ELSEWHERE, **UPN},
        NOBODY,
    ),
    Clause("P7: nothing asked", E_MAIL, {"family_name": "Brown", **ELSEWHERE}, NOBODY),
    Clause(
        "P7: another date",
        E_MAIL,
        {"family_name": "Brown", "date_of_birth": "1995-06-27", **ELSEWHERE, **E_MAIL},
        NOBODY,
    ),
    Clause("P7: names SIMILAR", E_MAIL, {"given_name": "Ana", "family_name": "Chang", **ELSEWHERE, **E_MAIL}, NOBODY),
    Clause(
        "an optional field that tells nobody apart",
        {"place_of_birth": "Leeds"},
        {"family_name": "Brown", "place_of_birth": "Leeds", **ELSEWHERE},
        NOBODY,
    ),
    Clause("nothing", {}, {"date_of_birth": "1996-07-01", **ELSEWHERE}, NOBODY),
    Clause("deleted", {"learner_status": "2"}, {}, NOBODY),
    Clause("closed", {"learner_status": "0"}, ELSEWHERE, ("P1", 90)),
]

OPTIONAL = [
    Clause(
        f"the score: {field}",
        {field: value},
        {field: value.upper(), **ELSEWHERE},
        ("P1", 95),
    )
    for field, value in {
        "previous_family_name": "Green",
        "school_at_age_16": "Leeds High",
        "place_of_birth": "Leeds",
        "preferred_given_name": "Bea",
        "middle_other_name": "Rose Jo",
        **E_MAIL,
        **UCI,
    }.items()
]

CLAUSES = [*GIVEN_NAMES, *FAMILY_NAMES, *SIMILAR_NAMES, *DATES, *RULES, *OPTIONAL]


@pytest.fixture(scope="module")
def empty(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An empty store on each kind of database, which the tests leave empty."""
    with new_database(database_kind, tmp_path_factory.mktemp("clauses")) as url:
        store = Store.open(url)
        yield store
        store.close()


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.says)
def test_each_clause(empty: Store, clause: Clause) -> None:
    somebody = Learner(
        **{
            "uln": "1613724062",
            "ability_to_share": "1",
            "created_date": "2020-01-01",
            "last_updated_date": "2020-01-01",
            **ANNA,
            **clause.held,
        }
    )
    asked = {**ANNA, **clause.asked}
    with undone(empty) as transaction:
        learners.insert(transaction, somebody)
        decision = ask(transaction, asked)
    found = [(rule, score) for _, rule, score in candidates_of(decision)]
    assert (found or [decision.code.value]) == [clause.outcome]
    assert_as_judged(decision, verdict_of(asked, [somebody]))
