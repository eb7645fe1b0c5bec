"""Find by demographics: the learners that names, date of birth, gender and postcode may mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from lrs_soap.rules.learners.identifiers import keeps_upn
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.names.matching import NamesAsked, compare_names
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.agreement import (
    ALIAS,
    DATES_DIFFERENT,
    DATES_EQUAL,
    DATES_NEAR,
    EQUAL,
    Agreement,
    DateAgreement,
    NamesAgreement,
    Part,
    ScorePart,
)
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import FIELDS, IDENTITY, Prohibition
from lrs_soap.rules.values.rule import Outcome, Rule

MAXIMUM_MATCHES = 10
"""How many learners an answer has at most. If more match, not counting relatives (P6), it has none."""

MAXIMUM_ROWS = 5_000
"""How many rows a search looks at. If there are more, too many match (`too_many_rows`)."""

# Names of their own, because finding a member in its Enum takes 0.2 µs.
_EXACT_MATCH, _POSSIBLE_MATCHES, _NO_MATCH = (
    ResponseCode.EXACT_MATCH,
    ResponseCode.POSSIBLE_MATCHES,
    ResponseCode.NO_MATCH,
)
_RELATIVE = Rule.P6
_EQUAL_KEYS, _NOBODY_FITS, _FITS = Outcome.EQUAL, Outcome.NOBODY_FITS, Outcome.FITS

_FIELDS = tuple(field.name for field in IDENTITY)

_GIVEN_PARTS, _FAMILY_PARTS = (
    {
        Agreement.EQUAL: ScorePart(part, 30, Agreement.EQUAL),
        Agreement.ALIAS: ScorePart(part, 25, Agreement.ALIAS),
        Agreement.SIMILAR: ScorePart(part, 15, Agreement.SIMILAR),
        Agreement.DIFFERENT: ScorePart(part, 0, Agreement.DIFFERENT),
    }
    for part in (Part.GIVEN_NAME, Part.FAMILY_NAME)
)
_SWAPPED = ScorePart(Part.SWAPPED_NAMES, 40)
_DATE_PARTS = {
    DateAgreement.EQUAL: ScorePart(Part.DATE_OF_BIRTH, 25, DateAgreement.EQUAL),
    DateAgreement.NEAR: ScorePart(Part.DATE_OF_BIRTH, 12, DateAgreement.NEAR),
    DateAgreement.DIFFERENT: ScorePart(Part.DATE_OF_BIRTH, 0, DateAgreement.DIFFERENT),
}
_GIVEN_POINTS, _FAMILY_POINTS = (
    tuple(parts[each].points for each in Agreement) for parts in (_GIVEN_PARTS, _FAMILY_PARTS)
)
_DATE_POINTS = tuple(_DATE_PARTS[each].points for each in DateAgreement)
_POST_CODE = ScorePart(Part.POST_CODE, 10)
_GENDER = ScorePart(Part.GENDER, 5)
_OPTIONAL_PARTS = {
    part.value: ScorePart(part, 5)
    for part in (
        *(Part.PREVIOUS_FAMILY_NAME, Part.SCHOOL_AT_AGE_16, Part.PLACE_OF_BIRTH, Part.EMAIL_ADDRESS),
        *(Part.PREFERRED_GIVEN_NAME, Part.MIDDLE_OTHER_NAME),
        *(Part.UNIQUE_PUPIL_NUMBER, Part.UNIQUE_CANDIDATE_IDENTIFIER),
    )
}
# The optional fields that tell people apart.
_IDENTIFIERS = frozenset({"email_address", "unique_pupil_number", "unique_candidate_identifier"})

_ANY_GENDER = frozenset({"0", "9"})


class DemographicsAsked(NamedTuple):
    """What a request asks for, as it was sent. An optional field that is None or blank is ignored.

    A named tuple, because every search makes one, and a frozen dataclass takes five times as long.
    """

    given_name: str
    family_name: str
    date_of_birth: str
    gender: str
    last_known_post_code: str
    previous_family_name: str | None = None
    school_at_age_16: str | None = None
    place_of_birth: str | None = None
    email_address: str | None = None
    preferred_given_name: str | None = None
    middle_other_name: str | None = None
    unique_pupil_number: str | None = None
    unique_candidate_identifier: str | None = None

    @property
    def names(self) -> NamesAsked:
        return NamesAsked._make(_names_of(self))

    @property
    def has_options(self) -> bool:
        """Whether one of the optional fields was sent."""
        return any(_options_of(self))

    @property
    def has_identifier(self) -> bool:
        """Whether one of the optional fields that tell people apart was sent."""
        return any(_identifiers_of(self))

    @property
    def with_words(self) -> Iterator[tuple[str, str | None]]:
        """The names and the school, each with the contract's name of its field, in the contract's order."""
        return zip(_WITH_WORDS, _with_words_of(self), strict=True)

    def as_of(self, day: date) -> DemographicsAsked:
        """What counts of it on this day: the UPN of somebody who is too old for one is passed over."""
        if not self.unique_pupil_number or keeps_upn(self.date_of_birth, day):
            return self
        return self._replace(unique_pupil_number=None)


_ASKED_WITH_WORDS = [
    field for field in FIELDS if field.prohibition is Prohibition.WORDS and field.name in DemographicsAsked._fields
]
_WITH_WORDS = tuple(field.contract_name for field in _ASKED_WITH_WORDS)
_with_words_of: Callable[[DemographicsAsked], tuple[str | None, ...]] = itemgetter(
    *(DemographicsAsked._fields.index(field.name) for field in _ASKED_WITH_WORDS)
)
# The values of the five fields. By their places, which takes a third of the time that their names take.
_values: Callable[[DemographicsAsked], tuple[str, ...]] = itemgetter(*map(DemographicsAsked._fields.index, _FIELDS))
_names_of, _options_of, _identifiers_of = (
    itemgetter(*map(DemographicsAsked._fields.index, fields))
    for fields in (
        ("given_name", "family_name", "previous_family_name", "preferred_given_name", "middle_other_name"),
        _OPTIONAL_PARTS,
        _IDENTIFIERS,
    )
)
_held_values: Callable[[Learner], tuple[str, ...]] = itemgetter(*map(Learner._fields.index, _FIELDS))


class DemographicsAgreement(NamedTuple):
    """How well a request agrees with a learner.

    `identifier`: a field that tells people apart, e-mail address, UPN or UCI, was sent and is equal.
    """

    names: NamesAgreement
    date: DateAgreement
    post_code: bool
    gender: bool
    identifier: bool


# A learner that fits a rule: minus its score, the ULN of the learner to answer for it, and its own ULN, which are also
# the order of matches; the learner to answer, which is its master or itself; the learner itself; the rule, and what the
# score is made of. A plain tuple, because a search makes many.
_Match = tuple[int, str, str, Learner, Learner, Rule, tuple[ScorePart, ...]]


def compare_dates(asked: str, held: str) -> DateAgreement:
    """How two dates, `YYYY-MM-DD`, agree.

    NEAR: day and month are swapped; or exactly one of year, month and day differs; or one date is 1 January of the
    other's year, as people write who know only the year.
    """
    if asked == held:
        return DATES_EQUAL
    asked_parts, held_parts = asked.split("-"), held.split("-")
    same_year = asked_parts[0] == held_parts[0]
    near = (
        sum(one != other for one, other in zip(asked_parts, held_parts, strict=True)) == 1
        or (same_year and asked_parts[1:] == held_parts[:0:-1])
        or (same_year and ["01", "01"] in (asked_parts[1:], held_parts[1:]))
    )
    return DATES_NEAR if near else DATES_DIFFERENT


def genders_agree(asked: str, held: str) -> bool:
    """Whether two genders agree. Not known (0) and not specified (9) agree with every gender."""
    return asked == held or asked in _ANY_GENDER or held in _ANY_GENDER


def post_codes_agree(asked_key: str, held_key: str) -> bool:
    """Whether two identity keys of postcodes are equal. ZZ99 9ZZ (not known) matches nothing."""
    return asked_key == held_key and asked_key != postcode.UNKNOWN


def rule_that_fits(agreement: DemographicsAgreement) -> Rule | None:
    """The first rule of P1 to P7 that such an agreement fits; None if it fits none.

    |    | names                                                         | date  | postcode | and               |
    |----|---------------------------------------------------------------|-------|----------|-------------------|
    | P1 | swapped; or both at least SIMILAR, one of them EQUAL or ALIAS | EQUAL |          |                   |
    | P1 | both SIMILAR                                                  | EQUAL | equal    |                   |
    | P2 | both EQUAL or ALIAS                                           | NEAR  | equal    |                   |
    | P3 | given EQUAL or ALIAS                                          | EQUAL | equal    | genders agree     |
    | P4 | family EQUAL                                                  | EQUAL | equal    |                   |
    | P5 | both EQUAL                                                    |       | equal    |                   |
    | P6 | family EQUAL                                                  |       | equal    |                   |
    | P7 | one of them EQUAL or ALIAS                                    | EQUAL |          | identifiers equal |
    """
    names, date_agreement, is_here, is_gender, is_identifier = agreement
    is_born = date_agreement is DATES_EQUAL
    is_family = names.family is EQUAL
    if is_born and names.similar and (names.swapped or names.one_equal_or_alias or is_here):
        return Rule.P1
    if is_here:
        if date_agreement is DATES_NEAR and names.both_equal_or_alias:
            return Rule.P2
        if is_born and is_gender and names.given >= ALIAS:
            return Rule.P3
        if is_born and is_family:
            return Rule.P4
        if is_family:
            return Rule.P5 if names.given is EQUAL else Rule.P6
    return Rule.P7 if is_born and is_identifier and names.one_equal_or_alias else None


# A search asks this for each row that it looks at, and there are no more than 768 answers.
@lru_cache(maxsize=1024)
def agreement_and_rule(
    names: NamesAgreement, date_agreement: DateAgreement, is_here: bool, is_gender: bool, is_identifier: bool
) -> tuple[DemographicsAgreement, Rule | None]:
    """The agreement of these values, made once, and the first rule that it fits."""
    agreement = DemographicsAgreement(names, date_agreement, is_here, is_gender, is_identifier)
    return agreement, rule_that_fits(agreement)


def exact_match(asked: DemographicsAsked, learner: Learner, master: Learner | None) -> Decision:
    """The answer when `learner`, not deleted, has the five identity keys, whatever other learners are similar.

    `master` is the master of a linked learner.
    """
    exact = Reason(Rule.EXACT_MATCH, _EQUAL_KEYS, _FIELDS, _values(asked), _held_values(learner), learner.uln)
    if master is None:
        return Decision(_EXACT_MATCH, (learner,), (exact,))
    reasons = (exact, _linked(learner, master))
    return Decision(ResponseCode.MASTER_SUBSTITUTED, (master,), reasons, frozenset({master.uln}))


def possible_matches(asked: DemographicsAsked, candidates: Iterable[tuple[Learner, Learner | None]]) -> Decision:
    """The answer when nobody has the five identity keys.

    `candidates` are learners that are not deleted, each once and with the master if it is linked. They must include
    everybody who fits a rule (`rule_that_fits`), and may include others. As soon as too many match, the rest is not
    asked for. A linked learner is answered with its master, which appears once, with the best score of the learners
    that lead to it. The best score comes first; with equal scores, the lower ULN.

    Learners who fit P6 alone never make too many. The best of them take the places that the others leave.
    """
    comparison: _Comparison | None = None
    matches: list[_Match] = []
    # The ULNs of those who are answered for more than a P6, and of those who are not only masters of others.
    others_than_relatives: set[str] = set()
    found_themselves: set[str] = set()
    for learner, master in candidates:
        # Many a search has no candidate.
        comparison = comparison or _Comparison(asked)
        rule, parts, score = comparison.judged(learner)
        if rule is None:
            continue
        answered = master or learner
        uln = answered.uln
        matches.append((-score, uln, learner.uln, answered, learner, rule, parts))
        if master is None:
            found_themselves.add(uln)
        if rule is not _RELATIVE:
            others_than_relatives.add(uln)
            if len(others_than_relatives) > MAXIMUM_MATCHES:
                eleven = _best_first([match for match in matches if match[1] in others_than_relatives])
                return Decision(ResponseCode.TOO_MANY_MATCHES, reasons=_reasons(asked, eleven))
    if not matches:
        return nobody(asked)
    ranked = _without_surplus_relatives(_best_first(matches), others_than_relatives)
    best = [matches[0] for matches in ranked.values()]
    return Decision(
        _POSSIBLE_MATCHES,
        tuple([answered for _, _, _, answered, _, _, _ in best]),
        _reasons(asked, ranked),
        frozenset(ranked.keys() - found_themselves),
    )


def nobody(asked: DemographicsAsked) -> Decision:
    """The answer when there is no candidate, or none who fits a rule."""
    return Decision(_NO_MATCH, reasons=(Reason(Rule.POSSIBLE_MATCH, _NOBODY_FITS, _FIELDS, _values(asked)),))


def too_many_rows(asked: DemographicsAsked) -> Decision:
    """The answer when a search has more than MAXIMUM_ROWS rows to look at, whoever they are."""
    reason = Reason(Rule.ROWS_READ, Outcome.TOO_MANY, _FIELDS, _values(asked))
    return Decision(ResponseCode.TOO_MANY_MATCHES, reasons=(reason,))


def _option_keys(asked: DemographicsAsked) -> list[tuple[str, str]]:
    """The optional fields that were sent and are not blank, each with its identity key."""
    return [
        (field, key)
        for field, sent in zip(_OPTIONAL_PARTS, _options_of(asked), strict=True)
        if sent and (key := identity_key(sent))
    ]


class _Comparison:
    """Compares one learner after another with what is asked for, whose keys are made once."""

    def __init__(self, asked: DemographicsAsked) -> None:
        self._asked = asked
        self._names = asked.names
        self._post_code = postcode.identity_key(asked.last_known_post_code)
        self._options = _option_keys(asked) if asked.has_options else []

    def judged(self, learner: Learner) -> tuple[Rule | None, tuple[ScorePart, ...], int]:
        """The rule that a learner fits, or None; what its score is made of, and the score."""
        asked = self._asked
        return _judged(
            compare_names(self._names, learner),
            compare_dates(asked.date_of_birth, learner.date_of_birth),
            post_codes_agree(self._post_code, postcode.identity_key(learner.last_known_post_code)),
            genders_agree(asked.gender, learner.gender),
            self._equal_options(learner) if self._options else (),
        )

    def _equal_options(self, learner: Learner) -> tuple[str, ...]:
        return tuple([field for field, key in self._options if key == identity_key(getattr(learner, field) or "")])


# The learners of a search agree with it in few ways, and those of other searches in the same.
@lru_cache(maxsize=1024)
def _judged(
    names: NamesAgreement, date_agreement: DateAgreement, is_here: bool, is_gender: bool, equal_options: tuple[str, ...]
) -> tuple[Rule | None, tuple[ScorePart, ...], int]:
    """What `_Comparison.judged` says of a learner who agrees so."""
    is_identifier = not _IDENTIFIERS.isdisjoint(equal_options)
    agreement, rule = agreement_and_rule(names, date_agreement, is_here, is_gender, is_identifier)
    parts = score_parts(agreement, equal_options)
    return rule, parts, sum(part.points for part in parts)


def names_parts(names: NamesAgreement) -> list[ScorePart]:
    """What the names add to a score, each of them also where that is nothing."""
    given, family = _GIVEN_PARTS[names.given], _FAMILY_PARTS[names.family]
    swapped = names.swapped and given.points + family.points < _SWAPPED.points
    return [_SWAPPED] if swapped else [given, family]


def score_parts(agreement: DemographicsAgreement, equal_options: Iterable[str] = ()) -> tuple[ScorePart, ...]:
    """What each part that agrees adds to the score. The score decides only the order."""
    parts = names_parts(agreement.names)
    parts.append(_DATE_PARTS[agreement.date])
    if agreement.post_code:
        parts.append(_POST_CODE)
    if agreement.gender:
        parts.append(_GENDER)
    parts.extend(_OPTIONAL_PARTS[field] for field in equal_options)
    return tuple(part for part in parts if part.points)


def points_of(agreement: DemographicsAgreement) -> int:
    """What the parts add up to, without the optional fields and without naming them."""
    names, date_agreement, is_here, is_gender, _ = agreement
    points = _GIVEN_POINTS[names.given] + _FAMILY_POINTS[names.family]
    if names.swapped:
        points = max(points, _SWAPPED.points)
    points += _DATE_POINTS[date_agreement]
    if is_here:
        points += _POST_CODE.points
    return points + _GENDER.points if is_gender else points


def _best_first(matches: list[_Match]) -> dict[str, list[_Match]]:
    """The matches by the ULN of the learner that is answered, best first; the learners in the order of their best."""
    ranked: dict[str, list[_Match]] = {}
    for match in sorted(matches):
        ranked.setdefault(match[1], []).append(match)
    return ranked


def _without_surplus_relatives(ranked: dict[str, list[_Match]], others: set[str]) -> dict[str, list[_Match]]:
    """The matches of the learners to answer: of `others`, and of the best of the rest for whom there is room."""
    if len(ranked) <= MAXIMUM_MATCHES:
        return ranked
    relatives = [uln for uln in ranked if uln not in others]
    without = set(relatives[MAXIMUM_MATCHES - len(others) :])
    return {uln: matches for uln, matches in ranked.items() if uln not in without}


def _reasons(asked: DemographicsAsked, ranked: dict[str, list[_Match]]) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    sent = _values(asked)
    for matches in ranked.values():
        for _, _, uln, answered, learner, rule, parts in matches:
            reasons.append(Reason(rule, _FITS, _FIELDS, sent, _held_values(learner), uln, parts))
            if answered is not learner:
                reasons.append(_linked(learner, answered))
    return tuple(reasons)


def _linked(learner: Learner, master: Learner) -> Reason:
    return Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (learner.uln,), (master.uln,))
