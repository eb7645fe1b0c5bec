"""`lrs-soap user`: what the operator does with the portal's users; the service may be running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.tables import Json, print_fields, print_json, print_table
from lrs_soap.cli.world import command_exchange, open_world, world_to_write
from lrs_soap.operations import organisations, users
from lrs_soap.rules.access.users import User, UserDetails
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.organisation import SHORT_NAMES, Role

app = group(
    "user",
    text="List users of the portal, make a Super User, and disable users.\n\n"
    "Super Users manage the other users of their organisation in the portal. The service may be running; a change "
    "applies from the next request.",
    epilog=example("lrs-soap user list", "lrs-soap user add --help"),
)

_Name = Annotated[str, typer.Argument(metavar="USERNAME", show_default=False, help="The user name.")]


@app.command(epilog=example("lrs-soap user add TEST0001 Jo Lee jo.lee@college.example"))
def add(
    ukprn: Annotated[
        str, typer.Argument(metavar="UKPRN", show_default=False, help="The UKPRN of the user's organisation.")
    ],
    given_name: Annotated[str, typer.Argument(metavar="GIVEN", show_default=False, help="The given name.")],
    family_name: Annotated[str, typer.Argument(metavar="FAMILY", show_default=False, help="The family name.")],
    email: Annotated[str, typer.Argument(metavar="EMAIL", show_default=False, help="The e-mail address.")],
    verification: Annotated[
        str, typer.Option(metavar="TEXT", help="How it was verified who the user is.")
    ] = "Requested from the operator",
    database: Database = None,
    config: Config = None,
) -> None:
    """Make a Super User for an organisation, as where the last one was lost.

    The user name is made of the names. Standard output has the one-time password alone, this once.
    """
    details = UserDetails(given_name, family_name, email, verification)
    chosen = resolved(config, database_url=database).settings
    with world_to_write(chosen, command_exchange("user add")) as world:
        with world.reading(OPERATOR) as work:
            organisations.held(work, ukprn)
        one_time, one_time_hash = world.passwords.one_time()
        with world.writing(OPERATOR) as work:
            made = users.create(work, ukprn, details, frozenset({Role.SUPER_USER}), one_time_hash)
    _print(made, err=True)
    typer.echo(one_time)
    typer.echo("Write this password down: it is not shown again. It is changed at the first login.", err=True)


@app.command("list", epilog=example("lrs-soap user list", "lrs-soap user list TEST0001 --json"))
def list_all(
    ukprn: Annotated[
        str | None,
        typer.Argument(metavar="UKPRN", show_default=False, help="The UKPRN of the organisation whose users to list."),
    ] = None,
    as_json: Json = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """List the users of all organisations, or of one, with their states and roles."""
    chosen = resolved(config, database_url=database).settings
    with open_world(chosen) as world, world.reading(OPERATOR) as work:
        if ukprn is None:
            found = users.everybody(work)
        else:
            found = users.find(work, organisations.held(work, ukprn).ukprn, users.Criteria())
    if as_json:
        print_json([_fields(each) for each in found])
        return
    print_table(
        ("UserName", "UKPRN", "State", "Roles", "Name"),
        ((each.name, each.organisation, _state(each), _short_roles(each), _full_name(each)) for each in found),
    )


@app.command(epilog=example("lrs-soap user disable oliver.hart"))
def disable(name: _Name, database: Database = None, config: Config = None) -> None:
    """Disable a user's permissions: whatever the roles, no page of the portal is open but the own account."""
    _set_disabled("user disable", name, True, database, config)


@app.command(epilog=example("lrs-soap user enable oliver.hart"))
def enable(name: _Name, database: Database = None, config: Config = None) -> None:
    """Enable a user's permissions again, with the roles that the user had."""
    _set_disabled("user enable", name, False, database, config)


def _set_disabled(command: str, name: str, disabled: bool, database: str | None, config: Path | None) -> None:
    chosen = resolved(config, database_url=database).settings
    with world_to_write(chosen, command_exchange(command)) as world, world.writing(OPERATOR) as work:
        changed = users.set_disabled(work, name, disabled)
    _print(changed)


def _fields(user: User) -> dict[str, Any]:
    return {
        "UserName": user.name,
        "UKPRN": user.organisation,
        "Name": _full_name(user),
        "Email": user.details.email,
        "State": _state(user),
        "Roles": [role.value for role in Role if role in user.roles],
    }


def _print(user: User, *, err: bool = False) -> None:
    fields = _fields(user)
    fields["Roles"] = ", ".join(fields["Roles"])
    print_fields(fields.items(), err=err)


def _full_name(user: User) -> str:
    return f"{user.details.given_name} {user.details.family_name}"


def _state(user: User) -> str:
    states = [
        word
        for word, is_so in (("suspended", user.state.is_suspended), ("disabled", user.permissions_disabled))
        if is_so
    ]
    return ", ".join(states) or "active"


def _short_roles(user: User) -> str:
    return ",".join(short for role, short in SHORT_NAMES.items() if role in user.roles) or "-"
