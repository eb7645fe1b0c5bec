"""What the README shows comes out when it is done."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from running_server import RunningServer
from soap_messages import envelope, find_by_uln, post

README = (Path(__file__).resolve().parent.parent / "README.md").read_text("utf-8")


def _rows() -> list[tuple[str, str, str, str]]:
    return re.findall(r"^\| (\d{10}) \| ([^|]+) \| ([^|]+) \| (WS\w+)", README, re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_request_gives_the_answer_that_is_shown(server: RunningServer) -> None:
    shown = re.search(r"^    (curl .*?/LearnerService\.svc)$.*?^    (<\?xml .*?)$", README, re.MULTILINE | re.DOTALL)
    assert shown is not None
    command = shown[1].replace("http://127.0.0.1:8080", server.url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout == shown[2]


def test_the_table_has_every_answer_of_a_find_by_uln() -> None:
    assert {code for *_, code in _rows()} == {"WSRC0001", "WSRC0003", "WSRC0004", "WSRC0022"}


@pytest.mark.parametrize(("uln", "family_name", "given_name", "code"), _rows())
def test_whom_to_ask_for(server: RunningServer, uln: str, family_name: str, given_name: str, code: str) -> None:
    request = find_by_uln(ULN=uln, FamilyName=unescape(family_name), GivenName=given_name)
    assert post(server.url, envelope(request)).text("ResponseCode") == code


def test_the_operations_are_those_of_the_wsdls() -> None:
    from lrs_soap.services.learner_service import LEARNER_SERVICE
    from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9

    listed = re.findall(r"^\| \w+ \| `(\w+)` \| (?:there|coming) \|$", README, re.MULTILINE)
    assert listed == [each.name for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in port.operations]
