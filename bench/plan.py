"""How a suite runs, and where."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.databases import Filled, postgresql_database
from bench.rows import Row
from bench.servers import Server, empty_application, lrs_soap
from bench.wrk import Wrk


@dataclass(frozen=True, slots=True)
class Plan:
    """A folder for databases and logs, the servers that run until the suite ends, and how much to measure.

    `learners` is the size of a database, `many` that of a large one. `postgresql` is the URL of a server on which the
    suite may make databases. `wiremock` is the jar of WireMock, unless NODE_PATH leads to it.
    """

    folder: Path
    stack: ExitStack
    filled: Filled
    seconds: int
    rounds: int
    learners: int
    many: int
    postgresql: str | None
    wiremock: Path | None

    def empty_database(self, name: str) -> str:
        """Return the URL of a new SQLite database without synthetic learners."""
        return f"sqlite:///{self.folder / name}.db"

    def database(self, name: str, count: int | None = None) -> str:
        """Return the URL of a new SQLite database with `count` learners, or as many as the plan says."""
        self.filled.copy(self.learners if count is None else count, self.folder / f"{name}.db")
        return self.empty_database(name)

    def postgresql_database(self) -> str | None:
        """Return the URL of a new database on PostgreSQL, dropped when the suite ends; None if there is no server."""
        if self.postgresql is None:
            return None
        return self.stack.enter_context(postgresql_database(self.postgresql))

    def serve(self, database_url: str, *flags: str) -> Server:
        """Start `lrs-soap serve`; it runs until the suite ends."""
        return self.stack.enter_context(lrs_soap(self.folder, database_url, *flags))

    def empty(self, size: int, wrk: Wrk) -> Row:
        """Return the row of an empty application whose answers have `size` bytes, under the load of `wrk`."""
        server = self.stack.enter_context(empty_application(size))
        return Row(f"empty application, {size:,} bytes", server, server.url, wrk)
