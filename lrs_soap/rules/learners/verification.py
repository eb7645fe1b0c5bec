"""Verify: whether a ULN and a person's details belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lrs_soap.rules.learners.find_by_uln import names_reason
from lrs_soap.rules.learners.uln_lookup import holder_of
from lrs_soap.rules.names.demographics import genders_agree
from lrs_soap.rules.names.keys import family_key, given_key, identity_key
from lrs_soap.rules.names.matching import NamesAsked, compare_names
from lrs_soap.rules.values.codes import FailureFlag, ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule

# Names of their own, because finding a member in its Enum takes 0.2 µs.
_VERIFIED, _VERIFIED_LINKED = ResponseCode.VERIFIED, ResponseCode.VERIFIED_LINKED


class ToVerify(NamedTuple):
    """The details that were sent with a ULN. A date or gender that was not sent is None or empty."""

    given_name: str
    family_name: str
    date_of_birth: str | None = None
    gender: str | None = None


@dataclass(slots=True)
class Verification(Decision):
    """The answer, with the learner if the details match, and the comparisons that failed, by their numbers."""

    flags: tuple[FailureFlag, ...] = ()


def verify(asked: ToVerify, uln: str, learner: Learner | None) -> Verification:
    """What to answer to `uln` and the details in `asked`.

    `learner` is the learner with this ULN, deleted or not, or None. A linked learner's own record is compared and
    answered, not its master's.

    | the ULN | names | date of birth and gender, if sent | answer; for a linked ULN |
    |---|---|---|---|
    | check digit wrong, unknown, deleted | | | ULN_NOT_FOUND |
    | held | identity keys equal | equal; genders 0 and 9 equal every gender | VERIFIED; VERIFIED_LINKED |
    | held | similar | equal | VERIFIED_SIMILAR; VERIFIED_SIMILAR_LINKED |
    | held | | | else NOT_VERIFIED |
    """
    held = holder_of(uln, learner)
    if not isinstance(held, Learner):
        return Verification(ResponseCode.ULN_NOT_FOUND, reasons=(held.reason(uln),))

    flags = tuple(_flags(asked, held))
    names_asked = NamesAsked(asked.given_name, asked.family_name)
    agreement = compare_names(names_asked, held)
    reasons = [names_reason(agreement, names_asked, held)]
    if flags:
        reasons.append(Reason(Rule.COMPARISONS, Outcome.FAILED, findings=flags))
    if held.master_uln is not None:
        reasons.append(Reason(Rule.LINKED, Outcome.OWN_RECORD_COMPARED, ("master_uln",), (uln,), (held.master_uln,)))

    if not flags:
        code = _VERIFIED if held.master_uln is None else _VERIFIED_LINKED
    elif agreement.similar and FailureFlag.DATE_OF_BIRTH not in flags and FailureFlag.GENDER not in flags:
        code = ResponseCode.VERIFIED_SIMILAR_LINKED if held.is_linked else ResponseCode.VERIFIED_SIMILAR
    else:
        return Verification(ResponseCode.NOT_VERIFIED, reasons=tuple(reasons), flags=flags)
    return Verification(code, (held,), tuple(reasons), flags=flags)


def _flags(asked: ToVerify, held: Learner) -> list[FailureFlag]:
    flags: list[FailureFlag] = []
    if identity_key(asked.given_name) != identity_key(held.given_name):
        flags += _given(asked, held)
    if identity_key(asked.family_name) != identity_key(held.family_name):
        flags += _family(asked, held)
    if asked.date_of_birth and asked.date_of_birth != held.date_of_birth:
        flags.append(FailureFlag.DATE_OF_BIRTH)
    if asked.gender and not genders_agree(asked.gender, held.gender):
        flags.append(FailureFlag.GENDER)
    return flags


def _given(asked: ToVerify, held: Learner) -> Iterator[FailureFlag]:
    yield FailureFlag.GIVEN_AGAINST_GIVEN
    as_family = family_key(asked.given_name)
    if not _agree(as_family, family_key(held.family_name)):
        yield FailureFlag.GIVEN_AGAINST_FAMILY
    if held.previous_family_name and not _agree(as_family, family_key(held.previous_family_name)):
        yield FailureFlag.GIVEN_AGAINST_PREVIOUS_FAMILY


def _family(asked: ToVerify, held: Learner) -> Iterator[FailureFlag]:
    if not _agree(given_key(asked.family_name), given_key(held.given_name)):
        yield FailureFlag.FAMILY_AGAINST_GIVEN
    yield FailureFlag.FAMILY_AGAINST_FAMILY
    as_family = family_key(asked.family_name)
    if held.previous_family_name and not _agree(as_family, family_key(held.previous_family_name)):
        yield FailureFlag.FAMILY_AGAINST_PREVIOUS_FAMILY


def _agree(asked_key: str, held_key: str) -> bool:
    """Whether two keys are equal and not empty."""
    return asked_key != "" and asked_key == held_key
