"""Verify: each answer, and each failure flag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.learners.uln_lookup import NoHolder
from lrs_soap.rules.learners.verification import ToVerify, Verification, verify
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.names.matching import NamesAsked, compare_names
from lrs_soap.rules.values.codes import FailureFlag, ResponseCode
from lrs_soap.rules.values.learner import Learner

ULN, MASTER = "1000000019", "1000000027"
HELD = Learner(ULN, "Catherine", "MacDonald", "1999-12-31", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01")
MARRIED = HELD._replace(previous_family_name="Whitlock")
MATCHES = {ResponseCode.VERIFIED, ResponseCode.VERIFIED_SIMILAR}


def ask(given: str, family: str, birth: str | None = None, gender: str | None = None) -> ToVerify:
    return ToVerify(given, family, birth, gender)


def flags_of(verification: Verification) -> str:
    return " ".join(flag.value for flag in verification.flags)


def test_a_uln_that_stands_for_nobody_is_not_found() -> None:
    verification = verify(ask("Catherine", "MacDonald"), ULN, None)
    assert verification == Verification(ResponseCode.ULN_NOT_FOUND, reasons=(NoHolder.UNKNOWN.reason(ULN),))


@pytest.mark.parametrize(
    ("asked", "held", "code", "flags"),
    [
        # Equal: by identity keys.
        (ask("Catherine", "MacDonald"), HELD, "WSVRC001", ""),
        (ask(" CATHERINE", "macdonald "), HELD, "WSVRC001", ""),
        (ask("Catherine", "MacDonald", "1999-12-31", "2"), HELD, "WSVRC001", ""),
        (ask("Catherine", "MacDonald", "", ""), HELD, "WSVRC001", ""),
        (ask("Catherine", "MacDonald", None, "0"), HELD, "WSVRC001", ""),
        (ask("Catherine", "MacDonald", None, "9"), HELD, "WSVRC001", ""),
        (ask("Catherine", "MacDonald", None, "1"), HELD._replace(gender="9"), "WSVRC001", ""),
        (ask("!", "—"), HELD._replace(given_name="!", family_name="-"), "WSVRC001", ""),
        # Similar: EQUAL keys of another spelling, an alias, a typing error, swapped.
        (ask("Catherine", "McDonald"), HELD, "WSVRC003", "VRF4 VRF5"),
        (ask("Cathérine", "MacDonald"), HELD, "WSVRC003", "VRF1 VRF2"),
        (ask("Katherine", "MacDonald"), HELD, "WSVRC003", "VRF1 VRF2"),
        (ask("Catherine", "MacDonnald", "1999-12-31", "2"), HELD, "WSVRC003", "VRF4 VRF5"),
        (ask("MacDonald", "Catherine"), HELD, "WSVRC003", "VRF1 VRF5"),
        (ask("McDonald", "Catherine"), HELD, "WSVRC003", "VRF1 VRF5"),
        (ask("Catherine", "Whitlock"), MARRIED, "WSVRC003", "VRF4 VRF5"),
        (ask("Catherine", "Whitlok"), MARRIED, "WSVRC005", "VRF4 VRF5 VRF6"),
        (ask("Catherine", "McDonald"), MARRIED, "WSVRC003", "VRF4 VRF5 VRF6"),
        (ask("Katherine", "MacDonald"), MARRIED, "WSVRC003", "VRF1 VRF2 VRF3"),
        # Neither: one name far off, a date, a gender.
        (ask("Susan", "MacDonald"), HELD, "WSVRC005", "VRF1 VRF2"),
        (ask("Catherine", "Smith"), HELD, "WSVRC005", "VRF4 VRF5"),
        (ask("Whitlock", "MacDonald"), MARRIED, "WSVRC005", "VRF1 VRF2"),
        (ask("MacDonald", "MacDonald"), MARRIED, "WSVRC005", "VRF1 VRF3"),
        (ask("Catherine", "Catherine"), HELD, "WSVRC005", "VRF5"),
        (ask("Catherine", "MacDonald", "1999-12-30"), HELD, "WSVRC005", "VRF7"),
        (ask("Catherine", "MacDonald", "1999-12-31", "1"), HELD, "WSVRC005", "VRF8"),
        (ask("Catherine", "McDonald", "1999-12-30", "1"), HELD, "WSVRC005", "VRF4 VRF5 VRF7 VRF8"),
        (
            ask("Susan", "Smith", "1990-01-01", "1"),
            MARRIED,
            "WSVRC005",
            "VRF1 VRF2 VRF3 VRF4 VRF5 VRF6 VRF7 VRF8",
        ),
        # An empty search key agrees with nothing, not even with another.
        (ask("?", "MacDonald"), HELD._replace(given_name="!"), "WSVRC005", "VRF1 VRF2"),
        (ask("!", "?"), HELD._replace(given_name="-", family_name="-"), "WSVRC005", "VRF1 VRF2 VRF4 VRF5"),
    ],
)
def test_each_answer_has_its_flags(asked: ToVerify, held: Learner, code: str, flags: str) -> None:
    verification = verify(asked, ULN, held)
    assert (verification.code.value, flags_of(verification)) == (code, flags)
    assert verification.learners == ((held,) if verification.code in MATCHES else ())
    assert verification.reasons
    # A linked one is compared in the same way, and answered with what it holds itself.
    linked = held._replace(master_uln=MASTER)
    again = verify(asked, ULN, linked)
    codes = {"WSVRC001": "WSVRC002", "WSVRC003": "WSVRC004", "WSVRC005": "WSVRC005"}
    assert (again.code.value, flags_of(again)) == (codes[code], flags)
    assert again.learners == ((linked,) if verification.code in MATCHES else ())


NAMES = st.sampled_from(
    ["Catherine", "catherine", "Katherine", "Macdonald", "McDonald", "Whitlock", "Anna Maria", "Ann", "!", ""]
)
LEARNERS = st.builds(
    lambda given, family, previous, birth, gender: HELD._replace(
        given_name=given,
        family_name=family,
        previous_family_name=previous,
        date_of_birth=birth,
        gender=gender,
    ),
    NAMES,
    NAMES,
    st.none() | NAMES,
    st.sampled_from(["1999-12-31", "1999-12-30"]),
    st.sampled_from("0129"),
)
ASKED = st.builds(
    ToVerify,
    NAMES,
    NAMES,
    st.sampled_from([None, "", "1999-12-31", "1999-12-30"]),
    st.sampled_from([None, "", "0", "1", "2", "9"]),
)


@given(ASKED, LEARNERS)
def test_flags_and_answer_agree(asked: ToVerify, held: Learner) -> None:
    verification = verify(asked, ULN, held)
    flags = set(verification.flags)
    assert list(verification.flags) == sorted(flags, key=lambda flag: flag.value)
    given_differs = identity_key(asked.given_name) != identity_key(held.given_name)
    family_differs = identity_key(asked.family_name) != identity_key(held.family_name)
    assert (FailureFlag.GIVEN_AGAINST_GIVEN in flags) == given_differs
    assert (FailureFlag.FAMILY_AGAINST_FAMILY in flags) == family_differs
    rest_differs = bool(flags & {FailureFlag.DATE_OF_BIRTH, FailureFlag.GENDER})
    assert (verification.code is ResponseCode.VERIFIED) == (
        not given_differs and not family_differs and not rest_differs
    )
    if verification.code is ResponseCode.VERIFIED_SIMILAR:
        assert compare_names(NamesAsked(asked.given_name, asked.family_name), held).similar
        assert not rest_differs
    if not held.previous_family_name:
        assert flags.isdisjoint({FailureFlag.GIVEN_AGAINST_PREVIOUS_FAMILY, FailureFlag.FAMILY_AGAINST_PREVIOUS_FAMILY})
