"""How a suite runs, and where."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.rows import Row
from bench.servers import Server, empty_application, lrs_soap
from bench.wrk import Wrk


@dataclass(frozen=True, slots=True)
class Plan:
    """A folder for databases and logs, the servers that run until the suite ends, and how much to measure.

    `learners` is the size of a database, `many` that of a large one; `postgresql` is the URL of an empty database.
    `wiremock` is the jar of WireMock, unless NODE_PATH leads to it.
    """

    folder: Path
    stack: ExitStack
    seconds: int
    rounds: int
    learners: int
    many: int
    postgresql: str | None
    wiremock: Path | None

    def database(self, name: str) -> str:
        """Return the URL of a new SQLite database."""
        return f"sqlite:///{self.folder / name}.db"

    def serve(self, database_url: str, *flags: str) -> Server:
        """Start `lrs-soap serve`; it runs until the suite ends."""
        return self.stack.enter_context(lrs_soap(self.folder, database_url, *flags))

    def empty(self, size: int, wrk: Wrk) -> Row:
        """Return the row of an empty application whose answers have `size` bytes, under the load of `wrk`."""
        server = self.stack.enter_context(empty_application(size))
        return Row(f"empty application, {size:,} bytes", server, server.url, wrk)
