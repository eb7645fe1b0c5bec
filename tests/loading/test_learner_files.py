from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lrs_soap.clock import SettableClock
from lrs_soap.errors import StoreUnavailable
from lrs_soap.loading import learner_files
from lrs_soap.loading.learner_files import LoadResult, load
from lrs_soap.loading.learner_record import FIELDS
from lrs_soap.loading.record_files import Rejection
from lrs_soap.rules.values import uln
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.store import Store

FIRST, SECOND, THIRD = "1000000019", "1000000027", "1000000035"
HEADING = "GivenName,FamilyName,DateOfBirth,Gender,LastKnownPostCode"

Load = Callable[..., LoadResult]


@pytest.fixture
def load_lines(store: Store, clock: SettableClock) -> Load:
    """Loads lines, given as text or bytes."""

    def load_them(*lines: str | bytes, **options: Any) -> LoadResult:
        encoded = [line if isinstance(line, bytes) else line.encode() + b"\n" for line in lines]
        return load(store, encoded, clock=clock, **options)

    return load_them


def person(family_name: str = "Birch", **changed: Any) -> dict[str, Any]:
    return {
        "GivenName": "Nadia",
        "FamilyName": family_name,
        "DateOfBirth": "2001-04-05",
        "Gender": "2",
        "LastKnownPostCode": "YO1 7HH",
        **changed,
    }


def line(family_name: str = "Birch", **changed: Any) -> str:
    return json.dumps(person(family_name, **changed))


def row(family_name: str = "Birch") -> str:
    return f"Nadia,{family_name},2001-04-05,2,YO1 7HH"


def held(store: Store, of: str) -> Learner:
    with store.reading() as transaction:
        learner = learners.by_uln(transaction, of)
    assert learner is not None
    return learner


def count(store: Store) -> int:
    with store.reading() as transaction:
        return learners.count(transaction)


def without_issued(result: LoadResult) -> LoadResult:
    """The result without the ULNs that were issued, which no test knows."""
    return replace(result, issued=())


def test_the_least_that_a_learner_needs(store: Store, load_lines: Load) -> None:
    assert load_lines(line(ULN=FIRST, LastKnownPostCode="yo17hh")) == LoadResult(1, ())
    assert held(store, FIRST) == Learner(
        FIRST,
        given_name="Nadia",
        family_name="Birch",
        date_of_birth="2001-04-05",
        gender="2",
        last_known_post_code="YO1 7HH",
        ability_to_share="1",
        created_date="2025-03-10",
        last_updated_date="2025-03-10",
        version_number=1,
        learner_status="1",
        verification_type="0",
        tier_level="0",
        created="2025-03-10T12:00:00Z",
        last_updated="2025-03-10T12:00:00Z",
    )


@pytest.mark.parametrize(
    ("given", "moments"),
    [
        ({}, ("2025-03-10T12:00:00Z", "2025-03-10T12:00:00Z")),
        ({"CreatedDate": "2015-01-02"}, ("2015-01-02T00:00:00Z", "2025-03-10T12:00:00Z")),
        ({"CreatedDate": "2015-07-02"}, ("2015-07-01T23:00:00Z", "2025-03-10T12:00:00Z")),
        ({"LastUpdatedDate": "2025-03-10"}, ("2025-03-10T12:00:00Z", "2025-03-10T00:00:00Z")),
    ],
)
def test_a_day_that_is_given_stands_for_its_first_moment(
    store: Store, load_lines: Load, given: dict[str, str], moments: tuple[str, str]
) -> None:
    load_lines(line(ULN=FIRST, **given))
    learner = held(store, FIRST)
    assert learner is not None
    assert (learner.created, learner.last_updated) == moments


@pytest.mark.parametrize(
    ("given", "tier"),
    [
        ({}, "0"),
        ({"VerificationType": "1"}, "0"),
        ({"VerificationType": "1", "TierLevel": "1"}, "1"),
        ({"VerificationType": "5"}, "2"),
        ({"VerificationType": "5", "TierLevel": "0"}, "0"),
    ],
)
def test_a_learner_keeps_the_tier_level_that_is_given_or_gets_that_of_the_verification(
    store: Store, load_lines: Load, given: dict[str, str], tier: str
) -> None:
    load_lines(line(ULN=FIRST, **given))
    learner = held(store, FIRST)
    assert learner is not None
    assert learner.tier_level == tier


