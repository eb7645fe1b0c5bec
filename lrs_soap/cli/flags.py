"""Flags made from the settings' own declarations, and the settings that a command runs with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from lrs_soap import settings
from lrs_soap.cli.commands import FAILED, WRONG_USE
from lrs_soap.cli.text import one_line
from lrs_soap.errors import InvalidSetting, LrsError
from lrs_soap.exchange import log
from lrs_soap.settings import ResolvedSettings, Settings

F = TypeVar("F", bound=Callable[..., Any])


def _option(name: str) -> Any:
    """The flag of a setting. It takes any text: `settings` says what is wrong with a value, and why."""
    flag, placeholder = settings.flag_of(name), settings.allowed_values(name).placeholder
    default = settings.shown(settings.Settings.model_fields[name].default) or "none"
    return typer.Option(
        f"{flag}/--no-{flag[2:]}" if placeholder is None else flag,
        metavar=placeholder,
        show_default=False,
        help=f"{settings.meaning_of(name)}  [{settings.variable_of(name)}, default: {default}]",
    )


def with_every_setting(command: F) -> F:
    """Give a command a flag for each setting, in place of its parameter `**flags`, which receives them by name."""
    hints = get_type_hints(command, include_extras=True)
    parameters = inspect.signature(command).parameters.values()
    named = [each.replace(annotation=hints[each.name]) for each in parameters if each.kind is not each.VAR_KEYWORD]
    signature = inspect.Signature([*named, *map(_parameter, settings.Settings.model_fields)])
    # What Typer reads a command's parameters from; the hints of functions do not have it.
    command.__signature__ = signature  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in signature.parameters.values()}
    return command


def _parameter(name: str) -> inspect.Parameter:
    is_switch, option = settings.allowed_values(name).placeholder is None, _option(name)
    annotation: Any = Annotated[bool | None, option] if is_switch else Annotated[str | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


Database = Annotated[str | None, _option("database_url")]
TokenFile = Annotated[str | None, _option("control_token_file")]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        show_default=False,
        help=f"A TOML file with settings.  [{settings.FILE_VARIABLE}, default: {settings.FILE} in this folder, if any]",
    ),
]


def resolved(config: Path | None, **flags: Any) -> ResolvedSettings:
    """The settings by flags, environment and file. Tells the user of variables that look like ours and are not.

    Raises InvalidSetting.
    """
    found = settings.resolve(flags, config)
    for variable in found.ignored:
        note = f"Note: the environment variable {variable} is not a setting of lrs-soap, and is ignored."
        typer.echo(log.line_of(found.settings.log_format, "settings", note, level="warning"), err=True)
    return found


@contextmanager
def failing_in_the_log(chosen: Settings) -> Iterator[None]:
    """What ends a command whose standard error is a log in JSON is told in JSON there."""
    try:
        yield
    except LrsError as error:
        if chosen.log_format == "text":
            raise
        typer.echo(log.line_of(chosen.log_format, "error", one_line(str(error)), level="error"), err=True)
        raise typer.Exit(WRONG_USE if isinstance(error, InvalidSetting) else FAILED) from None
