"""What an operation is given: a transaction, the moment, who asks, and what the operator has decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from lrs_soap.rules.access.hours import ServiceHours
from lrs_soap.rules.batches.display_codes import DisplayCode
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText
from lrs_soap.rules.values.change import Author
from lrs_soap.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator has decided for one register.

    `prohibited` is the text that no field of a learner may contain. If there is a `search_age`, an organisation can
    register a learner only after a search of that age. `batch_delay` is how many seconds a batch job waits before a
    worker takes it. `return_codes` says which return codes are shown as others. Outside `hours` every request is
    refused. `strict` refuses messages that the contract's schema refuses. `records_apart` checks each record of a batch
    by itself, instead of refusing the whole message. `maintenance_page` is whether a page, instead of a fault, is
    answered during maintenance. `world_header` is whether the world answers at the server's root, too, by its name in a
    header, and `scenario_header` whether a request can name a scenario in one. Requests with a client certificate
    whose subject is one of `certificate_subjects` are answered by the world at the server's root, too. `desk_hours` and
    `announcement` are texts that the portal shows.

    With `known_users_only` programs may ask on behalf of an organisation's active users only. `password_by_mail` is
    whether a user who forgot the password is sent a link, instead of asked a secret question. An account is suspended
    after `suspend_after` wrong passwords. Who has done nothing in the portal for `idle_seconds` is logged out.
    """

    prohibited: ProhibitedText = NOTHING_PROHIBITED
    search_age: SearchAge | None = None
    batch_delay: int = 0
    return_codes: tuple[DisplayCode, ...] = ()
    hours: ServiceHours = field(default_factory=ServiceHours)
    strict: bool = True
    records_apart: bool = False
    maintenance_page: bool = True
    world_header: bool = False
    scenario_header: bool = False
    certificate_subjects: tuple[str, ...] = ()
    desk_hours: str = ""
    announcement: str = ""
    known_users_only: bool = False
    password_by_mail: bool = False
    suspend_after: int = 10
    idle_seconds: int = 1200


class UnitOfWork:
    """One piece of work on a register: a transaction, the moment `now` on the register's clock, the author, the policy.

    Whoever opens a unit also ends it. An operation neither begins nor commits one. If an exception leaves the unit,
    everything written in it is undone. A world opens units (`World.reading`, `World.writing`), and `part` opens one
    inside another.
    """

    __slots__ = ("author", "now", "policy", "transaction")

    def __init__(self, transaction: Transaction, now: datetime, author: Author, policy: Policy) -> None:
        self.transaction = transaction
        self.now = now
        self.author = author
        self.policy = policy

    @property
    def today(self) -> date:
        """The day on the register's clock."""
        return self.now.date()

    def by(self, author: Author) -> UnitOfWork:
        """The same work, done for `author`."""
        return UnitOfWork(self.transaction, self.now, author, self.policy)

    @contextmanager
    def part(self, author: Author | None = None) -> Iterator[UnitOfWork]:
        """A unit of work inside this one, in the same transaction, for the same author or another.

        If an exception leaves the block, only what was written in it is undone, and the transaction can go on.
        """
        with self.transaction.savepoint():
            yield self.by(author or self.author)

    def before_write(self) -> None:
        """Operations call this between reading and writing, so that a test can let a rival write there."""
        self.transaction.before_write()
