"""Test suites of strangers, which are run by a pytest of their own, as they would be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Suite = Callable[..., pytest.RunResult]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of all those suites, as of one that is run again and again."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def suite(pytester: pytest.Pytester, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Run a suite: its tests, the arguments of pytest, and its conftest.py."""

    def run(tests: str, *arguments: str, conftest: str = "") -> pytest.RunResult:
        pytester.makeconftest(conftest)
        pytester.makepyfile(test_theirs=tests)
        return pytester.runpytest_subprocess("-o", f"cache_dir={cache}", *arguments)

    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return run
