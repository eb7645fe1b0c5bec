"""`lrs-soap settings`."""

from __future__ import annotations

from typing import Annotated

import typer

from lrs_soap import settings
from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.tables import Json, print_fields, print_json, print_table
from lrs_soap.settings import ResolvedSettings, Settings

app = group()


@app.command(
    "settings",
    epilog=example(
        "lrs-soap settings", "lrs-soap settings batch_delay", "LRS_PORT=9000 lrs-soap settings --config test.toml"
    ),
)
def list_settings(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", show_default=False, help="A setting to explain, such as port or LRS_PORT."),
    ] = None,
    markdown: Annotated[
        bool,
        typer.Option("--markdown", help="Print a Markdown table of names, defaults and meanings, without any values."),
    ] = False,
    as_json: Json = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """List all settings with their values, or explain one of them.

    The origin of a value is a flag of `lrs-soap serve`, else an environment variable, else the file, else it is the
    default.
    """
    if markdown:
        typer.echo(settings.as_markdown())
        return
    found = resolved(config, database_url=database)
    if name is not None:
        fields = _fields(found, _known(name))
        if as_json:
            print_json(fields)
        else:
            print_fields((heading, value or "(none)") for heading, value in fields.items())
        return
    listed = [_fields(found, each) for each in Settings.model_fields]
    if as_json:
        print_json(listed)
    else:
        headings = ("Setting", "Value", "Origin")
        print_table(headings, ([each[heading] for heading in headings] for each in listed))


def _fields(found: ResolvedSettings, name: str) -> dict[str, str]:
    return {
        "Setting": name,
        "Value": settings.shown(getattr(found.settings, name)),
        "Origin": found.origin(name),
        "Variable": settings.variable_of(name),
        "Flag": settings.flag_of(name),
        "Allowed": settings.allowed_values(name).words,
        "Meaning": settings.meaning_of(name),
    }


def _known(text: str) -> str:
    """The setting with this name or this environment variable. Raises typer.BadParameter."""
    for name in Settings.model_fields:
        if text in (name, settings.variable_of(name)):
            return name
    raise typer.BadParameter(f"{text!r} is not a setting. `lrs-soap settings` lists them all.", param_hint="NAME")
