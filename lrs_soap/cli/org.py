"""`lrs-soap org`: adding organisations and changing what they may do; the service may be running."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from lrs_soap import passwords
from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.tables import Json, print_fields, print_json, print_table
from lrs_soap.cli.world import Create, command_exchange, open_world, world_to_write
from lrs_soap.operations import organisations
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.organisation import SHORT_NAMES, Organisation, Role, role_named

_ROLES = ", ".join(f"{SHORT_NAMES[role]} ({role.value})" for role in Role)

app = group(
    "org",
    text="List, add and change organisations that may use the service.\n\n"
    "The service may be running; a change applies from the next request.",
    epilog=f"Roles: {_ROLES}.\n\n" + example("lrs-soap org list", "lrs-soap org add --help"),
)

_Ukprn = Annotated[
    str, typer.Argument(metavar="UKPRN", show_default=False, help="The organisation's UKPRN, eight letters or digits.")
]
_PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
_Generate = Annotated[
    bool, typer.Option("--generate", help="Generate a password. Standard output has it alone, this once.")
]


@app.command(
    epilog=example(
        "lrs-soap org add 10001234 ABC123 'A College' --role online --role 'Learner Record'",
        "lrs-soap org add 10001234 ABC123 'A College' --all-roles --generate",
    )
)
def add(
    ukprn: _Ukprn,
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REF", show_default=False, help="The organisation's OrganisationRef, six letters or digits."
        ),
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="The organisation's name.")],
    role: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", show_default=False, help="A role for it. Can be repeated."),
    ] = None,
    all_roles: Annotated[bool, typer.Option("--all-roles", help="Give it every role.")] = False,
    password_stdin: _PasswordStdin = False,
    generate: _Generate = False,
    create: Create = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Add an organisation.

    The command asks twice for its password of sixteen characters, unless --password-stdin or --generate is given.
    Without a role the organisation may do nothing, until `lrs-soap org roles` gives it one.
    """
    if all_roles and role:
        raise typer.BadParameter("Give either --role or --all-roles.", param_hint="--all-roles")
    roles = frozenset(Role) if all_roles else _roles(role, "--role")
    organisation = Organisation(ukprn, reference, name, roles=roles)
    chosen = resolved(config, database_url=database).settings
    with world_to_write(chosen, command_exchange("org add"), create=create) as world:
        # Before somebody types a password twice for nothing.
        with world.reading(OPERATOR) as work:
            organisations.check_new(work, organisation)
        password = _password(password_stdin, generate)
        with world.writing(OPERATOR) as work:
            added = organisations.add(work, world.passwords, organisation, password)
    _print(added, err=generate)
    if generate:
        _print_generated(password)


@app.command("list", epilog=example("lrs-soap org list", "lrs-soap org list --json"))
def list_all(as_json: Json = False, database: Database = None, config: Config = None) -> None:
    """List all organisations with their states and roles."""
    chosen = resolved(config, database_url=database).settings
    with open_world(chosen) as world, world.reading(OPERATOR) as work:
        everyone = organisations.everyone(work)
    if as_json:
        print_json([_fields(each) for each in everyone])
        return
    print_table(
        ("UKPRN", "OrganisationRef", "State", "Roles", "Name"),
        ((each.ukprn, each.organisation_ref, _state(each), _short_roles(each), each.name) for each in everyone),
    )


@app.command(epilog=example("lrs-soap org show TEST0001"))
def show(ukprn: _Ukprn, as_json: Json = False, database: Database = None, config: Config = None) -> None:
    """Show an organisation: its codes, name, state and roles."""
    chosen = resolved(config, database_url=database).settings
    with open_world(chosen) as world, world.reading(OPERATOR) as work:
        held = organisations.held(work, ukprn)
    if as_json:
        print_json(_fields(held))
    else:
        _print(held)


@app.command(
    "roles",
    epilog=example(
        "lrs-soap org roles 10001234 --set online --set record",
        "lrs-soap org roles 10001234 --add batch --remove 'Learner Record'",
    ),
)
def change_roles(
    ukprn: _Ukprn,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="ROLE", show_default=False, help="Replace all its roles by this one."),
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="ROLE", show_default=False, help="Add this role.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="ROLE", show_default=False, help="Remove this role.")
    ] = None,
    database: Database = None,
    config: Config = None,
) -> None:
    """Change an organisation's roles. Each option can be repeated."""
    if bool(set_) == bool(add or remove):
        raise typer.BadParameter("Give --set, or --add and --remove.", param_hint="--set")
    only, added, removed = _roles(set_, "--set"), _roles(add, "--add"), _roles(remove, "--remove")
    if set_:
        _change("org roles", database, config, lambda work: organisations.set_roles(work, ukprn, only))
    else:
        _change(
            "org roles",
            database,
            config,
            lambda work: organisations.change_roles(work, ukprn, added=added, removed=removed),
        )


