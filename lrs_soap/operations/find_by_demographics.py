"""Find a learner by names, date of birth, gender and postcode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from lrs_soap.operations.unwritten import Unwritten
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.field_checks import check_asked
from lrs_soap.rules.names.candidates import Candidates
from lrs_soap.rules.names.demographics import (
    MAXIMUM_ROWS,
    DemographicsAsked,
    exact_match,
    nobody,
    possible_matches,
    too_many_rows,
)
from lrs_soap.rules.names.lookup_keys import ULN, NameKeyRow
from lrs_soap.rules.names.near_misses import near_misses
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Rule
from lrs_soap.store import learners, look_ups
from lrs_soap.store.transaction import Transaction

# Names of their own, because finding a member in its Enum takes 0.2 µs.
_NO_MATCH, _TOO_MANY_MATCHES, _RELATIVE = ResponseCode.NO_MATCH, ResponseCode.TOO_MANY_MATCHES, Rule.P6


def find_by_demographics(work: UnitOfWork, asked: DemographicsAsked) -> Decision:
    """Find the learner with these details, or possible matches (docs/behaviour.md, Find by demographics).

    Answers EXACT_MATCH with the learner, or MASTER_SUBSTITUTED with its master. Otherwise answers POSSIBLE_MATCHES with
    at most ten learners, best first, or TOO_MANY_MATCHES or NO_MATCH with none. A search that would read more than
    MAXIMUM_ROWS rows is TOO_MANY_MATCHES. Where nobody matches, `nearest` has the near misses. Raises FieldsRefused.
    """
    today = work.today
    check_asked(
        asked.with_words,
        asked.date_of_birth,
        asked.gender,
        asked.last_known_post_code,
        today=today,
        prohibited=work.policy.prohibited,
    )
    exact = _exact_match(work, asked)
    if exact is not None:
        return exact
    asked = asked.as_of(today)
    candidates = Candidates(asked)
    decision = _possible_matches(work, asked, candidates)
    if decision.code is not _NO_MATCH:
        return decision
    return Decision(decision.code, reasons=decision.reasons, nearest=near_misses(asked, candidates.near))


def find_by_checked_demographics(
    work: UnitOfWork,
    asked: DemographicsAsked,
    *,
    unwritten: Unwritten | None = None,
    candidates: Candidates | None = None,
) -> Decision:
    """Like `find_by_demographics`, for details that are known to break no field rule, and without near misses.

    `unwritten` are learners to find as well, in place of those that the register has with their ULNs. `candidates` are
    those of the details as of today, if the caller has made them.
    """
    exact = _exact_match(work, asked, unwritten)
    if exact is not None:
        return exact
    asked = asked.as_of(work.today)
    return _possible_matches(work, asked, candidates or Candidates(asked), unwritten)


def _exact_match(work: UnitOfWork, asked: DemographicsAsked, unwritten: Unwritten | None = None) -> Decision | None:
    learner = (unwritten or learners).by_identity(work.transaction, asked)
    return None if learner is None else exact_match(asked, learner, learners.master_of(work.transaction, learner))


def _possible_matches(
    work: UnitOfWork, asked: DemographicsAsked, candidates: Candidates, unwritten: Unwritten | None = None
) -> Decision:
    rows = look_ups.rows(
        work.transaction,
        asked.date_of_birth,
        candidates.keys_by_date,
        candidates.post_code,
        candidates.keys_by_post_code,
        candidates.names,
    )
    first = next(rows, None)
    if first is None and unwritten is None:
        # Many a search finds no row, and needs nothing of what follows.
        return nobody(asked)
    search = _Search(work.transaction, asked, candidates, rows if first is None else chain((first,), rows))
    fitting = search.fitting()
    decision = possible_matches(asked, fitting if unwritten is None else unwritten.in_place(asked, fitting))
    if decision.code is _TOO_MANY_MATCHES:
        return decision
    if search.has_too_many_rows:
        return too_many_rows(asked)
    return search.with_all_of_the_learners(decision)


class _Search:
    """The rows of one search, and their learners. When `fitting` is over, `has_too_many_rows` says if there were more.

    So many learners at once as make too many usually do, and none of them is answered then. So of these only what is
    compared is read, unless optional fields are.
    """

    def __init__(
        self, transaction: Transaction, asked: DemographicsAsked, candidates: Candidates, rows: Iterator[NameKeyRow]
    ) -> None:
        self.has_too_many_rows = False
        self._transaction = transaction
        self._asked = asked
        self._candidates = candidates
        self._rows = rows
        # The learners of whom only a part was read, by ULN.
        self._in_part: dict[str, Learner] = {}

    def fitting(self) -> Iterator[tuple[Learner, Learner | None]]:
        """Each learner who fits a rule, once, with the master of a linked one; first those who can make too many.

        Rows and learners are read as they are iterated over: of the learners as many at once as make too many.
        """
        ulns = self._fitting_ulns()
        while some := list(islice(ulns, learners.AT_ONCE)):
            for learner in self._held_each(some):
                yield learner, learners.master_of(self._transaction, learner) if learner.master_uln else None

    def with_all_of_the_learners(self, decision: Decision) -> Decision:
        """The decision with everything that is held of its learners."""
        if not self._in_part:
            return decision
        in_part = [each.uln for each in decision.learners if each is self._in_part.get(each.uln)]
        if not in_part:
            return decision
        whole = dict(zip(in_part, learners.held_each(self._transaction, in_part), strict=True))
        return replace(decision, learners=tuple(whole.get(each.uln, each) for each in decision.learners))

    def _held_each(self, ulns: list[str]) -> list[Learner]:
        if len(ulns) < learners.AT_ONCE or self._asked.has_options:
            return learners.held_each(self._transaction, ulns)
        compared = learners.compared_each(self._transaction, ulns)
        self._in_part.update((each.uln, each) for each in compared)
        return compared

    def _fitting_ulns(self) -> Iterator[str]:
        rows, candidates = self._rows, self._candidates
        others: set[str] = set()
        relatives: dict[str, None] = {}
        for row in islice(rows, MAXIMUM_ROWS):
            uln = row[ULN]
            if uln in others:
                continue
            rule = candidates.rule_of(row)
            if rule is _RELATIVE:
                relatives[uln] = None
            elif rule is not None:
                others.add(uln)
                yield uln
        self.has_too_many_rows = next(rows, None) is not None
        if relatives and not self.has_too_many_rows:
            yield from (uln for uln in relatives if uln not in others)
