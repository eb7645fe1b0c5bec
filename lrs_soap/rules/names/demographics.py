"""Find by demographics: whom names, date of birth, gender and postcode mean, surely or perhaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from operator import attrgetter

from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.names.matching import Agreement, NamesAgreement, NamesAsked, compare_names
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner

MOST = 10
"""How many learners an answer has at most; where there are more it has none."""

_FIELDS = ("given_name", "family_name", "date_of_birth", "gender", "last_known_post_code")
_values: Callable[[DemographicsAsked | Learner], tuple[str, ...]] = attrgetter(*_FIELDS)
_OPTIONAL_FIELDS = ("previous_family_name", "school_at_age_16", "place_of_birth", "email_address")

_NAME_SCORES = {Agreement.EQUAL: 30, Agreement.ALIAS: 25, Agreement.SIMILAR: 15, Agreement.DIFFERENT: 0}
_SWAPPED_SCORE = 40
_POST_CODE_SCORE = 10
_GENDER_SCORE = 5
_OPTIONAL_SCORE = 5

_ANY_GENDER = frozenset({"0", "9"})


@dataclass(frozen=True, slots=True)
class DemographicsAsked:
    """What a request asks by, as it was sent; an optional field that is None or blank says nothing."""

    given_name: str
    family_name: str
    date_of_birth: str
    gender: str
    last_known_post_code: str
    previous_family_name: str | None = None
    school_at_age_16: str | None = None
    place_of_birth: str | None = None
    email_address: str | None = None

    @property
    def names(self) -> NamesAsked:
        return NamesAsked(self.given_name, self.family_name, self.previous_family_name)


class DateAgreement(IntEnum):
    """How well one date agrees with another, the better the greater."""

    DIFFERENT = 0
    NEAR = 1
    EQUAL = 2


_DATE_SCORES = {DateAgreement.EQUAL: 25, DateAgreement.NEAR: 12, DateAgreement.DIFFERENT: 0}


@dataclass(frozen=True, slots=True)
class DemographicsAgreement:
    """How well what is asked agrees with a learner."""

    names: NamesAgreement
    date: DateAgreement
    post_code: bool
    gender: bool


@dataclass(frozen=True, slots=True)
class _Match:
    """A learner who fits a rule, and whom the answer has for it: its master, or itself."""

    learner: Learner
    answered: Learner
    rule: str
    parts: tuple[tuple[str, int], ...]
    score: int


# The first that fits is the one that is named.
_RULES: tuple[tuple[str, Callable[[DemographicsAgreement], bool]], ...] = (
    (
        # Both names at least similar and one of them more than that, or swapped; the same date.
        "P1",
        lambda agreement: (
            agreement.date is DateAgreement.EQUAL
            and agreement.names.similar
            and (agreement.names.swapped or max(agreement.names.given, agreement.names.family) >= Agreement.ALIAS)
        ),
    ),
    (
        # A mistyped date.
        "P2",
        lambda agreement: (
            agreement.post_code and agreement.date is DateAgreement.NEAR and agreement.names.both_equal_or_alias
        ),
    ),
    (
        # A changed family name.
        "P3",
        lambda agreement: (
            agreement.post_code
            and agreement.date is DateAgreement.EQUAL
            and agreement.names.given >= Agreement.ALIAS
            and agreement.gender
        ),
    ),
    (
        # A twin.
        "P4",
        lambda agreement: (
            agreement.post_code and agreement.date is DateAgreement.EQUAL and agreement.names.family is Agreement.EQUAL
        ),
    ),
    (
        # A parent of the same name, or a date that is quite wrong.
        "P5",
        lambda agreement: (
            agreement.post_code
            and agreement.names.given is Agreement.EQUAL
            and agreement.names.family is Agreement.EQUAL
        ),
    ),
)


def compare_dates(asked: str, held: str) -> DateAgreement:
    """How two dates, `YYYY-MM-DD`, agree.

    NEAR: day and month are swapped, or exactly one of year, month and day differs, or one of the dates is 1 January
    of the other's year, which is what people put down who do not know.
    """
    if asked == held:
        return DateAgreement.EQUAL
    asked_parts, held_parts = asked.split("-"), held.split("-")
    same_year = asked_parts[0] == held_parts[0]
    near = (
        sum(one != other for one, other in zip(asked_parts, held_parts, strict=True)) == 1
        or (same_year and asked_parts[1:] == held_parts[:0:-1])
        or (same_year and ["01", "01"] in (asked_parts[1:], held_parts[1:]))
    )
    return DateAgreement.NEAR if near else DateAgreement.DIFFERENT


def genders_agree(asked: str, held: str) -> bool:
    """Whether two genders agree; not known and not specified agree with any."""
    return asked == held or asked in _ANY_GENDER or held in _ANY_GENDER


def post_codes_agree(asked_key: str, held_key: str) -> bool:
    """Whether two identity keys of postcodes are one place; the postcode of those whose nobody knows is none."""
    return asked_key == held_key and asked_key != postcode.UNKNOWN


def rule_that_fits(agreement: DemographicsAgreement) -> str | None:
    """The first of P1 to P5 that makes a learner who agrees so a possible match.

    |    | names                                                           | date  | postcode | gender |
    |----|-----------------------------------------------------------------|-------|----------|--------|
    | P1 | swapped; or both at least SIMILAR, one of them EQUAL or ALIAS   | EQUAL |          |        |
    | P2 | both EQUAL or ALIAS                                             | NEAR  | equal    |        |
    | P3 | given EQUAL or ALIAS                                            | EQUAL | equal    | agrees |
    | P4 | family EQUAL                                                    | EQUAL | equal    |        |
    | P5 | both EQUAL                                                      |       | equal    |        |
    """
    for name, fits in _RULES:
        if fits(agreement):
            return name
    return None


def exact_match(asked: DemographicsAsked, learner: Learner, master: Learner | None) -> Decision:
    """What to answer where `learner`, not deleted, has the five identity keys, whoever else is similar.

    `master` is who stands in for a linked learner.
    """
    exact = Reason("exact", "identity keys equal", _FIELDS, _values(asked), _values(learner), uln=learner.uln)
    if master is None:
        return Decision(ResponseCode.EXACT_MATCH, (learner,), (exact,))
    reasons = (exact, _linked(learner, master))
    return Decision(ResponseCode.MASTER_SUBSTITUTED, (master,), reasons, frozenset({master.uln}))


def possible_matches(asked: DemographicsAsked, candidates: Iterable[tuple[Learner, Learner | None]]) -> Decision:
    """What to answer where nobody has the five identity keys.

    `candidates` are learners who are not deleted, each once, with the master of a linked one: all who fit a rule
    (`rule_that_fits`) and any others. No more of them are asked for once there are too many. A linked learner is
    answered with its master, who is there once, with the best score of all that lead to it; the best come first, and
    of equals the lower ULN.
    """
    found: dict[str, list[_Match]] = {}
    for learner, master in candidates:
        match = _match(asked, learner, master)
        if match is not None:
            found.setdefault(match.answered.uln, []).append(match)
            if len(found) > MOST:
                return Decision(ResponseCode.TOO_MANY_MATCHES, reasons=_reasons(asked, _best_first(found)))
    if not found:
        return Decision(ResponseCode.NO_MATCH, reasons=(Reason("P1 to P5", "nobody fits", _FIELDS, _values(asked)),))
    ranked = _best_first(found)
    return Decision(
        ResponseCode.POSSIBLE_MATCHES,
        tuple(matches[0].answered for matches in ranked),
        _reasons(asked, ranked),
        frozenset(uln for uln, matches in found.items() if all(match.learner.uln != uln for match in matches)),
    )


def _match(asked: DemographicsAsked, learner: Learner, master: Learner | None) -> _Match | None:
    agreement = DemographicsAgreement(
        compare_names(asked.names, learner),
        compare_dates(asked.date_of_birth, learner.date_of_birth),
        post_codes_agree(
            postcode.identity_key(asked.last_known_post_code), postcode.identity_key(learner.last_known_post_code)
        ),
        genders_agree(asked.gender, learner.gender),
    )
    rule = rule_that_fits(agreement)
    if rule is None:
        return None
    parts = _parts(agreement, asked, learner)
    return _Match(learner, master or learner, rule, parts, sum(score for _, score in parts))


def _parts(agreement: DemographicsAgreement, asked: DemographicsAsked, held: Learner) -> tuple[tuple[str, int], ...]:
    """What each thing that agrees counts; the score is for the order only."""
    names = agreement.names
    parts = [
        (f"given {names.given.name}", _NAME_SCORES[names.given]),
        (f"family {names.family.name}", _NAME_SCORES[names.family]),
    ]
    if names.swapped and sum(score for _, score in parts) < _SWAPPED_SCORE:
        parts = [("swapped", _SWAPPED_SCORE)]
    parts.append((f"date {agreement.date.name}", _DATE_SCORES[agreement.date]))
    if agreement.post_code:
        parts.append(("postcode", _POST_CODE_SCORE))
    if agreement.gender:
        parts.append(("gender", _GENDER_SCORE))
    for field in _OPTIONAL_FIELDS:
        sent = getattr(asked, field)
        if sent and (key := identity_key(sent)) and key == identity_key(getattr(held, field) or ""):
            parts.append((field, _OPTIONAL_SCORE))
    return tuple((name, score) for name, score in parts if score)


def _best_first(found: dict[str, list[_Match]]) -> list[list[_Match]]:
    """The matches of each learner who is answered, the best of them first, and so those learners."""
    ranked = [sorted(matches, key=lambda match: (-match.score, match.learner.uln)) for matches in found.values()]
    return sorted(ranked, key=lambda matches: (-matches[0].score, matches[0].answered.uln))


def _reasons(asked: DemographicsAsked, ranked: list[list[_Match]]) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    for matches in ranked:
        for match in matches:
            reasons.append(
                Reason(
                    match.rule,
                    ", ".join(name for name, _ in match.parts),
                    _FIELDS,
                    _values(asked),
                    _values(match.learner),
                    match.score,
                    match.learner.uln,
                    match.parts,
                )
            )
            if match.answered is not match.learner:
                reasons.append(_linked(match.learner, match.answered))
    return tuple(reasons)


def _linked(learner: Learner, master: Learner) -> Reason:
    return Reason("linked", "master stands in", ("master_uln",), (learner.uln,), (master.uln,))
