"""docs/batches.md: a batch by SOAP, one as a file, and its exceptions, as they are shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.kit.batch_requests import output_when_done
from tests.kit.databases import on_sqlite
from tests.kit.documents import Document, typed
from tests.kit.running_server import RunningServer

GUIDE = Document("docs/batches.md")

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def test_a_batch_gives_the_answers_that_are_shown(tmp_path: Path, database_url: str) -> None:
    (submit, submitted), (ask, done) = GUIDE.examples("By SOAP")
    with RunningServer(tmp_path, database_url=database_url) as server:
        assert typed([submit], tmp_path, url=server.url) == submitted
        output_when_done(server.url, 1)
        assert _without_moments(typed([ask], tmp_path, url=server.url)) == _without_moments(done)


def _without_moments(answer: str) -> str:
    """An answer without what is another one each time: the new ULN, which is its first, and the times."""
    return re.sub(r"[0-9-]{10} [0-9:]{8}", "TIME", re.sub("<ULN>[0-9]{10}<", "<ULN>…<", answer, count=1))


@pytest.mark.slow
@on_sqlite
def test_what_is_shown_of_files_and_exceptions_follows(database_kind: str, tmp_path: Path) -> None:
    as_files, exceptions = (GUIDE.commands(title, "lrs-soap ") for title in ("As files", "Exceptions"))
    with RunningServer(tmp_path) as server:
        typed([GUIDE.examples("By SOAP")[0].command], tmp_path, url=server.url)
        output_when_done(server.url, 1)
        *submitting, status, output = as_files
        assert typed(submitting, tmp_path).endswith(" is correct: 1 learner, version 3A.\n2\n")
        output_when_done(server.url, 2)
        assert re.search(r"^JobStatus +Successful$", typed([status, output], tmp_path), re.MULTILINE)
        assert '"Martha"' in (tmp_path / output.split()[-1]).read_text("utf-8")
        assert re.search(r"^ULN +3968335782$", typed(exceptions, tmp_path), re.MULTILINE)
        assert output_when_done(server.url, 1).texts("ReturnCode") == ["RC001", "RC002"]
