"""The list of names for which no user account is made."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lrs_soap.rules.access.user_names import RefusedNames, parse


@cache
def refused_names() -> RefusedNames:
    """The names of guests and of functions, as `lrs_soap/operations/data/refused_names.txt` has them."""
    return parse((files("lrs_soap.operations.data") / "refused_names.txt").read_text("utf-8"))
