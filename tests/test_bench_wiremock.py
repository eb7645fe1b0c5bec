"""WireMock beside the service: where its jar is, and by which XPath it tells requests apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from bench import requests, wiremock
from bench.failure import BenchFailed
from bench.learners import NOBODY, SOMEONE

JAR = "wiremock/build/wiremock-standalone-3.13.2.jar"


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path with a program `java`."""
    program = tmp_path / "java"
    program.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_an_xpath_finds_the_same_call_with_the_same_values_only() -> None:
    by_uln, by_demographics = requests.find_by_uln(SOMEONE), requests.find_by_demographics(SOMEONE)
    xpath = etree.XPath(wiremock.xpath_of(by_uln))
    others = (by_demographics, requests.find_by_uln({**SOMEONE, "GivenName": "Oliver"}))

    assert len(xpath(etree.fromstring(by_uln))) == 1
    assert [xpath(etree.fromstring(each)) for each in others] == [[], []]
    assert (
        etree.XPath(wiremock.xpath_of(by_demographics))(etree.fromstring(requests.find_by_demographics(NOBODY))) == []
    )


def test_the_xpath_of_a_uln_finds_any_call_about_that_learner() -> None:
    xpath = etree.XPath(wiremock.uln_xpath(SOMEONE["ULN"]))
    about = (requests.find_by_uln(SOMEONE), requests.verify(SOMEONE))
    others = (requests.find_by_demographics(SOMEONE), requests.find_by_uln({**SOMEONE, "ULN": "1000000019"}))

    assert [len(xpath(etree.fromstring(each))) for each in (*about, *others)] == [1, 1, 0, 0]


@pytest.mark.usefixtures("java")
def test_the_jar_is_the_given_one_or_that_of_a_folder_of_node_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = tmp_path / "modules" / JAR
    jar.parent.mkdir(parents=True)
    jar.touch()
    monkeypatch.setenv("NODE_PATH", f"{tmp_path / 'nothing'}:{tmp_path / 'modules'}")

    assert wiremock.jar_of(None) == jar.resolve()
    assert wiremock.jar_of(tmp_path / "another.jar") == (tmp_path / "another.jar").resolve()


@pytest.mark.usefixtures("java")
@pytest.mark.parametrize("node_path", [None, "", "/nowhere"])
def test_a_jar_that_is_nowhere_is_told(monkeypatch: pytest.MonkeyPatch, node_path: str | None) -> None:
    monkeypatch.delenv("NODE_PATH", raising=False)
    if node_path is not None:
        monkeypatch.setenv("NODE_PATH", node_path)

    with pytest.raises(BenchFailed, match="neither --wiremock nor NODE_PATH"):
        wiremock.jar_of(None)


def test_a_machine_without_java_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(BenchFailed, match="no java"):
        wiremock.jar_of(Path(JAR))
