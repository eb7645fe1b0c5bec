"""Who may import whom: the last column of the design's table, held over every module of the package."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import lrs_soap

PACKAGE = "lrs_soap"
ROOT = Path(lrs_soap.__file__).parent

# By place, everything of ours that it may import besides itself; the package's own version is everybody's.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "clock": {"errors"},
    "settings": {"errors", "clock", "rules"},
    "passwords": {"rules"},
    "rules": {"errors"},
    "store": {"errors", "clock", "rules"},
    "exchange": {"errors", "clock", "rules", "store"},
    "operations": {"errors", "clock", "passwords", "rules", "store"},
    "scenarios": {"errors", "rules", "store"},
    "loading": {"errors", "clock", "operations", "store", "rules"},
    "sample": {"errors", "clock", "passwords", "loading", "operations", "store", "rules"},
    "world": {
        "settings",
        "errors",
        "clock",
        "passwords",
        "operations",
        "store",
        "exchange",
        "sample",
        "loading",
        "rules",
        "scenarios",
    },
    "wsdl": {"errors", "clock", "exchange", "rules.values", "scenarios"},
    "services": {"errors", "clock", "world", "operations", "rules", "exchange", "wsdl"},
    "batch": {"errors", "clock", "world", "operations", "rules", "store", "exchange"},
    "web": {"errors", "rules"},
    "control": {"errors", "clock", "world", "operations", "loading", "rules", "exchange", "batch", "web", "scenarios"},
    "report": {"errors", "rules"},
    "portal": {"errors", "clock", "world", "operations", "rules", "exchange", "batch", "web", "report"},
    "console": {
        *("errors", "clock", "world", "operations", "loading", "rules", "exchange", "batch", "scenarios", "web"),
    },
    "testing": {"errors", "clock", "control.client"},
}
ANYTHING = {"server", "cli", "__main__", "__init__"}

# Whose business each of these libraries is.
ONLY_IN = {
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "spyne": {"wsdl"},
    "lxml": {"wsdl"},
    "waitress": {"server"},
    "prometheus_client": {"server"},
    "cryptography": {"server"},
    "trustme": {"server"},
    "argon2": {"passwords"},
    "structlog": {"exchange"},
    "typer": {"cli"},
    "flask": {"console", "control", "portal", "web"},
    "flask_openapi3": {"control"},
    "flask_wtf": {"console", "portal"},
    "itsdangerous": {"portal"},
    "jinja2": {"web"},
    "werkzeug": {"console", "control", "portal", "web"},
    "wtforms": {"console", "portal", "web"},
    "fpdf": {"report"},
    "font_roboto": {"report"},
    "rich": {"cli"},
    "pytest": {"testing"},
    "zeep": {"testing"},
}


def _modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in ROOT.rglob("*.py")
    }


MODULES = _modules()


def _imported(path: Path) -> set[str]:
    """Every module that a file imports, by its full name, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import; the full path shows whom it depends on"
            base = node.module or ""
            for alias in node.names:
                name = f"{base}.{alias.name}"
                found.add(name if name.removeprefix(f"{PACKAGE}.") in MODULES else base)
    return found


def _ours(path: Path) -> set[str]:
    return {name.removeprefix(f"{PACKAGE}.") for name in _imported(path) if name.startswith(f"{PACKAGE}.")}


def _place(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_what_its_place_may(module: str) -> None:
    place = _place(module)
    if place in ANYTHING:
        return
    allowed = MAY_IMPORT[place] | {place}
    wrong = {
        name
        for name in _ours(MODULES[module])
        if not any(name == each or name.startswith(f"{each}.") for each in allowed)
    }
    assert not wrong, f"{module} may import {sorted(allowed)} of ours, and imports {sorted(wrong)}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_library_is_used_in_its_own_place(module: str) -> None:
    libraries = {_place(name) for name in _imported(MODULES[module])}
    wrong = {library for library in libraries if _place(module) not in ONLY_IN.get(library, {_place(module)})}
    assert not wrong, f"{module} is no place for {sorted(wrong)}"


# What decides about learners, their records and batches. Operations ask them.
DECIDE = {
    *(f"rules.learners.{name}" for name in ("find_by_uln", "find_before_register", "merging", "registration")),
    *(f"rules.learners.{name}" for name in ("retrieval", "tier_level", "uln_lookup", "updates")),
    *(f"rules.names.{name}" for name in ("candidates", "identity_keys", "keys", "lookup_keys", "matching")),
    *(f"rules.batches.{name}" for name in ("batch_answers", "batch_records")),
    *(f"rules.records.{name}" for name in ("event_holder", "learning_record", "record_access")),
    *(f"rules.challenges.{name}" for name in ("raising", "resolving")),
}


@pytest.mark.parametrize("module", sorted(name for name in MODULES if _place(name) == "portal"))
def test_nothing_in_the_portal_decides_about_a_learner(module: str) -> None:
    wrong = {
        name for name in _ours(MODULES[module]) if name.startswith("store.") or any(name == each for each in DECIDE)
    }
    assert not wrong, f"{module} decides by {sorted(wrong)} itself; operations do that"


def test_one_module_imports_spyne_and_hands_its_names_on() -> None:
    assert [name for name, path in MODULES.items() if "spyne" in map(_place, _imported(path))] == ["wsdl.spyne"]


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {module: _ours(path) & MODULES.keys() for module, path in MODULES.items()}
    # Raises CycleError, which names the modules.
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_every_place_is_known() -> None:
    assert {_place(module) for module in MODULES} <= MAY_IMPORT.keys() | ANYTHING
