"""The list of prohibited text: that which ships, and a file in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrs_soap.errors import InvalidSetting
from lrs_soap.loading.prohibited_text import parse, read
from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText


def test_the_list_that_ships_has_words_and_prison_postcodes() -> None:
    shipped = read(None)
    for text in ("Bogus", "HMP Belmarsh", "Prisoner", "A former prisoner.", "HM Prison", "PRISON-Smith", "Feltham YOI"):
        assert shipped.is_in(text)
    assert shipped.is_postcode("sw18 3hu")


@pytest.mark.parametrize(
    "text", ["School", "Gateshead College", "HMPs Road", "Anna", "Imprisoned", "Prisoners' Aid", "Yoichi"]
)
def test_the_list_that_ships_lets_ordinary_text_pass(text: str) -> None:
    assert not read(None).is_in(text)


@pytest.mark.parametrize("postcode", ["ZZ99 9ZZ", "LS1 4AP", "BFPO 12"])
def test_the_list_that_ships_lets_ordinary_postcodes_pass(postcode: str) -> None:
    assert not read(None).is_postcode(postcode)


def test_a_file_takes_the_place_of_what_ships(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(
        "\ufeff# ours\n\n  word  O’Bad \nword STRASSE\npostcode ls1  4ap\n   # more\npostcode BFPO 12", "utf-8"
    )
    assert read(path) == ProhibitedText(frozenset({"o'bad", "strasse"}), frozenset({"LS14AP", "BFPO12"}))


def test_an_empty_file_prohibits_nothing() -> None:
    assert parse(b"", "empty.txt") == NOTHING_PROHIBITED


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"bogus", "'bogus' begins with neither 'word' nor 'postcode'"),
        (b"words bogus", "'words bogus' begins with neither 'word' nor 'postcode'"),
        (b"word", "'' is not one word"),
        (b"word two words", "'two words' is not one word"),
        (b"word half-way", "'half-way' is not one word"),
        (b"word '-'", "\"'-'\" is not one word"),
        (b"postcode", "'' is not a postcode"),
        (b"postcode SW18", "'SW18' is not a postcode"),
        (b"postcode SW18 3HU, London", "'SW18 3HU, London' is not a postcode"),
        (b"word caf\xe9", "not UTF-8"),
        (b"x" * 100, f"'{'x' * 40}…' begins with neither 'word' nor 'postcode'"),
    ],
)
def test_what_is_no_entry_is_told_with_its_line(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(b"# comment\nword fine\n" + line + b"\n")
    with pytest.raises(InvalidSetting) as caught:
        read(path)
    assert str(caught.value) == f"The list of prohibited text {path}, line 3: {reason}."


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting) as caught:
        read(tmp_path / "nowhere.txt")
    assert str(caught.value).endswith("nowhere.txt cannot be read: No such file or directory.")
    with pytest.raises(InvalidSetting, match="cannot be read"):
        read(tmp_path)
