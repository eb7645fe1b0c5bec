"""The command line's `lrs-soap org`: adding organisations, and changing what they may do, while the service runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lrs_soap.cli.flags import Config, Database, choice, example
from lrs_soap.cli.store import open_store
from lrs_soap.rules.values.organisation import SHORT_NAMES, Organisation, Role, role_named

if TYPE_CHECKING:
    from lrs_soap.store.store import Store, Transaction

_ROLES = ", ".join(f"{SHORT_NAMES[role]} ({role.value})" for role in Role)

app = typer.Typer(
    name="org",
    help="List, add and change the organisations that may ask; the service may be running.\n\n"
    "What is changed counts from the next request on.",
    epilog=f"Roles: {_ROLES}.\n\n" + example("lrs-soap org list", "lrs-soap org add --help"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_Ukprn = Annotated[
    str, typer.Argument(metavar="UKPRN", show_default=False, help="The organisation's UKPRN, eight letters or digits.")
]
_PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, up to the end of the line.")
]
_Generate = Annotated[bool, typer.Option("--generate", help="Make a password, and print it this once.")]


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
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="What the organisation is called.")],
    role: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", show_default=False, help="A role that it has; may be given several times."),
    ] = None,
    all_roles: Annotated[bool, typer.Option("--all-roles", help="It has all roles.")] = False,
    password_stdin: _PasswordStdin = False,
    generate: _Generate = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Add an organisation.

    Its password, of sixteen characters, is asked for twice where it is neither read nor made. Without a role it may
    ask for nothing until `lrs-soap org roles` gives it one.
    """
    from lrs_soap.operations import organisations
    from lrs_soap.passwords import Passwords

    if all_roles and role:
        raise typer.BadParameter("Give either --role or --all-roles.", param_hint="--all-roles")
    roles = frozenset(Role) if all_roles else _roles(role, "--role")
    organisation = Organisation(ukprn, reference, name, roles=roles)
    with _store(database, config) as store:
        # Before somebody types a password twice for nothing.
        with store.reading() as transaction:
            organisations.check_new(transaction, organisation)
        password = _password(password_stdin, generate)
        with store.writing() as transaction:
            added = organisations.add(transaction, Passwords(), organisation, password)
    _tell(added)
    if generate:
        _tell_password(password)


