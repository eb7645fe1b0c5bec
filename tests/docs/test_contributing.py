"""CONTRIBUTING.md: its tables have every target of the Makefile, and every folder of tests."""

from __future__ import annotations

import re

from tests.kit.documents import PROJECT, Document

CONTRIBUTING = Document("CONTRIBUTING.md")


def test_every_target_is_explained() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text("utf-8"), re.M)
    assert targets is not None
    rows = CONTRIBUTING.rows("Set up", "command", "what it does")
    assert [command for command, _ in rows] == [f"`make {target}`" for target in targets[1].split()]


def test_every_folder_of_tests_is_explained() -> None:
    rows = CONTRIBUTING.rows("How tests are organised", "folder", "what its tests show")
    named = [name for folders, _ in rows for name in re.findall(r"`tests/(\w+)/`", folders)]
    there = [path.name for path in (PROJECT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert sorted(named) == sorted(there)
