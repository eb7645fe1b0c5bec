"""The world that a command works on: that of the settings, whose database must exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Annotated

import typer

from lrs_soap.errors import InvalidSetting, LrsError
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.exchange.journal import recording
from lrs_soap.rules.values.change import OPERATOR, Author
from lrs_soap.settings import Settings
from lrs_soap.store.store import Store
from lrs_soap.world import World

Create = Annotated[bool, typer.Option("--create", help="Make the database if it does not exist.")]


def open_world(chosen: Settings, *, create: bool | None = None) -> World:
    """The world of these settings, its database up to date. `create` is the command's --create, None if it has none.

    Raises InvalidSetting if the database does not exist and is not to be made, so that a command in the wrong folder
    makes none there; and as `World.open`.
    """
    if not create:
        check_exists(chosen, or_create=create is not None)
    return World.open(chosen)


def check_exists(chosen: Settings, *, or_create: bool = False) -> None:
    """Raise InvalidSetting if there is no database of lrs-soap; `or_create`: the command has --create.

    Raises StoreUnavailable.
    """
    with closing(Store(chosen.database_url)) as store:
        if not store.exists():
            instead = ", use --create" if or_create else ""
            raise InvalidSetting(
                f"There is no lrs-soap database at {store.location}. "
                f"Run `lrs-soap serve` to make it{instead}, or name another with --database."
            )


@contextmanager
def world_to_write(chosen: Settings, exchange: Exchange, *, create: bool | None = None) -> Iterator[World]:
    """As `open_world`, for a command that writes. Records `exchange`, which is the command's, in the journal.

    Names the database on standard error when the block has succeeded.
    """
    with open_world(chosen, create=create) as world, journalled(world, exchange):
        yield world
        tell_written(world)


def command_exchange(command: str, author: Author = OPERATOR) -> Exchange:
    """The exchange of a command. `command` is its name as it is typed after `lrs-soap`."""
    return Exchange(Origin.COMMAND, operation=command, author=author)


def journalled(world: World, exchange: Exchange) -> AbstractContextManager[Exchange]:
    """Record a command's exchange when the block ends. What the command refuses becomes a finding."""
    return recording(world.journal, exchange, refusals=(LrsError, typer.BadParameter, typer.Abort))


def tell_written(world: World) -> None:
    """Name on standard error the database that a command has written to."""
    typer.echo(f"Written to {world.store.location}", err=True)