def test_what_only_the_operator_may_set(store: Store, load_lines: Load) -> None:
    operators: dict[str, Any] = {
        "ULN": FIRST,
        "AbilityToShare": "2",
        "LearnerStatus": "0",
        "VersionNumber": 7,
        "CreatedDate": "2015-01-02",
        "LastUpdatedDate": "2016-03-04",
        "DateOfBirth": "1890-01-01",
        "UniqueCandidateIdentifier": "123450240001A",
    }
    assert load_lines(line(**operators)) == LoadResult(1, ())
    learner = held(store, FIRST)
    assert (learner.ability_to_share, learner.learner_status, learner.version_number) == ("2", "0", 7)
    assert (learner.created_date, learner.last_updated_date) == ("2015-01-02", "2016-03-04")


@pytest.mark.parametrize(("born", "kept"), [("2009-03-11", True), ("2009-03-10", False), ("1990-01-01", False)])
def test_a_upn_is_kept_of_who_is_under_16_and_a_warning_otherwise(
    store: Store, load_lines: Load, born: str, kept: bool
) -> None:
    result = load_lines(line(ULN=FIRST, DateOfBirth=born, UniquePupilNumber="H801200001001"))
    warning = (1, "UniquePupilNumber: not kept, because the learner is 16 or older")
    assert (result.loaded, result.warned) == (1, () if kept else (warning,))
    assert held(store, FIRST).unique_pupil_number == ("H801200001001" if kept else None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("UniquePupilNumber", "A801200001001"),
        ("UniquePupilNumber", "h801200001001"),
        ("UniqueCandidateIdentifier", "1"),
    ],
)
def test_a_malformed_identifier_is_refused(load_lines: Load, field: str, value: str) -> None:
    (rejection,) = load_lines(line(**{field: value})).rejected
    assert rejection.reason.startswith(f"{field}: '{value}' is not a U")


def test_csv_holds_the_same(store: Store, load_lines: Load) -> None:
    heading = f"ULN,Notes,VersionNumber,{HEADING}"
    result = load_lines(heading, f'{FIRST},"a ""b"",', f' c",3,{row()}', f",,,{row('Ash')}", ",,,,,,,")
    assert without_issued(result) == LoadResult(2, ())
    assert held(store, FIRST).notes == 'a "b",\n c'
    assert held(store, FIRST).version_number == 3


