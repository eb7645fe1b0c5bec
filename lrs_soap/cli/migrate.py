"""`lrs-soap migrate`: the databases of this version, of those of an older one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.tables import Json, print_json, print_table
from lrs_soap.cli.world import check_exists
from lrs_soap.store.versions import TODAYS
from lrs_soap.world import upgrading
from lrs_soap.world.upgrading import Upgrade

_DUE = 1

app = group()


@app.command(epilog=example("lrs-soap migrate --check", "lrs-soap migrate --database sqlite:////srv/lrs/lrs.db"))
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; the exit status is 1 if there is something to do.")
    ] = False,
    no_copy: Annotated[
        bool, typer.Option("--no-copy", help="Keep no backup of a SQLite database before it is changed.")
    ] = False,
    as_json: Json = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Bring all databases up to this version: tables and keys.

    They are those of main and of the other worlds, and on SQLite the snapshots. `lrs-soap serve` brings all but the
    snapshots up to date when it starts. Stop the service of the older version first. A database whose migration is
    interrupted is as it was before.
    """
    chosen = resolved(config, database_url=database).settings
    check_exists(chosen)
    found = upgrading.upgrades_of(chosen)
    if check:
        _list(found, as_json)
        if any(each.is_due for each in found):
            raise typer.Exit(_DUE)
        return
    done: list[Upgrade] = []

    def say(upgrade: Upgrade) -> None:
        done.append(upgrade)
        if not as_json:
            typer.echo(_sentence(upgrade))

    upgrading.upgrade(chosen, say, copies=not no_copy)
    if as_json:
        print_json([_as_json(each) | {"copy": None if each.copy is None else str(each.copy)} for each in done])
    else:
        typer.echo(f"All is up to date: schema {TODAYS.schema}, keys {TODAYS.keys}.")


def _list(found: list[Upgrade], as_json: bool) -> None:
    if as_json:
        print_json([_as_json(each) | {"due": each.is_due} for each in found])
        return
    to_do = f"to be brought to schema {TODAYS.schema}, keys {TODAYS.keys}"
    rows = [
        (each.name, each.held.schema, str(each.held.keys), to_do if each.is_due else "up to date") for each in found
    ]
    print_table(("World", "Schema", "Keys", "State"), rows)


def _sentence(upgrade: Upgrade) -> str:
    kept = "" if upgrade.copy is None else f" A backup of before is kept: {upgrade.copy}"
    held = upgrade.held
    return f"{upgrade.name}: from schema {held.schema}, keys {held.keys} to {TODAYS.schema}, {TODAYS.keys}.{kept}"


def _as_json(upgrade: Upgrade) -> dict[str, Any]:
    return {"world": upgrade.world, "snapshot": upgrade.snapshot, **upgrade.held._asdict()}
