"""Learners that are odd, or wrong, in every operation that they can be sent to: each is answered as the rules say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit import every_operation
from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import (
    Answer,
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    register,
    retrieve,
    update,
    verify,
)

ASKING_BY_NAME: dict[str, Callable[..., str]] = {
    "LearnerByULN": find_by_uln,
    "LearnerByDemographics": find_by_demographics,
    "RegisterLearner": register,
    "UpdateLearner": update,
    "VerifyLearner": verify,
}
ASKING_BY_ULN: dict[str, Callable[[str], str]] = {
    "LearnerByULN": lambda uln: find_by_uln(ULN=uln),
    "UpdateLearner": lambda uln: update(ULN=uln),
    "VerifyLearner": lambda uln: verify(ULN=uln),
    "RetrieveULNs": retrieve,
}


@pytest.fixture(scope="module")
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server of this module's own, with which the tests register learners."""
    folder = tmp_path_factory.mktemp("bad")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running


def ask(server: RunningServer, body: str) -> Answer:
    return post(server.url, envelope(body))


def code(server: RunningServer, body: str) -> str | None:
    answer = ask(server, body)
    return answer.text("ResponseCode") or answer.text("ErrorCode")


def assert_refused(answer: Answer, details: str) -> None:
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")
    assert (answer.text("FurtherDetails") or "").startswith(details)


# Names

# Given and family name, the same in another spelling, and whether they agree with anything.
NAMES = {
    "punctuation": (("...", "'-'"), ("...", "’–’"), True),
    "white space that is none to XML": (("\u00a0", "\u2003"), ("\u2003", "\u00a0"), False),
    "one letter": (("Q", "X"), ("q", "x"), True),
    "35 letters": (("Gwen" * 8 + "dol", "Llan" * 8 + "fai"), ("GWEN" * 8 + "DOL", "LLAN" * 8 + "FAI"), True),
    "Greek": (("Ἑλένη", "Παπαδόπουλος"), ("ἙΛΈΝΗ", "ΠΑΠΑΔΌΠΟΥΛΟΣ"), True),
    "35 letters in Greek": (("Ω" * 35, "Ψ" * 35), ("ω" * 35, "ψ" * 35), True),
}


@pytest.mark.parametrize(("names", "respelt", "can_be_searched"), NAMES.values(), ids=NAMES)
def test_odd_names_in_every_operation(
    own: ServerHere, names: tuple[str, str], respelt: tuple[str, str], can_be_searched: bool
) -> None:
    given_name, family_name = names
    rest = {"DateOfBirth": "2006-05-04", "Gender": "2", "LastKnownPostCode": "TR1 2PQ"}
    learner = {"GivenName": given_name, "FamilyName": family_name, **rest}
    same = {"GivenName": respelt[0], "FamilyName": respelt[1]}

    registered = ask(own, register(**learner))
    assert registered.text("ResponseCode") == "WSRC0005"
    uln = str(registered.text("ULN"))
    assert code(own, register(**{**learner, **same})) == "WSRC0021"

    found = ask(own, find_by_demographics(**{**learner, **same}))
    assert (found.text("ResponseCode"), found.texts("ULN")) == ("WSRC0004", [uln])
    assert found.texts("GivenName") == [respelt[0], given_name]
    # Names that agree with nothing are found by all five details only.
    elsewhere = find_by_demographics(**{**learner, "LastKnownPostCode": "CV1 2WT"})
    assert code(own, elsewhere) == ("WSRC0003" if can_be_searched else "WSRC0001")
    assert code(own, find_by_uln(ULN=uln, **same)) == ("WSRC0004" if can_be_searched else "WSRC0001")

    assert code(own, verify(ULN=uln, **same)) == "WSVRC001"
    assert code(own, verify(ULN=uln, GivenName="Hannah", FamilyName=family_name)) == "WSVRC005"
    assert ask(own, retrieve(uln)).text("FamilyName") == family_name
    assert code(own, update(ULN=uln, **{**learner, "GivenName": "Hannah"})) == "WSRC0006"
    assert code(own, find_by_demographics(**learner)) != "WSRC0004"


@pytest.mark.parametrize(
    "names", [{"GivenName": "-", "FamilyName": "..."}, {"GivenName": "G", "FamilyName": "O"}, {"FamilyName": "Ωκαφορ"}]
)
def test_odd_names_open_nobody_else(server: RunningServer, names: dict[str, str]) -> None:
    assert code(server, find_by_uln(**names)) == "WSRC0001"
    verified = ask(server, verify(**names))
    assert (verified.text("ResponseCode"), verified.text("ULN")) == ("WSVRC005", None)


