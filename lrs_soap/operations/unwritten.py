"""Learners as they would be after changes that nobody has written, over those that the register has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.transaction import Transaction


class Unwritten:
    """New and changed learners, none of them deleted or linked, that are not written.

    The methods that take a transaction see these learners in place of those in the register with the same ULNs.
    """

    def __init__(self) -> None:
        self._by_uln: dict[str, Learner] = {}
        self._by_identity: dict[IdentityKeys, str] = {}
        # The ULNs by date of birth and by postcode, each as an identity key.
        self._by_date: defaultdict[str, set[str]] = defaultdict(set)
        self._by_post_code: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, learner: Learner) -> None:
        """Add a learner, or replace the one with its ULN. Nobody else has its five identity keys."""
        before = self._by_uln.get(learner.uln)
        if before is not None:
            keys = IdentityKeys.of(before)
            del self._by_identity[keys]
            self._by_date[keys.date_of_birth].discard(before.uln)
            self._by_post_code[keys.post_code].discard(before.uln)
        keys = IdentityKeys.of(learner)
        self._by_uln[learner.uln] = learner
        self._by_identity[keys] = learner.uln
        self._by_date[keys.date_of_birth].add(learner.uln)
        self._by_post_code[keys.post_code].add(learner.uln)

    def by_uln(self, transaction: Transaction, uln: str) -> Learner | None:
        """As `store.learners.by_uln`."""
        return self._by_uln.get(uln) or learners.by_uln(transaction, uln)

    def by_identity(self, transaction: Transaction, person: DemographicsAsked | Learner) -> Learner | None:
        """As `store.learners.by_identity`."""
        uln = self._by_identity.get(IdentityKeys.of(person))
        if uln is not None:
            return self._by_uln[uln]
        held = learners.by_identity(transaction, person)
        return None if held is None or held.uln in self._by_uln else held

    def in_place(
        self, asked: DemographicsAsked, candidates: Iterable[tuple[Learner, Learner | None]]
    ) -> Iterator[tuple[Learner, Learner | None]]:
        """The candidates of a search, with these learners in place of those with their ULNs.

        Every rule by which a learner is a possible match needs an equal date or postcode; ZZ99 9ZZ is equal to none.
        """
        keys = IdentityKeys.of(asked)
        near = set(self._by_date.get(keys.date_of_birth, ()))
        if keys.post_code != postcode.UNKNOWN:
            near.update(self._by_post_code.get(keys.post_code, ()))
        for uln in sorted(near):
            yield self._by_uln[uln], None
        for learner, master in candidates:
            if learner.uln not in self._by_uln:
                yield learner, master