def test_the_ulns_that_are_issued_are_told_by_line(store: Store, load_lines: Load) -> None:
    ash = line("Ash")
    result = load_lines(line("Elm", ULN=SECOND, MasterULN=FIRST), ash, ash, line("Oak", ULN=FIRST), line("Yew"))
    assert [number for number, _ in result.rejected] == [3]
    assert [number for number, _ in result.issued] == [2, 5]
    assert [held(store, issued).family_name for _, issued in result.issued] == ["Ash", "Yew"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("name", ["learners.csv", "learners.jsonl"])
def test_a_file_by_its_path(
    store: Store, clock: SettableClock, tmp_path: Path, mark: bytes, end: bytes, name: str
) -> None:
    lines = [HEADING, row("Müller"), "", row("Ash")] if name.endswith("csv") else [line("Müller"), "", line("Ash")]
    path = tmp_path / name
    path.write_bytes(mark + end.join(text.encode() for text in lines))
    assert without_issued(load(store, path, clock=clock)) == LoadResult(2, ())
    assert load(store, str(path), clock=clock).loaded == 0


def test_a_file_that_is_not_there(store: Store, clock: SettableClock, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(store, tmp_path / "nowhere.csv", clock=clock)


@pytest.mark.parametrize("lines", [[], [""], ["", " "], [HEADING]])
def test_nothing_to_load(load_lines: Load, lines: Iterable[str]) -> None:
    assert load_lines(*lines) == LoadResult(0, ())


BAD_RECORDS: list[tuple[dict[str, Any], str]] = [
    ({"GivenName": None}, "GivenName: missing"),
    ({"FamilyName": ""}, "FamilyName: missing"),
    ({"FamilyName": " \t"}, "FamilyName: missing"),
    ({"Gender": 2}, "Gender: must be text"),
    ({"GivenName": True}, "GivenName: must be text"),
    ({"GivenName": ["Nadia"]}, "GivenName: must be text"),
    ({"VersionNumber": True}, "VersionNumber: must be text"),
    ({"VersionNumber": 1.5}, "VersionNumber: must be text"),
    ({"VersionNumber": 0}, "VersionNumber: must be a whole number from 1"),
    ({"VersionNumber": -1}, "VersionNumber: must be a whole number from 1"),
    ({"VersionNumber": 2**31 - 1}, "VersionNumber: must be a whole number from 1 to 2147483646"),
    ({"VersionNumber": 2**31}, "VersionNumber: must be a whole number from 1"),
    ({"VersionNumber": 10**4000}, "VersionNumber: must be a whole number from 1"),
    ({"VersionNumber": "٣"}, "VersionNumber: must be a whole number from 1"),
    ({"DateOfBirth": "2001-02-29"}, "Value '2001-02-29' of element 'DateOfBirth' is not a valid date."),
    ({"DateOfBirth": "05/04/2001"}, "Value '05/04/2001' of element 'DateOfBirth' is not a valid date."),
    ({"DateOfBirth": "2025-03-11"}, "Value '2025-03-11' of element 'DateOfBirth' is in the future."),
    ({"CreatedDate": "yesterday"}, "Value 'yesterday' of element 'CreatedDate' is not a valid date."),
    ({"Gender": "3"}, "Value '3' of element 'Gender'"),
    ({"LearnerStatus": "4"}, "Value '4' of element 'LearnerStatus'"),
    ({"VerificationType": "999"}, "Element 'OtherVerificationDescription' is required when VerificationType is 999."),
    ({"ULN": "1000000010"}, "ULN: '1000000010' is not ten digits with the right check digit"),
    ({"ULN": "100000001"}, "ULN: '100000001' is not ten digits"),
    ({"ULN": 1234567890}, "ULN: must be text"),
    ({"ULN": "9999999999"}, "ULN: 9999999999 means that there is no ULN"),
    ({"MasterULN": "1000000010"}, "MasterULN: '1000000010' is not ten digits"),
    ({"MasterULN": SECOND}, f"MasterULN: no learner with the ULN {SECOND} is held"),
    ({"ULN": FIRST, "MasterULN": FIRST}, "MasterULN: a learner cannot be its own master"),
    (
        {"LinkedULNs": [FIRST]},
        "LinkedULNs: cannot be loaded: give each linked learner the ULN of its master as",
    ),
    ({"MasterSubstituted": "Y"}, "MasterSubstituted: cannot be loaded"),
    ({"MISIdentifier": "1"}, "'MISIdentifier' is not a field of a learner"),
    ({"givenname": "Nadia"}, "'givenname' is not a field of a learner"),
    ({"\ud800": "x"}, r"'\ud800' is not a field of a learner"),
    ({"Notes": "a\x00b"}, "Notes: holds the character U+0000, which XML cannot carry"),
    ({"Notes": "\x1e"}, "Notes: holds the character U+001E"),
    ({"Notes": "\ud83d"}, "Notes: holds the character U+D83D"),
    ({"Notes": "\ufffe"}, "Notes: holds the character U+FFFE"),
    ({"Notes": "\uffff"}, "Notes: holds the character U+FFFF"),
]


@pytest.mark.parametrize(("changed", "reason"), BAD_RECORDS, ids=range(len(BAD_RECORDS)))
def test_a_bad_record_is_told_and_the_others_are_loaded(
    store: Store, load_lines: Load, changed: dict[str, Any], reason: str
) -> None:
    result = load_lines(line("Ash"), json.dumps({**person(), **changed}), line("Yew"))
    assert result.loaded == count(store) == 2
    ((number, told),) = result.rejected
    assert number == 2
    assert told.startswith(reason)
    told.encode()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "not JSON: "),
        ("[]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"GivenName": "a", "GivenName": "b"}', "'GivenName' is given more than once"),
        (b'{"GivenName": "Zo\xeb"}\n', "not UTF-8"),
        ("[" * 100_000, "not JSON that can be read"),
        ('{"VersionNumber": NaN}', "VersionNumber: must be text"),
    ],
)
def test_a_line_that_is_no_record(store: Store, load_lines: Load, bad: str | bytes, reason: str) -> None:
    result = load_lines(line("Ash"), "", bad, line("Yew"))
    assert result.loaded == count(store) == 2
    ((number, told),) = result.rejected
    assert number == 3
    assert told.startswith(reason)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("Nadia,Birch,2001-04-05,2", "4 columns where the heading has 5"),
        (f"{row()},", "6 columns where the heading has 5"),
        ('Nadia,"Bir"ch,2001-04-05,2,YO1 7HH', "not CSV: "),
        ("Nadia,Bi\rrch,2001-04-05,2,YO1 7HH", "not CSV: "),
        (f"Nadia,{'x' * 200_000},2001-04-05,2,YO1 7HH", "not CSV: "),
        (b"Nadia,M\xfcller,2001-04-05,2,YO1 7HH\n", "not UTF-8"),
        ("Nadia,,2001-04-05,2,YO1 7HH", "FamilyName: missing"),
        ("Nadia,Bi\x1erch,2001-04-05,2,YO1 7HH", "FamilyName: holds the character U+001E"),
    ],
    ids=range(8),
)
def test_a_row_that_is_no_record(store: Store, load_lines: Load, bad: str | bytes, reason: str) -> None:
    result = load_lines(HEADING, row("Ash"), "", bad, row("Yew"))
    assert result.loaded == count(store) == 2
    ((number, told),) = result.rejected
    assert number == 4
    assert told.startswith(reason)