@pytest.mark.parametrize("operation", ASKING_BY_NAME)
@pytest.mark.parametrize("letter", ["x", "Ω", "."])
def test_a_name_of_36_letters_is_refused(server: RunningServer, operation: str, letter: str) -> None:
    for name in ("GivenName", "FamilyName"):
        answer = ask(server, ASKING_BY_NAME[operation](**{name: letter * 36}))
        assert_refused(answer, f"cvc-maxLength-valid: Value '{letter * 36}'")


# Prohibited text, and an e-mail address that is none


@pytest.mark.parametrize("operation", ASKING_BY_NAME)
@pytest.mark.parametrize("name", ["GivenName", "FamilyName"])
@pytest.mark.parametrize("value", ["Prisoner", "PRISONER", "A Prisoner", "Young-Prisoner"])
def test_a_prisoners_name_is_refused_by_every_operation(
    server: RunningServer, operation: str, name: str, value: str
) -> None:
    answer = ask(server, ASKING_BY_NAME[operation](**{name: value}))
    assert_refused(answer, f"Value '{value}' of element '{name}' contains prohibited text.")


@pytest.mark.parametrize("name", ["givenName", "familyName"])
def test_a_prisoners_name_is_refused_by_r9(server: RunningServer, name: str) -> None:
    def rename(content: str) -> str:
        return re.sub(f"<{name}>[^<]*<", f"<{name}>Prisoner<", content)

    answer = every_operation.ask(server.url, "LearnerByUln", change=rename)
    assert every_operation.code_of(answer) == "WSEC0001"


@pytest.mark.parametrize("operation", ["RegisterLearner", "UpdateLearner"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SchoolAtAge16", "The Prison School"),
        ("LastKnownAddressLine1", "HMP Anywhere"),
        ("LastKnownAddressLine2", "c/o YOI"),
        ("LastKnownAddressTown", "Prison"),
        ("LastKnownAddressCountyOrCity", "prison"),
        ("LastKnownPostCode", "sw183hu"),
        ("MiddleOtherName", "Prisoner"),
        ("PreferredGivenName", "Prisoner"),
        ("PreviousFamilyName", "Prisoner"),
        ("FamilyNameAtAge16", "Prisoner"),
        ("Notes", "is a prisoner"),
    ],
)
def test_prohibited_text_is_refused_by_every_operation_that_writes(
    server: RunningServer, operation: str, name: str, value: str
) -> None:
    answer = ask(server, ASKING_BY_NAME[operation](**{name: value}))
    assert_refused(answer, f"Value '{value}' of element '{name}' contains prohibited text.")


@pytest.mark.parametrize("operation", ["LearnerByDemographics", "RegisterLearner", "UpdateLearner"])
def test_none_is_no_e_mail_address(server: RunningServer, operation: str) -> None:
    answer = ask(server, ASKING_BY_NAME[operation](EmailAddress="none"))
    assert_refused(answer, "cvc-pattern-valid: Value 'none' is not facet-valid")


# The commonest name on 1 January, and nobody's postcode


def test_the_commonest_name_on_1_january_is_too_many(own: ServerHere) -> None:
    smith = {"GivenName": "Oliver", "FamilyName": "Smith", "DateOfBirth": "2004-01-01", "Gender": "1"}
    ulns = [ask(own, register(**smith, LastKnownPostCode=f"M{area} 1AA")).text("ULN") for area in range(1, 13)]
    for find_type in ("FUL", "CHK"):
        many = ask(own, find_by_demographics(**smith, LastKnownPostCode="CV1 2WT", FindType=find_type))
        assert (many.text("ResponseCode"), many.texts("Learner")) == ("WSRC0002", [])

    one = ask(own, find_by_demographics(**smith, LastKnownPostCode="m7 1aa"))
    assert (one.text("ResponseCode"), one.texts("ULN")) == ("WSRC0004", [ulns[6]])
    born_later = {**smith, "DateOfBirth": "2004-05-09", "LastKnownPostCode": "M3 1AA"}
    near = ask(own, find_by_demographics(**born_later))
    assert (near.text("ResponseCode"), near.texts("ULN")) == ("WSRC0003", [ulns[2]])
    assert code(own, register(**smith, LastKnownPostCode="CV1 2WT")) == "WSRC0005"