@app.command("list", epilog=example("lrs-soap org list"))
def list_all(database: Database = None, config: Config = None) -> None:
    """List every organisation: UKPRN, OrganisationRef, state, roles, name."""
    from lrs_soap.operations import organisations

    with _store(database, config) as store, store.reading() as transaction:
        rows = [
            (each.ukprn, each.organisation_ref, _state(each), _short_roles(each), each.name)
            for each in organisations.everyone(transaction)
        ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for *columns, name in rows:
        typer.echo("  ".join([*(text.ljust(width) for text, width in zip(columns, widths, strict=True)), name]))


@app.command(epilog=example("lrs-soap org show TEST0001"))
def show(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Show an organisation: its codes, name, state and roles."""
    from lrs_soap.operations import organisations

    with _store(database, config) as store, store.reading() as transaction:
        held = organisations.held(transaction, ukprn)
    _tell(held)


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
        typer.Option("--set", metavar="ROLE", show_default=False, help="Have this role, and no other that is not set."),
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="ROLE", show_default=False, help="Have this role too.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="ROLE", show_default=False, help="Not have this role.")
    ] = None,
    database: Database = None,
    config: Config = None,
) -> None:
    """Change the roles of an organisation. Each option may be given several times."""
    from lrs_soap.operations import organisations

    if bool(set_) == bool(add or remove):
        raise typer.BadParameter("Give --set, or --add and --remove.", param_hint="--set")
    only, added, removed = _roles(set_, "--set"), _roles(add, "--add"), _roles(remove, "--remove")
    if set_:
        _change(database, config, lambda transaction: organisations.set_roles(transaction, ukprn, only))
    else:
        _change(
            database,
            config,
            lambda transaction: organisations.change_roles(transaction, ukprn, added=added, removed=removed),
        )


@app.command(epilog=example("lrs-soap org suspend 10001234"))
def suspend(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Suspend an organisation: it is answered as if it were unknown, WSEC0003."""
    from lrs_soap.operations import organisations

    _change(database, config, lambda transaction: organisations.set_suspended(transaction, ukprn, True))


@app.command(epilog=example("lrs-soap org resume 10001234"))
def resume(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Resume an organisation that was suspended."""
    from lrs_soap.operations import organisations

    _change(database, config, lambda transaction: organisations.set_suspended(transaction, ukprn, False))


@app.command(epilog=example("lrs-soap org disable 10001234"))
def disable(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Disable an organisation's permissions: it is known and may do nothing, WSEC0006, whatever its roles."""
    from lrs_soap.operations import organisations

    _change(database, config, lambda transaction: organisations.set_permissions_disabled(transaction, ukprn, True))


@app.command(epilog=example("lrs-soap org enable 10001234"))
def enable(ukprn: _Ukprn, database: Database = None, config: Config = None) -> None:
    """Enable an organisation's permissions that were disabled; its roles are what they were."""
    from lrs_soap.operations import organisations

    _change(database, config, lambda transaction: organisations.set_permissions_disabled(transaction, ukprn, False))


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
    """Give an organisation another password, of sixteen characters; the old one is wrong at once.

    It is asked for twice where it is neither read nor made.
    """
    from lrs_soap.operations import organisations
    from lrs_soap.passwords import Passwords

    with _store(database, config) as store:
        with store.reading() as transaction:
            organisations.held(transaction, ukprn)
        new = _password(password_stdin, generate)
        with store.writing() as transaction:
            organisations.set_password(transaction, Passwords(), ukprn, new)
    typer.echo("The password is changed.")
    if generate:
        _tell_password(new)


def _store(database: str | None, config: Path | None) -> AbstractContextManager[Store]:
    return open_store(choice(config, database_url=database).settings)


def _change(database: str | None, config: Path | None, change: Callable[[Transaction], Organisation]) -> None:
    """Change an organisation in a transaction of its own, and tell what it is once that is committed."""
    with _store(database, config) as store, store.writing() as transaction:
        changed = change(transaction)
    _tell(changed)


def _roles(given: Iterable[str] | None, option: str) -> frozenset[Role]:
    found = set()
    for text in given or ():
        role = role_named(text)
        if role is None:
            raise typer.BadParameter(f"{text!r} is no role; there are {_ROLES}.", param_hint=option)
        found.add(role)
    return frozenset(found)


def _password(from_stdin: bool, generate: bool) -> str:
    """The new password: read, made, or asked for. Never an argument, which others on the machine can read."""
    from lrs_soap import passwords
    from lrs_soap.operations import organisations

    if from_stdin and generate:
        raise typer.BadParameter("Give either --password-stdin or --generate.", param_hint="--generate")
    if generate:
        return passwords.generate()
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    else:
        raise typer.BadParameter(
            "There is no terminal to ask for the password on: read it with --password-stdin, or make one with "
            "--generate.",
            param_hint="--password-stdin",
        )
    organisations.check_password(given)
    return given


def _tell(organisation: Organisation) -> None:
    roles = ", ".join(role.value for role in Role if role in organisation.roles)
    for name, value in (
        ("UKPRN", organisation.ukprn),
        ("OrganisationRef", organisation.organisation_ref),
        ("Name", organisation.name),
        ("State", _state(organisation)),
        ("Roles", roles or "none: it may ask for nothing"),
    ):
        typer.echo(f"{name:<16} {value}")


def _tell_password(password: str) -> None:
    typer.echo(f"{'Password':<16} {password}")
    typer.echo("Note it down: it is not shown again.", err=True)


def _state(organisation: Organisation) -> str:
    states = [
        word
        for word, is_so in (("suspended", organisation.suspended), ("disabled", organisation.permissions_disabled))
        if is_so
    ]
    return ", ".join(states) or "active"


def _short_roles(organisation: Organisation) -> str:
    return ",".join(short for role, short in SHORT_NAMES.items() if role in organisation.roles) or "-"
