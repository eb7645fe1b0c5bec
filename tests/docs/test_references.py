"""What documents and docstrings refer to is there: pages, sections, files, modules, commands and settings."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from lrs_soap.cli.app import app
from lrs_soap.settings import Settings
from tests.kit.documents import PROJECT, Document, documents

DOCUMENTS = documents()
# What was there once is told by its names of then.
TODAYS = [document for document in DOCUMENTS if document.name != "CHANGELOG.md"]
_IN_BACKQUOTES = re.compile("`([^`\n]+)`")
_SOURCES = [
    path for folder in ("lrs_soap", "bench", "fuzz", "soak", "tests") for path in (PROJECT / folder).rglob("*.py")
]


def _names(documents: list[Document]) -> list[str]:
    return [document.name for document in documents]


@pytest.mark.parametrize("document", DOCUMENTS, ids=_names(DOCUMENTS))
def test_every_link_leads_somewhere(document: Document) -> None:
    for target in document.links():
        if "://" in target:
            continue
        page, _, anchor = target.partition("#")
        path = (document.path.parent / page).resolve() if page else document.path
        assert path.exists(), target
        if anchor:
            assert anchor in Document(str(path.relative_to(PROJECT))).anchors(), target


@pytest.mark.parametrize("document", TODAYS, ids=_names(TODAYS))
def test_every_file_that_is_named_is_there(document: Document) -> None:
    for name in _IN_BACKQUOTES.findall(document.text):
        if re.fullmatch(r"(?:lrs_soap|tests|deploy|docs|bench|fuzz|soak|stubs|client_examples|\.ci)/[\w./-]*", name):
            assert (PROJECT / name).exists(), name
        if re.fullmatch(r"lrs_soap(?:\.\w+)+(?::\w+)?", name):
            assert (PROJECT / f"{name.partition(':')[0].replace('.', '/')}.py").exists(), name


@pytest.mark.parametrize("document", TODAYS, ids=_names(TODAYS))
def test_every_command_that_is_named_is_one(document: Document) -> None:
    made = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.M)
    for name in _IN_BACKQUOTES.findall(document.text):
        if name.startswith("make "):
            assert name.split()[1] in made, name
        if name.startswith("lrs-soap "):
            _assert_command(name)


def _assert_command(text: str) -> None:
    """That the words before the first argument or flag are a command, and each flag is one of its own."""
    words = re.match(r"lrs-soap((?: [a-z0-9]+)*)", text)
    assert words is not None
    command = words[1].split()
    done = CliRunner().invoke(app, [*command, "--help"], prog_name="lrs-soap", env={"COLUMNS": "200", "TERM": "dumb"})
    assert done.exit_code == 0, text
    for flag in re.findall(r" (--[a-z-]+)", text):
        assert flag in done.output, text


@pytest.mark.parametrize("document", TODAYS, ids=_names(TODAYS))
def test_every_setting_that_is_given_a_value_is_one(document: Document) -> None:
    for name in _IN_BACKQUOTES.findall(document.text):
        if found := re.fullmatch(r"([a-z][a-z_]+) = .*", name):
            assert found[1] in Settings.model_fields, name


def test_sources_refer_to_sections_that_are_there() -> None:
    headings = {document.name: document.headings() for document in DOCUMENTS}
    wrong = []
    for source in _SOURCES:
        text = re.sub(r"\s+(?:# )?", " ", source.read_text("utf-8"))
        wrong += [(source, name) for name in re.findall(r"\bdocs/[\w-]+\.md", text) if name not in headings]
        sections = re.findall(r'\((docs/[\w-]+\.md), "?([A-Z][\w ]+)"?\)', text)
        wrong += [(source, name, title) for name, title in sections if title not in headings.get(name, ())]
    assert wrong == []
