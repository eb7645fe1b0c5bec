"""What an error says to whoever has asked by HTTP: a status and a sentence, the same in JSON and on a page."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from pydantic import ValidationError

from lrs_soap.errors import (
    AlreadyHeld,
    InvalidRecord,
    InvalidSetting,
    LrsError,
    NotHeld,
    NotPossible,
    StoreUnavailable,
)
from lrs_soap.rules.challenges.objections import ChallengeRefused
from lrs_soap.rules.learners.merging import MergingRefused
from lrs_soap.rules.values.refusal import RefusalKind

REFUSALS: Mapping[type[LrsError], HTTPStatus] = {
    InvalidRecord: HTTPStatus.BAD_REQUEST,
    InvalidSetting: HTTPStatus.BAD_REQUEST,
    NotHeld: HTTPStatus.NOT_FOUND,
    AlreadyHeld: HTTPStatus.CONFLICT,
    NotPossible: HTTPStatus.CONFLICT,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The errors that tell a caller why something is not done, with their statuses. Others are failures of the service."""

_MERGING = {RefusalKind.UNKNOWN: HTTPStatus.NOT_FOUND, RefusalKind.NOT_A_ULN: HTTPStatus.BAD_REQUEST}
_MOST_SENTENCES = 5


def status_of(error: LrsError) -> HTTPStatus:
    """The status of an error that is one of REFUSALS."""
    if isinstance(error, MergingRefused):
        return _MERGING.get(error.decision.code, HTTPStatus.CONFLICT)
    if isinstance(error, ChallengeRefused):
        return HTTPStatus.BAD_REQUEST if error.is_broken else HTTPStatus.CONFLICT
    return next(status for kind, status in REFUSALS.items() if isinstance(error, kind))


def sentence_of(error: ValidationError) -> str:
    """What is wrong with a value that was sent, field by field, the first few of them."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    sentences = (f"{'.'.join(map(str, each['loc'])) or 'request'}: {each['msg']}" for each in found)
    return f"{'; '.join(list(dict.fromkeys(sentences))[:_MOST_SENTENCES])}."
