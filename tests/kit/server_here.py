"""A server in the test's own process, for tests of what it answers: it starts much faster than `lrs-soap serve`."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from types import TracebackType

from lrs_soap import settings
from lrs_soap.exchange.exchange_journal import JournalWriter
from lrs_soap.exchange.log import open_log
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.server.limits import limits_of
from lrs_soap.server.listening import listen
from lrs_soap.server.loop import Loop
from lrs_soap.server.shared import Shared
from lrs_soap.server.wsgi import application_of_worlds
from lrs_soap.settings import Settings
from lrs_soap.world import World, Worlds
from tests.kit.waiting import PATIENCE, until


class ServerHere:
    """The service over HTTP on a port that the machine gives, with a database in `folder`. A context manager.

    It is like a `RunningServer` that is given the same flags, but it has no processes and does no batch jobs.
    """

    def __init__(self, folder: Path, *flags: str, database_url: str | None = None) -> None:
        self.database_url = database_url or f"sqlite:///{folder / 'lrs.db'}"
        self._log = (folder / "server.log").open("w+")
        chosen = settings.resolve({**_values(flags), "database_url": self.database_url}).settings
        shared = Shared(metrics=Metrics())
        self._worlds = Worlds.open(
            chosen,
            log=open_log(chosen.log_level, chosen.log_format, self._log),
            writer=JournalWriter(),
            metrics=shared.metrics,
        )
        application = application_of_worlds(chosen, self._worlds, shared=shared)
        self._loop = Loop(
            application,
            listen("127.0.0.1", 0),
            limits=limits_of(chosen),
            server_name=chosen.host,
            reads_body=application.reads_body,
        )
        self._worlds.main.passwords.before_long = self._loop.step_aside
        self._thread = Thread(target=self._loop.run)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._loop.port}"

    def __enter__(self) -> ServerHere:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._worlds.close()
        self._log.close()

    @property
    def writes_waiting(self) -> int:
        """How many requests wait for the writer of the database."""
        return len(self._worlds.main.store.writers._queue)

    @property
    def world(self) -> World:
        """The world that it serves at its root."""
        return self._worlds.main

    @property
    def worlds(self) -> Worlds:
        """All worlds that it serves."""
        return self._worlds

    def logged(self) -> str:
        """What the server has written to its log so far."""
        return Path(self._log.name).read_text("utf-8")

    def logged_until(self, text: str) -> str:
        """The log, once `text` is in it: a line is written at about the time that its answer is read."""
        until(lambda: text in self.logged())
        return self.logged()


def _values(flags: tuple[str, ...]) -> dict[str, str | bool]:
    """Settings by the flags of the command line, each followed by its value unless it is a switch."""
    names = {settings.flag_of(name): name for name in Settings.model_fields}
    values: dict[str, str | bool] = {}
    given = iter(flags)
    for flag in given:
        if flag.startswith("--no-"):
            values[names[f"--{flag.removeprefix('--no-')}"]] = False
        elif settings.allowed_values(names[flag]).placeholder is None:
            values[names[flag]] = True
        else:
            values[names[flag]] = next(given)
    return values