def test_nobody_s_postcode_with_all_else_equal(own: ServerHere) -> None:
    nora = {"GivenName": "Nora", "FamilyName": "Featherstone", "DateOfBirth": "2003-09-12", "Gender": "2"}
    without = ask(own, register(**nora, LastKnownPostCode="ZZ99 9ZZ")).text("ULN")
    assert code(own, register(**nora, LastKnownPostCode="zz999zz")) == "WSRC0021"
    # Names and date make a possible match, whatever the postcode.
    assert code(own, find_by_demographics(**nora, LastKnownPostCode="CV1 2WT")) == "WSRC0003"

    housed = ask(own, register(**nora, LastKnownPostCode="CV1 2WT")).text("ULN")
    for post_code, uln in (("zz99 9zz", without), ("cv12wt", housed)):
        found = ask(own, find_by_demographics(**nora, LastKnownPostCode=post_code))
        assert (found.text("ResponseCode"), found.texts("ULN")) == ("WSRC0004", [uln])
    assert code(own, update(**nora, ULN=housed, LastKnownPostCode="ZZ99 9ZZ")) == "WSRC0021"

    other_date = {**nora, "DateOfBirth": "2003-09-13"}
    assert code(own, find_by_demographics(**other_date, LastKnownPostCode="CV1 2WT")) == "WSRC0003"
    assert code(own, find_by_demographics(**other_date, LastKnownPostCode="ZZ99 9ZZ")) == "WSRC0001"


# What every learner has

MANDATORY = (
    *("GivenName", "FamilyName", "LastKnownPostCode", "DateOfBirth", "Gender", "VerificationType", "AbilityToShare"),
    *("ULN", "VersionNumber"),
)


def cleared(name: str, by: str) -> str:
    """An update in which an element is in the place of one that is mandatory."""
    start, _, rest = update().partition(f"<{name}>")
    return start + by + rest.partition(f"</{name}>")[2]


@pytest.mark.parametrize("name", MANDATORY)
def test_nil_does_not_clear_what_is_mandatory(server: RunningServer, name: str) -> None:
    assert_refused(ask(server, cleared(name, f'<{name} xsi:nil="true"/>')), "cvc-elt.3.1: ")
    assert code(server, update()) == "WSRC0020"


def test_nothing_clears_what_is_mandatory_where_form_is_let_pass(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--no-strict") as lenient:
        for name in MANDATORY:
            for by in ("", f"<{name}/>", f'<{name} xsi:nil="true"/>'):
                assert_refused(ask(lenient, cleared(name, by)), "cvc-")
        assert code(lenient, update()) == "WSRC0020"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1", "WSRC0020"),
        (" 01\n", "WSRC0020"),
        ("+1", "WSRC0020"),
        ("0", "WSRC0013"),
        ("-2147483648", "WSRC0013"),
        ("2", "WSRC0013"),
        ("1.0", "WSEC0001"),
        ("one", "WSEC0001"),
        ("١", "WSEC0001"),
        ("9" * 5000, "WSEC0001"),
    ],
)
def test_a_version_is_the_held_one_or_stale_or_none(server: RunningServer, version: str, expected: str) -> None:
    assert code(server, update(VersionNumber=version)) == expected


# ULNs


@pytest.mark.parametrize(
    ("uln", "codes"),
    [
        ("4170265831", ["WSRC0001", "WSRC0019", "WSVRC006", "WSRC0001"]),
        ("4170256830", ["WSRC0001", "WSRC0019", "WSVRC006", "WSRC0001"]),
        ("9999999999", ["WSRC0001", "WSRC0019", "WSVRC006", "WSRC0001"]),
        ("0170265830", ["WSEC0001"] * 4),
        ("41702658300", ["WSEC0001"] * 4),
        ("417026583X", ["WSEC0001"] * 4),
        (" 4170265830", ["WSEC0001"] * 4),
        ("٤١٧٠٢٦٥٨٣٠", ["WSEC0001"] * 4),
        ("", ["WSEC0001"] * 4),
    ],
    ids=["check digit", "digits swapped", "none", "zero", "eleven", "letter", "space", "Arabic", "empty"],
)
def test_a_uln_that_is_wrong_in_every_operation(server: RunningServer, uln: str, codes: list[str]) -> None:
    assert [code(server, make(uln)) for make in ASKING_BY_ULN.values()] == codes


def test_who_is_registered_brings_no_uln(server: RunningServer) -> None:
    with_uln = register().replace("</Learner>", "<ULN>4170265830</ULN></Learner>")
    assert_refused(ask(server, with_uln), "cvc-complex-type.2.4.")


# Dates


@pytest.mark.parametrize(
    "date",
    [
        *("1900-02-29", "2005-02-29", "2005-04-31", "2005-13-01", "2005-00-10", "2005-03-00", "0000-03-14"),
        *("2099-03-14", "2005-3-14", "14/03/2005", "2005-03-14T00:00:00", " 2005-03-14", "today"),
    ],
)
def test_a_day_that_cannot_be_is_refused_whoever_is_verified(server: RunningServer, date: str) -> None:
    for uln in ("4170265830", "2865174033", "4170265831"):
        answer = ask(server, verify(ULN=uln, DateOfBirth=date))
        assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0001")
        assert f"'{date}'" in (answer.text("FurtherDetails") or "")
