"""The server of a test run: `lrs-soap serve` on a port that the system chooses, with a database of its own."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

from lrs_soap.control.client import ControlClient, ControlFailed
from lrs_soap.errors import LrsError
from lrs_soap.testing.lrs import Lrs
from lrs_soap.testing.ready_database import ReadyDatabase

# As in lrs_soap.control.client.
__tracebackhide__ = True

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
# A process that was killed is still there for a moment when its connections are gone.
_END_SECONDS = 2.0
_LOOK_SECONDS = 0.01
_LOG_LINES = 10
# A world that a test run of another day has left in a database that is shared.
_TTL_SECONDS = 3600
_LONGEST_NAME = 40
_TOKEN_BYTES = 4
# That of a server which has not been started.
_NO_ADDRESS = "http://127.0.0.1:0"


class ServerUnavailable(LrsError):
    """The server did not start, has ended, or was stopped. The text says which, and the last lines of its log."""


class LrsServer:
    """The server that the fixture `lrs_server` gives. Each process of pytest-xdist has its own.

    `folder` has its files, another one each time it starts: the database, and the `log`. `control` steers it: it has
    every request of docs/control.md.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, Any] | None = None, *, ready_databases: Path | None = None
    ) -> None:
        """A server that is not started yet.

        `settings` are its settings, by their names in docs/operating.md. What it makes is below `folder`, which has to
        be there. In `ready_databases`, a folder, it keeps the database that it began with, for the next to begin with.
        """
        self.folder = folder
        self.control: ControlClient = _Control(self, _NO_ADDRESS)
        self._settings = dict(settings or {})
        self._starts = count(1)
        self._root = folder
        self._ready_database = (
            None if ready_databases is None or "database_url" in self._settings else ReadyDatabase(ready_databases)
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._url = _NO_ADDRESS
        self._was_stopped = False
        self._log_begins = 0
        self._worlds: dict[str, Lrs] = {}
        self._documents: dict[str, Any] = {}

    def __enter__(self) -> LrsServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The server's address, such as http://127.0.0.1:40123. Raises ServerUnavailable if it does not run."""
        self.check()
        return self._url

    @property
    def is_running(self) -> bool:
        """Whether the server has been started, and neither it nor its folder has gone."""
        return self._process is not None and self._process.poll() is None and self.folder.is_dir()

    @property
    def has_died(self) -> bool:
        """Whether the server does not run any more, and nobody has stopped it."""
        return self._process is not None and not self._was_stopped and not self.is_running

    @property
    def pid(self) -> int:
        """The server's process, the parent of those that answer. Raises ServerUnavailable if it does not run."""
        self.check()
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> Path:
        """The file with the server's log. It has warnings and errors alone, unless the settings say more."""
        return self.folder / "lrs-soap.log"

    @property
    def main(self) -> Lrs:
        """The world at the root of the server, which all tests share."""
        return Lrs(self.url, self.control.world(), self._documents)

    @property
    def worlds(self) -> tuple[Lrs, ...]:
        """The worlds that were made here and are not deleted yet."""
        return tuple(self._worlds.values())

    def start(self) -> None:
        """Start the server and wait until it is ready, in 2 seconds or so. Nothing is done if it runs.

        One that was stopped or has died gets another address, and none of the worlds. Raises ServerUnavailable.
        """
        if self.is_running:
            return
        self._release()
        self._was_stopped = False
        self._log_begins = 0
        # A new folder, because processes of one that was killed may still be at work in the old one.
        self.folder = self._root / str(next(self._starts))
        ready = self.folder / "ready.json"
        command = [sys.executable, "-m", "lrs_soap", "serve", "--until-stdin-ends", "--ready-file", str(ready)]
        try:
            self.folder.mkdir(parents=True)
            if self._ready_database is not None:
                self._ready_database.copy_to(self._database)
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    [*command, "--config", str(self._write_settings())],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    # What the tests' environment sets is for the programs that they test.
                    env={name: value for name, value in os.environ.items() if not name.upper().startswith("LRS_")},
                    # Ctrl+C is for the tests, which still need the server when they clean up.
                    start_new_session=True,
                )
        except OSError as error:
            raise ServerUnavailable(f"The lrs-soap server cannot be started in {self.folder}: {error}.") from None
        self._url = self._wait_until_ready(ready)
        self._log_begins = self.log_size
        self.control = _Control(self, self._url)
        if self._ready_database is not None:
            self._ready_database.keep(self._database)

    def stop(self) -> None:
        """Stop the server and wait for it. Its worlds end with it."""
        self._was_stopped = True
        self._release()

    def kill(self) -> None:
        """Kill the server, all its processes at once, as a machine does that loses its power."""
        self._was_stopped = True
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._release()

    def new_world(self, name: str = "world", *, like: str | None = None, seed: int | None = None) -> Lrs:
        """Make a world with the starting data, or `like` a snapshot of `main`. Deleted at the end of its `with` block.

        `name` is the beginning of its name, which no other world has. With the same `seed` the same ULNs are issued.
        Raises ServerUnavailable; ControlFailed where the server cannot make it.
        """
        self.check()
        unique = f"{_as_name(name)}-{secrets.token_hex(_TOKEN_BYTES)}"
        control = self.control.make_world(unique, like=like, seed=seed, ttl=_TTL_SECONDS)
        world = Lrs(f"{self._url}/w/{unique}", control, self._documents, lambda: self._delete_world(unique))
        self._worlds[unique] = world
        return world

    def check(self, url: str | None = None) -> None:
        """Raise ServerUnavailable if the server does not run, or not at this address any more; it says why."""
        if self._process is None and not self._was_stopped:
            raise ServerUnavailable("The lrs-soap server has not been started.")
        why = self.why_not()
        if why:
            raise ServerUnavailable(why)
        if url not in (None, self._url):
            raise ServerUnavailable(
                f"The lrs-soap server at {url} has ended, and its worlds with it. Another one runs now."
            )

    def why_not(self, seconds: float = 0.0) -> str:
        """Why the server does not run, in sentences; empty if it runs, and still does after `seconds`."""
        if self._was_stopped or self._process is None:
            return (
                "The lrs-soap server was stopped, and its worlds ended with it. A test that asks for the fixture `lrs` "
                "or `lrs_server` gets one that runs."
            )
        if not self.folder.is_dir():
            return (
                f"The folder of the lrs-soap server, {self.folder}, is gone, and its worlds with it: another test run "
                "may have the same --basetemp. The next test gets another server."
            )
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return ""
        return (
            f"The lrs-soap server has died ({_how(self._process.returncode)}), and its worlds with it. The next test "
            f"gets another. {self._last_lines()}"
        )

    def logged(self, since: int = 0) -> str:
        """What the server has logged since it was ready, and from this byte of its log on."""
        try:
            return self.log.read_bytes()[max(since, self._log_begins) :].decode("utf-8", "replace")
        except OSError:
            return ""

    @property
    def log_size(self) -> int:
        """How many bytes the log has by now."""
        try:
            return self.log.stat().st_size
        except OSError:
            return 0

    @property
    def _database(self) -> Path:
        return self.folder / "lrs.db"

    def _delete_world(self, name: str) -> None:
        """Delete a world, unless that is done, or it has ended with its server. Raises ControlFailed."""
        if self._worlds.pop(name, None) is None or not self.is_running:
            return
        try:
            self.control.delete_world(name)
        except ServerUnavailable:
            return
        except ControlFailed as failed:
            if failed.code != "not_found":
                raise

    def _write_settings(self) -> Path:
        own = {"database_url": f"sqlite:///{self._database}", "port": 0, "log_level": "warning"}
        chosen = {**own, **self._settings}
        path = self.folder / "lrs-soap.toml"
        path.write_text("".join(f"{json.dumps(name)} = {_in_toml(value)}\n" for name, value in chosen.items()), "utf-8")
        return path

    def _wait_until_ready(self, ready: Path) -> str:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if self._process.poll() is not None:
                self._release()
                raise ServerUnavailable(f"The lrs-soap server has not started. {self._last_lines()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerUnavailable(
                    f"The lrs-soap server was not ready within {_START_SECONDS:g} seconds. {self._last_lines()}"
                )
            time.sleep(_LOOK_SECONDS)
        return str(json.loads(ready.read_text("utf-8"))["address"])

    def _release(self) -> None:
        """End what is left of the process, and forget its worlds."""
        self._worlds.clear()
        self.control.close()
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _last_lines(self) -> str:
        lines = self.logged().splitlines()[-_LOG_LINES:]
        return f"The last lines of its log {self.log}:\n" + "\n".join(lines) if lines else "It has logged nothing."


class _Control(ControlClient):
    """The control interface of a server that says why it cannot be asked."""

    def __init__(self, server: LrsServer, url: str) -> None:
        super().__init__(url)
        self._of = server

    def ask(self, method: str, path: str, value: Any = None, **query: object) -> Any:
        """As `ControlClient.ask`. Raises ServerUnavailable, too."""
        self._of.check(self.server)
        try:
            return super().ask(method, path, value, **query)
        except ControlFailed as failed:
            why = self._of.why_not(_END_SECONDS) if failed.code == "unreachable" else ""
            if why:
                raise ServerUnavailable(why) from failed
            raise


def _as_name(text: str) -> str:
    """The beginning of a world's name, made of any text; the token that makes it unique has room behind it."""
    words = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[: _LONGEST_NAME - 2 * _TOKEN_BYTES - 1].strip("-") or "world"


def _in_toml(value: Any) -> str:
    """A setting's value in TOML, which writes texts, numbers, truths and lists of them as JSON does."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_in_toml, value))}]"
    return json.dumps(value if isinstance(value, (bool, int)) else str(value), ensure_ascii=False)


def _how(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name
