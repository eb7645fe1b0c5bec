"""What a service's function is called with: the exchange that it is part of, and what the operations need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from lrs_soap.clock import Clock
from lrs_soap.errors import Refused
from lrs_soap.exchange.exchange import Claim, Exchange, RefusedRequest, Stage
from lrs_soap.operations import organisations
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access import roles
from lrs_soap.rules.batches.display_codes import ShownAs
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.store.store import Store, Transaction
from lrs_soap.wsdl.port import Operation

NO_ORGANISATION = "Either UKPRN or OrganisationRef must be supplied."


class LearnerServiceRequest(Protocol):
    """What every request of LearnerService says about who asks; R9's say it through `credentials_of`."""

    UKPRN: str | None
    OrganisationRef: str | None
    OrgPassword: str
    UserName: str


@dataclass(slots=True)
class Call:
    """One call of an operation.

    `prohibited` is what no field about a learner may hold. `records` holds the trouble of each malformed record of a
    batch, by its place, where records are judged apart. `search_age` is there where a registration has to come after a
    search. `batch_delay` is how many seconds a batch job waits, `return_codes` are those that are shown as others.
    """

    exchange: Exchange
    operation: Operation
    store: Store
    clock: Clock
    passwords: Passwords
    prohibited: ProhibitedText
    records: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    search_age: SearchAge | None = None
    batch_delay: int = 0
    return_codes: tuple[ShownAs, ...] = ()

    @contextmanager
    def reading(self, request: LearnerServiceRequest) -> Iterator[Transaction]:
        """A transaction that reads, once it is known that whoever asks may ask. Raises Refused."""
        with self.store.reading() as transaction:
            self._authorise(request, transaction)
            yield transaction

    @contextmanager
    def reading_for(self, request: LearnerServiceRequest) -> Iterator[tuple[Transaction, Author]]:
        """As `reading`, and for whom: where that decides what may be read, or is written down after. Raises Refused."""
        with self.store.reading() as transaction:
            author = self._authorise(request, transaction)
            yield transaction, author

    @contextmanager
    def writing(self, request: LearnerServiceRequest) -> Iterator[tuple[Transaction, Author]]:
        """A transaction that writes, once it is known that whoever asks may ask, and whose work it is. Raises Refused.

        Others wait for one that writes, so who asks is found out before, in one that reads: a password takes long.
        """
        with self.store.reading() as transaction:
            author = self._authorise(request, transaction)
        with self.store.writing() as transaction:
            yield transaction, author

    def decided(self, decision: Decision) -> None:
        """Note what the answer is and why."""
        self.exchange.decide(decision)

    def decided_each(self, decisions: Sequence[Decision]) -> None:
        """Note what the answers are, each kind once, and why, where one request has several."""
        self.exchange.decide(*decisions)

    def _authorise(self, request: LearnerServiceRequest, transaction: Transaction) -> Author:
        exchange = self.exchange
        exchange.claim = Claim(request.UKPRN or request.OrganisationRef, request.UserName)
        if exchange.claim.organisation is None:
            raise Refused(FaultCode.INVALID_REQUEST.value, FaultCode.INVALID_REQUEST.text, NO_ORGANISATION)
        organisation = organisations.authenticate(
            transaction,
            self.passwords,
            ukprn=request.UKPRN,
            organisation_ref=request.OrganisationRef,
            password=request.OrgPassword,
        )
        exchange.author = Author(organisation.ukprn, request.UserName)
        judged = roles.judge(organisation, self.operation.name, opened_by=self.operation.roles)
        if not judged.is_allowed:
            exchange.decide(RefusedRequest(FaultCode.INSUFFICIENT_ACCESS, (judged.reason,)))
            raise Refused(FaultCode.INSUFFICIENT_ACCESS.value, FaultCode.INSUFFICIENT_ACCESS.text)
        exchange.mark(Stage.AUTHORISED)
        return exchange.author
