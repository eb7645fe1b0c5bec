"""`lrs-soap backup`: a world in a file, and back from it, with a running server or without one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.input_file import STANDARD, opened
from lrs_soap.cli.output_file import Force, check_replaceable
from lrs_soap.cli.tables import Json, print_fields, print_json
from lrs_soap.cli.text import counted
from lrs_soap.cli.world import Create, check_exists
from lrs_soap.errors import InvalidSetting, StoreUnavailable
from lrs_soap.settings import Settings
from lrs_soap.store import backup_file
from lrs_soap.store.backup_file import Stamp
from lrs_soap.store.store import Store
from lrs_soap.world import MAIN, World, Worlds
from lrs_soap.world.images import back_up, restore_backup

app = group(
    "backup",
    text="Write a world to a file, and put it back from there.\n\n"
    "A backup is the whole of a world but its snapshots and its journal. The service may be running. The database has "
    "to be SQLite: docs/operating.md tells how one in PostgreSQL is backed up.",
    epilog=example("lrs-soap backup make monday.backup", "lrs-soap backup restore monday.backup"),
)

_World = Annotated[str, typer.Option("--world", metavar="NAME", help="The world.")]


@app.command(
    epilog=example(
        "lrs-soap backup make monday.backup",
        "lrs-soap backup make --force /srv/backups/lrs.backup --database sqlite:////srv/lrs/lrs.db",
        "lrs-soap backup make - --world team-a | gzip > team-a.gz",
    )
)
def make(
    file: Annotated[
        str, typer.Argument(metavar="FILE", show_default=False, help="The file to write; - for standard output.")
    ],
    world: _World = MAIN,
    force: Force = False,
    as_json: Json = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Write a world, with its clock, policy and scenarios, to a file that only this user can read.

    The file is there whole or not at all. Nobody who uses the service waits.
    """
    target = Path(file)
    if file != STANDARD and target.exists():
        check_replaceable(target, force)
    settings = resolved(config, database_url=database).settings
    check_exists(settings)
    with _world(settings, world) as chosen, ExitStack() as stack:
        if file == STANDARD:
            target = Path(stack.enter_context(TemporaryDirectory())) / "backup"
        stamp = back_up(chosen, target)
        if file == STANDARD:
            with target.open("rb") as made:
                shutil.copyfileobj(made, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
    if as_json:
        print_json(stamp._asdict())
    else:
        typer.echo(f"{file} is a backup of the world {world}, with {counted(stamp.learners, 'learner')}.")


@app.command(
    epilog=example(
        "lrs-soap backup restore monday.backup",
        "lrs-soap backup restore monday.backup --create --database sqlite:////srv/lrs/lrs.db",
        "gunzip < team-a.gz | lrs-soap backup restore - --world team-a",
    )
)
def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False, help="The backup; - for standard input.")],
    world: _World = MAIN,
    create: Create = False,
    as_json: Json = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Put a world back to a backup, in place of everything that it holds now.

    A backup of an older version is brought up to date first. A running service goes by it at its next request.
    Snapshots and the journal stay.
    """
    settings = resolved(config, database_url=database).settings
    _check_restorable(settings, create)
    with opened(file) as source, _world(settings, world) as chosen:
        stamp = restore_backup(chosen, source, _called(file))
        location = chosen.store.location
    if as_json:
        print_json(stamp._asdict())
        return
    what = "it" if stamp.world == world else f"the world {stamp.world}"
    learners = counted(stamp.learners, "learner")
    typer.echo(f"The world {world} is as {what} was at {stamp.made}, with {learners}.")
    typer.echo(f"Written to {location}", err=True)


@app.command(epilog=example("lrs-soap backup show monday.backup"))
def show(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False, help="The backup; - for standard input.")],
    as_json: Json = False,
) -> None:
    """Show what a backup is of, once it is found to be whole and sound."""
    with opened(file) as source:
        stamp = backup_file.read(source, _called(file))
    if as_json:
        print_json(stamp._asdict())
    else:
        print_fields(_fields(stamp))


def _fields(stamp: Stamp) -> Iterator[tuple[str, str]]:
    names = ("World", "Made", "lrs-soap", "Schema", "Keys", "Learners")
    return ((name, str(value)) for name, value in zip(names, stamp, strict=True))


def _check_restorable(settings: Settings, create: bool) -> None:
    """Raise InvalidSetting where a backup would take the place of nothing, without `create`, or of something else."""
    # What is damaged may be replaced: backups are for that.
    with suppress(StoreUnavailable), closing(Store(settings.database_url)) as store:
        if not create:
            check_exists(settings, or_create=True)
        elif not store.exists() and Path(store.location).exists():
            raise InvalidSetting(f"{store.location} is no database of lrs-soap. Move it away, or name another.")


@contextmanager
def _world(settings: Settings, name: str) -> Iterator[World]:
    """The world of this name, whose database may be of another version."""
    with closing(Worlds.open(settings, prepare=False)) as worlds:
        if name == MAIN:
            yield worlds.main
            return
        world = worlds.at(name)
        try:
            yield world
        finally:
            world.end_look()


def _called(file: str) -> str:
    return "(standard input)" if file == STANDARD else file
