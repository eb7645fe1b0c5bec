"""WireMock, which gives answers that were canned: another way to test a program that calls the LRS.

It is npm's package `wiremock`, with its defaults, as `npx wiremock` runs it, or set up for speed: then it keeps no
journal of requests, packs nothing, and answers asynchronously. Answering in the threads that read was slower by a fifth
and more.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from bench.failure import BenchFailed
from bench.servers import Server, another_server

ANYTHING = "/anything"
"""The path of the answer to any request."""

_JAR = "wiremock/build/wiremock-standalone-*.jar"
_ALWAYS = ("--bind-address", "127.0.0.1", "--disable-banner")

FASTEST = (
    "--no-request-journal",
    "--disable-request-logging",
    "--disable-response-templating",
    "--disable-gzip",
    "--disable-http2-plain",
    *("--use-chunked-encoding", "never"),
    *("--async-response-enabled", "true"),
)
"""The flags with which it answers most."""


def jar_of(given: Path | None) -> Path:
    """Return the jar that is given, or else that of npm's package in a folder of NODE_PATH.

    Raises BenchFailed if there is none, or no Java.
    """
    if shutil.which("java") is None:
        raise BenchFailed("there is no java")
    if given is not None:
        return given.resolve()
    folders = os.environ.get("NODE_PATH", "").split(os.pathsep)
    found = [jar for folder in folders if folder for jar in Path(folder).resolve().glob(_JAR)]
    if not found:
        raise BenchFailed("neither --wiremock nor NODE_PATH leads to the jar of npm's package wiremock")
    return found[0]


@contextmanager
def wiremock(
    jar: Path, folder: Path, path: str, answers: Mapping[str, bytes], *flags: str, to_anything: bytes
) -> Iterator[Server]:
    """Run WireMock, which gives requests at `path` an answer by XPath, and any request at ANYTHING another answer.

    All operations have one path, so a request is told by its contents. Its own files are in `folder`.
    """
    stubs = [_stub(path, answer, [{"matchesXPath": xpath}]) for xpath, answer in answers.items()]
    mappings = folder / "mappings"
    mappings.mkdir(parents=True)
    content = json.dumps({"mappings": [*stubs, _stub(ANYTHING, to_anything, [])]})
    (mappings / "answers.json").write_text(content, "utf-8")
    command = ("java", "-jar", str(jar), "--port", "{port}", "--root-dir", str(folder), *_ALWAYS, *flags)
    with another_server(folder, "wiremock", command) as server:
        yield server


def uln_xpath(uln: str) -> str:
    """Return the XPath that finds a call about this learner."""
    return f"//ULN[text()='{uln}']"


def xpath_of(request: str) -> str:
    """Return the XPath that finds a call like that of this request, with the same values in all its fields."""
    (body,) = ElementTree.fromstring(request)
    (call,) = body
    fields = " and ".join(f"{field.tag}='{field.text}'" for field in call)
    return f"//*[local-name()='{call.tag.rpartition('}')[2]}'][{fields}]"


def _stub(path: str, answer: bytes, patterns: Sequence[Mapping[str, str]]) -> Mapping[str, object]:
    headers = {"Content-Type": "text/xml; charset=utf-8"}
    return {
        "request": {"method": "POST", "urlPath": path, "bodyPatterns": patterns},
        "response": {"status": 200, "headers": headers, "body": answer.decode()},
    }
