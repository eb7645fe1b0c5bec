"""The journal's exchanges: in a SQLite file of their own beside the world's, or in a table of the same PostgreSQL.

They are no part of the world: its migrations, resets and snapshots know nothing of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    delete,
    func,
    literal,
    or_,
    select,
)

from lrs_soap.errors import WorldGone
from lrs_soap.store.dialects import FLEETING, beside, dialect_of, remove_sqlite_file
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

SUFFIX = "-exchanges"
"""What the name of a journal's file has after that of the world's."""

LONGEST_PLAIN = 4096
"""How many bytes an answer has at most that is not packed: a longer one takes less time to pack than to write."""

_metadata = MetaData()
# `sequence` grows as rows become visible. `facts` is JSON. `time` is in milliseconds since 1970. `size` is how many
# bytes this row has, unpacked, and `through` how many it and all earlier ones have. A long `answer` is packed.
_exchanges = Table(
    "exchanges",
    _metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", Text, nullable=False, index=True),
    Column("time", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("through", BigInteger, nullable=False),
    Column("operation", Text),
    Column("code", Text),
    Column("organisation", Text),
    Column("claimed_organisation", Text),
    Column("user_name", Text),
    Column("facts", LargeBinary, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
    info={FLEETING: True},
)
# How many of the oldest rows are looked at each time: more than are written, so that a lower limit takes effect soon.
_LOOKED_AT = 5000
_BUSY_SECONDS = 5.0
_QUICKEST = 1
# So many answers are kept beside what they are packed.
_MOST_PACKED = 32
# What packed answers begin with, and no other: the second byte is a control character, which no text has.
_PACKED = zlib.compress(b"", _QUICKEST)[:2]


class Bounds(NamedTuple):
    """How much is kept: so many exchanges, for so many milliseconds, of so many bytes."""

    exchanges: int
    milliseconds: int
    size: int


class KeptExchange(NamedTuple):
    """An exchange as it is kept. `facts` is JSON, which whoever writes the journal also reads."""

    id: str
    time: int
    operation: str | None
    code: str | None
    organisation: str | None
    claimed_organisation: str | None
    user_name: str | None
    facts: bytes
    request: bytes
    answer: bytes


class Found(NamedTuple):
    """An exchange that is looked at: its place in the journal, and all that is kept of it."""

    sequence: int
    kept: KeptExchange


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exchanges are looked for; None is any. Codes and operations have no case. `uln` stands anywhere in it.

    `after` and `before` are sequences, between which theirs are.
    """

    operation: str | None = None
    code: str | None = None
    organisation: str | None = None
    user: str | None = None
    uln: str | None = None
    after: int = 0
    before: int | None = None
    limit: int = 100


