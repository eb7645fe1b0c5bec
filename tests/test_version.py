"""The version is one: in the package, and at the top of the changelog."""

from __future__ import annotations

import re
from pathlib import Path

import lrs_soap

CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"


def test_the_changelogs_newest_version_is_the_packages() -> None:
    versions = re.findall(r"^## \[([0-9][^]]*)\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$", CHANGELOG.read_text("utf-8"), re.M)
    assert versions[0] == lrs_soap.__version__


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    headings = re.findall(r"^## .*$", CHANGELOG.read_text("utf-8"), re.M)
    assert headings[0] == "## [Unreleased]"
