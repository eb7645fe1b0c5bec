"""Requests that schemathesis makes of the interface's own document: each is answered as the document says."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer

# Not `positive_data_acceptance`: the rules refuse much of what the document allows.
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed")
@on_sqlite
def test_every_answer_is_as_the_document_says(tmp_path: Path, database_kind: str) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0") as server:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/_lrs/openapi.json"),
                *("--checks", ",".join(_CHECKS), "--max-examples", "15", "--seed", "1", "--no-color"),
                # Whoever does not ask for JSON at /_lrs/ is led to the console.
                *("--header", "Accept: application/json"),
                # They are the same operations.
                *("--exclude-path-regex", r"/worlds/\{world\}/"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
