"""The commands by which docs/operating.md backs up and restores a database in PostgreSQL do that, worlds and all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from lrs_soap.settings import Settings
from lrs_soap.world import Worlds
from lrs_soap.world.images import restore, snapshots, take_snapshot
from tests.kit.databases import on_postgresql
from tests.kit.documents import Document
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, post, register

_BLOCK = re.compile("```sh\n(pg_dump .*?)```", re.S)
PATHS = ("/LearnerService.svc", "/w/team-a/LearnerService.svc")


@pytest.fixture
def commands() -> list[str]:
    """The lines of the block."""
    found = _BLOCK.search(Document("docs/operating.md").section("Backup and upgrade"))
    assert found is not None
    return found[1].splitlines()


def codes(server: RunningServer) -> list[str | None]:
    return [post(server.url, envelope(register()), path=path).text("ResponseCode") for path in PATHS]


@pytest.mark.slow
@on_postgresql
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="PostgreSQL's programs are not installed")
def test_worlds_and_snapshots_come_back(database_url: str, commands: list[str], tmp_path: Path) -> None:
    with Worlds.open(Settings(database_url=database_url)) as worlds:
        worlds.create("team-a")
        take_snapshot(worlds.main, "friday")
    url = make_url(database_url)
    restored = url.set(database=f"{url.database}_restored")
    environment = {**os.environ, "PGPASSWORD": str(url.password)}

    def run(command: str) -> None:
        # As the documents have it, but for where the server is, and what the databases are called.
        told = command.replace("--host=db", f"--host={url.host} --port={url.port}")
        told = told.replace("--username=lrs", f"--username={url.username}")
        told = told.replace("//lrs@db/", f"//{url.username}@{url.host}:{url.port}/")
        told = told.replace("lrs_restored", str(restored.database))
        told = re.sub(r"/lrs\b", f"/{url.database}", told)
        program = told.replace("lrs-soap ", f"{Path(sys.executable).parent}/lrs-soap ")
        subprocess.run(program, shell=True, cwd=tmp_path, env=environment, check=True, capture_output=True)

    with RunningServer(tmp_path, database_url=database_url) as server:
        assert codes(server) == ["WSRC0005", "WSRC0005"]
        dump, *others = commands
        run(dump)
    try:
        for command in others:
            run(command)
        place = restored.render_as_string(hide_password=False)
        with RunningServer(tmp_path, database_url=place) as server:
            # They were registered before the backup.
            assert codes(server) == ["WSRC0021", "WSRC0021"]
            with Worlds.open(Settings(database_url=place), prepare=False) as worlds:
                assert snapshots(worlds.main) == ["friday"]
                restore(worlds.main, "friday")
            assert codes(server) == ["WSRC0005", "WSRC0021"]
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(str(restored.database))))
