"""The worlds beside `main`: a list of them, and the place of each.

On SQLite the list is a file beside that of `main`, and each world is another one. On PostgreSQL the list is a table
beside those of `main`, and each world is a schema. `main` is reset without it. Places have numbers, which never come
again: a world of the same name is in another place than the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    inspect,
    make_url,
    select,
    update,
)

from lrs_soap.errors import AlreadyHeld, StoreUnavailable
from lrs_soap.store.dialects import remove_sqlite_file
from lrs_soap.store.exchanges import SUFFIX
from lrs_soap.store.images import images_of
from lrs_soap.store.postgresql_images import make_tables
from lrs_soap.store.store import Store

_metadata = MetaData()
# `asked` and `work` are real moments in seconds since 1970: when somebody last asked the world for something, and when
# a job was last submitted. `ttl` is after how many seconds without being asked it is deleted. A world that is still
# being made is not `ready`.
_worlds = Table(
    "worlds",
    _metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("ttl", BigInteger),
    Column("asked", BigInteger, nullable=False),
    Column("work", BigInteger, nullable=False),
    Column("ready", Integer, nullable=False),
    sqlite_autoincrement=True,
)
# The subjects of clients' certificates by which worlds are found at the server's root. `main` is in no list of worlds.
_subjects = Table(
    "world_certificate_subjects",
    _metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("subject", Text, primary_key=True),
)
_MAIN_NUMBER = 0
_CLAIMS = (
    select(_subjects.c.subject, _subjects.c.number, _worlds.c.name)
    .join_from(_subjects, _worlds, _subjects.c.number == _worlds.c.number, isouter=True)
    .order_by(_subjects.c.number)
)
_COLUMNS = tuple(_worlds.c[name] for name in ("number", "name", "ttl", "asked", "work", "ready"))
_PATIENCE_SECONDS = 30.0
# To make a world takes less than this; what takes longer has ended in the middle.
_MAKING_SECONDS = 60 * 60


class Entry(NamedTuple):
    """A world of the list."""

    number: int
    name: str
    ttl: int | None
    asked: int
    work: int
    ready: int

    def is_expired(self, now: int) -> bool:
        """Whether nobody has asked it for anything for too long, or it was never made to its end."""
        most = self.ttl if self.ready else _MAKING_SECONDS
        return most is not None and now - self.asked > most


class _Claim(NamedTuple):
    """A subject of certificates, the number of the world that claims it, and its name; `main` has none."""

    subject: str
    number: int
    name: str | None

    @property
    def is_held(self) -> bool:
        """Whether the world is still there."""
        return self.number == _MAIN_NUMBER or self.name is not None


class Catalogue:
    """The list of the worlds beside the database of `main`. Threads may share it. All raise StoreUnavailable."""

    def __init__(self, main_url: str) -> None:
        self._main = make_url(main_url)
        self._path: Path | None = None
        if self._main.drivername.startswith("sqlite"):
            main = Path(str(self._main.database))
            self._path = main.with_name(f"{main.stem}.worlds{main.suffix}")
            self._store = Store(f"sqlite:///{self._path}", busy_timeout=_PATIENCE_SECONDS)
        else:
            self._store = Store(main_url, busy_timeout=_PATIENCE_SECONDS)
        # The tables that are known to be there.
        self._there: set[str] = set()
        self._schema: str | None = None

    def entries(self, *, with_unready: bool = False) -> list[Entry]:
        """All worlds, by name; `with_unready`: also those that are being made."""
        if not self._exists():
            return []
        with self._store.reading() as transaction:
            found = transaction.execute(select(*_COLUMNS).order_by(_worlds.c.name)).all()
        return [entry for entry in map(Entry._make, found) if entry.ready or with_unready]

    def entry(self, name: str) -> Entry | None:
        """The world of a name; None if there is none."""
        if not self._exists():
            return None
        with self._store.reading() as transaction:
            row = transaction.execute(
                select(*_COLUMNS).where(_worlds.c.name == name, _worlds.c.ready == 1)
            ).one_or_none()
        return None if row is None else Entry._make(row)

    def reserve(self, name: str, *, ttl: int | None, now: int, may_have_jobs: bool) -> Entry:
        """Take a name and a number for a world that is going to be made. Raises AlreadyHeld."""
        # It is on disk with all that comes after it, when the world is shown.
        with self._store.writing(durable=False) as transaction:
            _metadata.create_all(transaction.connection)
            self._there |= _metadata.tables.keys()
            work = now if may_have_jobs else 0
            row = {"name": name, "ttl": ttl, "asked": now, "work": work, "ready": 0}
            try:
                with transaction.savepoint():
                    inserted = transaction.execute(insert(_worlds), row).inserted_primary_key
            except AlreadyHeld:
                raise AlreadyHeld(f"There is a world {name!r} already.") from None
        assert inserted is not None
        return Entry(int(inserted[0]), name, ttl, now, work, ready=0)

    def make_place(self, entry: Entry) -> None:
        """Make the tables of a world, without rows, at a place where there are none."""
        if self._path is not None:
            # A number comes again if the machine stopped before it was on disk. What it left shall not be in the way.
            self._remove_place(entry.number)
            return
        store = Store(self.url_of(entry.number), busy_timeout=_PATIENCE_SECONDS)
        try:
            with store.writing() as transaction:
                cursor = transaction.cursor
                cursor.execute(f'CREATE SCHEMA "{self._schema_of(entry.number)}"')
                make_tables(transaction)
                cursor.execute(f'CREATE TABLE alembic_version AS SELECT * FROM "{self._main_schema()}".alembic_version')
        finally:
            store.close()

    def show(self, entry: Entry) -> None:
        """Let a world that was made be found."""
        with self._store.writing() as transaction:
            transaction.execute(update(_worlds).where(_worlds.c.number == entry.number).values(ready=1))

    def remove(self, name: str) -> bool:
        """Delete a world, ready or not, and its snapshots; whether there was one.

        First its own row says that it is gone, for whoever has it open.
        """
        number = self._number(name)
        if number is None:
            return False
        try:
            self._abandon(number)
        except StoreUnavailable:
            if self._number(name) == number:
                raise
            # Another process has deleted it meanwhile.
            return False
        self._remove_place(number)
        has_subjects = self._exists(_subjects)
        with self._store.writing() as transaction:
            transaction.execute(delete(_worlds).where(_worlds.c.number == number))
            if has_subjects:
                transaction.execute(delete(_subjects).where(_subjects.c.number == number))
        return True

    def note_asked(self, entry: Entry, now: int) -> None:
        """Note that somebody asks a world for something."""
        with self._store.writing(durable=False) as transaction:
            transaction.execute(update(_worlds).where(_worlds.c.number == entry.number).values(asked=now))

    def note_work(self, entry: Entry, now: int) -> None:
        """Note that a job is about to be submitted to a world."""
        with self._store.writing(durable=False) as transaction:
            transaction.execute(update(_worlds).where(_worlds.c.number == entry.number).values(work=now))

    def subjects(self) -> dict[str, list[str | None]]:
        """By the subject of a certificate, the names of the worlds that claim it; None is `main`."""
        if not self._exists(_subjects):
            return {}
        with self._store.reading() as transaction:
            claims = list(map(_Claim._make, transaction.execute(_CLAIMS)))
        found: dict[str, list[str | None]] = {}
        for claim in claims:
            if claim.is_held:
                found.setdefault(claim.subject, []).append(claim.name)
        return found

    def claim(self, name: str | None, subjects: Iterable[str], *, alone: bool) -> bool:
        """Let a world claim these subjects and no others; None is `main`. Whether it claimed others before.

        With `alone`, raises AlreadyHeld where another world claims one of them.
        """
        wanted, held = set(subjects), self.subjects()
        if wanted == {subject for subject, names in held.items() if name in names}:
            return False
        number = _MAIN_NUMBER if name is None else self._number(name)
        if number is None:
            return False
        with self._store.writing() as transaction:
            _metadata.create_all(transaction.connection)
            for each in map(_Claim._make, transaction.execute(_CLAIMS) if alone else ()):
                if each.is_held and each.subject in wanted and each.number != number:
                    whose = "main" if each.name is None else each.name
                    raise AlreadyHeld(f"The world {whose!r} claims the certificate {each.subject!r} already.")
            transaction.execute(delete(_subjects).where(_subjects.c.number == number))
            if wanted:
                rows = [{"number": number, "subject": subject} for subject in sorted(wanted)]
                transaction.execute(insert(_subjects), rows)
        return True

    def url_of(self, number: int) -> str:
        """The URL of the database of a world."""
        if self._path is not None:
            main = Path(str(self._main.database))
            return f"sqlite:///{main.with_name(f'{main.stem}.world-{number}{main.suffix}')}"
        options = " ".join(
            filter(None, [str(self._main.query.get("options", "")), f"-csearch_path={self._schema_of(number)}"])
        )
        return self._main.update_query_dict({"options": options}).render_as_string(hide_password=False)

    def close(self) -> None:
        self._store.close()

    def _exists(self, table: Table = _worlds) -> bool:
        if table.name not in self._there:
            if self._path is not None and not self._path.exists():
                return False
            with self._store.reading() as transaction:
                if not inspect(transaction.connection).has_table(table.name):
                    return False
            self._there.add(table.name)
        return True

    def _number(self, name: str) -> int | None:
        """The number of a world that is ready or not; None if there is none of this name."""
        if not self._exists():
            return None
        with self._store.reading() as transaction:
            return transaction.execute(select(_worlds.c.number).where(_worlds.c.name == name)).scalar_one_or_none()

    def _abandon(self, number: int) -> None:
        """Say in the world's own row that it is gone, and delete its snapshots."""
        store = Store(self.url_of(number), busy_timeout=_PATIENCE_SECONDS, makes_file=False)
        try:
            images_of(store).abandon()
        except StoreUnavailable:
            # Nobody has it open where it is not there, as when it was never made to its end.
            if store.exists():
                raise
        finally:
            store.close()

    def _remove_place(self, number: int) -> None:
        if self._path is None:
            self._drop_schema(number)
            return
        path = Path(str(make_url(self.url_of(number)).database))
        # Without the world's own file nobody makes another one for its journal.
        for end in ("", SUFFIX):
            remove_sqlite_file(Path(f"{path}{end}"))

    def _drop_schema(self, number: int) -> None:
        """Delete the tables of a world on PostgreSQL.

        They are locked in the order in which everybody locks them: who reads begins with the steering (`dialects`). In
        any other order the two could wait for each other.
        """
        schema = self._schema_of(number)
        store = Store(self.url_of(number), busy_timeout=_PATIENCE_SECONDS, makes_file=False)
        with closing(store), store.replacing() as transaction:
            transaction.keep_out_writers()
            cursor = transaction.cursor
            # A world that was not made to its end may lack it.
            cursor.execute("SELECT to_regclass('steering') IS NOT NULL")
            if cursor.fetchall() == [(True,)]:
                cursor.execute("LOCK TABLE steering IN ACCESS EXCLUSIVE MODE")
            cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')

    def _schema_of(self, number: int) -> str:
        return f"{self._main_schema()}_world_{number}"

    def _main_schema(self) -> str:
        if self._schema is None:
            with self._store.reading() as transaction:
                transaction.cursor.execute("SELECT current_schema()")
                ((self._schema,),) = transaction.cursor.fetchall()
        return str(self._schema)