class Exchanges:
    """The journal's rows of one world. Nothing is connected or made before it is used. Threads may share it."""

    def __init__(self, database_url: str, bounds: Bounds) -> None:
        """`database_url` is the world's. Raises InvalidSetting as `Store` does."""
        self._world = dialect_of(database_url, _BUSY_SECONDS)
        self._url = beside(database_url, SUFFIX)
        self.bounds = bounds
        self._store: Store | None = None

    def write(self, kept: Sequence[KeptExchange]) -> None:
        """Add exchanges, and remove what is too many, too old or too large. Raises StoreUnavailable."""
        with self._opened().writing(durable=False) as transaction:
            transaction.take_turns(_exchanges.name)
            through = self._through(transaction)
            rows = []
            for each in kept:
                size = len(each.facts) + len(each.request) + len(each.answer)
                through += size
                rows.append((size, through, *each._replace(answer=packed(each.answer))))
            transaction.insert_rows(_exchanges, _WRITTEN, rows)
            self._prune(transaction, through, kept[-1].time)

    def find(self, wanted: Wanted) -> list[Found]:
        """The exchanges that are wanted, newest first, without request and answer. Raises StoreUnavailable."""
        columns = _exchanges.c
        # To look for a ULN in all of them takes their bytes, of which few are in memory at a time.
        all_of_it = wanted.uln is not None
        statement = (_FOUND if all_of_it else _LISTED).where(columns.sequence > wanted.after)
        statement = statement.order_by(columns.sequence.desc())
        if wanted.before is not None:
            statement = statement.where(columns.sequence < wanted.before)
        if wanted.operation is not None:
            statement = statement.where(func.lower(columns.operation) == wanted.operation.lower())
        if wanted.code is not None:
            codes = literal(",").concat(func.lower(columns.code)).concat(",")
            statement = statement.where(codes.contains(f",{wanted.code.lower()},", autoescape=True))
        if wanted.organisation is not None:
            sought = wanted.organisation.lower()
            statement = statement.where(
                or_(func.lower(columns.organisation) == sought, func.lower(columns.claimed_organisation) == sought)
            )
        if wanted.user is not None:
            statement = statement.where(columns.user_name == wanted.user)
        with self._opened().reading() as transaction:
            if wanted.uln is None:
                return list(_read(transaction, statement.limit(wanted.limit)))
            found = (each for each in _read(transaction, statement) if _names(each.kept, str(wanted.uln)))
            return [Found(each.sequence, _without_bodies(each.kept)) for each in islice(found, wanted.limit)]

    def by_id(self, exchange_id: str) -> Found | None:
        """The exchange with this id; None if there is none, or none any more. Raises StoreUnavailable."""
        with self._opened().reading() as transaction:
            found = next(_read(transaction, _FOUND.where(_exchanges.c.id == exchange_id)), None)
        if found is None:
            return None
        return Found(found.sequence, found.kept._replace(answer=unpacked(found.kept.answer)))

    def clear(self) -> None:
        """Remove all of them. Raises StoreUnavailable."""
        with self._opened().writing() as transaction:
            transaction.take_turns(_exchanges.name)
            transaction.execute(delete(_exchanges))

    def close(self) -> None:
        """Close the connections. They are opened again when they are needed."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _opened(self) -> Store:
        # A file that somebody has removed is made anew.
        if self._store is not None and self._store.why_lost() is not None:
            self.close()
        if self._store is None:
            # Of a world that others have deleted, nothing shall be left.
            self._refuse_if_gone()
            store = Store(self._url, busy_timeout=_BUSY_SECONDS)
            store.make_tables(_metadata)
            try:
                self._refuse_if_gone()
            except WorldGone:
                # Whoever has deleted it meanwhile has not seen the file of this store.
                store.close()
                remove_sqlite_file(Path(store.location))
                raise
            self._store = store
        return self._store

    def _refuse_if_gone(self) -> None:
        if not self._world.may_exist():
            raise WorldGone(f"The database {self._world!r} is not there any more.")

    def _through(self, transaction: Transaction) -> int:
        last = select(_exchanges.c.through).order_by(_exchanges.c.sequence.desc()).limit(1)
        return transaction.execute(last).scalar() or 0

    def _prune(self, transaction: Transaction, through: int, now: int) -> None:
        columns = _exchanges.c
        bounds = self.bounds
        last = transaction.execute(select(func.max(columns.sequence))).scalar_one()
        oldest = (
            select(columns.sequence, columns.size, columns.through, columns.time)
            .order_by(columns.sequence)
            .limit(_LOOKED_AT)
        )
        old = oldest.subquery()
        surplus = select(func.max(old.c.sequence)).where(
            or_(
                old.c.sequence <= last - bounds.exchanges,
                old.c.through - old.c.size < through - bounds.size,
                old.c.time < now - bounds.milliseconds,
            )
        )
        upto = transaction.execute(surplus).scalar()
        if upto is not None:
            transaction.execute(delete(_exchanges).where(columns.sequence <= upto))


_BODIES = ("request", "answer")
_READ_AT_ONCE = 100
_WRITTEN = ("size", "through", *KeptExchange._fields)
_FOUND = select(_exchanges.c.sequence, *(_exchanges.c[name] for name in KeptExchange._fields))


_LISTED = select(
    _exchanges.c.sequence,
    *(literal(b"", LargeBinary) if name in _BODIES else _exchanges.c[name] for name in KeptExchange._fields),
)


def _read(transaction: Transaction, statement: Select[Any]) -> Iterator[Found]:
    """The rows of a statement, some at a time, with answers as they are kept."""
    with closing(transaction.execute(statement.execution_options(yield_per=_READ_AT_ONCE))) as rows:
        for row in rows:
            yield Found(row[0], KeptExchange._make(row[1:]))


def _without_bodies(kept: KeptExchange) -> KeptExchange:
    return kept._replace(request=b"", answer=b"")


def packed(answer: bytes) -> bytes:
    """The answer, packed if it is longer than `LONGEST_PLAIN`."""
    return _pack(answer) if len(answer) > LONGEST_PLAIN else answer


# A record is often asked for again, and to find its answer here takes a fifth of the time.
@lru_cache(maxsize=_MOST_PACKED)
def _pack(answer: bytes) -> bytes:
    return zlib.compress(answer, _QUICKEST)


def unpacked(answer: bytes) -> bytes:
    """An answer that `packed` has given."""
    return zlib.decompress(answer) if answer.startswith(_PACKED) else answer


def _names(kept: KeptExchange, uln: str) -> bool:
    """Whether a ULN stands anywhere in an exchange."""
    sought = uln.encode()
    return sought in kept.request or sought in kept.facts or sought in unpacked(kept.answer)
