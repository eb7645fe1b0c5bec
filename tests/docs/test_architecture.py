"""docs/architecture.md: its table of rooms is the one that tests/test_imports.py holds."""

from __future__ import annotations

import re

from tests.kit.documents import Document
from tests.test_imports import ANYTHING, MAY_IMPORT, MODULES

ARCHITECTURE = Document("docs/architecture.md")
ROOMS = {room.strip("`"): may for room, _, may in ARCHITECTURE.rows("Rooms", "room", "what lives there", "may import")}
# The package's own file, and what makes `python -m lrs_soap` work.
NO_ROOMS = {"__init__", "__main__"}


def _names(cell: str) -> set[str]:
    """The names that a cell has in backquotes; a cell without any says nothing."""
    names = re.findall(r"`([\w.]+)`", cell)
    assert names or cell == "nothing", cell
    return set(names)


def test_the_table_is_that_of_the_imports() -> None:
    assert {room: _names(may) for room, may in ROOMS.items() if may != "everything"} == MAY_IMPORT
    assert {room for room, may in ROOMS.items() if may == "everything"} == ANYTHING - NO_ROOMS


def test_no_room_imports_one_below_it() -> None:
    order = list(ROOMS)
    for room, may in ROOMS.items():
        if may != "everything":
            assert {name.partition(".")[0] for name in _names(may)} <= set(order[: order.index(room)]), room


def test_every_folder_of_the_rules_is_named() -> None:
    named = {folder for folder, _ in ARCHITECTURE.rows("Rooms", "folder", "what it decides")}
    there = {module.split(".")[1] for module in MODULES if re.fullmatch(r"rules\.\w+\.\w+", module)}
    assert named == {f"`lrs_soap/rules/{name}/`" for name in there}
