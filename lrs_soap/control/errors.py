"""Errors of the control interface, as JSON. Imports nothing that takes long, because nobody may have been let in."""

from __future__ import annotations

import json
from http import HTTPStatus

from lrs_soap.errors import LrsError

JSON = "application/json"
NOTHING_HERE = "There is nothing here; /_lrs/openapi.json lists everything."

_CODES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "failed",
}


class ControlError(LrsError):
    """The answer is an error: its HTTP status and a sentence."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def error_body(status: HTTPStatus, sentence: str) -> bytes:
    """The body of an error: `{"error": {"code", "message"}}`. The code is the status in words."""
    code = _CODES.get(status, status.name.lower())
    return json.dumps({"error": {"code": code, "message": sentence}}).encode()
