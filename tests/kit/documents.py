"""The project's documents as a reader sees them: sections, tables, and commands to type."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from tests.kit.waiting import PATIENCE

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = "http://127.0.0.1:8080"
"""The address of the service in the documents."""

_HEADING = re.compile(r"^(#+) (.+)$")


class Example(NamedTuple):
    """A command, and the answer that is shown below it."""

    command: str
    answer: str


class Document:
    """A Markdown file, by its path in the project."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = PROJECT / name
        self.text = self.path.read_text("utf-8")

    def headings(self) -> list[str]:
        """The text of each heading, in order."""
        return [found[2] for line in self._prose() if (found := _HEADING.match(line))]

    def section(self, title: str) -> str:
        """Return the text under a heading, up to the next heading of the same or a higher level."""
        start = re.search(rf"^(#+) {re.escape(title)}\n", self.text, re.M)
        assert start is not None, f"{self.name} has no section {title!r}"
        rest = self.text[start.end() :]
        end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.M)
        return rest[: end.start()] if end else rest

    def rows(self, title: str, *columns: str) -> list[tuple[str, ...]]:
        """Return the rows of all tables of a section that have exactly these columns. There must be one."""
        found = [rows for heads, *rows in _tables(self.section(title)) if heads == columns]
        assert found, f"{self.name}, {title!r} has no table with the columns {columns}"
        return [row for rows in found for row in rows]

    def blocks(self, title: str) -> list[str]:
        """The indented blocks of a section: commands, and what they print."""
        indented = re.findall(r"(?:^    .*\n)+", self.section(title), re.M)
        return [dedent(block).rstrip("\n") for block in indented]

    def commands(self, title: str, start: str) -> list[str]:
        """Each line of a section's blocks that begins with this."""
        return [line for block in self.blocks(title) for line in block.splitlines() if line.startswith(start)]

    def examples(self, title: str) -> list[Example]:
        """Each request that a section shows, with the answer that follows it."""
        blocks = self.blocks(title)
        return [Example(command, answer) for command, answer in pairwise(blocks) if answer.startswith("<?xml ")]

    def links(self) -> list[str]:
        """The target of each link."""
        return re.findall(r"\]\(([^)\s]+)\)", "\n".join(self._prose()))

    def anchors(self) -> set[str]:
        """What a link may name after #: a heading in small letters, its spaces as hyphens, without punctuation."""
        return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in self.headings()}

    def _prose(self) -> Iterator[str]:
        """The lines that are no code."""
        fenced = False
        for line in self.text.splitlines():
            if line.startswith("```"):
                fenced = not fenced
            elif not fenced and not line.startswith("    "):
                yield line


def documents() -> list[Document]:
    """Every document of the project."""
    folders = (PROJECT, PROJECT / "docs", PROJECT / "client_examples")
    return [Document(str(path.relative_to(PROJECT))) for folder in folders for path in sorted(folder.glob("*.md"))]


def typed(commands: list[str], folder: Path, *, url: str = ADDRESS) -> str:
    """What commands print that are typed in `folder`, one after the other, as they are printed but for the address.

    `lrs-soap` and `python` are those of the environment that the tests run in. Raises CalledProcessError when a command
    fails.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LRS_")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    script = "\n".join(["set -e", *commands]).replace(ADDRESS, url)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=5 * PATIENCE,
    )
    return done.stdout


def _tables(section: str) -> Iterator[list[tuple[str, ...]]]:
    """Each table of a section: its heads, and then its rows."""
    for table in re.findall(r"(?:^\|.*\|\n)+", f"{section}\n", re.M):
        heads, _, *rows = (_cells(line) for line in table.splitlines())
        yield [heads, *rows]


def _cells(line: str) -> tuple[str, ...]:
    return tuple(unescape(cell.strip()) for cell in line.strip()[1:-1].split("|"))
