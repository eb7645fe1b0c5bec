"""Find by ULN: which learner is answered to a ULN and two names."""

from __future__ import annotations

from lrs_soap.rules.learners.uln_lookup import holder_of
from lrs_soap.rules.names.demographics import names_parts
from lrs_soap.rules.names.matching import NamesAsked, compare_names
from lrs_soap.rules.values.agreement import Agreement, NamesAgreement
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, NearMiss, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule

# Names of their own, because finding a member in its Enum takes 0.2 µs.
_NO_MATCH, _EXACT_MATCH, _SUBSTITUTED = ResponseCode.NO_MATCH, ResponseCode.EXACT_MATCH, ResponseCode.MASTER_SUBSTITUTED
_POSSIBLE_MATCHES = ResponseCode.POSSIBLE_MATCHES


def find_by_uln(asked: NamesAsked, uln: str, learner: Learner | None, master: Learner | None) -> Decision:
    """What to answer to `uln` and the names in `asked`.

    `learner` is the learner with this ULN, deleted or not, or None; `master` is the master of a linked learner. Raises
    ValueError for a linked learner without its master.

    | the ULN | its learner's own names | answer |
    |---|---|---|
    | check digit wrong, unknown, deleted | | NO_MATCH |
    | held | both EQUAL or ALIAS | EXACT_MATCH; linked: MASTER_SUBSTITUTED with the master |
    | held | similar | POSSIBLE_MATCHES with the learner; linked: with the master |
    | held | else | NO_MATCH: a ULN alone is not enough |
    """
    held = holder_of(uln, learner)
    if not isinstance(held, Learner):
        return Decision(_NO_MATCH, reasons=(held.reason(uln),), nearest=())

    agreement = compare_names(asked, held)
    names = names_reason(agreement, asked, held)
    is_exact = agreement.both_equal_or_alias
    if not is_exact and not agreement.similar:
        return Decision(_NO_MATCH, reasons=(names,), nearest=(_near_miss(agreement, names, uln),))
    if held.master_uln is None:
        return Decision(_EXACT_MATCH if is_exact else _POSSIBLE_MATCHES, (held,), (names,))
    if master is None:
        raise ValueError(f"the learner with ULN {uln} is linked: its master, {held.master_uln}, is needed")
    code = _SUBSTITUTED if is_exact else _POSSIBLE_MATCHES
    linked = Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (uln,), (master.uln,))
    return Decision(code, (master,), (names, linked), frozenset({master.uln}))


def _near_miss(agreement: NamesAgreement, names: Reason, uln: str) -> NearMiss:
    """The holder of the ULN, who has other names."""
    compared = zip((agreement.given, agreement.family), names.fields, names.sent, names.held, strict=True)
    different = [(field, sent, held) for found, field, sent, held in compared if found is not Agreement.EQUAL]
    fields, sent, held = zip(*different, strict=True)
    return NearMiss(uln, fields, sent, held, tuple(part for part in names_parts(agreement) if part.points))


def names_reason(agreement: NamesAgreement, asked: NamesAsked, learner: Learner) -> Reason:
    """The reason that says how the names agree."""
    return Reason(
        Rule.NAMES,
        agreement,
        ("given_name", "family_name"),
        (asked.given, asked.family),
        (learner.given_name, learner.family_name),
    )
