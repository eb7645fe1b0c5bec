"""Asking the control interface as a program does: JSON there and back."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tests.kit.soap_messages import send


class ControlAnswer(NamedTuple):
    """The status of an answer, its value, None where it has no body, and its headers."""

    status: int
    value: Any
    headers: dict[str, str]

    @property
    def message(self) -> str:
        """What an error says."""
        return str(self.value["error"]["message"])


def control(
    url: str, method: str, path: str, value: Any = None, *, body: bytes | None = None, headers: Any = None
) -> ControlAnswer:
    """The answer to a request below /_lrs/, with a value as JSON or with a body as it is."""
    given = {"Content-Type": "application/json"} if value is not None or body is not None else {}
    if value is not None:
        body = json.dumps(value).encode()
    answer = send(url, method, f"/_lrs{path}", body, headers={**given, **(headers or {})})
    assert answer.headers.get("content-type") == "application/json" or answer.status == 204
    return ControlAnswer(answer.status, json.loads(answer.body) if answer.body else None, answer.headers)
