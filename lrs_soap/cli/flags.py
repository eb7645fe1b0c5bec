"""What the commands have in common: the flags of the settings, and an example at the end of their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lrs_soap import settings


def example(*lines: str) -> str:
    """The end of a command's help: how it is typed."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def flag(name: str, metavar: str | None = None) -> Any:
    """The flag of a setting. Its value goes to `settings` as it is, which says what is wrong with it and why."""
    option = settings.flag_of(name)
    default = settings.shown(settings.Settings.model_fields[name].default) or "none"
    is_switch = metavar is None
    return typer.Option(
        f"{option}/--no-{option[2:]}" if is_switch else option,
        metavar=metavar,
        show_default=False,
        help=f"{settings.meaning_of(name)}  [{settings.variable_of(name)}, default: {default}]",
    )


Database = Annotated[str | None, flag("database_url", "URL")]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        show_default=False,
        help=f"A TOML file with settings.  [{settings.FILE_VARIABLE}, default: {settings.FILE} in this folder, if any]",
    ),
]


def choice(config: Path | None, **flags: Any) -> settings.Choice:
    """The settings, and a note to the user of each variable that looks like one's and is not. Raises InvalidSetting."""
    chosen = settings.read(flags, config)
    for variable in chosen.ignored:
        typer.echo(
            f"Note: the environment variable {variable} is no setting of lrs-soap and was passed over.", err=True
        )
    return chosen
