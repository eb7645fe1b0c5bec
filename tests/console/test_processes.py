"""The console of a server with several processes: its address, and forms that another process has shown."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.kit.databases import on_sqlite
from tests.kit.person import CONSOLE, Person
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post


@on_sqlite
def test_every_process_takes_the_forms_of_the_others(filled_file: Path, tmp_path: Path, database_kind: str) -> None:
    shutil.copy(filled_file, tmp_path)
    with RunningServer(tmp_path, "--processes", "2", "--batch-workers", "0") as server:
        told = server.logged_until("Its console is").splitlines()
        ready, console = f"lrs-soap is ready on {server.url}", f"Its console is {server.url}{CONSOLE}"
        assert [line for line in told if line in (ready, console)] == [ready, console]
        answer = post(server.url, envelope(find_by_uln()))
        person = Person(server.url, path=CONSOLE)
        for _ in range(6):
            # Each time on a new connection, which any of the processes may take.
            person.session.headers["Connection"] = "close"
            person.open(f"exchanges/{answer.headers['lrs-exchange']}").press("Send again")
            assert person.status == 200
            assert person.facts()["Code"].startswith("WSRC0004")