def test_a_row_over_several_lines_is_numbered_by_its_first(load_lines: Load) -> None:
    result = load_lines(f"Notes,{HEADING}", '"over', f'two",{row()}', '"over', 'two",Nadia')
    assert result.loaded == 1
    assert [number for number, _ in result.rejected] == [4]


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ("GivenName,FamilyName,DateOfBirth,Gender", "LastKnownPostCode: missing from the heading"),
        (f"{HEADING},Gender", "Gender: given more than once"),
        (f"{HEADING},Shoe size", "'Shoe size' is not a field of a learner"),
        (f"{HEADING},", "a column has no name"),
        (f"{HEADING},LinkedULNs", "LinkedULNs: cannot be loaded"),
        ("garbage", "'garbage' is not a field of a learner"),
        ('"GivenName"x', "not CSV: "),
        (b"\xff\xfeG\x00i\x00", "not UTF-8"),
    ],
)
def test_a_heading_that_will_not_do_stops_the_load(load_lines: Load, heading: str | bytes, reason: str) -> None:
    result = load_lines(heading, row("Ash"))
    assert result.loaded == 0
    ((number, told),) = result.rejected
    assert number == 1
    assert told.startswith(reason)


def test_all_fields_may_be_headings(load_lines: Load) -> None:
    values = {**dict.fromkeys(FIELDS, ""), **person()}
    assert without_issued(load_lines(",".join(values), ",".join(values.values()))) == LoadResult(1, ())


def test_the_facets_are_asked_of_every_value(load_lines: Load) -> None:
    asked: list[tuple[str, str]] = []

    def check(field: str, value: str) -> str | None:
        asked.append((field, value))
        return "is too long" if len(value) > 35 else None

    result = load_lines(line("x" * 36), line(Notes="", VersionNumber=3), check=check)
    assert without_issued(result) == LoadResult(1, (Rejection(1, "FamilyName: is too long"),))
    assert ("VersionNumber", "3") in asked
    assert not any(field == "Notes" for field, _ in asked)


def test_ulns_are_issued_where_there_are_none(store: Store, load_lines: Load) -> None:
    load_lines(*(line(f"Birch {number}") for number in range(450)))
    with store.reading() as transaction:
        transaction.cursor.execute("SELECT uln FROM learners")
        issued = [row[0] for row in transaction.cursor.fetchall()]
    assert len(set(issued)) == 450
    assert all(map(uln.is_valid, issued))


