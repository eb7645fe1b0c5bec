"""How commands are grouped and found: a command's module is imported when somebody asks for that command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

FAILED, WRONG_USE = 1, 2
"""The exit status of a command that could not do what it was asked, and of one that was asked wrongly."""


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command, or a group of commands, whose module has not been imported yet.

    The module has an `app`: either the group of that name, or a group that contains the command. `summary` is the first
    sentence of its help, for the list of all commands.
    """

    name: str
    module: str
    summary: str

    def load(self) -> Any:
        """Import the module and return its command, or its group."""
        group = get_group(import_module(self.module).app)
        return group if group.name == self.name else group.commands[self.name]


class LazyGroup(TyperGroup):
    """A group that lists its `lazy_commands` by their summaries and imports the one that somebody asks for."""

    lazy_commands: Sequence[LazyCommand] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for each in self.lazy_commands:
            self.add_command(TyperCommand(each.name, help=each.summary))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The name of the command that the arguments ask for, the command itself, and the arguments left for it."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, next((each.load() for each in self.lazy_commands if each.name == name), listed), rest


def group(name: str | None = None, *, text: str = "", epilog: str | None = None) -> typer.Typer:
    """A new group for the commands of one module; `text` is its help. Without a name, nobody can type it."""
    return typer.Typer(
        name=name, help=text, epilog=epilog, no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )


def example(*lines: str) -> str:
    """The end of a command's help: how to type it."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
