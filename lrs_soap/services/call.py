"""What a service's function is called with: the exchange that it is part of, and what the operations need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from lrs_soap.clock import Clock
from lrs_soap.errors import NotBuilt, Refused
from lrs_soap.exchange import Exchange
from lrs_soap.operations import organisations
from lrs_soap.operations.passwords import Passwords
from lrs_soap.rules.codes import FaultCode
from lrs_soap.rules.decision import Decision
from lrs_soap.store.store import Store, Transaction

NO_ORGANISATION = "Either UKPRN or OrganisationRef must be supplied."


class LearnerServiceRequest(Protocol):
    """What every request of LearnerService says about who asks."""

    UKPRN: str | None
    OrganisationRef: str | None
    OrgPassword: str
    UserName: str


@dataclass(slots=True)
class Call:
    """One call of an operation.

    `records` holds the trouble of each malformed record of a batch, by its place, where records are judged apart.
    """

    exchange: Exchange
    store: Store
    clock: Clock
    passwords: Passwords
    records: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @contextmanager
    def reading(self, request: LearnerServiceRequest) -> Iterator[Transaction]:
        """A transaction that reads, once it is known that whoever asks may ask. Raises Refused."""
        with self.store.reading() as transaction:
            self._authorise(request, transaction)
            yield transaction

    def decided(self, decision: Decision) -> None:
        """Note what the answer is and why."""
        self.exchange.code = decision.code.value
        self.exchange.reasons = decision.reasons

    def not_built(self, request: LearnerServiceRequest) -> NoReturn:
        """Answer for an operation that is declared and not built: whoever asks is told apart all the same."""
        with self.reading(request):
            raise NotBuilt

    def _authorise(self, request: LearnerServiceRequest, transaction: Transaction) -> None:
        self.exchange.organisation = request.UKPRN or request.OrganisationRef
        self.exchange.user = request.UserName
        if self.exchange.organisation is None:
            raise Refused(FaultCode.INVALID_REQUEST.value, FaultCode.INVALID_REQUEST.text, NO_ORGANISATION)
        organisations.authenticate(
            transaction,
            self.passwords,
            ukprn=request.UKPRN,
            organisation_ref=request.OrganisationRef,
            password=request.OrgPassword,
        )
