"""What a service's function is called with: the exchange that it is part of, and the world that it is made to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from lrs_soap.errors import Refused
from lrs_soap.exchange.exchange import Claim, Exchange, RefusedRequest, Stage
from lrs_soap.operations.authenticate import authenticate
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.access import roles
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.world import World
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
    """One call of `operation`: the exchange that it is part of, and the world that it is made to.

    `records` holds the errors of each malformed record of a batch, by its place, where records are judged apart.
    """

    exchange: Exchange
    operation: Operation
    world: World
    records: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @contextmanager
    def reading(self, request: LearnerServiceRequest) -> Iterator[UnitOfWork]:
        """A unit of work that reads, once it is known that whoever asks may ask. Raises Refused."""
        with self.world.reading(_claimed(request)) as work:
            yield work.by(self._authorise(request, work))

    @contextmanager
    def writing(self, request: LearnerServiceRequest) -> Iterator[UnitOfWork]:
        """A unit of work that writes, once it is known that whoever asks may ask. Raises Refused.

        Others wait for one that writes, so who asks is found out before, in one that reads: a password takes long.
        """
        with self.world.reading(_claimed(request)) as work:
            author = self._authorise(request, work)
        with self.world.writing(author) as work:
            yield work

    def decided(self, decision: Decision) -> None:
        """Note what the answer is and why."""
        self.exchange.decide(decision)

    def decided_each(self, decisions: Sequence[Decision]) -> None:
        """Note what the answers are, each kind once, and why, where one request has several."""
        self.exchange.decide(*decisions)

    def _authorise(self, request: LearnerServiceRequest, work: UnitOfWork) -> Author:
        exchange = self.exchange
        exchange.claim = Claim(request.UKPRN or request.OrganisationRef, request.UserName)
        if exchange.claim.organisation is None:
            raise Refused(FaultCode.INVALID_REQUEST.value, FaultCode.INVALID_REQUEST.text, NO_ORGANISATION)
        organisation = authenticate(
            work,
            self.world.passwords,
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


def _claimed(request: LearnerServiceRequest) -> Author:
    return Author(request.UKPRN or request.OrganisationRef or "", request.UserName)
