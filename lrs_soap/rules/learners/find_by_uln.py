"""Find by ULN: which learner a ULN and two names open."""

from __future__ import annotations

from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.names.matching import NamesAsked, compare_names
from lrs_soap.rules.values.agreement import NamesAgreement
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule


def find_by_uln(asked: NamesAsked, uln: str, learner: Learner | None, master: Learner | None) -> Decision:
    """What to answer to `uln` and the names in `asked`.

    `learner` is who holds the ULN, deleted or not, None if nobody; `master` is who stands in for a linked learner.
    A linked learner without master raises ValueError.

    | the ULN | its own names | answer |
    |---|---|---|
    | check digit wrong, unknown, deleted | | NO_MATCH |
    | held | both EQUAL or ALIAS | EXACT_MATCH; linked: MASTER_SUBSTITUTED with the master |
    | held | similar | POSSIBLE_MATCHES with the learner; linked: with the master |
    | held | else | NO_MATCH: a ULN alone opens nothing |
    """
    held = holder_of(uln, learner)
    if isinstance(held, NoHolder):
        return Decision(ResponseCode.NO_MATCH, reasons=(held.reason(uln),))

    agreement = compare_names(asked, held)
    names = names_reason(agreement, asked, held)
    if not agreement.similar:
        return Decision(ResponseCode.NO_MATCH, reasons=(names,))
    if not held.is_linked:
        code = ResponseCode.EXACT_MATCH if agreement.both_equal_or_alias else ResponseCode.POSSIBLE_MATCHES
        return Decision(code, (held,), (names,))
    if master is None:
        raise ValueError(f"the learner with ULN {uln} is linked: its master, {held.master_uln}, is needed")
    code = ResponseCode.MASTER_SUBSTITUTED if agreement.both_equal_or_alias else ResponseCode.POSSIBLE_MATCHES
    linked = Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (uln,), (master.uln,))
    return Decision(code, (master,), (names, linked), frozenset({master.uln}))


def names_reason(agreement: NamesAgreement, asked: NamesAsked, learner: Learner) -> Reason:
    """How the names agree, as a decision's reason has it."""
    return Reason(
        Rule.NAMES,
        agreement,
        ("given_name", "family_name"),
        (asked.given, asked.family),
        (learner.given_name, learner.family_name),
    )
