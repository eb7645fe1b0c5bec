"""What a service function is called with: the exchange that it belongs to, and the world that it asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from lrs_soap.errors import Refused
from lrs_soap.exchange.exchange import Claim, Exchange, RefusedRequest, Stage
from lrs_soap.operations.authenticate import authenticate, known_user
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.access import roles
from lrs_soap.rules.values.change import NOBODY, Author
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.services.rate_limit import RateLimit
from lrs_soap.services.record_texts import RecordTexts
from lrs_soap.world import OpenUnit, World
from lrs_soap.wsdl.endpoint import Answered, Rest, WriterNeeded
from lrs_soap.wsdl.port import Operation

NO_ORGANISATION = "Either UKPRN or OrganisationRef must be supplied."

# Python looks an Enum's member up by its metaclass, which takes many times as long as a name of this module.
_AUTHORISED = Stage.AUTHORISED


class LearnerServiceRequest(Protocol):
    """What every request of LearnerService says about who asks; R9's say it through `credentials_of`."""

    UKPRN: str | None
    OrganisationRef: str | None
    OrgPassword: str
    UserName: str


@dataclass(slots=True)
class Call:
    """One call of `operation`: the exchange that it belongs to, and the world that it asks.

    `records` has the errors of each malformed record of a batch, by its place, if records are checked by themselves.
    `rate_limit` counts the requests of each organisation, and `record_texts` are those of the world. `kept` is for what
    the function has found before it is left, so that it does not look again when one of the world's writers calls it;
    None at first. `generation` is that of the world when the call began: nothing is written to another one.
    """

    exchange: Exchange
    operation: Operation
    world: World
    records: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    rate_limit: RateLimit | None = None
    record_texts: RecordTexts = field(default_factory=RecordTexts)
    kept: Any = field(default=None, init=False)
    _author: Author | None = field(default=None, init=False)
    generation: int = field(init=False)
    # By when what the call writes has to begin; None as long as it was not handed over.
    _deadline: float | None = field(default=None, init=False)
    # What opens the unit in which it writes; None as long as no writer has called it.
    _open_unit: OpenUnit | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.generation = self.world.generation

    def begin_again(self) -> None:
        """Forget who calls, and what was kept: after BegunAnew the function is called again, in the world as it is."""
        self.kept = None
        self.generation = self.world.generation
        self._author = None
        # It has been counted.
        self.rate_limit = None

    def reading(self, request: LearnerServiceRequest) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that reads, by the caller if it may call the operation. Raises Refused if it may not."""
        return self.world.reading(NOBODY, has_looked=True, authorise=partial(self._authorise, request))

    def writing(self, request: LearnerServiceRequest) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that writes, by the caller if it may call the operation. Raises Refused if it may not.

        Checking a password takes long, and other writers wait for a unit that writes. So the caller is authenticated
        before, in a unit that reads.
        """
        if self._author is None:
            with self.world.reading(NOBODY, has_looked=True) as work:
                self._authorise(request, work)
        return self.writing_too()

    def writing_too(self, *, durable: bool = True) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that writes, in a call that has read before: by its caller, who was let in then.

        Only the world's writers write, so the first time this raises WriterNeeded: the function is left, and called
        again by one of them. Raises BegunAnew.
        """
        assert self._author is not None
        if self._deadline is None:
            self._deadline = self.world.store.writers.deadline()
            raise WriterNeeded(partial(self._write_later, durable, self._deadline))
        if self._open_unit is not None:
            return self._open_unit(self._author, self.generation)
        return self.world.writing(self._author, durable=durable, deadline=self._deadline, generation=self.generation)

    def _write_later(
        self, durable: bool, deadline: float, rest: Rest, answer: Answered, is_large: bool
    ) -> Callable[[], bool] | None:
        def write(open_unit: OpenUnit) -> None:
            self._open_unit = open_unit
            rest.write()

        return self.world.write_later(
            write, rest.fail, answer, durable=durable, stands_alone=is_large, deadline=deadline
        )

    @property
    def has_writer(self) -> bool:
        """Whether one of the world's writers calls the function, so that it can write without being left again."""
        return self._deadline is not None

    def say_work(self) -> None:
        """Tell workers that the call is about to submit a job. To be called before it does."""
        if self.has_writer:
            self.world.say_work()

    def decided(self, decision: Decision) -> None:
        """Note the decision, for the journal."""
        self.exchange.decide(decision)

    def decided_each(self, decisions: Sequence[Decision]) -> None:
        """Note the decisions of a request that has several, for the journal."""
        self.exchange.decide(*decisions)

    def _authorise(self, request: LearnerServiceRequest, work: UnitOfWork) -> Author:
        if self._author is not None:
            return self._author
        exchange = self.exchange
        exchange.claim = Claim(request.UKPRN or request.OrganisationRef, request.UserName)
        if exchange.claim.organisation is None:
            raise Refused(FaultCode.INVALID_REQUEST.value, FaultCode.INVALID_REQUEST.text, NO_ORGANISATION)
        organisation = authenticate(
            work,
            self.world.passwords,
            ukprn=request.UKPRN,
            organisation_ref=request.OrganisationRef,
            password=None if exchange.again_of is not None else request.OrgPassword,
        )
        if self.rate_limit is not None:
            self.rate_limit.take(organisation.ukprn)
        author = exchange.author = Author(organisation.ukprn, request.UserName)
        judged = roles.judge(organisation, self.operation.name, opened_by=self.operation.roles)
        if judged.is_allowed and work.policy.known_users_only:
            judged = known_user(work, organisation, request.UserName, self.operation.name, self.operation.roles)
        if not judged.is_allowed:
            exchange.decide(RefusedRequest(FaultCode.INSUFFICIENT_ACCESS, (judged.reason,)))
            raise Refused(FaultCode.INSUFFICIENT_ACCESS.value, FaultCode.INSUFFICIENT_ACCESS.text)
        exchange.mark(_AUTHORISED)
        self._author = author
        return author
