"""docs/learning-record.md: the record that it shows, and whose record has what."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.kit import r9_messages
from tests.kit.documents import Document, typed
from tests.kit.running_server import RunningServer

GUIDE = Document("docs/learning-record.md")
COLUMNS = ("uln", "givenName", "familyName", "userType", "events", "answer")
RECORDS = GUIDE.rows("Whose record has what", *COLUMNS)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_record_is_the_answer_that_is_shown(server: RunningServer, tmp_path: Path) -> None:
    ((command, answer),) = GUIDE.examples("Read a record")
    assert typed([command], tmp_path, url=server.url) == answer


def test_the_table_has_every_answer_of_learning_events_and_every_user_type() -> None:
    codes = {answer.partition(":")[0] for *_, answer in RECORDS}
    assert codes == {"WSRC0004", "WSRC0022", "WSEC0136", "WSEC0206", "WSEC0208"}
    assert {user_type for _, _, _, user_type, *_ in RECORDS} == {"LNR", "ORG", "SER"}


@pytest.mark.parametrize("row", RECORDS)
def test_whose_record_has_what(server: RunningServer, row: tuple[str, ...]) -> None:
    uln, given_name, family_name, user_type, events, expected = row
    code, _, words = expected.partition(": ")
    who = {"uln": uln, "givenName": given_name, "familyName": family_name, "userType": user_type}
    answer = r9_messages.ask(server.url, "GetLearnerLearningEvents", **who)
    assert answer.text("ResponseCode") == code
    sources = Counter(answer.texts("Source")).items()
    assert ", ".join(f"{number} {source}" for source, number in sources) == events.replace("none", "")
    ulns = re.findall("ULN ([0-9]{10})", words)
    assert answer.text("FoundULN") == (ulns[0] if ulns else uln if code in ("WSRC0004", "WSEC0206") else "")
    if "three have Welsh texts" in words:
        in_welsh = r9_messages.ask(server.url, "GetLearnerLearningEvents", **who, language="CYM")
        subjects = zip(answer.texts("Subject"), in_welsh.texts("Subject"), strict=True)
        assert sum(here != there for here, there in subjects) == 3
