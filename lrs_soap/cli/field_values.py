"""Fields that are given to a command as FIELD=VALUE."""

from __future__ import annotations

from collections.abc import Iterable

import typer


def field_values(given: Iterable[str], hint: str = "FIELD=VALUE") -> dict[str, str]:
    """The values by their fields. `hint` is what the help calls them.

    Raises typer.BadParameter for what is of another form, and for a field that is given twice.
    """
    values: dict[str, str] = {}
    for text in given:
        field, is_given, value = text.partition("=")
        if not is_given:
            raise typer.BadParameter(f"{text!r} is not of the form FIELD=VALUE.", param_hint=hint)
        if field in values:
            raise typer.BadParameter(f"{field!r} is given more than once.", param_hint=hint)
        values[field] = value
    return values