def test_what_is_held_already_is_told_with_its_uln(store: Store, load_lines: Load) -> None:
    result = load_lines(
        line("Ash", ULN=FIRST),
        line("Elm", ULN=FIRST),
        line("ASH", GivenName="nadia"),
        line("Yew", ULN=SECOND),
    )
    same = "a learner with the same names, date of birth, gender and postcode is held already"
    assert result.loaded == count(store) == 2
    assert result.rejected == (
        (2, f"ULN: a learner with the ULN {FIRST} is held already"),
        (3, f"{same}, with the ULN {FIRST}"),
    )
    assert load_lines(line("Ash")).rejected == ((1, f"{same}, with the ULN {FIRST}"),)


def test_a_deleted_learner_gives_its_keys_up(load_lines: Load) -> None:
    assert load_lines(line(ULN=FIRST, LearnerStatus="2"), line(ULN=SECOND), line(ULN=THIRD)).loaded == 2


def test_a_master_may_come_after_its_linked_learner_or_be_held_before(store: Store, load_lines: Load) -> None:
    assert load_lines(line("Ash", ULN=SECOND, MasterULN=FIRST), line("Elm", ULN=FIRST)) == LoadResult(2, ())
    assert load_lines(line("Yew", ULN=THIRD, MasterULN=FIRST)) == LoadResult(1, ())
    assert held(store, FIRST).linked_ulns == (SECOND, THIRD)
    assert held(store, THIRD).master_uln == FIRST


def test_a_master_must_be_neither_linked_nor_deleted(store: Store, load_lines: Load) -> None:
    load_lines(line("Ash", ULN=FIRST), line("Elm", ULN=SECOND, MasterULN=FIRST))
    load_lines(line("Oak", ULN=THIRD, LearnerStatus="2"))
    result = load_lines(line("Yew", MasterULN=SECOND), line("Fir", MasterULN=THIRD))
    assert result == LoadResult(
        0,
        (
            Rejection(1, f"MasterULN: {SECOND} is itself linked, to {FIRST}; give that as the master"),
            Rejection(2, f"MasterULN: the learner with the ULN {THIRD} is deleted"),
        ),
    )


@pytest.mark.parametrize(
    "bad", [line("Ash", Gender="7"), line("Birch 3"), line("Ash", MasterULN=FIRST), "{"], ids=range(4)
)
def test_strict_loads_all_or_nothing(store: Store, load_lines: Load, bad: str) -> None:
    good = [line(f"Birch {number}") for number in range(450)]
    result = load_lines(*good, bad, strict=True)
    assert (result.loaded, result.issued, count(store)) == (0, (), 0)
    assert [number for number, _ in result.rejected] == [451]
    assert without_issued(load_lines(*good, strict=True)) == LoadResult(450, ())
    assert count(store) == 450


@pytest.mark.parametrize("strict", [False, True])
def test_progress_is_told(load_lines: Load, strict: bool) -> None:
    told: list[tuple[int, int]] = []
    load_lines(
        *(line(f"Birch {number}") for number in range(450)),
        strict=strict,
        progress=lambda loaded, rejected: told.append((loaded, rejected)),
    )
    assert told == [(120, 0), (240, 0), (360, 0), (450, 0)]


def test_others_write_in_the_pause_after_each_portion(
    store: Store, clock: SettableClock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Store(database_url, busy_timeout=0)
    seen: list[int] = []

    def writing(seconds: float) -> None:
        # Twice as long as a server that waits to write may take to look again.
        assert seconds >= 0.004
        with impatient.writing() as transaction:
            seen.append(learners.count(transaction))

    monkeypatch.setattr(learner_files, "time", SimpleNamespace(sleep=writing))
    load(store, [line(f"Birch {number}").encode() for number in range(300)], clock=clock)
    impatient.close()
    assert seen == [120, 240, 300]


def test_what_was_loaded_stays_where_the_store_fails(store: Store, database_url: str, clock: SettableClock) -> None:
    def lines() -> Iterable[bytes]:
        for number in range(450):
            if number == 239:
                store.close()
            yield line(f"Birch {number}").encode()

    with pytest.raises(StoreUnavailable):
        load(store, lines(), clock=clock)
    again = Store(database_url)
    assert count(again) == 120
    again.close()
