"""The names of worlds and of snapshots."""

from __future__ import annotations

import re

from lrs_soap.errors import InvalidRecord
from lrs_soap.exchange.exchange import MAIN_WORLD

MAIN = MAIN_WORLD
"""The name of the world at the root of a server."""

START = "start"
"""The name of the starting data, which no world and no snapshot has."""

_NAME = re.compile("[a-z0-9-]{1,40}")


def is_name(text: str) -> bool:
    """Whether this can be the name of a world or of a snapshot: 1 to 40 small letters, digits and hyphens."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str) -> None:
    """Check a name of a world or of a snapshot. Raises InvalidRecord."""
    if not is_name(name):
        raise InvalidRecord(f"has to be 1 to 40 small letters, digits and hyphens, not {name!r}", "name")
