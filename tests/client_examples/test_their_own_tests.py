"""The tests in client_examples/tests/ of programs in other languages, as their readers would run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client_examples.programs import EXAMPLES

PATIENCE = 300.0
JAVA = Path("/usr/share/java")
JAXWS, LAUNCHER = JAVA / "jaxws-tools.jar", JAVA / "junit-platform-console-standalone.jar"

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl: apt install curl")
needs_junit = pytest.mark.skipif(
    shutil.which("javac") is None or not JAXWS.exists() or not LAUNCHER.exists(),
    reason="needs JUnit and JAX-WS: apt install default-jdk-headless jaxws junit5",
)


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a folder, with lrs-soap on its path."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )


def succeed(*command: str | Path, folder: Path, **environment: str) -> str:
    """What a command prints that succeeds."""
    done = run(*command, folder=folder, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@needs_curl
def test_those_in_shell(tmp_path: Path) -> None:
    told = succeed("sh", EXAMPLES / "tests" / "find_by_uln_test.sh", folder=tmp_path)
    assert [line.split()[0] for line in told.splitlines()] == ["ok"] * 3


@pytest.mark.slow
@needs_curl
def test_one_in_shell_that_fails_shows_why(tmp_path: Path) -> None:
    examples = Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))
    program = examples / "find_by_uln.sh"
    program.write_text(program.read_text("utf-8").replace("<FamilyName>", "<FamilyName>Mc"), "utf-8")
    failed = run("sh", examples / "tests" / "find_by_uln_test.sh", folder=tmp_path)
    assert failed.returncode == 1
    assert "not ok a_learner_is_found" in failed.stdout
    assert "names: given EQUAL, family DIFFERENT" in failed.stdout


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the Java program and its tests are compiled."""
    folder = tmp_path_factory.mktemp("java")
    for source in (EXAMPLES / "FindOrRegister.java", *(EXAMPLES / "tests" / "java").iterdir()):
        shutil.copy(source, folder)
    (folder / "LearnerService.wsdl").write_text(succeed("lrs-soap", "wsdl", "learner", folder=folder), "utf-8")
    wsimport = ("java", "-cp", JAXWS, "com.sun.tools.ws.WsImport", "-quiet", "-Xnocompile", "LearnerService.wsdl")
    succeed(*wsimport, folder=folder)
    jars = f"{JAXWS}:{JAVA / 'junit-jupiter-api.jar'}:{JAVA / 'apiguardian-api.jar'}"
    succeed("javac", "-encoding", "UTF-8", "-cp", jars, *folder.rglob("*.java"), folder=folder)
    return folder


def java_tests(classes: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{classes}:{JAVA / 'jaxws-rt.jar'}"
    launch = ("java", "-jar", LAUNCHER, "-cp", path, "-c", "FindOrRegisterTest", "--disable-ansi-colors")
    return run(*launch, folder=classes, CLASSPATH=path, **environment)


@pytest.mark.slow
@needs_junit
def test_those_in_java(classes: Path) -> None:
    done = java_tests(classes)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[         3 tests successful      ]" in done.stdout


@pytest.mark.slow
@needs_junit
def test_one_in_java_that_fails_shows_why(classes: Path) -> None:
    # The tests' own environment is the program's, too: with this password it is refused.
    done = java_tests(classes, LEARNING_RECORDS_PASSWORD="NotThePassword16")
    assert done.returncode == 1
    assert "aNameThatIsSimilarIsSaidToBe(World): [{" in done.stderr
    assert "WSEC0005" in done.stderr