@app.command(epilog=example("lrs-soap org suspend 10001234"))
def suspend(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Suspend an organisation: it gets WSEC0003, as if it were unknown."""
    _change("org suspend", database, config, lambda work: organisations.set_suspended(work, ukprn, True))


@app.command(epilog=example("lrs-soap org resume 10001234"))
def resume(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """End an organisation's suspension."""
    _change("org resume", database, config, lambda work: organisations.set_suspended(work, ukprn, False))


@app.command(epilog=example("lrs-soap org disable 10001234"))
def disable(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Disable an organisation's permissions: whatever its roles, it gets WSEC0006."""
    _change("org disable", database, config, lambda work: organisations.set_permissions_disabled(work, ukprn, True))


@app.command(epilog=example("lrs-soap org enable 10001234"))
def enable(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Enable an organisation's permissions again, with the roles that it had."""
    _change("org enable", database, config, lambda work: organisations.set_permissions_disabled(work, ukprn, False))


@app.command(
    "password",
    epilog=example("lrs-soap org password 10001234", "lrs-soap org password 10001234 --password-stdin < password.txt"),
)
def change_password(
    ukprn: _Ukprn,
    password_stdin: _PasswordStdin = False,
    generate: _Generate = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Change an organisation's password. The old one stops working at once.

    The command asks twice for the new password of sixteen characters, unless --password-stdin or --generate is given.
    """
    chosen = resolved(config, database_url=database).settings
    with world_to_write(chosen, command_exchange("org password")) as world:
        with world.reading(OPERATOR) as work:
            organisations.held(work, ukprn)
        new = _password(password_stdin, generate)
        with world.writing(OPERATOR) as work:
            organisations.set_password(work, world.passwords, ukprn, new)
    typer.echo("The password is changed.", err=generate)
    if generate:
        _print_generated(new)


def _change(
    command: str, database: str | None, config: Path | None, change: Callable[[UnitOfWork], Organisation]
) -> None:
    """Change an organisation in a transaction of its own, and print it once that is committed."""
    chosen = resolved(config, database_url=database).settings
    with world_to_write(chosen, command_exchange(command)) as world, world.writing(OPERATOR) as work:
        changed = change(work)
    _print(changed)


def _roles(given: Iterable[str] | None, option: str) -> frozenset[Role]:
    found = set()
    for text in given or ():
        role = role_named(text)
        if role is None:
            raise typer.BadParameter(f"{text!r} is not a role. The roles are {_ROLES}.", param_hint=option)
        found.add(role)
    return frozenset(found)


def _password(from_stdin: bool, generate: bool) -> str:
    """The new password: read, generated, or asked for. Never an argument, which others on the machine can read."""
    if from_stdin and generate:
        raise typer.BadParameter("Give either --password-stdin or --generate.", param_hint="--generate")
    if generate:
        return passwords.generate()
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt="Password again", err=True)
    else:
        raise typer.BadParameter(
            "There is no terminal to ask for the password. Give it with --password-stdin, or use --generate.",
            param_hint="--password-stdin",
        )
    organisations.check_password(given)
    return given


def _fields(organisation: Organisation) -> dict[str, Any]:
    return {
        "UKPRN": organisation.ukprn,
        "OrganisationRef": organisation.organisation_ref,
        "Name": organisation.name,
        "State": _state(organisation),
        "Roles": [role.value for role in Role if role in organisation.roles],
    }


def _print(organisation: Organisation, *, err: bool = False) -> None:
    fields = _fields(organisation)
    fields["Roles"] = ", ".join(fields["Roles"]) or "none: it may do nothing"
    print_fields(fields.items(), err=err)


def _print_generated(password: str) -> None:
    """Print the password alone on standard output, so that a program can read it; the rest is on standard error."""
    typer.echo(password)
    typer.echo("Write this password down: it is not shown again.", err=True)


def _state(organisation: Organisation) -> str:
    states = [
        word
        for word, is_so in (("suspended", organisation.suspended), ("disabled", organisation.permissions_disabled))
        if is_so
    ]
    return ", ".join(states) or "active"


def _short_roles(organisation: Organisation) -> str:
    return ",".join(short for role, short in SHORT_NAMES.items() if role in organisation.roles) or "-"
